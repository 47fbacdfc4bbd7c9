package main

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/encoding"
)

// TestGzip: what this program compresses and reads gzip with over gRPC is ours, whatever else registers one.
func TestGzip(t *testing.T) {
	require.Equal(t, module+"/internal/grpcgzip", reflect.TypeOf(encoding.GetCompressor("gzip")).PkgPath())
}
