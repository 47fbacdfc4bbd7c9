// Package grpczstd makes gRPC's "zstd" take less CPU to write in a program that imports it: the Collector's own hands each message to
// goroutines and takes twice as much, on all cores together, for as many bytes. What reads it stays the Collector's.
package grpczstd

import (
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
	_ "go.opentelemetry.io/collector/config/configgrpc" // registers the Collector's first: the last one is used
	"google.golang.org/grpc/encoding"
)

// Name is that of the compression, in grpc-encoding.
const Name = "zstd"

// options are where the requests of bench/ become smallest for their CPU: a larger window makes them smaller by a tenth more, and takes half
// as much again; the next level makes them smaller by a twentieth, and takes a tenth more.
var options = []zstd.EOption{
	zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(512 << 10),
}

func init() { encoding.RegisterCompressor(compressor{encoding.GetCompressor(Name)}) }

type compressor struct{ encoding.Compressor }

var writers = sync.Pool{New: func() any {
	z, err := zstd.NewWriter(nil, options...)
	if err != nil {
		panic(err) // no such option
	}
	return z
}}

// Compress is part of encoding.Compressor.
func (compressor) Compress(w io.Writer) (io.WriteCloser, error) {
	z := writers.Get().(*zstd.Encoder)
	z.Reset(w)
	return &pooledWriter{z}, nil
}

// pooledWriter is used by one message; what it holds goes back once.
type pooledWriter struct{ z *zstd.Encoder }

func (w *pooledWriter) Write(p []byte) (int, error) {
	if w.z == nil {
		return 0, io.ErrClosedPipe
	}
	return w.z.Write(p)
}

func (w *pooledWriter) Close() error {
	if w.z == nil {
		return nil
	}
	err := w.z.Close()
	w.z.Reset(nil) // lets go of the message
	writers.Put(w.z)
	w.z = nil
	return err
}
