package genaimetrics

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// export gives all series as of now under the connector's scope and the gateway's resource, drops what is idle first (an
// expired series is not said once more), and begins the next interval.
func (e *engine) export(resource pcommon.Resource, version string, now time.Time) (pmetric.Metrics, health) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.setNow(e.clock.Now(now))
	e.expire(time.Unix(0, e.now))
	now = e.pointTime(now)
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	resource.CopyTo(rm.Resource())
	sm := rm.ScopeMetrics().AppendEmpty()
	sm.Scope().SetName(genai.MetricsScope)
	sm.Scope().SetVersion(version)
	for i := range families {
		e.health.series[i] = int64(e.tables[i].size())
		if e.tables[i].size() > 0 {
			e.exportFamily(familyID(i), sm.Metrics().AppendEmpty(), now)
		}
	}
	if sm.Metrics().Len() == 0 {
		md = pmetric.NewMetrics()
	}
	e.lastFlush, e.exported = now.UnixNano(), e.now
	e.health.forgotten = e.seen.forgotten()
	said := e.health
	e.health = health{}
	return md, said
}

// tick is the least time between two exports: receivers keep times in milliseconds, and one value at each.
const tick = time.Millisecond

// pointTime is the time of the points that are exported now: later than those of the last export, also where the clock was set back.
func (e *engine) pointTime(now time.Time) time.Time {
	now = e.line.At(now)
	if earliest := time.Unix(0, e.lastFlush).Add(tick); now.Before(earliest) {
		return earliest
	}
	return now
}

func (e *engine) exportFamily(i familyID, m pmetric.Metric, now time.Time) {
	fam := &families[i]
	m.SetName(fam.name)
	m.SetUnit(fam.unit)
	m.SetDescription(fam.description)
	switch {
	case fam.kind == gauge:
		points := m.SetEmptyGauge().DataPoints()
		e.tables[i].all(func(s *series) { e.exportNumber(fam, s, points.AppendEmpty(), now) })
	case fam.kind != histogram:
		sum := m.SetEmptySum()
		sum.SetIsMonotonic(true)
		sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		e.tables[i].all(func(s *series) { e.exportNumber(fam, s, sum.DataPoints().AppendEmpty(), now) })
	case e.bounds(fam) != nil:
		h := m.SetEmptyHistogram()
		h.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		e.tables[i].all(func(s *series) {
			p := h.DataPoints().AppendEmpty()
			s.dist.exportClassic(p)
			e.exportIdentity(fam, s, p, now)
		})
	default:
		h := m.SetEmptyExponentialHistogram()
		h.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		e.tables[i].all(func(s *series) {
			p := h.DataPoints().AppendEmpty()
			s.dist.exportExponential(p)
			e.exportIdentity(fam, s, p, now)
		})
	}
}

func (e *engine) exportNumber(fam *family, s *series, p pmetric.NumberDataPoint, now time.Time) {
	if s.flight != nil {
		s.sum = s.flight.take()
	}
	if fam.kind == money {
		p.SetDoubleValue(float64(s.sum) / 1e9)
	} else {
		p.SetIntValue(s.sum)
	}
	e.exportIdentity(fam, s, p, now)
	if fam.kind == gauge {
		p.SetStartTimestamp(0)
	}
}

// point is what all kinds of points have.
type point interface {
	SetStartTimestamp(pcommon.Timestamp)
	SetTimestamp(pcommon.Timestamp)
	Attributes() pcommon.Map
	Exemplars() pmetric.ExemplarSlice
}

// exportIdentity says which series the point is of, since when and when, and hands over the interval's exemplar.
func (e *engine) exportIdentity(fam *family, s *series, p point, now time.Time) {
	p.SetStartTimestamp(pcommon.Timestamp(s.start)) //nolint:gosec // after 1970
	p.SetTimestamp(pcommon.NewTimestampFromTime(now))
	e.exportAttributes(fam, s, p.Attributes())
	exportExemplar(s, p.Exemplars())
}

func (e *engine) exportAttributes(fam *family, s *series, attrs pcommon.Map) {
	if s.overflow {
		attrs.PutBool(genai.AttrOverflow, true)
		return
	}
	attrs.EnsureCapacity(len(s.values))
	for i, v := range s.values {
		switch {
		case v == "":
		case i < len(fam.keys):
			attrs.PutStr(fam.keys[i].name, v)
		default:
			attrs.PutStr(e.cfg.Dimensions[i-len(fam.keys)].Name, v)
		}
	}
}

// exportExemplar hands an interval's exemplar over and forgets it.
func exportExemplar(s *series, to pmetric.ExemplarSlice) {
	if s.exemplar.time == 0 {
		return
	}
	x := to.AppendEmpty()
	x.SetTimestamp(pcommon.Timestamp(s.exemplar.time)) //nolint:gosec // not negative
	x.SetDoubleValue(s.exemplar.value)
	x.SetTraceID(s.exemplar.trace)
	x.SetSpanID(s.exemplar.span)
	s.exemplar = exemplar{}
}
