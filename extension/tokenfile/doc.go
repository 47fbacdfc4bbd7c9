// Package tokenfile is an extension that lets a receiver take only requests with a bearer token from a file. It reads the file every few
// seconds instead of being told of changes, so it does not matter how the file is replaced: written, renamed over or away, or mounted anew.
package tokenfile

//go:generate go tool -modfile=../../tools.mod mdatagen metadata.yaml
