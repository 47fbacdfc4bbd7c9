package main

import _ "github.com/otelcol-llm/otelcol-llm/internal/grpccompression" // in place of the gzip that gRPC brings and the Collector's zstd
