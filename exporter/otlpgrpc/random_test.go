package otlpgrpc

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/xpdata/entity"
)

// dice makes requests of everything that OTLP has.
type dice struct{ *rand.Rand }

func (d dice) text() string { return strings.Repeat("x", d.IntN(40)) + fmt.Sprint(d.IntN(1000)) }

func (d dice) time() pcommon.Timestamp { return pcommon.Timestamp(d.Uint64()) }

func (d dice) value(v pcommon.Value, depth int) {
	switch n := d.IntN(8); {
	case n == 0:
		v.SetBool(d.IntN(2) == 0)
	case n == 1:
		v.SetInt(d.Int64() - d.Int64())
	case n == 2:
		v.SetDouble(d.NormFloat64())
	case n == 3:
		v.SetEmptyBytes().FromRaw([]byte(d.text()))
	case n == 4 && depth > 0:
		list := v.SetEmptySlice()
		for range d.IntN(3) {
			d.value(list.AppendEmpty(), depth-1)
		}
	case n == 5 && depth > 0:
		d.attributes(v.SetEmptyMap(), depth-1)
	case n == 6: // none
	default:
		v.SetStr(d.text())
	}
}

func (d dice) attributes(m pcommon.Map, depth int) {
	for i := range d.IntN(4) {
		d.value(m.PutEmpty(fmt.Sprint("key", i)), depth)
	}
}

func (d dice) resource(r pcommon.Resource) {
	d.attributes(r.Attributes(), 2)
	r.SetDroppedAttributesCount(d.Uint32N(2))
	for range d.IntN(2) {
		ref := entity.ResourceEntityRefs(r).AppendEmpty()
		ref.SetType(d.text())
		ref.SetSchemaUrl(d.text())
		ref.IdKeys().Append("key0", "key1")
		ref.DescriptionKeys().Append("key2")
	}
}

func (d dice) scope(s pcommon.InstrumentationScope) {
	s.SetName(d.text())
	s.SetVersion(d.text())
	d.attributes(s.Attributes(), 1)
	s.SetDroppedAttributesCount(d.Uint32N(2))
}

func (d dice) ids() (trace pcommon.TraceID, span pcommon.SpanID) {
	if d.IntN(3) > 0 {
		trace[3], trace[9], span[2] = byte(d.IntN(256)), 1, byte(d.IntN(256))
	}
	return trace, span
}

func (d dice) traces() ptrace.Traces {
	td := ptrace.NewTraces()
	for range d.IntN(4) {
		rs := td.ResourceSpans().AppendEmpty()
		d.resource(rs.Resource())
		rs.SetSchemaUrl(d.text())
		for range d.IntN(4) {
			ss := rs.ScopeSpans().AppendEmpty()
			d.scope(ss.Scope())
			ss.SetSchemaUrl(d.text())
			for range d.IntN(6) {
				d.span(ss.Spans().AppendEmpty())
			}
		}
	}
	return td
}

func (d dice) span(s ptrace.Span) {
	trace, id := d.ids()
	s.SetTraceID(trace)
	s.SetSpanID(id)
	s.SetParentSpanID(id)
	s.SetName(d.text())
	s.SetKind(ptrace.SpanKind(d.IntN(9)))
	s.SetFlags(d.Uint32N(4))
	s.SetStartTimestamp(d.time())
	s.SetEndTimestamp(d.time())
	s.TraceState().FromRaw(d.text())
	s.Status().SetCode(ptrace.StatusCode(d.IntN(3)))
	s.Status().SetMessage(d.text())
	s.SetDroppedEventsCount(d.Uint32N(2))
	s.SetDroppedLinksCount(d.Uint32N(2))
	d.attributes(s.Attributes(), 3)
	for range d.IntN(3) {
		e := s.Events().AppendEmpty()
		e.SetName(d.text())
		e.SetTimestamp(d.time())
		d.attributes(e.Attributes(), 1)
		l := s.Links().AppendEmpty()
		l.SetTraceID(trace)
		l.TraceState().FromRaw(d.text())
		d.attributes(l.Attributes(), 1)
	}
}

func (d dice) logs() plog.Logs {
	ld := plog.NewLogs()
	for range d.IntN(4) {
		rl := ld.ResourceLogs().AppendEmpty()
		d.resource(rl.Resource())
		rl.SetSchemaUrl(d.text())
		for range d.IntN(4) {
			sl := rl.ScopeLogs().AppendEmpty()
			d.scope(sl.Scope())
			sl.SetSchemaUrl(d.text())
			for range d.IntN(6) {
				r := sl.LogRecords().AppendEmpty()
				trace, span := d.ids()
				r.SetTraceID(trace)
				r.SetSpanID(span)
				r.SetTimestamp(d.time())
				r.SetObservedTimestamp(d.time())
				r.SetSeverityNumber(plog.SeverityNumber(d.IntN(30)))
				r.SetSeverityText(d.text())
				r.SetEventName(d.text())
				r.SetFlags(plog.LogRecordFlags(d.Uint32N(2)))
				d.value(r.Body(), 3)
				d.attributes(r.Attributes(), 3)
			}
		}
	}
	return ld
}

