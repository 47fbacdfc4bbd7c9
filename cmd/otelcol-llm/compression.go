package main

import _ "github.com/otelcol-llm/otelcol-llm/internal/grpcgzip" // gzip over gRPC, faster
