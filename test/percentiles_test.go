package test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/prometheus"
)

// aFewMinutes makes up turns of agents that ended in the last two minutes, with every kind of operation and failure.
func aFewMinutes(t testing.TB, turns int) (ptrace.Traces, *account) {
	p := &population{
		Rand: rand.New(rand.NewPCG(7, 11)), begin: time.Now().Add(-2 * time.Minute), spread: time.Minute,
		services: []profile{{"assistant", 0.8, 0.07}, {"calm", 0.3, 0}, {"slow", 9, 0.02}, {"broken", 0.5, 1}},
	}
	var ops []operation
	truth := newAccount()
	for range turns {
		turn := p.next()
		for len(turn) > 1 && turn[0].service == "broken" { // its second attempts fail too: they are not made
			turn = turn[:1]
		}
		truth.add(t, turn)
		ops = append(ops, turn...)
	}
	deployed := operation{service: "assistant", version: "1.1", name: opCache, start: p.begin, took: time.Millisecond}
	p.identify(&deployed)
	truth.add(t, []operation{deployed})
	return payload(append(ops, deployed)), truth
}

// TestPercentilesInPrometheus sends generated operations through the default configuration: Prometheus then has every gauge that
// they ask for, under its documented name and labels, with its true value, and no other.
func TestPercentilesInPrometheus(t *testing.T) {
	need(t, "prometheus", "promtool")
	t.Parallel()
	begun := time.Now()
	g, otlp, scrapeURL, _ := defaultsWith(t, []string{"--set=connectors.genaimetrics.zero_for=0s", wholeScrape}) // gauges are told within two exports
	server := prometheus.Start(t, true, hostOf(scrapeURL))
	traces, truth := aFewMinutes(t, 3000)
	postTraces(t, otlp, traces)

	want := truth.gauges()
	everyGauge(t, want)
	worst := 0.0
	settled(t, func(t2 assert.TestingT) {
		worst = checkGauges(t2, want, toldBy(t, server), time.Since(begun).Seconds(), underscored)
	})
	t.Logf("%d gauges; the worst percentile is off by %.3f %%", len(want), 100*worst)
	checkMetrics(t, scrapeURL)
	checkQuiet(t, g)
}

// toldBy asks Prometheus for all gauges of perfstats.
func toldBy(t testing.TB, server *prometheus.Server) map[string]float64 {
	t.Helper()
	told := map[string]float64{}
	for _, s := range server.Query(t, `{__name__=~"llm_perf_.+"}`) {
		told[sampleIdentity(s)] = s.Value
	}
	return told
}

// sampleIdentity leaves out which gateway and which component said it.
func sampleIdentity(s prometheus.Sample) string {
	var attrs []string
	for name, value := range s.Labels {
		switch name {
		case "__name__", "job", "instance", "exported_job", "exported_instance", "otel_scope_name", "otel_scope_version", "otel_scope_schema_url":
		default:
			attrs = append(attrs, name, value)
		}
	}
	return identity(s.Labels["__name__"], attrs)
}

func postTraces(t testing.TB, otlp string, traces ptrace.Traces) {
	t.Helper()
	body, err := ptraceotlp.NewExportRequestFromTraces(traces).MarshalProto()
	require.NoError(t, err)
	gateway.Post(t, otlp+"/v1/traces", "application/x-protobuf", body)
}
