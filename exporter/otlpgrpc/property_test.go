package otlpgrpc

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/exporter/exporterhelper/xexporterhelper"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/points"
)

// FuzzRequests: whatever comes, is cut, stored, read again and merged, is sent once, in its order, with what is around it, and in no request
// that is larger than it may be.
func FuzzRequests(f *testing.F) {
	for seed := range uint64(100) {
		f.Add(seed, uint16(seed*seed), seed%3 > 0)
	}
	f.Fuzz(func(t *testing.T, seed uint64, size uint16, bytes bool) {
		d, most := dice{rand.New(rand.NewPCG(seed, 7))}, limit{size: int(size), bytes: bytes} //nolint:gosec // to be repeated
		if !bytes {
			most.size %= 20
		}
		wholeAndInOrder(t, &traces, most, d.traces, spansAlone)
		wholeAndInOrder(t, &metrics, most, d.metrics, pointsAlone)
		wholeAndInOrder(t, &logs, most, d.logs, recordsAlone)
	})
}

func wholeAndInOrder[T any](t *testing.T, s *signal[T], most limit, make func() T, alone func(T) []T) {
	t.Helper()
	var want, got []string
	encoded := func(data T) (all []string) {
		for _, one := range alone(data) {
			item, err := s.encode(one)
			require.NoError(t, err)
			all = append(all, string(item))
		}
		return all
	}
	var waiting xexporterhelper.Request
	for range 5 {
		data := make()
		want = append(want, encoded(data)...)
		req, err := s.request(data, most)
		require.NoError(t, err)
		stored, err := disk[T]{signal: s}.Marshal(t.Context(), req)
		require.NoError(t, err)
		_, again, err := disk[T]{signal: s, limit: most}.Unmarshal(stored)
		require.NoError(t, err)

		var all []xexporterhelper.Request
		if waiting == nil {
			all, err = again.MergeSplit(t.Context(), most.size, most.sizer(), nil)
		} else {
			all, err = waiting.MergeSplit(t.Context(), most.size, most.sizer(), again)
		}
		require.NoError(t, err)
		if len(all) == 0 { // nothing but empty resources
			continue
		}
		waiting = all[len(all)-1]
		for _, r := range all[:len(all)-1] {
			got = append(got, encoded(sentAs(t, s, most, r))...)
		}
	}
	if waiting != nil {
		got = append(got, encoded(sentAs(t, s, most, waiting))...)
	}
	require.Equal(t, want, got)
}

// sentAs is what a backend reads.
func sentAs[T any](t *testing.T, s *signal[T], most limit, r xexporterhelper.Request) T {
	t.Helper()
	message, err := rawCodec{}.Marshal(r)
	require.NoError(t, err)
	data, err := s.decode(message.Materialize())
	require.NoError(t, err)
	require.Equal(t, message.Len(), r.BytesSize())
	require.Equal(t, s.count(data), r.ItemsCount())
	require.True(t, r.ItemsCount() <= 1 || most.fits(r.ItemsCount(), r.BytesSize()), "%d bytes, %d items", r.BytesSize(), r.ItemsCount())
	return data
}

// spansAlone are the spans of a request, each with all that is around it, in requests of their own.
func spansAlone(td ptrace.Traces) (all []ptrace.Traces) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				one := ptrace.NewTraces()
				inner := one.ResourceSpans().AppendEmpty()
				rs.Resource().CopyTo(inner.Resource())
				inner.SetSchemaUrl(rs.SchemaUrl())
				innermost := inner.ScopeSpans().AppendEmpty()
				ss.Scope().CopyTo(innermost.Scope())
				innermost.SetSchemaUrl(ss.SchemaUrl())
				span.CopyTo(innermost.Spans().AppendEmpty())
				all = append(all, one)
			}
		}
	}
	return all
}

func recordsAlone(ld plog.Logs) (all []plog.Logs) {
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, record := range sl.LogRecords().All() {
				one := plog.NewLogs()
				inner := one.ResourceLogs().AppendEmpty()
				rl.Resource().CopyTo(inner.Resource())
				inner.SetSchemaUrl(rl.SchemaUrl())
				innermost := inner.ScopeLogs().AppendEmpty()
				sl.Scope().CopyTo(innermost.Scope())
				innermost.SetSchemaUrl(sl.SchemaUrl())
				record.CopyTo(innermost.LogRecords().AppendEmpty())
				all = append(all, one)
			}
		}
	}
	return all
}

func pointsAlone(md pmetric.Metrics) (all []pmetric.Metrics) {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				for i := range points.Len(m) {
					one := pmetric.NewMetrics()
					inner := one.ResourceMetrics().AppendEmpty()
					rm.Resource().CopyTo(inner.Resource())
					inner.SetSchemaUrl(rm.SchemaUrl())
					innermost := inner.ScopeMetrics().AppendEmpty()
					sm.Scope().CopyTo(innermost.Scope())
					innermost.SetSchemaUrl(sm.SchemaUrl())
					point := innermost.Metrics().AppendEmpty()
					m.CopyTo(point)
					onlyPoint(point, i)
					all = append(all, one)
				}
			}
		}
	}
	return all
}

// onlyPoint leaves a metric one of its points.
func onlyPoint(m pmetric.Metric, i int) {
	n := -1
	other := func() bool {
		n++
		return n != i
	}
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		m.Gauge().DataPoints().RemoveIf(func(pmetric.NumberDataPoint) bool { return other() })
	case pmetric.MetricTypeSum:
		m.Sum().DataPoints().RemoveIf(func(pmetric.NumberDataPoint) bool { return other() })
	case pmetric.MetricTypeHistogram:
		m.Histogram().DataPoints().RemoveIf(func(pmetric.HistogramDataPoint) bool { return other() })
	case pmetric.MetricTypeExponentialHistogram:
		m.ExponentialHistogram().DataPoints().RemoveIf(func(pmetric.ExponentialHistogramDataPoint) bool { return other() })
	default:
		m.Summary().DataPoints().RemoveIf(func(pmetric.SummaryDataPoint) bool { return other() })
	}
}

func (l limit) sizer() exporterhelper.RequestSizerType {
	if l.bytes {
		return limitBytes
	}
	return limitItems
}
