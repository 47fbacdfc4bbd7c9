package test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-llm/otelcol-llm/test/prometheus"
)

// remoteWriter starts configs/remote-write.yaml, which pushes to the server.
func remoteWriter(t *testing.T, server *prometheus.Server, env ...string) *shipped {
	t.Helper()
	return startShipped(t, "configs/remote-write.yaml", []string{
		"--set=connectors.genaimetrics.interval=1s", "--set=connectors.genaimetrics.zero_for=0s", "--set=processors.perfstats.interval=1s",
	}, append(env, "REMOTE_WRITE_URL="+server.URL+"/api/v1/write")...)
}

// TestRemoteWrite pushes to Prometheus with configs/remote-write.yaml what others scrape: the gauges are the same, native histograms
// included, and every series names its gateway.
func TestRemoteWrite(t *testing.T) {
	need(t, "prometheus")
	t.Parallel()
	begun := time.Now()
	server := prometheus.Start(t, true)
	s := remoteWriter(t, server, "HISTOGRAMS=exponential")
	traces, truth := aFewMinutes(t, 1000)
	postTraces(t, s.otlp, traces)

	want := inParts(truth.gauges())
	settled(t, func(t2 assert.TestingT) {
		checkGauges(t2, want, toldBy(t, server), time.Since(begun).Seconds(), underscored)
	})
	assert.Empty(t, server.Query(t, `{__name__=~"llm_.+|gen_ai_.+", instance!="0123"}`))
	for key, c := range truth.cells {
		if key.value != "" {
			assert.Eventually(t, func() bool {
				return server.Scalar(t, "histogram_count("+durationOf(key, "", "")+")") == float64(c.calls)
			},
				10*time.Second, 100*time.Millisecond, "%v", key)
		}
	}
	checkQuiet(t, s.Gateway)
}

// TestRemoteWriteClassic: as shipped, a Prometheus that knows no native histograms takes all of it.
func TestRemoteWriteClassic(t *testing.T) {
	need(t, "prometheus")
	t.Parallel()
	server := prometheus.Start(t, false)
	s := remoteWriter(t, server)
	traces, truth := aFewMinutes(t, 1000)
	postTraces(t, s.otlp, traces)
	settled(t, func(t2 assert.TestingT) { compareClassic(t, t2, server, truth) })
	assert.Empty(t, server.Query(t, `{__name__=~"llm_.+|gen_ai_.+", instance!="0123"}`))
	checkQuiet(t, s.Gateway)
}
