package test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// theirs are names that only look like the gateway's.
var theirs = map[string]string{
	"llm.performance.score": "llm_performance_score_total", "llm.costume": "llm_costume_total", "llm2.cost": "llm2_cost_total",
}

// mixedMetrics are the forged ones beside those that only look like it.
func mixedMetrics() pmetric.Metrics {
	metrics := forgedMetrics(1)
	all := metrics.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics()
	for name := range theirs {
		m := all.AppendEmpty()
		m.SetName(name)
		fill(m, time.Now(), 1)
	}
	return metrics
}

// checkTheirs waits for what only looks like the gateway's, and finds no forged series beside it.
func checkTheirs(t *testing.T, scrapeURL string) {
	t.Helper()
	require.Eventually(t, func() bool {
		got := scrape(t, scrapeURL)
		for _, family := range theirs {
			if got.sum(family) != 1e6 {
				return false
			}
		}
		return true
	}, 40*time.Second, 100*time.Millisecond)
	for line := range strings.Lines(scrapeText(t, scrapeURL)) {
		name, _, _ := strings.Cut(line, "{")
		if strings.Contains(line, `job="forger"`) && name != "target_info" && name != "a_metric_of_its_own_total" {
			found := false
			for _, family := range theirs {
				found = found || name == family
			}
			assert.True(t, found, line)
		}
	}
}

// TestTheBackendGetsClientsMetricsAsTheyCame: the gateway's Prometheus endpoint shows what is the client's own, and the backend all of it.
func TestTheBackendGetsClientsMetricsAsTheyCame(t *testing.T) {
	t.Parallel()
	backend := sink.Start(t)
	g, otlp, scrapeURL, _ := defaults(t, "BACKEND_EXPORTER=otlp_grpc/backend", "OTLP_BACKEND="+backend.GRPC)
	sent := mixedMetrics()
	postMetrics(t, otlp, sent)
	postMetrics(t, otlp, claudeTokens(0))
	checkTheirs(t, scrapeURL)
	got := map[string]pmetric.Metric{}
	want := sent.MetricCount() + claudeTokens(0).MetricCount()
	require.Eventually(t, func() bool {
		n := 0
		for _, metrics := range backend.Metrics() {
			for _, rm := range metrics.ResourceMetrics().All() {
				if name, _ := rm.Resource().Attributes().Get(genai.ServiceName); name.Str() != "forger" && name.Str() != "claude-code" {
					continue
				}
				_, named := rm.Resource().Attributes().Get(genai.ServiceInstanceID)
				assert.False(t, named, "the resource is the client's")
				for _, sm := range rm.ScopeMetrics().All() {
					for _, m := range sm.Metrics().All() {
						got[m.Name()] = m
						n++
					}
				}
			}
		}
		return n >= want
	}, 40*time.Second, 100*time.Millisecond)
	assert.Contains(t, got, genai.MetricCostUSD)
	tokens := got["claude_code.token.usage"].Sum()
	assert.Equal(t, pmetric.AggregationTemporalityDelta, tokens.AggregationTemporality())
	assert.Equal(t, map[string]any{"type": "input", "model": "claude-sonnet-4-6"}, tokens.DataPoints().At(0).Attributes().AsRaw())
	checkQuiet(t, g)
}

// TestNoShippedFileShowsForgedMetrics: the other files that show clients' metrics hold what the default one does.
func TestNoShippedFileShowsForgedMetrics(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"sdk-metrics.yaml", "second-tier.yaml"} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			ports := gateway.FreePorts(t, 3)
			g := gateway.Start(t, gateway.Options{
				Config: gateway.Root() + "/configs/" + file, Args: []string{"--set=service.telemetry.metrics.level=none"},
				Env: []string{
					"OTLP_GRPC_ENDPOINT=" + gateway.Loopback(ports[0]), "OTLP_HTTP_ENDPOINT=" + gateway.Loopback(ports[1]),
					"PROMETHEUS_ENDPOINT=" + gateway.Loopback(ports[2]), "BACKEND_EXPORTER=nop",
				},
			})
			postMetrics(t, "http://"+gateway.Loopback(ports[1]), mixedMetrics())
			checkTheirs(t, "http://"+gateway.Loopback(ports[2])+"/metrics")
			checkQuiet(t, g)
		})
	}
}

// replica is what one of several processes has counted, with a resource that says where it runs.
func replica(n int, where bool, start, at time.Time) pmetric.Metrics {
	metrics := pmetric.NewMetrics()
	rm := metrics.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr(genai.ServiceName, "replicated")
	if where {
		rm.Resource().Attributes().PutStr(genai.AttrHostName, fmt.Sprintf("host-%d", n))
	}
	m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("work.done")
	sum := m.SetEmptySum()
	sum.SetIsMonotonic(true)
	sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	for item := range 67 {
		p := sum.DataPoints().AppendEmpty()
		p.Attributes().PutInt("item", int64(item))
		p.SetStartTimestamp(pcommon.NewTimestampFromTime(start))
		p.SetTimestamp(pcommon.NewTimestampFromTime(at))
		p.SetIntValue(1)
	}
	return metrics
}

// TestReplicasDoNotOverwriteEachOther: replicas without service.instance.id are each in /metrics; where nothing tells them apart, the
// gateway's own metrics say so.
func TestReplicasDoNotOverwriteEachOther(t *testing.T) {
	t.Parallel()
	_, otlp, scrapeURL, _, own := defaultsAll(t, nil)
	now := time.Now()
	for n := range 9 {
		postMetrics(t, otlp, replica(n, true, now.Add(-time.Duration(n+1)*time.Minute), now))
	}
	require.Eventually(t, func() bool { return scrape(t, scrapeURL).sum("work_done_total") == 9*67 },
		40*time.Second, 100*time.Millisecond, "all 603")
	const collisions = "otelcol_clientmetrics_collisions"
	got := scrape(t, own)
	require.Zero(t, got.sum(collisions))
	require.Contains(t, got, collisions, "it begins at 0")

	for n := range 3 { // each began before the one that was heard last
		postMetrics(t, otlp, replica(n, false, now.Add(-time.Duration(n+1)*time.Minute), now))
	}
	require.Eventually(t, func() bool { return scrape(t, own).sum(collisions, "sign", "start_time") == 2*67 },
		40*time.Second, 100*time.Millisecond)
}
