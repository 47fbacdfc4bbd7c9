package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/seriestest"
)

// Ranges above 48 hours read what is recorded of the hours, once there are two days of it: until then what came in.
func TestLongRangesReadRecordedHours(t *testing.T) {
	const of = `{gen_ai_request_model="m",gen_ai_provider_name="p"}`
	came := "llm_calls_total{gen_ai_request_model=\"m\",status=\"ok\"} 0+10x71\n" + "llm_calls_booked_total" + of + " 0+10x71\n" +
		callDuration + of + " {{schema:3}}+{{schema:3 count:10 sum:10 offset:0 buckets:[10]}}x71\n"
	now := time.Unix(71*3600, 0).UTC()
	for _, hours := range []int{20, 71} {
		t.Run(fmt.Sprint(hours), func(t *testing.T) {
			var recorded strings.Builder
			for series, value := range map[string]string{
				"llm:recorded:hour": "1", `llm:latency_seconds:hour{stat="p50"}`: "3", `llm:latency_seconds:hour{stat="p95"}`: "7",
				`llm:latency_seconds:hour{stat="p95",gen_ai_request_model="m"}`: "8",
				`llm:requests:hour{status="ok"}`:                                "9", `llm:requests:hour{status="error"}`: "1",
			} {
				fmt.Fprintf(&recorded, "%s %sx%d\n", series, value, hours-1)
			}
			r := newReport(t, seriestest.Load(t, time.Hour, came+recorded.String()), &now)
			p95 := *answerOf[Summary](t, r, "summary?range=7d").LLM.P95Latency
			rows := answerOf[Table](t, r, "models?range=7d").Rows
			require.Len(t, rows, 1)
			latency := answerOf[Series](t, r, "series?panel=latency&range=7d").Series
			errors := answerOf[Series](t, r, "series?panel=errors&range=7d").Series
			if hours < 48 {
				assert.Less(t, p95, 1.1)
				assert.Less(t, *rows[0].P95, 1.1)
				return
			}
			assert.Equal(t, 7.0, p95)
			assert.Equal(t, 8.0, *rows[0].P95)
			require.Len(t, latency, 2)
			require.NotEmpty(t, errors)
			last := len(latency[1].Values) - 1
			assert.Equal(t, 7.0, *latency[1].Values[last])
			assert.Equal(t, 10.0, *errors[0].Values[last])
		})
	}
}
