package genaimetrics

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var t0 = time.Unix(1_700_000_000, 0).UTC()

// render gives one line per point, sorted: `llm.calls{gen_ai.request.model=m,…} 3`.
func render(md pmetric.Metrics) []string {
	var lines []string
	eachPoint(md, func(m pmetric.Metric, attrs pcommon.Map, p any) {
		lines = append(lines, m.Name()+"{"+renderAttributes(attrs)+"} "+renderValue(p))
	})
	slices.Sort(lines)
	return lines
}

func eachPoint(md pmetric.Metrics, f func(m pmetric.Metric, attrs pcommon.Map, p any)) {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				eachPointOf(m, f)
			}
		}
	}
}

func eachPointOf(m pmetric.Metric, f func(m pmetric.Metric, attrs pcommon.Map, p any)) {
	switch m.Type() {
	case pmetric.MetricTypeSum:
		for _, p := range m.Sum().DataPoints().All() {
			f(m, p.Attributes(), p)
		}
	case pmetric.MetricTypeGauge:
		for _, p := range m.Gauge().DataPoints().All() {
			f(m, p.Attributes(), p)
		}
	case pmetric.MetricTypeHistogram:
		for _, p := range m.Histogram().DataPoints().All() {
			f(m, p.Attributes(), p)
		}
	case pmetric.MetricTypeExponentialHistogram:
		for _, p := range m.ExponentialHistogram().DataPoints().All() {
			f(m, p.Attributes(), p)
		}
	}
}

func renderAttributes(attrs pcommon.Map) string {
	var parts []string
	for k, v := range attrs.All() {
		parts = append(parts, k+"="+v.AsString())
	}
	slices.Sort(parts)
	return strings.Join(parts, ",")
}

func renderValue(p any) string {
	switch p := p.(type) {
	case pmetric.NumberDataPoint:
		if p.ValueType() == pmetric.NumberDataPointValueTypeInt {
			return fmt.Sprint(p.IntValue())
		}
		return fmt.Sprintf("%.9f", p.DoubleValue())
	case pmetric.HistogramDataPoint:
		return fmt.Sprintf("n=%d sum=%.6g min=%.6g max=%.6g buckets=%v", p.Count(), p.Sum(), p.Min(), p.Max(), p.BucketCounts().AsRaw())
	case pmetric.ExponentialHistogramDataPoint:
		return fmt.Sprintf("n=%d sum=%.6g min=%.6g max=%.6g scale=%d zero=%d", p.Count(), p.Sum(), p.Min(), p.Max(), p.Scale(), p.ZeroCount())
	}
	return "?"
}

// value adds up the points of a metric that have all of the attributes (name, value, name, value …).
func value(md pmetric.Metrics, metric string, attrs ...string) float64 {
	total := 0.0
	eachPoint(md, func(m pmetric.Metric, have pcommon.Map, p any) {
		if m.Name() != metric {
			return
		}
		for i := 0; i < len(attrs); i += 2 {
			if v, ok := have.Get(attrs[i]); !ok || v.AsString() != attrs[i+1] {
				return
			}
		}
		switch p := p.(type) {
		case pmetric.NumberDataPoint:
			if p.ValueType() == pmetric.NumberDataPointValueTypeInt {
				total += float64(p.IntValue())
			} else {
				total += p.DoubleValue()
			}
		case pmetric.HistogramDataPoint:
			total += float64(p.Count())
		case pmetric.ExponentialHistogramDataPoint:
			total += float64(p.Count())
		}
	})
	return total
}

// seriesIn is how many points a metric has.
func seriesIn(md pmetric.Metrics, metric string) int {
	n := 0
	eachPoint(md, func(m pmetric.Metric, _ pcommon.Map, _ any) {
		if m.Name() == metric {
			n++
		}
	})
	return n
}

// testEngine is an engine whose configuration was changed by change. Its series are not 0 first, unless change says so.
func testEngine(t testing.TB, change func(*Config)) *engine {
	cfg := createDefaultConfig().(*Config)
	cfg.ZeroFor = 0
	if change != nil {
		change(cfg)
	}
	require.NoError(t, cfg.Validate())
	return newEngine(cfg, t0)
}

func (e *engine) exportAt(now time.Time) pmetric.Metrics {
	md, _ := e.export(pcommon.NewResource(), "test", now)
	return md
}

// spans builds traces of one resource.
type spans struct {
	td ptrace.Traces
	rs ptrace.ResourceSpans
	ss ptrace.ScopeSpans
}

func newSpans(service string) *spans {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	if service != "" {
		rs.Resource().Attributes().PutStr(genai.ServiceName, service)
	}
	return &spans{td: td, rs: rs, ss: rs.ScopeSpans().AppendEmpty()}
}

var nextID uint64

// add appends a span of a second with these attributes; every span has an id of its own.
func (s *spans) add(attrs map[string]any) ptrace.Span {
	nextID++
	span := s.ss.Spans().AppendEmpty()
	var trace [16]byte
	var id [8]byte
	for i := range 8 {
		id[i] = byte(nextID >> (8 * i))
		trace[i] = id[i]
	}
	span.SetTraceID(trace)
	span.SetSpanID(id)
	span.SetStartTimestamp(pcommon.NewTimestampFromTime(t0))
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(t0.Add(time.Second)))
	if err := span.Attributes().FromRaw(attrs); err != nil {
		panic(err)
	}
	return span
}

// call is a model call as llmcost leaves it, with more attributes or other values.
func call(more map[string]any) map[string]any {
	attrs := map[string]any{
		genai.OperationName: genai.OpChat, genai.ProviderName: "openai", genai.RequestModel: "gpt-4o-mini",
		genai.UsageInput: 100, genai.UsageOutput: 20, genai.CostStatus: genai.StatusPriced, genai.CostTotal: 0.000027,
	}
	for k, v := range more {
		if v == nil {
			delete(attrs, k)
			continue
		}
		attrs[k] = v
	}
	return attrs
}

func one(service string, attrs map[string]any) ptrace.Traces {
	s := newSpans(service)
	s.add(attrs)
	return s.td
}
