package grpccompression

import (
	"io"

	"github.com/klauspost/compress/zstd"
	_ "go.opentelemetry.io/collector/config/configgrpc" // registers the Collector's first: the last one is used
	"google.golang.org/grpc/encoding"
)

const zstdName = "zstd"

// zstdOptions are where the requests of bench/ become smallest for their CPU: a larger window makes them smaller by a tenth more, and takes half
// as much again; the next level makes them smaller by a twentieth, and takes a tenth more.
var zstdOptions = []zstd.EOption{
	zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(512 << 10),
}

func init() { encoding.RegisterCompressor(zstdCompressor{encoding.GetCompressor(zstdName)}) }

// zstdCompressor writes with less CPU than the Collector's, which hands each message to goroutines and takes twice as much on all cores together,
// for as many bytes. What reads stays the Collector's.
type zstdCompressor struct{ encoding.Compressor }

var zstdWriters = newWriters(func() (*zstd.Encoder, error) { return zstd.NewWriter(io.Discard, zstdOptions...) })

// Compress is part of encoding.Compressor.
func (zstdCompressor) Compress(w io.Writer) (io.WriteCloser, error) { return zstdWriters.to(w), nil }
