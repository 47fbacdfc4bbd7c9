package genaimetrics

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// export gives all series as of now under the connector's scope and the gateway's resource, drops what is idle first (an
// expired series is not said once more), and begins the next interval. A counter or histogram that is new is 0 until that 0 has stood for
// zero_for: Prometheus finds an increase only between two values of a series.
func (e *engine) export(resource pcommon.Resource, version string, now time.Time) (pmetric.Metrics, health) {
	return e.exportAll(resource, version, now, e.cfg.ZeroFor)
}

// exportLast is an export after which there is none: nothing waits.
func (e *engine) exportLast(resource pcommon.Resource, version string, now time.Time) (pmetric.Metrics, health) {
	return e.exportAll(resource, version, now, 0)
}

func (e *engine) exportAll(resource pcommon.Resource, version string, now time.Time, zeroFor time.Duration) (pmetric.Metrics, health) {
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
			x := exporting{engine: e, fam: &families[i], at: pcommon.NewTimestampFromTime(now), zeroFor: zeroFor}
			x.metric(&e.tables[i], sm.Metrics().AppendEmpty())
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

// exporting is one family in one export.
type exporting struct {
	*engine
	fam     *family
	at      pcommon.Timestamp
	zeroFor time.Duration
}

// waits says whether the series is exported as 0 still. A gauge has no 0 to begin at.
func (x *exporting) waits(s *series) bool {
	zeroFor := x.zeroFor
	if x.fam.kind == gauge {
		zeroFor = 0
	}
	return s.waits(x.now, zeroFor)
}

func (x *exporting) metric(t *table, m pmetric.Metric) {
	m.SetName(x.fam.name)
	m.SetUnit(x.fam.unit)
	m.SetDescription(x.fam.description)
	bounds := x.bounds(x.fam)
	nothing := newDistribution(bounds)
	switch {
	case x.fam.kind == gauge:
		points := m.SetEmptyGauge().DataPoints()
		t.all(func(s *series) { x.number(s, points.AppendEmpty()) })
	case x.fam.kind != histogram:
		sum := m.SetEmptySum()
		sum.SetIsMonotonic(true)
		sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		t.all(func(s *series) { x.number(s, sum.DataPoints().AppendEmpty()) })
	case bounds != nil:
		h := m.SetEmptyHistogram()
		h.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		t.all(func(s *series) {
			p := h.DataPoints().AppendEmpty()
			x.distribution(s, nothing, p).exportClassic(p)
		})
	default:
		h := m.SetEmptyExponentialHistogram()
		h.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		t.all(func(s *series) {
			p := h.DataPoints().AppendEmpty()
			x.distribution(s, nothing, p).exportExponential(p)
		})
	}
}

func (x *exporting) number(s *series, p pmetric.NumberDataPoint) {
	if s.flight != nil {
		s.sum = s.flight.take()
	}
	waits, value := x.waits(s), s.sum
	if waits {
		value = 0
	}
	if x.fam.kind == money {
		p.SetDoubleValue(float64(value) / 1e9)
	} else {
		p.SetIntValue(value)
	}
	x.identity(s, p, waits)
	if x.fam.kind == gauge {
		p.SetStartTimestamp(0)
	}
}

// distribution says of which series a histogram's point is, and gives what the point shows.
func (x *exporting) distribution(s *series, nothing *distribution, p point) *distribution {
	waits := x.waits(s)
	x.identity(s, p, waits)
	if waits {
		return nothing
	}
	return s.dist
}

// point is what all kinds of points have.
type point interface {
	SetStartTimestamp(pcommon.Timestamp)
	SetTimestamp(pcommon.Timestamp)
	Attributes() pcommon.Map
	Exemplars() pmetric.ExemplarSlice
}

// identity says which series the point is of, since when and when, and hands over the interval's exemplar with its value.
func (x *exporting) identity(s *series, p point, waits bool) {
	p.SetStartTimestamp(pcommon.Timestamp(s.start)) //nolint:gosec // after 1970
	p.SetTimestamp(x.at)
	x.exportAttributes(x.fam, s, p.Attributes())
	if !waits {
		exportExemplar(s, p.Exemplars())
	}
}

func (e *engine) exportAttributes(fam *family, s *series, attrs pcommon.Map) {
	attrs.EnsureCapacity(len(s.values) + 1)
	if e.component != "" {
		attrs.PutStr(genai.AttrComponentID, e.component)
	}
	if s.overflow {
		attrs.PutBool(genai.AttrOverflow, true)
		return
	}
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
