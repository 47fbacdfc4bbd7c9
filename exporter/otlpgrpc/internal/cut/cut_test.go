package cut

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/protobuf/encoding/protowire"
)

// request has so many resources, scopes in each and spans in each of those; the text of a span is as long as its number says.
func request(t *testing.T, resources, scopes int, sizes ...int) ([]byte, []string) {
	t.Helper()
	td := ptrace.NewTraces()
	for r := range resources {
		rs := td.ResourceSpans().AppendEmpty()
		rs.SetSchemaUrl("resource schema")
		rs.Resource().Attributes().PutInt("resource", int64(r))
		rs.ScopeSpans().AppendEmpty().Scope().SetName("without a span")
		for s := range scopes {
			ss := rs.ScopeSpans().AppendEmpty()
			ss.SetSchemaUrl("scope schema")
			ss.Scope().SetName(fmt.Sprint("scope ", s))
			for i, size := range sizes {
				span := ss.Spans().AppendEmpty()
				span.SetName(fmt.Sprint(r, s, i))
				span.Attributes().PutStr("text", strings.Repeat("x", size))
			}
		}
	}
	data, err := new(ptrace.ProtoMarshaler).MarshalTraces(td)
	require.NoError(t, err)
	return data, spans(t, data)
}

// spans are a line for each: all that is around it, and itself.
func spans(t *testing.T, data []byte) (lines []string) {
	t.Helper()
	td, err := new(ptrace.ProtoUnmarshaler).UnmarshalTraces(data)
	require.NoError(t, err)
	for _, rs := range td.ResourceSpans().All() {
		require.NotZero(t, rs.ScopeSpans().Len())
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				lines = append(lines, fmt.Sprint(rs.SchemaUrl(), rs.Resource().Attributes().AsRaw(), ss.SchemaUrl(), ss.Scope().Name(),
					span.Name(), span.Attributes().AsRaw()))
			}
		}
	}
	return lines
}

func within(limit int) Fits { return func(_, bytes int) bool { return bytes <= limit } }

func TestBytes(t *testing.T) {
	data, want := request(t, 2, 3, 10, 300, 200, 50, 1, 1, 120)
	for limit := 1; limit <= len(data)+50; limit += 7 {
		pieces, err := Spans.Request(data, within(limit))
		require.NoError(t, err)
		var got []string
		for i, p := range pieces {
			lines := spans(t, p.Data)
			require.Len(t, lines, p.Items)
			require.True(t, p.Items == 1 || len(p.Data) <= limit, "limit %d: piece %d has %d bytes", limit, i, len(p.Data))
			got = append(got, lines...)
		}
		require.Equal(t, want, got, limit)
	}
}

// No request is much smaller than it may be, when the next item would have found room.
func TestFull(t *testing.T) {
	data, _ := request(t, 3, 3, 100, 100, 100, 100, 100)
	const limit = 2000
	pieces, err := Spans.Request(data, within(limit))
	require.NoError(t, err)
	for _, p := range pieces[:len(pieces)-1] {
		require.Greater(t, len(p.Data), limit-300)
	}
}

func TestItems(t *testing.T) {
	data, want := request(t, 2, 2, 1, 2, 3, 4, 5)
	pieces, err := Spans.Request(data, func(items, _ int) bool { return items <= 3 })
	require.NoError(t, err)
	var got []string
	for _, p := range pieces {
		require.LessOrEqual(t, p.Items, 3)
		got = append(got, spans(t, p.Data)...)
	}
	require.Equal(t, want, got)
	require.Len(t, pieces, 7)
}

