package scrape

import (
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const identity = "identity"

// offered are the encodings, the best first: of two that a client likes as much it gets the better.
var offered = []string{"zstd", "gzip", identity}

var compressors = map[string]*compressor{
	identity: {make: nil},
	"gzip": {make: func() resettable {
		w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is one
		return w
	}},
	"zstd": {make: func() resettable {
		w, _ := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1)) // the options are right
		return w
	}},
}

type resettable interface {
	io.WriteCloser
	Reset(io.Writer)
}

// compressor keeps writers that are not in use.
type compressor struct {
	make func() resettable
	pool sync.Pool
}

func (c *compressor) writer(to io.Writer) io.WriteCloser {
	if c.make == nil {
		return unclosed{to}
	}
	w, ok := c.pool.Get().(resettable)
	if !ok {
		w = c.make()
	}
	w.Reset(to)
	return &compressed{w, c}
}

type compressed struct {
	resettable
	from *compressor
}

// Close ends the stream and gives the writer back.
func (c *compressed) Close() error {
	err := c.resettable.Close()
	c.resettable.Reset(nil)
	c.from.pool.Put(c.resettable)
	return err
}

// negotiateEncoding picks the offered encoding that Accept-Encoding likes best. RFC 9110, 12.5.3.
func negotiateEncoding(accept []string) string {
	likes := map[string]float64{}
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		name, parameters, _ := strings.Cut(part, ";")
		like := 1.0
		if q, ok := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q="); ok {
			like, _ = strconv.ParseFloat(q, 64) // 0, which is no, when it is no number
		}
		likes[strings.ToLower(strings.TrimSpace(name))] = like
	}
	best, most := identity, 0.0
	for _, name := range offered {
		if likes[name] > most {
			best, most = name, likes[name]
		}
	}
	return best
}