func (d dice) metrics() pmetric.Metrics {
	md := pmetric.NewMetrics()
	for range d.IntN(4) {
		rm := md.ResourceMetrics().AppendEmpty()
		d.resource(rm.Resource())
		rm.SetSchemaUrl(d.text())
		for range d.IntN(4) {
			sm := rm.ScopeMetrics().AppendEmpty()
			d.scope(sm.Scope())
			sm.SetSchemaUrl(d.text())
			for range d.IntN(5) {
				m := sm.Metrics().AppendEmpty()
				m.SetName(d.text())
				m.SetDescription(d.text())
				m.SetUnit(d.text())
				d.attributes(m.Metadata(), 1)
				d.points(m, d.IntN(5))
			}
		}
	}
	return md
}

func (d dice) points(m pmetric.Metric, n int) {
	temporality := pmetric.AggregationTemporality(d.IntN(3))
	switch d.IntN(6) {
	case 0:
		gauge := m.SetEmptyGauge()
		for range n {
			d.number(gauge.DataPoints().AppendEmpty())
		}
	case 1:
		sum := m.SetEmptySum()
		sum.SetIsMonotonic(d.IntN(2) == 0)
		sum.SetAggregationTemporality(temporality)
		for range n {
			d.number(sum.DataPoints().AppendEmpty())
		}
	case 2:
		h := m.SetEmptyHistogram()
		h.SetAggregationTemporality(temporality)
		for range n {
			d.classic(h.DataPoints().AppendEmpty())
		}
	case 3:
		h := m.SetEmptyExponentialHistogram()
		h.SetAggregationTemporality(temporality)
		for range n {
			d.exponential(h.DataPoints().AppendEmpty())
		}
	case 4:
		s := m.SetEmptySummary()
		for range n {
			p := s.DataPoints().AppendEmpty()
			p.SetCount(d.Uint64())
			p.SetSum(d.NormFloat64())
			p.QuantileValues().AppendEmpty().SetQuantile(d.Float64())
			d.attributes(p.Attributes(), 1)
		}
	} // or of no type
}

func (d dice) number(p pmetric.NumberDataPoint) {
	p.SetTimestamp(d.time())
	p.SetStartTimestamp(d.time())
	switch d.IntN(3) {
	case 0:
		p.SetIntValue(d.Int64())
	case 1:
		p.SetDoubleValue(d.NormFloat64())
	default:
		p.SetFlags(pmetric.DefaultDataPointFlags.WithNoRecordedValue(true))
	}
	d.attributes(p.Attributes(), 1)
	d.exemplars(p.Exemplars())
}

func (d dice) exemplars(all pmetric.ExemplarSlice) {
	for range d.IntN(2) {
		e := all.AppendEmpty()
		trace, span := d.ids()
		e.SetTraceID(trace)
		e.SetSpanID(span)
		e.SetTimestamp(d.time())
		e.SetDoubleValue(d.NormFloat64())
		d.attributes(e.FilteredAttributes(), 1)
	}
}

func (d dice) classic(p pmetric.HistogramDataPoint) {
	p.SetTimestamp(d.time())
	p.SetCount(d.Uint64())
	if d.IntN(2) == 0 {
		p.SetSum(0)
		p.SetMin(d.NormFloat64())
		p.SetMax(0)
	}
	p.ExplicitBounds().Append(1, 2, d.Float64())
	p.BucketCounts().Append(0, d.Uint64(), 3, 4)
	d.attributes(p.Attributes(), 1)
	d.exemplars(p.Exemplars())
}

func (d dice) exponential(p pmetric.ExponentialHistogramDataPoint) {
	p.SetTimestamp(d.time())
	p.SetScale(int32(d.IntN(30) - 10))
	p.SetZeroCount(d.Uint64())
	p.SetZeroThreshold(d.Float64())
	p.Positive().SetOffset(int32(d.IntN(100) - 50))
	p.Positive().BucketCounts().Append(0, d.Uint64(), 0)
	p.Negative().BucketCounts().Append(1)
	if d.IntN(2) == 0 {
		p.SetMax(d.NormFloat64())
	}
	d.attributes(p.Attributes(), 1)
	d.exemplars(p.Exemplars())
}