// Data points are in the metric of any type, which says with each piece what it is.
func TestPoints(t *testing.T) {
	md := pmetric.NewMetrics()
	sm := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty()
	named := func(name string) pmetric.Metric {
		m := sm.Metrics().AppendEmpty()
		m.SetName(name)
		m.SetUnit("s")
		m.Metadata().PutStr("key", "value")
		return m
	}
	gauge, sum := named("gauge").SetEmptyGauge(), named("sum").SetEmptySum()
	sum.SetIsMonotonic(true)
	sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	histogram, exponential := named("histogram").SetEmptyHistogram(), named("exponential").SetEmptyExponentialHistogram()
	histogram.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	summary := named("summary").SetEmptySummary()
	named("nothing")
	for i := range 3 {
		gauge.DataPoints().AppendEmpty().SetIntValue(int64(i))
		sum.DataPoints().AppendEmpty().SetDoubleValue(float64(i))
		histogram.DataPoints().AppendEmpty().SetCount(uint64(i))
		exponential.DataPoints().AppendEmpty().SetCount(uint64(i))
		summary.DataPoints().AppendEmpty().SetCount(uint64(i))
	}
	data, err := new(pmetric.ProtoMarshaler).MarshalMetrics(md)
	require.NoError(t, err)

	pieces, err := Points.Request(data, within(1))
	require.NoError(t, err)
	require.Len(t, pieces, 15)
	var got, want []string
	each := func(md pmetric.Metrics, do func(pmetric.Metric)) {
		for _, m := range md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
			do(m)
		}
	}
	for _, p := range pieces {
		part, err := new(pmetric.ProtoUnmarshaler).UnmarshalMetrics(p.Data)
		require.NoError(t, err)
		require.Equal(t, 1, part.DataPointCount())
		each(part, func(m pmetric.Metric) { got = append(got, m.Name()) })
		each(part, func(m pmetric.Metric) {
			require.Equal(t, "s", m.Unit())
			require.Equal(t, 1, m.Metadata().Len())
			if m.Type() == pmetric.MetricTypeSum {
				require.True(t, m.Sum().IsMonotonic())
				require.Equal(t, pmetric.AggregationTemporalityCumulative, m.Sum().AggregationTemporality())
			}
		})
	}
	for _, name := range []string{"gauge", "sum", "histogram", "exponential", "summary"} {
		want = append(want, name, name, name)
	}
	require.Equal(t, want, got)
}

// What is no request is an error, and no piece of it is sent.
func TestMalformed(t *testing.T) {
	for name, data := range map[string][]byte{
		"cut off":  {0x0a, 0x05, 0x00},
		"a number": protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 7),
		"no tag":   {0xff},
	} {
		pieces, err := Spans.Request(data, within(1))
		require.Error(t, err, name)
		require.Empty(t, pieces, name)
	}
}

// FuzzRequest: whatever comes is cut into requests with the same items, or is an error.
func FuzzRequest(f *testing.F) {
	f.Add([]byte{0x0a, 0x02, 0x12, 0x00}, uint16(1))
	f.Add([]byte{0x0a, 0x0b, 0x0a, 0x00, 0x12, 0x07, 0x0a, 0x00, 0x12, 0x03, 0x2a, 0x01, 0x61}, uint16(3))
	f.Fuzz(func(t *testing.T, data []byte, limit uint16) {
		pieces, err := Spans.Request(data, within(int(limit)))
		td, unreadable := new(ptrace.ProtoUnmarshaler).UnmarshalTraces(data)
		if err != nil || unreadable != nil {
			return
		}
		items := 0
		for _, p := range pieces {
			part, err := new(ptrace.ProtoUnmarshaler).UnmarshalTraces(p.Data)
			require.NoError(t, err)
			require.Equal(t, p.Items, part.SpanCount())
			require.True(t, p.Items == 1 || len(p.Data) <= int(limit))
			items += p.Items
		}
		require.Equal(t, td.SpanCount(), items)
	})
}

// A hostile sender has a resource that is nearly as large as a request may be, and many spans.
func TestAResourceIsNotRepeatedWithoutEnd(t *testing.T) {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("text", strings.Repeat("x", 1<<20))
	spans := rs.ScopeSpans().AppendEmpty().Spans()
	for i := range 300 {
		spans.AppendEmpty().SetName(fmt.Sprint(i))
		if i != 30 && i != 299 {
			continue
		}
		data, err := new(ptrace.ProtoMarshaler).MarshalTraces(td)
		require.NoError(t, err)
		pieces, err := Spans.Request(data, within(1<<20+50))
		if i == 30 {
			require.NoError(t, err)
			require.Len(t, pieces, 31)
			continue
		}
		require.ErrorIs(t, err, ErrGrows)
		require.Empty(t, pieces)
	}
}
