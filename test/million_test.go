package test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-llm/otelcol-llm/connector/genaimetrics"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/processor/llmcost"
	"github.com/otelcol-llm/otelcol-llm/processor/perfstats"
)

// chain is a gateway inside the test: spans → llmcost → genaimetrics → perfstats → what it last told of every series.
type chain struct {
	consumer.Traces
	parts []component.Component
	told  *told
}

const aMillion = 1_000_000

// TestAMillionSpans sends a million spans through one gateway, and the same split over three gateways whose metrics a fourth merges:
// every counter is the truth, every percentile within 0.55 % of the value of its rank.
func TestAMillionSpans(t *testing.T) {
	t.Parallel()
	truth := newAccount()
	single := newChain(t, "one", 3, nil)
	merged := newTold("fourth", nil)
	fourth := newPerfstats(t, "fourth", 3, merged)
	var three [3]*chain
	for i := range three {
		three[i] = newChain(t, string(rune('a'+i)), 6, fourth)
	}

	begun := time.Now()
	p := &population{
		Rand: rand.New(rand.NewPCG(3, 5)), begin: begun.Add(-2 * time.Minute), spread: time.Minute,
		services: []profile{{"assistant", 0.8, 0.07}, {"calm", 0.3, 0}, {"slow", 9, 0.02}},
	}
	spans := 0
	for spans < aMillion {
		var ops []operation
		for len(ops) < 1000 {
			turn := p.next()
			truth.add(t, turn)
			ops = append(ops, turn...)
		}
		spans += len(ops)
		require.NoError(t, single.ConsumeTraces(t.Context(), payload(ops)))
		require.NoError(t, three[p.IntN(len(three))].ConsumeTraces(t.Context(), payload(ops)))
	}
	t.Logf("%d spans sent twice in %v", spans, time.Since(begun).Round(time.Second))
	single.shutdown(t)
	split := map[string]int64{}
	for _, c := range three {
		c.shutdown(t)
		for id, n := range c.told.counts {
			split[id] += n
		}
	}
	require.NoError(t, fourth.Shutdown(t.Context()))

	want := truth.counters()
	assert.Equal(t, want, documentedCounts(single.told.counts), "one gateway")
	assert.Equal(t, want, documentedCounts(split), "three gateways")
	longest := time.Since(begun).Seconds() + 1
	for name, got := range map[string]*told{"one gateway": single.told, "three gateways merged in a fourth": merged} {
		t.Run(name, func(t *testing.T) {
			worst := checkGauges(t, inParts(truth.gauges()), got.gauges, longest, func(g gauge) string { return identity(g.metric, g.attrs) })
			t.Logf("%d gauges; the worst percentile is off by %.3f %%", len(got.gauges), 100*worst)
		})
	}
}

// inParts knows that a peak over more calls than are looked at together is a lower bound, and one over gateways an upper bound.
func inParts(all []gauge) []gauge {
	for i := range all {
		if all[i].metric == genai.PerfConcurrency {
			all[i].low, all[i].high = 1, math.Inf(1)
		}
	}
	return all
}

// counters are the series of all counters and the counts of all histograms.
func (a *account) counters() map[string]int64 {
	all := map[string]int64{}
	for c, n := range a.counts {
		all[identity(c.metric, c.attributes())] = n
	}
	for service, versions := range a.versions {
		all[identity(genai.MetricDeployments, []string{genai.ServiceName, service})] = int64(len(versions) - 1)
	}
	return all
}

// documentedCounts leaves out what the account does not keep: savings.
func documentedCounts(all map[string]int64) map[string]int64 {
	for id := range all {
		if strings.HasPrefix(id, genai.MetricCostSavedUSD+"{") {
			delete(all, id)
		}
	}
	return all
}

func newChain(t *testing.T, name string, scale int, next consumer.Metrics) *chain {
	t.Helper()
	c := &chain{told: newTold(name, next)}
	stats := newPerfstats(t, name, scale, c.told)
	set := connectortest.NewNopSettings(genaimetrics.NewFactory().Type())
	set.ID = component.NewID(set.ID.Type()) // the points of one with a name say it
	set.Resource = gatewayResource(name)
	cfg := genaimetrics.NewFactory().CreateDefaultConfig().(*genaimetrics.Config)
	cfg.Interval, cfg.ZeroFor = time.Second, 0
	counting, err := genaimetrics.NewFactory().CreateTracesToMetrics(t.Context(), set, cfg, stats)
	require.NoError(t, err)
	pricing := llmcost.NewFactory()
	cost, err := pricing.CreateTraces(t.Context(), processortest.NewNopSettings(pricing.Type()), pricing.CreateDefaultConfig(), counting)
	require.NoError(t, err)
	c.Traces = cost
	c.parts = []component.Component{cost, counting, stats}
	for _, part := range []component.Component{counting, cost} {
		require.NoError(t, part.Start(t.Context(), componenttest.NewNopHost()))
	}
	return c
}

// shutdown is that of the Collector: upstream first, so nothing is lost.
func (c *chain) shutdown(t *testing.T) {
	t.Helper()
	for _, part := range c.parts {
		require.NoError(t, part.Shutdown(t.Context()))
	}
}

func newPerfstats(t *testing.T, name string, scale int, next consumer.Metrics) processor.Metrics {
	t.Helper()
	factory := perfstats.NewFactory()
	cfg := factory.CreateDefaultConfig().(*perfstats.Config)
	cfg.HistogramScale = scale
	cfg.Window = time.Hour // a slow machine may take its time
	set := processortest.NewNopSettings(factory.Type())
	set.Resource = gatewayResource(name)
	stats, err := factory.CreateMetrics(t.Context(), set, cfg, next)
	require.NoError(t, err)
	require.NoError(t, stats.Start(t.Context(), componenttest.NewNopHost()))
	return stats
}

func gatewayResource(name string) pcommon.Resource {
	r := pcommon.NewResource()
	r.Attributes().PutStr(genai.ServiceInstanceID, name)
	return r
}
