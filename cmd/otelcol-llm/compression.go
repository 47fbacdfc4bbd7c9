//go:build !stock

package main

// What bench compares with is built with the tag: it has the gzip that gRPC brings.
import _ "github.com/otelcol-llm/otelcol-llm/internal/grpcgzip"
