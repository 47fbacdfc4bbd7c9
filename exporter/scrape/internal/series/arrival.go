package series

import (
	"time"

	"github.com/prometheus/otlptranslator"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// arrival is the metrics of one resource on their way into the Store.
type arrival struct {
	store *Store
	now   time.Time
	put   int
	lost  *Lost

	resource   *resource
	attributes []pair // of the resource, where they are labels
	scope      scope
	scopeKey   []byte

	metricName, help, unit string
	kind                   kind
	name                   string // in Prometheus; empty until a new series asks for it
	translated             otlptranslator.MetricType

	key   []byte // of a point
	same  int    // what of key is the same for all points of the metric
	pairs []pair // of a point
}

type scope struct {
	name, version, schema string
	attributes            []pair
}

func (s *Store) begin(attributes pcommon.Map, now time.Time) *arrival {
	b := &arrival{store: s, now: now}
	all := pairs(nil, attributes)
	if s.opts.ResourceLabels {
		for _, a := range all {
			if !s.opts.WithoutServiceLabels || !isTarget(a.key) {
				b.attributes = append(b.attributes, a)
			}
		}
	}
	key := appendPairs(nil, append([]pair(nil), all...))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.puts++
	b.put = s.puts
	b.resource = s.hold(string(key), targetOf(attributes), all)
	return b
}

func (s *Store) end(b *arrival) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b.resource.puts--
	s.drop(b.resource)
}

func (b *arrival) inScope(sm pmetric.ScopeMetrics) {
	b.scope = scope{sm.Scope().Name(), sm.Scope().Version(), sm.SchemaUrl(), pairs(nil, sm.Scope().Attributes())}
	k := b.scopeKey[:0]
	k = append(k, flag(b.resource.hasJob)|flag(b.resource.hasInstance)<<1)
	k = appendText(k, b.resource.job, b.resource.instance, b.scope.name, b.scope.version, b.scope.schema)
	b.scopeKey = appendPairs(k, append([]pair(nil), b.scope.attributes...))
}

func flag(is bool) byte {
	if is {
		return 1
	}
	return 0
}

// metric takes the points of a metric. The Store is locked.
func (b *arrival) metric(m pmetric.Metric) {
	b.metricName, b.help, b.unit, b.name = m.Name(), m.Description(), m.Unit(), ""
	b.key = append(appendText(append(b.key[:0], b.scopeKey...), m.Name()), byte(m.Type())) //nolint:gosec // one of six
	b.same = len(b.key)
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		b.kind, b.translated = gauge, otlptranslator.MetricTypeGauge
		points := m.Gauge().DataPoints()
		take(b, points.Len(), func(i int) numberPoint { return numberPoint{points.At(i), false, false} })
	case pmetric.MetricTypeSum:
		b.sum(m.Sum())
	case pmetric.MetricTypeHistogram:
		b.kind, b.translated = histogram, otlptranslator.MetricTypeHistogram
		points := m.Histogram().DataPoints()
		if delta, ok := b.temporality(m.Histogram().AggregationTemporality(), points.Len()); ok {
			take(b, points.Len(), func(i int) classicPoint { return classicPoint{points.At(i), delta} })
		}
	case pmetric.MetricTypeExponentialHistogram:
		b.kind, b.translated = histogram, otlptranslator.MetricTypeExponentialHistogram
		points := m.ExponentialHistogram().DataPoints()
		if delta, ok := b.temporality(m.ExponentialHistogram().AggregationTemporality(), points.Len()); ok {
			take(b, points.Len(), func(i int) nativePoint { return nativePoint{points.At(i), delta} })
		}
	case pmetric.MetricTypeSummary:
		b.kind, b.translated = summary, otlptranslator.MetricTypeSummary
		points := m.Summary().DataPoints()
		take(b, points.Len(), func(i int) summaryPoint { return summaryPoint{points.At(i)} })
	}
}

