// Package grpccompression makes gRPC's "gzip" and "zstd" take less CPU in a program that imports it: the same formats, by other implementations
// than the standard library's, which takes a third of the CPU of a gateway that only passes spans on, and the Collector's.
package grpccompression

import (
	"io"
	"sync"
)

// encoder writes one message after another.
type encoder interface {
	io.WriteCloser
	Reset(to io.Writer)
}

// writers are encoders that wait for a message.
type writers struct{ idle sync.Pool }

func newWriters[E encoder](fresh func() (E, error)) *writers {
	return &writers{sync.Pool{New: func() any {
		z, err := fresh()
		if err != nil {
			panic(err) // no such option
		}
		return z
	}}}
}

// to begins a message.
func (w *writers) to(out io.Writer) io.WriteCloser {
	z := w.idle.Get().(encoder)
	z.Reset(out)
	return &pooledWriter{z, w}
}

// pooledWriter is used by one message; what it holds goes back once.
type pooledWriter struct {
	z    encoder
	from *writers
}

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
	w.z.Reset(io.Discard) // lets go of the message
	w.from.idle.Put(w.z)
	w.z = nil
	return err
}
