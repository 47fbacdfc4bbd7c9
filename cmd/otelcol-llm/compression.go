package main

import (
	_ "github.com/otelcol-llm/otelcol-llm/internal/grpcgzip" // in place of the gzip that gRPC brings
	_ "github.com/otelcol-llm/otelcol-llm/internal/grpczstd" // in place of the zstd that the Collector brings
)
