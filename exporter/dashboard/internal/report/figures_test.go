package report

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/seriestest"
)

// Calls that take no time take 0 s, not 9e-129.
func TestNoDuration(t *testing.T) {
	now := time.Unix(3600, 0).UTC()
	const of = `{gen_ai_request_model="m",gen_ai_provider_name="p"}`
	r := newReport(t, seriestest.Load(t, 15*time.Second, ""+
		series.CallDuration+of+" {{schema:3}}x119 {{schema:3 count:40 sum:0 z_bucket:40 z_bucket_w:1e-128}}x120\n"+
		series.PerChunk+of+" {{schema:3}}x119 {{schema:3 count:40 sum:0 z_bucket:40 z_bucket_w:1e-128}}x120\n"+
		"llm_calls_total{gen_ai_request_model=\"m\",status=\"ok\"} 0x119 40x120\n"), &now)
	s := answerOf[Summary](t, r, "summary")
	require.NotNil(t, s.LLM.P95Latency)
	assert.Zero(t, *s.LLM.P95Latency)
	rows := answerOf[Table](t, r, "models").Rows
	require.Len(t, rows, 1)
	assert.Zero(t, *rows[0].P95)
	assert.Nil(t, rows[0].OutputPerSec, "no speed comes of no time")
	for _, line := range answerOf[Series](t, r, "series?panel=latency").Series {
		for _, v := range line.Values {
			assert.Zero(t, orZero(v))
		}
	}
}

// A peak is no lower than the value that it is the peak of, though the value is newer.
func TestPeaks(t *testing.T) {
	now := time.Unix(3600, 0).UTC()
	r := newReport(t, seriestest.Load(t, 15*time.Second, `process_memory_usage_bytes{component="g"} 1e8x239 2e8
process_memory_usage_peak_bytes{component="g"} 1.5e8x239
system_cpu_utilization_busy_ratio 0.1x239 0.9
system_cpu_utilization_peak_ratio 0.5x239
`), &now)
	s := answerOf[Summary](t, r, "summary")
	assert.Equal(t, 200.0, *s.Performance.MemoryPeakMB)
	assert.Equal(t, 90.0, *s.Resources.CPUPeak)
}

// docs/api.md: amounts are exact to 0.000000001.
func TestAmountsHaveNoNoise(t *testing.T) {
	now := time.Unix(3600, 0).UTC()
	r := newReport(t, seriestest.Load(t, 15*time.Second, `llm_cost_booked_usd_total{gen_ai_request_model="m"} 0x119 0.810337509x120
llm_calls_booked_total{gen_ai_request_model="m"} 0x119 90x120
`), &now)
	rows := answerOf[Table](t, r, "models").Rows
	require.Len(t, rows, 1)
	assert.Equal(t, 0.00900375, *rows[0].USDPerCall)
	assert.Equal(t, 0.135056252, *answerOf[Summary](t, r, "summary?range=6h").LLM.CostPerHour)
}

var listField = regexp.MustCompile("(?m)^\\| `([a-z_.]+)\\[\\]")

// docs/api.md: a list is empty, never null. The one of a table is no list of its own.
func TestListsAreNeverNull(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "api.md"))
	require.NoError(t, err)
	lists := map[string]bool{}
	for _, m := range listField.FindAllSubmatch(doc, -1) {
		lists[string(m[1])] = true
	}
	require.Greater(t, len(lists), 15)
	now := time.Unix(3600, 0).UTC()
	for _, history := range []string{"busy", "empty"} {
		r := newReport(t, loadHistory(t, history), &now)
		for _, path := range goldenPaths {
			_, body := get(t, r, path)
			for name := range lists {
				assert.NotContains(t, string(body), `"`+name+`":null`, path)
			}
		}
	}
}
