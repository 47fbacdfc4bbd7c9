//go:generate go tool -modfile=../../tools.mod mdatagen metadata.yaml

// Package otlpgrpc is an exporter that sends OTLP over gRPC: the core exporter of that name with the same keys, which encodes a request once,
// when it comes, and keeps bytes in its queue where the core one keeps objects.
package otlpgrpc
