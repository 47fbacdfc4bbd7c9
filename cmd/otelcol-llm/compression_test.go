package main

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/encoding"
)

// TestCompression: what this program compresses with over gRPC is ours, whatever else registers one.
func TestCompression(t *testing.T) {
	for name, ours := range map[string]string{"gzip": "grpcgzip", "zstd": "grpczstd"} {
		require.Equal(t, module+"/internal/"+ours, reflect.TypeOf(encoding.GetCompressor(name)).PkgPath())
	}
}
