package main

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/encoding"
)

// TestCompression: what this program compresses with over gRPC is ours, whatever else registers one.
func TestCompression(t *testing.T) {
	for _, name := range []string{"gzip", "zstd"} {
		require.Equal(t, module+"/internal/grpccompression", reflect.TypeOf(encoding.GetCompressor(name)).PkgPath())
	}
}
