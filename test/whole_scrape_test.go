package test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/provider"
)

// What gives Prometheus all that the gateway tells, as the README says.
const (
	wholeScrape = "--set=service.pipelines.metrics/scrape.processors=[]"
	scopeScrape = "--set=exporters.scrape.without_scope_info=false"
)

// TestWholeScrape: by default a scrape leaves out what no shipped query asks for; the README's two arguments bring it back.
func TestWholeScrape(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join(gateway.Root(), "README.md"))
	require.NoError(t, err)
	for _, arg := range []string{wholeScrape, scopeScrape} {
		require.Contains(t, string(readme), arg)
	}
	for name, args := range map[string][]string{"default": nil, "whole": {wholeScrape, scopeScrape}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := 0.0
			if args != nil {
				all = 1
			}
			_, otlp, scrapeURL, _ := defaultsWith(t, append([]string{
				"--set=connectors.genaimetrics.interval=1s", "--set=connectors.genaimetrics.zero_for=0s", "--set=connectors.budgetalert.zero_for=0s",
			}, args...), "GATEWAY_ID=0123")
			p := &population{Rand: rand.New(rand.NewPCG(15, 16))}
			call := operation{
				service: "shop", version: "1.0", name: genai.OpChat, provider: "openai", model: "gpt-4o-mini",
				start: time.Now().Add(-2 * time.Second), took: time.Second, usage: provider.Usage{Input: 10, Output: 5},
			}
			p.identify(&call)
			postTraces(t, otlp, payload([]operation{call}))
			settled(t, func(t2 assert.TestingT) {
				got := scrape(t, scrapeURL)
				count := func(name string, labels ...string) float64 {
					return got.count(name, append(labels, "service_name", "shop", prometheusLabel(genai.RequestModel), "gpt-4o-mini"))
				}
				assert.Equal(t2, 1.0, count("llm_perf_latency_seconds", "scope", "llm", "stat", "p95"), "a dashboard asks for it")
				assert.Equal(t2, all, count("llm_perf_latency_seconds", "scope", "llm", "stat", "p90"))
				assert.Equal(t2, all, count("llm_perf_error_ratio"))
				assert.Equal(t2, all, count("llm_tokens_booked_total", "gen_ai_token_type", "input_uncached"))
				assert.Equal(t2, all, count("llm_calls_total", "status", "ok", "instance", "0123", "otel_scope_name", genai.MetricsScope))
				assert.Equal(t2, 1.0, got.count("llm_perf_error_ratio", []string{"service_name", "shop"})-all, "the service's own")
			})
		})
	}
}

// TestTwoScopesOfAClient: what a client counts in two scopes are two series, though the gateway's own do not name theirs.
func TestTwoScopesOfAClient(t *testing.T) {
	t.Parallel()
	g, otlp, scrapeURL, _ := defaults(t)
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr(genai.ServiceName, "client")
	for n, scope := range []string{"first", "second"} {
		sm := rm.ScopeMetrics().AppendEmpty()
		sm.Scope().SetName(scope)
		m := sm.Metrics().AppendEmpty()
		m.SetName("requests.made")
		sum := m.SetEmptySum()
		sum.SetIsMonotonic(true)
		sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		p := sum.DataPoints().AppendEmpty()
		p.SetStartTimestamp(pcommon.NewTimestampFromTime(time.Now().Add(-time.Minute)))
		p.SetTimestamp(pcommon.NewTimestampFromTime(time.Now()))
		p.SetIntValue(int64(n + 1))
	}
	postMetrics(t, otlp, md)
	settled(t, func(t2 assert.TestingT) {
		got := scrape(t, scrapeURL)
		assert.Equal(t2, 1.0, got.sum("requests_made_total", "otel_scope_name", "first", "job", "client"))
		assert.Equal(t2, 2.0, got.sum("requests_made_total", "otel_scope_name", "second", "job", "client"))
	})
	assert.NotContains(t, strings.Join(g.Loud(), "\n"), "collected before")
	checkQuiet(t, g)
}
