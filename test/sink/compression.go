package sink

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/gzip" // gRPC's own, as other backends have it
	"google.golang.org/grpc/stats"
)

func init() {
	encoding.RegisterCompressor(codec{
		"zstd",
		func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r) },
		func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) },
	})
	encoding.RegisterCompressor(codec{
		"snappy",
		func(r io.Reader) (io.Reader, error) { return snappy.NewReader(r), nil },
		func(w io.Writer) (io.WriteCloser, error) { return snappy.NewBufferedWriter(w), nil },
	})
}

type codec struct {
	name  string
	read  func(io.Reader) (io.Reader, error)
	write func(io.Writer) (io.WriteCloser, error)
}

func (c codec) Name() string                                 { return c.name }
func (c codec) Decompress(r io.Reader) (io.Reader, error)    { return c.read(r) }
func (c codec) Compress(w io.Writer) (io.WriteCloser, error) { return c.write(w) }

// Encodings are the names of what requests were compressed with, each once; "" is not at all.
func (s *Sink) Encodings() map[string]bool {
	all := map[string]bool{}
	for _, name := range snapshot(s, &s.encodings) {
		all[name] = true
	}
	return all
}

// body reads a request over HTTP.
func (s *Sink) body(r *http.Request) ([]byte, error) {
	name := r.Header.Get("Content-Encoding")
	keep(s, &s.encodings, name)
	whole, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	switch name {
	case "":
		return whole, nil
	case "gzip":
		unzipped, err := gzip.NewReader(bytes.NewReader(whole))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(unzipped)
	case "zstd":
		z, err := zstd.NewReader(nil)
		if err != nil {
			return nil, err
		}
		defer z.Close()
		return z.DecodeAll(whole, nil)
	case "snappy": // one block over HTTP, frames over gRPC
		return snappy.Decode(nil, whole)
	}
	return nil, fmt.Errorf("Content-Encoding %q", name)
}

// told is what gRPC tells about requests.
type told struct{ sink *Sink }

func (t told) HandleRPC(_ context.Context, event stats.RPCStats) {
	if header, ok := event.(*stats.InHeader); ok {
		keep(t.sink, &t.sink.encodings, header.Compression)
	}
}
func (told) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context   { return ctx }
func (told) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (told) HandleConn(context.Context, stats.ConnStats)                       {}
