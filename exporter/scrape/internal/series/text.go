package series

import (
	"bytes"
	"encoding/hex"
	"math"
	"strconv"
	"strings"

	"github.com/prometheus/otlptranslator"
)

// text writes families in Prometheus' text format, or as OpenMetrics.
type text struct {
	openMetrics, timestamps bool
}

var kindNames = map[kind]string{gauge: "gauge", counter: "counter", histogram: "histogram", summary: "summary"}

const total = "_total"

// helps is what a description is escaped with.
var helps = strings.NewReplacer(`\`, `\\`, "\n", `\n`)

func (t text) family(b []byte, f *family, told []*series) []byte {
	name, help, kindName := f.name, helps.Replace(f.help), kindNames[f.kind]
	if t.openMetrics {
		help = escapes.Replace(f.help)
		if f.kind == counter {
			without, ok := strings.CutSuffix(name, total)
			name = without
			if !ok {
				kindName = "unknown" // OpenMetrics has no counter of another name
			}
		}
	}
	b = append(append(append(append(append(b, "# HELP "...), name...), ' '), help...), '\n')
	b = append(append(append(append(append(b, "# TYPE "...), name...), ' '), kindName...), '\n')
	for _, one := range told {
		switch {
		case one.point.classic != nil:
			b = t.classic(b, one)
		case one.point.native != nil:
			b = t.native(b, one)
		case one.point.quantiles != nil:
			b = t.summary(b, one)
		default:
			b = t.sample(b, one, "", "", 0)
			b = t.end(t.float(b, one.point.number.value()), one, t.last(&one.point))
		}
	}
	return b
}

// last is the exemplar of a counter.
func (t text) last(p *point) *exemplar {
	if !t.openMetrics || len(p.exemplars) == 0 {
		return nil
	}
	return &p.exemplars[0]
}

func (t text) classic(b []byte, one *series) []byte {
	h := one.point.classic
	exemplars := one.point.exemplars
	next := func(bucket int) (e *exemplar) {
		if t.openMetrics && len(exemplars) > 0 && exemplars[0].at == bucket {
			e, exemplars = &exemplars[0], exemplars[1:]
		}
		return e
	}
	var upTo uint64
	for n, bound := range h.bounds {
		upTo += h.counts[n]
		b = t.end(t.whole(t.sample(b, one, "_bucket", labelBucket, bound), upTo), one, next(n))
	}
	if !h.hasInf() {
		b = t.end(t.whole(t.sample(b, one, "_bucket", labelBucket, math.Inf(1)), h.count), one, next(len(h.bounds)))
	}
	return t.sumAndCount(b, one, h.sum, h.count)
}

// native writes what the text formats have of a native histogram.
func (t text) native(b []byte, one *series) []byte {
	h := one.point.native
	b = t.end(t.whole(t.sample(b, one, "_bucket", labelBucket, math.Inf(1)), h.count), one, nil)
	return t.sumAndCount(b, one, h.sum, h.count)
}

func (t text) summary(b []byte, one *series) []byte {
	q := one.point.quantiles
	for _, v := range q.values {
		b = t.end(t.float(t.sample(b, one, "", labelQuantile, v.at), v.value), one, nil)
	}
	return t.sumAndCount(b, one, q.sum, q.count)
}

func (t text) sumAndCount(b []byte, one *series, sum float64, count uint64) []byte {
	b = t.end(t.float(t.sample(b, one, "_sum", "", 0), sum), one, nil)
	return t.end(t.whole(t.sample(b, one, "_count", "", 0), count), one, nil)
}

// sample writes a line up to its value. A further label is the last.
func (t text) sample(b []byte, one *series, suffix, further string, value float64) []byte {
	b = append(append(b, one.family.name...), suffix...)
	if one.labels == "" && further == "" {
		return append(b, ' ')
	}
	b = append(append(b, '{'), one.labels...)
	if further != "" {
		if one.labels != "" {
			b = append(b, ',')
		}
		b = append(t.float(append(append(b, further...), `="`...), value), '"')
	}
	return append(b, "} "...)
}

// end writes what follows a value.
func (t text) end(b []byte, one *series, e *exemplar) []byte {
	if t.timestamps && !one.family.timeless {
		b = append(b, ' ')
		if ms := one.point.milliseconds(); t.openMetrics {
			b = t.float(b, float64(ms)/1000)
		} else {
			b = strconv.AppendInt(b, ms, 10)
		}
	}
	if e != nil && !(e.trace.IsEmpty() && e.span.IsEmpty()) {
		b = append(b, " # {"...)
		if !e.trace.IsEmpty() {
			b = append(hex.AppendEncode(append(b, otlptranslator.ExemplarTraceIDKey+`="`...), e.trace[:]), '"')
		}
		if !e.span.IsEmpty() {
			if !e.trace.IsEmpty() {
				b = append(b, ',')
			}
			b = append(hex.AppendEncode(append(b, otlptranslator.ExemplarSpanIDKey+`="`...), e.span[:]), '"')
		}
		b = t.float(append(b, "} "...), e.value)
		b = t.float(append(b, ' '), float64(int64(e.time))/1e9) //nolint:gosec // as AsTime has it
	}
	return append(b, '\n')
}

// milliseconds of the point's time.
func (p *point) milliseconds() int64 { return p.time.AsTime().UnixMilli() }

// whole writes a count: the text format has it as any number.
func (t text) whole(b []byte, n uint64) []byte {
	if t.openMetrics {
		return strconv.AppendUint(b, n, 10)
	}
	return t.float(b, float64(n))
}

// plain are the numbers whose shortest text is the same as that of a whole number, which takes less time.
const plain = 1e6

func (t text) float(b []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, "NaN"...)
	case math.IsInf(f, 1):
		return append(b, "+Inf"...)
	case math.IsInf(f, -1):
		return append(b, "-Inf"...)
	}
	begin := len(b)
	if whole := int64(f); f > -plain && f < plain && float64(whole) == f {
		b = strconv.AppendInt(b, whole, 10)
	} else {
		b = strconv.AppendFloat(b, f, 'g', -1, 64)
	}
	if t.openMetrics && !bytes.ContainsAny(b[begin:], "e.") {
		b = append(b, ".0"...)
	}
	return b
}
