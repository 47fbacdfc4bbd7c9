package admission

import (
	"io"
	"mime"
	"net/http"

	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
)

// codec is gRPC's, but for requests that nest too deep.
type codec struct{ encoding.CodecV2 }

// Unmarshal is part of encoding.CodecV2.
func (c codec) Unmarshal(data mem.BufferSlice, to any) error {
	if data.Len() >= leastBytes {
		scanner := newMessages()
		for _, piece := range data {
			if err := scanner.scan(piece.ReadOnlyData()); err != nil {
				return err
			}
		}
	}
	return c.CodecV2.Unmarshal(data, to)
}

// body is that of an HTTP request, but for one that nests too deep.
type body struct {
	io.ReadCloser
	scanner scanner
}

// scanned is the body as the receiver may read it. What is small cannot nest deep.
func scanned(r *http.Request) io.ReadCloser {
	if r.ContentLength >= 0 && r.ContentLength < leastBytes && r.Header.Get("Content-Encoding") == "" {
		return r.Body
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && kind == "application/json" {
		return &body{r.Body, &brackets{}}
	}
	return &body{r.Body, newMessages()}
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if deep := b.scanner.scan(p[:n]); deep != nil {
		return 0, deep
	}
	return n, err
}
