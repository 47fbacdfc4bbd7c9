package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/seriestest"
)

// Ranges above 48 hours read what is recorded of the hours, once there are two days of it: until then what came in.
func TestLongRangesReadRecordedHours(t *testing.T) {
	const of = `{gen_ai_request_model="m",gen_ai_provider_name="p"}`
	came := "llm_calls_total{gen_ai_request_model=\"m\",status=\"ok\"} 0+10x71\n" + "llm_calls_booked_total" + of + " 0+10x71\n" +
		series.CallDuration + of + " {{schema:3}}+{{schema:3 count:10 sum:10 offset:0 buckets:[10]}}x71\n"
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

// Averages, tools, retries and quality of a long range are those of the recorded hours and of what came since the last of them: an hour is
// recorded some minutes after its end, and must not be missing until then.
func TestRecordedHoursAndWhatCameSince(t *testing.T) {
	const hours = 72
	var all []seriestest.Series
	line := func(value float64, labels ...string) {
		one := seriestest.Series{Labels: map[string]string{}}
		for i := 0; i < len(labels); i += 2 {
			one.Labels[labels[i]] = labels[i+1]
		}
		for hour := range hours {
			one.Points = append(one.Points, series.Point{At: time.Unix(int64(hour)*3600, 0), Value: value})
		}
		all = append(all, one)
	}
	line(1, "__name__", "llm:recorded:hour")
	stats := map[string]float64{"p50": 3, "p95": 7, "p99": 9}
	totals := map[string]float64{"count": 10, "sum": 40, "ok": 9}
	for _, of := range [][3]string{
		{"llm:latency_seconds", labelModel, "m"},
		{"llm:tool_latency_seconds", labelTool, "search"},
		{"llm:agent_latency_seconds", labelAgent, "bot"},
		{"llm:output_seconds_per_token", labelModel, "m"},
		{"llm:ttft_seconds", labelModel, "m"},
	} {
		for stat, value := range stats {
			line(value, "__name__", of[0]+":hour", "stat", stat, of[1], of[2])
			line(value, "__name__", of[0]+":hour", "stat", stat)
		}
	}
	for _, of := range [][3]string{
		{"llm:latency_totals", labelModel, "m"},
		{"llm:tool_latency_totals", labelTool, "search"},
		{"llm:agent_latency_totals", labelAgent, "bot"},
		{"llm:evaluation_totals", labelAgent, "bot"},
	} {
		for stat, value := range totals {
			line(value, "__name__", of[0]+":hour", "stat", stat, of[1], of[2])
		}
	}
	line(10, "__name__", "llm:requests:hour", labelModel, "m", "status", "ok")
	line(10, "__name__", "llm:agent_requests:hour", labelAgent, "bot", "status", "ok")
	line(1, "__name__", "llm:retries:hour", labelModel, "m")
	// The last hour ended 61 minutes ago. Since then something was done each minute.
	for _, labels := range []map[string]string{
		{"__name__": series.ToolDuration + "_count", labelTool: "search"},
		{"__name__": series.ToolDuration + "_sum", labelTool: "search"},
		{"__name__": "llm_retries_total", labelModel: "m"},
		{"__name__": "llm_calls_total", labelModel: "m", "status": "ok"},
	} {
		one := seriestest.Series{Labels: labels}
		for minute := range 62 {
			one.Points = append(one.Points, series.Point{At: time.Unix((hours-1)*3600+int64(minute)*60, 0), Value: float64(minute)})
		}
		all = append(all, one)
	}
	now := time.Unix((hours-1)*3600+61*60, 0).UTC()
	r := newReport(t, seriestest.Write(t, all), &now)

	s := answerOf[Summary](t, r, "summary?range=30d")
	assert.Equal(t, 4.0, *s.LLM.AvgLatency)
	require.Contains(t, s.Tools, "search")
	assert.Equal(t, 10.0*hours+61, *s.Tools["search"].Executions)
	assert.InDelta(t, 100*(9.0*hours+61)/(10*hours+61), *s.Tools["search"].SuccessRate, 1e-9)
	assert.InDelta(t, (40.0*hours+61)/(10*hours+61), *s.Tools["search"].AvgDuration, 0.01)
	assert.InDelta(t, 100*(1.0*hours+61)/(10*hours+61), *s.Errors.RetryRate, 0.1, "61 minutes are not recorded yet")
	models, agents := answerOf[Table](t, r, "models?range=30d").Rows, answerOf[Table](t, r, "agents?range=30d").Rows
	require.Len(t, models, 1)
	require.Len(t, agents, 1)
	assert.Equal(t, 4.0, *models[0].Avg)
	assert.InDelta(t, 1.0/3, *models[0].OutputPerSec, 1e-9)
	assert.Equal(t, 4.0, *agents[0].Quality)
	tools := answerOf[Series](t, r, "series?panel=errors&range=30d").Series
	require.Len(t, tools, 3)
	assert.Equal(t, "tools", tools[1].Name)
	assert.InDelta(t, 10.0, *tools[1].Values[len(tools[1].Values)-1], 1e-9)
}

// A gateway that began a quarter of an hour ago, over a full hour, has all its figures in every range.
func TestLongRangesOfAYoungHistory(t *testing.T) {
	began := time.Unix(40*3600-8*60, 0).UTC()
	now := began.Add(9 * time.Minute)
	var all []seriestest.Series
	for _, labels := range []map[string]string{
		{"__name__": "llm_calls_total", labelModel: "m", "status": "ok"},
		{"__name__": "llm_retries_total", labelModel: "m"},
		{"__name__": series.CallDuration + "_count", labelModel: "m"},
		{"__name__": series.CallDuration + "_sum", labelModel: "m"},
		{"__name__": series.CallDuration + "_bucket", labelModel: "m", "le": "1"},
		{"__name__": series.CallDuration + "_bucket", labelModel: "m", "le": "+Inf"},
		{"__name__": bookedCalls, labelModel: "m"},
		{"__name__": bookedUSD, labelModel: "m"},
		{"__name__": "process_memory_usage_bytes", "component": "gateway"},
	} {
		one := seriestest.Series{Labels: labels}
		for minute := range 10 {
			one.Points = append(one.Points, series.Point{At: began.Add(time.Duration(minute) * time.Minute), Value: float64(minute)})
		}
		all = append(all, one)
	}
	r := newReport(t, seriestest.Write(t, all), &now)
	for _, window := range []string{"15m", "1h", "24h", "7d", "30d"} {
		s := answerOf[Summary](t, r, "summary?range="+window)
		require.NotNil(t, s.LLM.AvgLatency, window)
		require.NotNil(t, s.LLM.P95Latency, window)
		require.NotNil(t, s.Performance.MemoryPeakMB, window)
		assert.InDelta(t, 1.0, *s.LLM.AvgLatency, 1e-9, window)
		assert.InDelta(t, 100.0, *s.Errors.RetryRate, 1e-9, window)
		rows := answerOf[Table](t, r, "models?range="+window).Rows
		require.Len(t, rows, 1)
		require.NotNil(t, rows[0].P95, window)
		assert.InDelta(t, 100.0, *rows[0].RetryPercent, 1e-9, window)
	}
}
