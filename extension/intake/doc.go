//go:generate go tool -modfile=../../tools.mod mdatagen metadata.yaml

// Package intake counts the requests that a receiver gets by how they ended, those included that end before a pipeline sees them: too
// large, not readable, not allowed.
package intake
