// Package genaievents writes one flat log record per thing that happened: an agent's request, a model call, a run of a tool, a failure, an
// evaluation, an alert. See README.md for every record.
//
//go:generate go tool -modfile=../../tools.mod mdatagen metadata.yaml
package genaievents
