package test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/test/prometheus"
)

// TestPrometheusRestart ends the gateway and starts it again: the counters go on under the same labels, Prometheus sees one reset, and
// an increase over it is what was counted, no spike and no gap.
func TestPrometheusRestart(t *testing.T) {
	need(t, "prometheus")
	ends := map[string]func(*rig){
		"stopped": func(r *rig) { r.Stop(t) },
		"killed":  func(r *rig) { r.Kill() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testRestart(t, end)
		})
	}
}

// totals are the expressions that a dashboard would sum up or take a rate of.
var totals = map[string]struct{ now, increase string }{
	"cost":  {"sum(llm_cost_usd_total)", "sum(increase(llm_cost_usd_total[5m]))"},
	"calls": {"sum(llm_calls_total)", "sum(increase(llm_calls_total[5m]))"},
	"durations": {
		"histogram_count(sum(gen_ai_client_operation_duration_seconds))",
		"histogram_count(sum(increase(gen_ai_client_operation_duration_seconds[5m])))",
	},
}

func testRestart(t *testing.T, end func(*rig)) {
	bill := readTruth(t)["vercel-ai-v6"]
	_, traces := readCapture(t, "vercel-ai-v6")
	r := newRig(t, "gateway.yaml")
	server := prometheus.Start(t, true, r.scraped)

	r.post(t, traces)
	once := map[string]float64{"cost": bill.ExpectedTotalUSD}
	require.Eventually(t, func() bool { return nano(server.Scalar(t, totals["cost"].now)) == nano(bill.ExpectedTotalUSD) },
		scraped, 100*time.Millisecond, "the bill reaches Prometheus")
	once["calls"], once["durations"] = server.Scalar(t, totals["calls"].now), server.Scalar(t, totals["durations"].now)
	require.Positive(t, once["calls"])
	require.InDelta(t, once["calls"], once["durations"], 0)
	reaches := func(times float64) {
		for name, total := range totals {
			require.Eventually(t, func() bool { return nano(server.Scalar(t, total.now)) == nano(times*once[name]) },
				scraped, 100*time.Millisecond, "%s reaches %v × %v", name, times, once[name])
		}
	}

	r.post(t, renamed(traces, 1)) // another run of the same agent
	reaches(2)
	end(r)
	r.start(t, "gateway.yaml")
	r.post(t, renamed(traces, 2))
	reaches(1)

	for _, counter := range []string{`llm_cost_usd_total{llm_cost_status="priced"}`, `llm_calls_total{status="ok"}`} {
		series := server.Query(t, "resets("+counter+"[5m])")
		assert.NotEmpty(t, series)
		for _, s := range series {
			assert.InDelta(t, 1, s.Value, 0, "resets of %v", s.Labels)
		}
	}
	// After the first sample the same was counted twice more, once on either side of the restart. Prometheus extrapolates what it saw
	// to the edges of the range, by about one interval between samples on each side: never less, and not as much again.
	for name, total := range totals {
		increase := server.Scalar(t, total.increase)
		assert.GreaterOrEqual(t, nano(increase), nano(2*once[name]), name)
		assert.Less(t, increase, 4*once[name], name)
	}
}

// renamed gives every trace and span of a copy another id, as another run has, and every response too.
func renamed(traces ptrace.Traces, run byte) ptrace.Traces {
	other := ptrace.NewTraces()
	traces.CopyTo(other)
	eachSpan([]ptrace.Traces{other}, func(span ptrace.Span) {
		trace, id, parent := span.TraceID(), span.SpanID(), span.ParentSpanID()
		trace[0], id[0] = trace[0]^run, id[0]^run
		span.SetTraceID(trace)
		span.SetSpanID(id)
		if !parent.IsEmpty() {
			parent[0] ^= run
			span.SetParentSpanID(parent)
		}
		for key, value := range span.Attributes().All() {
			if strings.HasSuffix(key, ".response.id") || key == "ai.response.id" {
				value.SetStr(value.Str() + string('a'+rune(run)))
			}
		}
	})
	return other
}
