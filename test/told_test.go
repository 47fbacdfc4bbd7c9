package test

import (
	"context"
	"math"
	"strings"
	"sync"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// told is the last value that one gateway has told of every series, by identity: counters and the counts of histograms, in whole
// numbers (amounts in nano-USD), and the gauges of perfstats.
type told struct {
	from string           // service.instance.id of the gateway; what others have told only passes
	next consumer.Metrics // nil at the end of a chain

	mu     sync.Mutex
	counts map[string]int64
	gauges map[string]float64
}

func newTold(from string, next consumer.Metrics) *told {
	return &told{from: from, next: next, counts: map[string]int64{}, gauges: map[string]float64{}}
}

func (*told) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (c *told) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	c.keep(md)
	if c.next == nil {
		return nil
	}
	return c.next.ConsumeMetrics(ctx, md)
}

func (c *told) keep(md pmetric.Metrics) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, rm := range md.ResourceMetrics().All() {
		if from, _ := rm.Resource().Attributes().Get(genai.ServiceInstanceID); from.Str() != c.from {
			continue
		}
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				c.keepMetric(m)
			}
		}
	}
}

func (c *told) keepMetric(m pmetric.Metric) {
	switch m.Type() {
	case pmetric.MetricTypeSum:
		for _, p := range m.Sum().DataPoints().All() {
			n := p.IntValue()
			if p.ValueType() == pmetric.NumberDataPointValueTypeDouble {
				n = int64(math.RoundToEven(p.DoubleValue() * 1e9))
			}
			c.counts[identity(m.Name(), pairs(p.Attributes()))] = n
		}
	case pmetric.MetricTypeExponentialHistogram:
		for _, p := range m.ExponentialHistogram().DataPoints().All() {
			c.counts[identity(m.Name()+".count", pairs(p.Attributes()))] = int64(p.Count())
			if m.Name() == genai.MetricTokenUsage {
				c.counts[identity(m.Name()+".sum", pairs(p.Attributes()))] = int64(p.Sum())
			}
		}
	case pmetric.MetricTypeGauge:
		for _, p := range m.Gauge().DataPoints().All() {
			id := identity(m.Name(), pairs(p.Attributes()))
			if !strings.HasPrefix(id, "llm.perf.") {
				continue
			}
			if c.gauges[id] = p.DoubleValue(); p.Flags().NoRecordedValue() {
				delete(c.gauges, id)
			}
		}
	}
}

func pairs(attrs pcommon.Map) []string {
	all := make([]string, 0, 2*attrs.Len())
	for name, value := range attrs.All() {
		all = append(all, name, value.AsString())
	}
	return all
}
