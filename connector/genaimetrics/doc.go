// Package genaimetrics counts what GenAI clients did: it turns spans (and, for some command-line agents, logs or metrics) into
// metrics of calls, tokens, cost, latency, errors and quality. See README.md for every metric.
//
//go:generate go tool -modfile=../../tools.mod mdatagen metadata.yaml
package genaimetrics
