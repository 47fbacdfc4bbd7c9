// Package house tests llmcost with genaimetrics and genaievents as the gateway joins them: what the one writes, the others read.
package house

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-llm/otelcol-llm/connector/genaimetrics"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/points"
	"github.com/otelcol-llm/otelcol-llm/processor/llmcost"
)

// configured is the default configuration with what the YAML text changes.
func configured(t testing.TB, cfg any, yaml string) {
	t.Helper()
	ret, err := confmap.NewRetrievedFromYAML([]byte(yaml))
	require.NoError(t, err)
	conf, err := ret.AsConf()
	require.NoError(t, err)
	require.NoError(t, conf.Unmarshal(cfg))
}

// priced is what llmcost makes of each batch, one request after the other.
func priced(t testing.TB, yaml string, batches ...ptrace.Traces) []ptrace.Traces {
	t.Helper()
	ctx, f, sink := context.Background(), llmcost.NewFactory(), new(consumertest.TracesSink)
	cfg := f.CreateDefaultConfig()
	configured(t, cfg, yaml)
	p, err := f.CreateTraces(ctx, processortest.NewNopSettings(f.Type()), cfg, sink)
	require.NoError(t, err)
	require.NoError(t, p.Start(ctx, componenttest.NewNopHost()))
	for _, td := range batches {
		require.NoError(t, p.ConsumeTraces(ctx, td))
	}
	require.NoError(t, p.Shutdown(ctx))
	return sink.AllTraces()
}

// counted is what genaimetrics makes of batches.
func counted(t testing.TB, yaml string, batches ...ptrace.Traces) pmetric.Metrics {
	t.Helper()
	return measured(t, genaimetrics.NewFactory(), yaml, batches...)
}

// measured is what a connector has made of batches at its end.
func measured(t testing.TB, f connector.Factory, yaml string, batches ...ptrace.Traces) pmetric.Metrics {
	t.Helper()
	ctx, sink, cfg := context.Background(), new(consumertest.MetricsSink), f.CreateDefaultConfig()
	configured(t, cfg, yaml)
	set := connectortest.NewNopSettings(f.Type())
	set.ID = component.NewID(f.Type())
	c, err := f.CreateTracesToMetrics(ctx, set, cfg, sink)
	require.NoError(t, err)
	require.NoError(t, c.Start(ctx, componenttest.NewNopHost()))
	for _, td := range batches {
		require.NoError(t, c.ConsumeTraces(ctx, td))
	}
	require.NoError(t, c.Shutdown(ctx))
	return sink.AllMetrics()[len(sink.AllMetrics())-1]
}

// metricsOf sends batches through both.
func metricsOf(t testing.TB, yaml string, batches ...ptrace.Traces) pmetric.Metrics {
	t.Helper()
	return counted(t, "interval: 1h", priced(t, yaml, batches...)...)
}

// value adds up the points of a metric that have the given attributes: sums, and the counts of histograms.
func value(md pmetric.Metrics, name string, attrs ...string) float64 {
	total := 0.0
	eachPoint(md, func(metric string, point pcommon.Map, n float64) {
		if metric != name {
			return
		}
		for i := 0; i < len(attrs); i += 2 {
			if genai.TextOf(point, attrs[i]) != attrs[i+1] {
				return
			}
		}
		total += n
	})
	return total
}

func eachPoint(md pmetric.Metrics, f func(metric string, point pcommon.Map, n float64)) {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				for p := range points.All(m) {
					n := p.Value
					if m.Type() == pmetric.MetricTypeExponentialHistogram {
						n = float64(p.Count)
					}
					f(m.Name(), p.Attributes, n)
				}
			}
		}
	}
}

// render is every point as a line, in order.
func render(md pmetric.Metrics) []string {
	var lines []string
	eachPoint(md, func(metric string, point pcommon.Map, n float64) {
		var attrs []string
		for k, v := range point.All() {
			attrs = append(attrs, k+"="+v.AsString())
		}
		slices.Sort(attrs)
		lines = append(lines, fmt.Sprintf("%s{%s} %v", metric, strings.Join(attrs, ","), n))
	})
	slices.Sort(lines)
	return lines
}
