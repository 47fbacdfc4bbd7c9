package expohist

import (
	"iter"
	"math"
)

// Span is a run of neighbouring buckets of a Prometheus native histogram: Offset buckets after the end of the span before it (the first:
// from bucket 0), Length buckets long.
type Span struct {
	Offset int32
	Length uint32
}

// Native gives the buckets of one sign as a Prometheus native histogram of schema Scale has them: spans, and one absolute count
// for each bucket in them. Prometheus numbers every bucket one higher than OpenTelemetry. Use it as h.Native(h.Positive()).
func (*Histogram) Native(buckets iter.Seq2[int32, uint64]) (spans []Span, counts []uint64) {
	next := int32(0)
	for i, n := range buckets {
		i++
		if len(spans) == 0 || i != next {
			spans = append(spans, Span{Offset: i - next})
		}
		spans[len(spans)-1].Length++
		counts = append(counts, n)
		next = i + 1
	}
	return spans, counts
}

// AddNative counts the buckets above zero (or, if negative, the mirrored ones below) of a Prometheus native histogram with the given
// schema and absolute counts. As with AddPositive, call Downscale(schema) before and AddTotals after. Spans beyond the counts are ignored.
func (h *Histogram) AddNative(schema int, negative bool, spans []Span, counts []uint64) {
	next := int64(0)
	for _, s := range spans {
		next += int64(s.Offset)
		for range min(int(s.Length), len(counts)) {
			i := int32(max(math.MinInt32, min(next-1, math.MaxInt32)))
			if negative {
				h.AddNegative(i, schema, counts[0])
			} else {
				h.AddPositive(i, schema, counts[0])
			}
			counts = counts[1:]
			next++
		}
	}
}