func (b *arrival) sum(m pmetric.Sum) {
	b.kind, b.translated = gauge, otlptranslator.MetricTypeNonMonotonicCounter
	if m.IsMonotonic() {
		b.kind, b.translated = counter, otlptranslator.MetricTypeMonotonicCounter
	}
	points := m.DataPoints()
	delta, ok := b.temporality(m.AggregationTemporality(), points.Len())
	if ok && delta && !m.IsMonotonic() {
		b.lose(Temporality, points.Len())
		return
	}
	if ok {
		take(b, points.Len(), func(i int) numberPoint { return numberPoint{points.At(i), delta, m.IsMonotonic()} })
	}
}

func (b *arrival) temporality(t pmetric.AggregationTemporality, points int) (delta, ok bool) {
	if t != pmetric.AggregationTemporalityDelta && t != pmetric.AggregationTemporalityCumulative {
		b.lose(Temporality, points)
		return false, false
	}
	return t == pmetric.AggregationTemporalityDelta, true
}

func (b *arrival) lose(reason string, points int) {
	for range points {
		b.lost.add(reason, b.metricName)
	}
}

// incoming is a data point of any type.
type incoming interface {
	Attributes() pcommon.Map
	Flags() pmetric.DataPointFlags

	// size is what the point takes in bytes, beside what every series takes, when it is put into old.
	size(old *point) int
	// into puts the point into old, which is empty when it is not known, or says for which reason not; then it changes nothing.
	into(old *point, known bool) (reason string)
}

func take[P incoming](b *arrival, n int, at func(int) P) {
	for i := range n {
		put(b, at(i))
	}
}

func put[P incoming](b *arrival, p P) {
	b.pairs = over(pairs(b.pairs[:0], p.Attributes()), b.attributes)
	b.key = appendPairs(b.key[:b.same], b.pairs)
	known := b.store.series[string(b.key)]
	if p.Flags().NoRecordedValue() {
		if known != nil {
			b.store.remove(known)
		}
		return
	}
	if known == nil {
		var fresh point
		b.create(&fresh, p.size(&fresh), p.into(&fresh, false))
		return
	}
	size := p.size(&known.point)
	cost := costOf(len(known.key) + len(known.labels) + size)
	if grown := cost - known.cost; grown > 0 && b.store.used+grown > b.store.opts.Limit {
		b.lose(Limited, 1)
		return
	}
	if reason := p.into(&known.point, true); reason != "" {
		b.lose(reason, 1)
		return
	}
	if known.unit != b.unit || known.kind != b.kind {
		b.rename(known, size)
		return
	}
	b.store.used += cost - known.cost
	known.cost = cost
	b.touch(known)
}

// touch notes that a series got a point.
func (b *arrival) touch(one *series) {
	one.updated = b.now
	if one.help != b.help {
		one.help = b.help
	}
	if one.resource != b.resource {
		old := one.resource
		old.series--
		b.store.drop(old)
		one.resource = b.resource
		b.resource.series++
	}
	b.resource.last = b.put
	if one.hidden {
		b.lose(Conflict, 1)
	}
	if one.point.broken() {
		b.lose(Invalid, 1)
	}
}

// create makes a series of the point, unless it was refused for a reason.
func (b *arrival) create(p *point, size int, reason string) {
	if reason != "" {
		b.lose(reason, 1)
		return
	}
	if b.name == "" {
		b.name = b.translate()
	}
	labels, odd, err := b.labels(b.pairs)
	if b.name == "" || err != nil {
		b.lose(Invalid, 1)
		return
	}
	one := &series{
		key: string(b.key), labels: labels, odd: odd, help: b.help, unit: b.unit, kind: b.kind, resource: b.resource, point: *p,
		cost: costOf(len(b.key) + len(labels) + size),
	}
	if b.store.add(b.name, one) == nil {
		b.lose(Limited, 1)
		return
	}
	b.touch(one)
}

// rename moves a series whose unit or kind changed, and with them its name.
func (b *arrival) rename(known *series, size int) {
	b.store.remove(known)
	b.create(&known.point, size, "")
}

// translate is the metric's name in Prometheus; empty when there is none.
func (b *arrival) translate() string {
	name, err := b.store.opts.Metrics.Build(otlptranslator.Metric{Name: b.metricName, Unit: b.unit, Type: b.translated})
	if err != nil || !validName(name) {
		return ""
	}
	return name
}
