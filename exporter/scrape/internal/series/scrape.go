package series

import (
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Scrape writes all series in a format. No lock is held while it writes, and what it keeps of the body is one family.
func (s *Store) Scrape(w io.Writer, format expfmt.Format, now time.Time) error {
	s.Sweep(now)
	out := &scraping{store: s, now: now, w: w, kind: format.FormatType(), text: text{timestamps: s.opts.Timestamps}}
	out.text.openMetrics = out.kind == expfmt.TypeOpenMetrics
	out.plain = expfmt.NewEncoder(w, format.WithEscapingScheme(model.NoEscaping))
	out.odd = expfmt.NewEncoder(w, format)
	families, targets := s.all(now)
	for _, f := range families {
		if err := out.family(f, targets); err != nil {
			return err
		}
	}
	if closer, ok := out.odd.(expfmt.Closer); ok {
		return closer.Close()
	}
	return nil
}

// all are the families by name, with target_info in the place of any that is called so.
func (s *Store) all(now time.Time) (families []*family, targets *family) {
	s.mu.Lock()
	defer s.mu.Unlock()
	families = slices.Clone(s.ordered)
	if targets = s.targets(now); targets != nil {
		at, _ := slices.BinarySearchFunc(families, targets.name, func(f *family, name string) int { return strings.Compare(f.name, name) })
		families = slices.Insert(families, at, targets)
	}
	return families, targets
}

type scraping struct {
	store      *Store
	now        time.Time
	w          io.Writer
	kind       expfmt.FormatType
	text       text
	plain, odd expfmt.Encoder
	told       []*series
	buffer     []byte
}

func (c *scraping) family(f, targets *family) error {
	write := c.pick(f, targets)
	return write()
}

// pick reads a family under the lock and returns what writes it without.
func (c *scraping) pick(f, targets *family) (write func() error) {
	s := c.store
	s.mu.Lock()
	defer s.mu.Unlock()
	shadowed := s.isShadowed(f) || targets != nil && f != targets && f.name == targets.name
	c.told = f.pick(c.told[:0], c.now, s.opts.Expiration, shadowed)
	isText := c.kind == expfmt.TypeTextPlain || c.kind == expfmt.TypeOpenMetrics
	isOdd := !f.plain || f.odd > 0
	switch {
	case len(c.told) == 0:
		return func() error { return nil }
	case isText && !isOdd:
		c.buffer = c.text.family(c.buffer[:0], f, c.told)
		return func() error {
			_, err := c.w.Write(c.buffer)
			return err
		}
	}
	m := message(f, c.told, s.opts.Timestamps)
	encoder := c.plain
	if isOdd {
		encoder = c.odd
	}
	return func() error { return encoder.Encode(m) }
}

// isShadowed says whether the samples of a histogram or a summary are called like the family: it is told and the family is not.
func (s *Store) isShadowed(f *family) bool {
	for _, suffix := range []string{"_count", "_sum", "_bucket"} {
		if name, ok := strings.CutSuffix(f.name, suffix); ok {
			if other := s.families[name]; other != nil && other.shadows(suffix) {
				return true
			}
		}
	}
	return false
}

func validName(name string) bool { return name != "" && utf8.ValidString(name) }
