// Package inturn passes spans on to several pipelines, one after the other, without a copy of them: all but the last only read. See README.md.
//
//go:generate go tool -modfile=../../tools.mod mdatagen metadata.yaml
package inturn
