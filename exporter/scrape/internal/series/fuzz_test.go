package series

import (
	"bytes"
	"io"
	"math"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// seeds are requests that are as odd as one thinks of; the fuzzer finds odder ones.
func seeds() (all []pmetric.Metrics) {
	all = append(all, gauges("a.b", 0, 3, math.NaN()), gauges("", 0, 1, 1), gauges("x_count", 0, 1, 1))
	for _, temporality := range []pmetric.AggregationTemporality{0, 1, 2} {
		for _, scale := range []int32{0, -5, 20, math.MaxInt32, math.MinInt32} {
			all = append(all, metrics("shop", func(add func(string) pmetric.Metric) {
				h := add("x").SetEmptyExponentialHistogram()
				h.SetAggregationTemporality(temporality)
				for n := range 3 {
					dp := h.DataPoints().AppendEmpty()
					dp.SetScale(scale * int32(n%2))
					dp.SetStartTimestamp(pcommon.Timestamp(n))
					dp.SetTimestamp(pcommon.Timestamp(n + 1))
					dp.Positive().SetOffset([]int32{math.MaxInt32, math.MinInt32, 0}[n])
					dp.Positive().BucketCounts().FromRaw([]uint64{1, 2})
					dp.Negative().BucketCounts().FromRaw([]uint64{math.MaxUint64})
					dp.SetCount(3)
					dp.SetZeroThreshold([]float64{0, 1, math.Inf(1)}[n])
					dp.Exemplars().AppendEmpty().SetTraceID(pcommon.TraceID{1})
				}
			}))
		}
		all = append(all, metrics("shop", func(add func(string) pmetric.Metric) {
			h := add("x").SetEmptyHistogram()
			h.SetAggregationTemporality(temporality)
			for n, bounds := range [][]float64{{1, 1, 0}, {math.Inf(1), math.Inf(-1)}, {}, {math.NaN()}} {
				dp := h.DataPoints().AppendEmpty()
				dp.SetStartTimestamp(pcommon.Timestamp(n))
				dp.SetTimestamp(pcommon.Timestamp(n + 1))
				dp.ExplicitBounds().FromRaw(bounds)
				dp.BucketCounts().FromRaw(make([]uint64, n))
				dp.Exemplars().AppendEmpty().SetDoubleValue(math.NaN())
				dp.Attributes().PutStr("service.name", "\xff\n\"\\")
			}
			s := add("x").SetEmptySum()
			s.SetAggregationTemporality(temporality)
			s.SetIsMonotonic(true)
			s.DataPoints().AppendEmpty().SetIntValue(math.MinInt64)
			add("x").SetEmptySummary().DataPoints().AppendEmpty().QuantileValues().AppendEmpty().SetQuantile(math.NaN())
			add(targetInfo).SetEmptyGauge().DataPoints().AppendEmpty()
		}))
	}
	return all
}

// Whatever a client sends, in two requests one after the other, Prometheus reads the scrape to its end, no name is told twice, and memory stays
// within the limit.
func FuzzPut(f *testing.F) {
	m := &pmetric.ProtoMarshaler{}
	for _, md := range seeds() {
		b, err := m.MarshalMetrics(md)
		require.NoError(f, err)
		f.Add(b, b)
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		s := newStore(1000)
		s.opts.Timestamps = len(first)%2 == 0
		for n, b := range [][]byte{first, second} {
			md, err := (&pmetric.ProtoUnmarshaler{}).UnmarshalMetrics(b)
			if err != nil {
				return
			}
			s.Put(md, began.Add(time.Duration(n)))
			for _, kind := range []expfmt.FormatType{expfmt.TypeTextPlain, expfmt.TypeOpenMetrics, expfmt.TypeProtoDelim} {
				readable(t, s, expfmt.NewFormat(kind))
			}
		}
		require.LessOrEqual(t, s.used, 1000)
	})
}

func readable(t *testing.T, s *Store, format expfmt.Format) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, s.Scrape(&b, format, began))
	p, err := textparse.New(b.Bytes(), string(format), labels.NewSymbolTable(), textparse.ParserOptions{})
	require.NoError(t, err)
	types, told := map[string]bool{}, map[string]bool{}
	for {
		entry, err := p.Next()
		if err == io.EOF { //nolint:errorlint // the end of the text is not wrapped
			return
		}
		require.NoError(t, err, b.String())
		switch entry {
		case textparse.EntryType:
			name, _ := p.Type()
			require.False(t, types[string(name)], "%s twice", name)
			types[string(name)] = true
		case textparse.EntrySeries, textparse.EntryHistogram:
			var l labels.Labels
			p.Labels(&l)
			_, twice := l.HasDuplicateLabelNames()
			require.False(t, twice || told[l.String()], l.String())
			told[l.String()] = true
		}
	}
}
