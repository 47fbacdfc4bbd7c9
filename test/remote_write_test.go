package test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-llm/otelcol-llm/test/prometheus"
)

// TestRemoteWrite pushes to Prometheus with configs/remote-write.yaml what others scrape: the gauges are the same, native histograms
// included, and every series names its gateway.
func TestRemoteWrite(t *testing.T) {
	need(t, "prometheus")
	t.Parallel()
	begun := time.Now()
	server := prometheus.Start(t, true)
	s := startShipped(t, "configs/remote-write.yaml", []string{"--set=connectors.genaimetrics.interval=1s", "--set=connectors.genaimetrics.zero_for=0s"},
		"REMOTE_WRITE_URL="+server.URL+"/api/v1/write", "GATEWAY_ID=writer")
	traces, truth := aFewMinutes(t, 1000)
	postTraces(t, s.otlp, traces)

	want := inParts(truth.gauges())
	settled(t, func(t2 assert.TestingT) {
		checkGauges(t2, want, toldBy(t, server), time.Since(begun).Seconds(), underscored)
	})
	assert.Empty(t, server.Query(t, `{__name__=~"llm_.+|gen_ai_.+", instance!="writer"}`))
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
