package test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/prometheus"
)

// TestTwoTiers puts three gateways with the default configuration in front of configs/second-tier.yaml and splits the spans over them:
// in Prometheus the second tier tells the percentiles of all, as if they had come to one gateway.
func TestTwoTiers(t *testing.T) {
	need(t, "prometheus")
	t.Parallel()
	begun := time.Now()
	second := startShipped(t, "configs/second-tier.yaml", nil, "BACKEND_EXPORTER=nop", "GATEWAY_ID=second")
	server := prometheus.Start(t, true, second.scraped)

	var first [3]string
	for i := range first {
		_, first[i], _, _ = defaultsWith(t, []string{
			"--set=connectors.genaimetrics.interval=1s", "--set=connectors.genaimetrics.zero_for=0s", "--set=processors.perfstats.histogram_scale=6",
			// Metrics of each second, unlike those of 15 s, may pass each other on the way, and what is older is then said not to be told.
			"--set=exporters.otlp_grpc/backend.sending_queue.num_consumers=1",
		}, fmt.Sprintf("GATEWAY_ID=first-%d", i), "BACKEND_EXPORTER=otlp_grpc/backend", "OTLP_BACKEND="+second.grpc)
	}
	p := &population{
		Rand: rand.New(rand.NewPCG(13, 17)), begin: begun.Add(-2 * time.Minute), spread: time.Minute,
		services: []profile{{"assistant", 0.8, 0.07}, {"slow", 9, 0.02}},
	}
	truth := newAccount()
	for range 60 {
		var ops []operation
		for range 30 {
			turn := p.next()
			truth.add(t, turn)
			ops = append(ops, turn...)
		}
		postTraces(t, first[p.IntN(len(first))], payload(ops))
	}

	want := inParts(truth.gauges())
	ask := func() map[string]float64 {
		told := map[string]float64{}
		for _, s := range server.Query(t, `{__name__=~"llm_perf_.+", exported_instance="second"}`) {
			told[sampleIdentity(s)] = s.Value
		}
		return told
	}
	worst := 0.0
	settled(t, func(t2 assert.TestingT) {
		worst = checkGauges(t2, want, ask(), time.Since(begun).Seconds(), underscored)
	})
	t.Logf("%d gauges; the worst percentile is off by %.3f %%", len(want), 100*worst)
	settled(t, func(t2 assert.TestingT) {
		for c, n := range truth.counts {
			if c.metric == genai.MetricCalls {
				calls := fmt.Sprintf(`sum(llm_calls_total{service_name=%q, gen_ai_request_model=%q, status=%q})`, c.service, c.model, c.status)
				assert.InDelta(t2, n, server.Scalar(t, calls), 0, "%+v", c)
			}
		}
	})
	// All three run on one machine: what each tells of itself and of the machine are series of its own.
	settled(t, func(t2 assert.TestingT) {
		for _, metric := range []string{`process_memory_usage_bytes{component="gateway"}`, `system_cpu_limit`} {
			assert.InDelta(t2, len(first), server.Scalar(t, `count(count by (exported_instance) (`+metric+`))`), 0, metric)
		}
	})
	checkQuiet(t, second.Gateway)
}
