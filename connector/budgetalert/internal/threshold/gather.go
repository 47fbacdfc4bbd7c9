package threshold

import (
	"fmt"
	"math"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/points"
)

// gathered is what one gathering says of one series of one rule.
type gathered struct {
	rule    *rule
	from    origin
	samples int64
	points  map[uint64]share // by identity.exact
}

// share is one point: of those that are the same but for their time, the latest.
type share struct {
	whole uint64
	at    pcommon.Timestamp
	value float64
	ended bool
}

// gathering is what one pmetric.Metrics says, series in the order in which they came.
type gathering struct {
	now    time.Time
	series map[subjectKey]*gathered
	order  []subjectKey
}

type subjectKey struct {
	rule   *rule
	series uint64
}

// gather reads the points that rules ask for. It keeps nothing of md beyond the gathering.
func (e *Evaluator) gather(md pmetric.Metrics, now time.Time) *gathering {
	b := &gathering{now: now, series: map[subjectKey]*gathered{}}
	if e.counts {
		e.eachMetric(md, func(m pmetric.Metric, resource pcommon.Map) { e.readSamples(m, resource, now) })
	}
	e.eachMetric(md, func(m pmetric.Metric, resource pcommon.Map) {
		for _, r := range e.byMetric[m.Name()] {
			e.read(b, r, m, resource)
		}
	})
	return b
}

func (e *Evaluator) eachMetric(md pmetric.Metrics, visit func(pmetric.Metric, pcommon.Map)) {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				visit(m, rm.Resource().Attributes())
			}
		}
	}
}

// readSamples remembers how many observations the gauges of perfstats rest on.
func (e *Evaluator) readSamples(m pmetric.Metric, resource pcommon.Map, now time.Time) {
	if m.Name() != genai.PerfSamples || m.Type() != pmetric.MetricTypeGauge {
		return
	}
	for _, p := range m.Gauge().DataPoints().All() {
		key := samplesKey(origin{m.Name(), p.Attributes(), resource})
		if v := points.Number(p); p.Flags().NoRecordedValue() || math.IsNaN(v) {
			e.samples.Delete(key)
		} else {
			e.samples.Put(key, int64(v), now)
		}
	}
}

// read reads one metric for one rule, or says why it cannot.
func (e *Evaluator) read(b *gathering, r *rule, m pmetric.Metric, resource pcommon.Map) {
	points, delta, why := numbers(m, r.Rate)
	if why != "" {
		e.stats.Refused++
		e.sayOnce(r, "kind", fmt.Sprintf("threshold %s cannot watch %s: %s", r.Name, r.Metric, why))
		return
	}
	for _, p := range points.All() {
		o := origin{m.Name(), p.Attributes(), resource}
		if !o.matches(r.where) || !r.parts.counts(o) {
			continue
		}
		if !r.accepts(m.Unit()) {
			e.stats.Unconvertible++
			e.sayOnce(r, "unit", fmt.Sprintf("threshold %s is in %s, %s is in %q, which does not convert: it is not watched",
				r.Name, r.Unit, r.Metric, m.Unit()))
			return
		}
		e.add(b, r, o, p, delta)
	}
}

// numbers are the points of a metric that can be compared; delta says that they are differences. why is what is wrong.
func numbers(m pmetric.Metric, rate bool) (points pmetric.NumberDataPointSlice, delta bool, why string) {
	none := pmetric.NewNumberDataPointSlice()
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		if rate {
			return none, false, "it is a gauge, and rate: true is for counters"
		}
		return m.Gauge().DataPoints(), false, ""
	case pmetric.MetricTypeSum:
		delta = m.Sum().AggregationTemporality() == pmetric.AggregationTemporalityDelta
		switch {
		case m.Sum().AggregationTemporality() == pmetric.AggregationTemporalityUnspecified:
			return none, false, "it is a sum without a temporality"
		case rate && !m.Sum().IsMonotonic():
			return none, false, "it is a sum that goes up and down, and rate: true is for counters"
		case !rate && m.Sum().IsMonotonic():
			return none, false, "it is a counter, which only grows: needs rate: true"
		case !rate && delta:
			return none, false, "it is a sum of differences, whose level is not told"
		}
		return m.Sum().DataPoints(), delta, ""
	}
	return none, false, "it must be a gauge or a sum, it is a " + m.Type().String()
}

// add puts a point to its series.
func (e *Evaluator) add(b *gathering, r *rule, o origin, p pmetric.NumberDataPoint, delta bool) {
	id := r.parts.identify(o)
	s := share{whole: id.whole, at: p.Timestamp(), ended: p.Flags().NoRecordedValue()}
	if !s.ended {
		v := points.Number(p)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			e.stats.BadValues++
			return
		}
		if r.Rate {
			var ok bool
			if v, ok = e.rates.of(id.exact+pair(r.Name, ""), p, v, delta, b.now); !ok {
				return
			}
		}
		s.value = v * r.factor
	}
	key := subjectKey{r, id.series}
	g := b.series[key]
	if g == nil {
		g = &gathered{rule: r, from: o, points: map[uint64]share{}}
		b.series[key] = g
		b.order = append(b.order, key)
	}
	if before, ok := g.points[id.exact]; ok && before.at > s.at {
		return
	}
	g.points[id.exact] = s
	if r.MinCount > 0 {
		g.samples, _ = e.samples.Get(samplesKey(o), b.now)
	}
}

// value is what the points of a series come to: parts added up, then the worst. ended is true if none has a value. The order in which
// points come changes nothing, not even a last digit.
func (g *gathered) value() (v float64, ended bool) {
	wholes := map[uint64][]float64{}
	for _, s := range g.points {
		if !s.ended {
			wholes[s.whole] = append(wholes[s.whole], s.value)
		}
	}
	first := true
	for _, values := range wholes {
		slices.Sort(values)
		sum := 0.0
		for _, part := range values {
			sum += part
		}
		if first || g.rule.Below == nil && sum > v || g.rule.Below != nil && sum < v {
			v, first = sum, false
		}
	}
	return v, first
}
