package bench

import (
	"bytes"
	stdgzip "compress/gzip"
	"fmt"
	"io"
	"path/filepath"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
)

// resetWriter is a compressor that a pool uses again and again.
type resetWriter interface {
	io.WriteCloser
	Reset(w io.Writer)
}

type compressor struct {
	name string
	w    resetWriter
}

// compressors are first what gRPC has for gzip, then what may take its place, and the other algorithms as the Collector has them.
func compressors() ([]compressor, error) {
	all := []compressor{{"gRPC's own gzip", stdgzip.NewWriter(io.Discard)}}
	for level := 1; level <= 6; level++ {
		w, err := gzip.NewWriterLevel(io.Discard, level)
		if err != nil {
			return nil, err
		}
		all = append(all, compressor{fmt.Sprintf("klauspost/compress, gzip level %d", level), w})
	}
	z, err := zstd.NewWriter(io.Discard, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(512<<10))
	if err != nil {
		return nil, err
	}
	return append(all, compressor{"zstd", z}, compressor{"snappy", snappy.NewBufferedWriter(io.Discard)}), nil
}

// compress is the subject that compresses requests, and how many bytes are left of them.
func (c compressor) compress(requests [][]byte, spans int) (Subject, int) {
	var out bytes.Buffer
	all := func() (n int) {
		for _, request := range requests {
			out.Reset()
			c.w.Reset(&out)
			_, _ = c.w.Write(request) // a buffer takes everything
			_ = c.w.Close()
			n += out.Len()
		}
		return n
	}
	return Subject{Name: c.name, Unit: spans, Work: func() func() { return func() { all() } }}, all()
}

// captured are the requests of clients, priced: one a client.
func captured() (requests [][]byte, spans int, err error) {
	files, err := captureFiles()
	if err != nil {
		return nil, 0, err
	}
	for _, file := range files {
		b, err := readCaptures(filepath.Base(file), file)
		if err != nil {
			return nil, 0, err
		}
		if b, err = Priced(b); err != nil {
			return nil, 0, err
		}
		requests, spans = append(requests, b.Wire()), spans+b.Spans
	}
	return requests, spans, nil
}

func compressionRows(e Effort) ([]Row, error) {
	requests, spans, err := captured()
	if err != nil {
		return nil, err
	}
	rows, err := compressing(e, "compression, captures, a request each", requests, spans)
	if err != nil {
		return nil, err
	}
	all, err := batches()
	if err != nil {
		return nil, err
	}
	for _, b := range all {
		if b, err = Priced(b); err != nil {
			return nil, err
		}
		more, err := compressing(e, "compression, "+b.Name, [][]byte{b.Wire()}, b.Spans)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

func compressing(e Effort, what string, requests [][]byte, spans int) ([]Row, error) {
	ways, err := compressors()
	if err != nil {
		return nil, err
	}
	subjects, left := make([]Subject, len(ways)), make([]int, len(ways))
	for i, c := range ways {
		subjects[i], left[i] = c.compress(requests, spans)
	}
	r, err := Compare(e, subjects...)
	if err != nil {
		return nil, err
	}
	var rows []Row
	for i := 1; i < len(ways); i++ {
		side := func(i int) string {
			return fmt.Sprintf("%s: %.0f ns a span, %d B", ways[i].name, r[i].Nanos, left[i])
		}
		rows = append(rows, Row{
			What: fmt.Sprintf("%s: CPU (bytes × %.2f)", what, float64(left[i])/float64(left[0])),
			Ours: side(i), Peer: side(0), Ratio: r[i].Nanos / r[0].Nanos,
		})
	}
	return rows, nil
}
