package history

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// spend is a book that spends a dollar at each time, and says so every ten minutes from the first to last.
func spend(t *testing.T, h *History, start, from, to time.Time, before float64, at ...time.Time) {
	t.Helper()
	spendIn(t, h, "America/New_York", start, from, to, before, at...)
}

func spendIn(t *testing.T, h *History, zone string, start, from, to time.Time, before float64, at ...time.Time) {
	t.Helper()
	for now := from; !now.After(to); now = now.Add(10 * time.Minute) {
		sum := before
		for _, a := range at {
			if !a.After(now) {
				sum++
			}
		}
		require.NoError(t, h.Append(t.Context(), metrics(func(ms pmetric.MetricSlice) {
			counter(ms, "llm.cost.booked.usd", value{at: now, value: sum, start: start.Add(-time.Minute), labels: map[string]any{"gen_ai.request.model": "m"}})
			g := ms.AppendEmpty()
			g.SetName("llm.budget.period.start")
			g.SetUnit("s")
			p := g.SetEmptyGauge().DataPoints().AppendEmpty()
			p.SetTimestamp(ms.At(0).Sum().DataPoints().At(0).Timestamp())
			p.Attributes().PutStr("budget.timezone", zone)
			p.SetDoubleValue(1)
		})))
	}
}

func TestRecorded(t *testing.T) {
	var told heard
	o := options(t.TempDir(), &told)
	first := time.Date(2026, 3, 7, 0, 30, 0, 0, time.UTC) // the night on which clocks in New York go forward is 8 March
	now := first
	o.Now = func() time.Time { return now }
	h := open(t, o)
	end := time.Date(2026, 3, 10, 6, 0, 0, 0, time.UTC)
	times := []time.Time{
		time.Date(2026, 3, 8, 4, 55, 0, 0, time.UTC), // 7 March, 23:55 in New York
		time.Date(2026, 3, 8, 5, 5, 0, 0, time.UTC),  // 8 March, 0:05
		time.Date(2026, 3, 9, 3, 55, 0, 0, time.UTC), // 8 March, 23:55, in summer time
		time.Date(2026, 3, 9, 4, 5, 0, 0, time.UTC),  // 9 March
		time.Date(2026, 3, 9, 4, 15, 0, 0, time.UTC), // 9 March
	}
	now = end.Add(5 * time.Minute)
	spend(t, h, first, first, end, 0, times...)
	h.journal.record(t.Context(), now)

	for at, want := range map[time.Time]float64{
		time.Date(2026, 3, 8, 5, 0, 0, 0, time.UTC):  1,
		time.Date(2026, 3, 8, 6, 0, 0, 0, time.UTC):  1,
		time.Date(2026, 3, 9, 4, 0, 0, 0, time.UTC):  1,
		time.Date(2026, 3, 9, 5, 0, 0, 0, time.UTC):  2,
		time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC): 0,
	} {
		s, err := h.Instant(t.Context(), `llm:cost_usd:hour{gen_ai_request_model="m"}`, at)
		require.NoError(t, err)
		if want == 0 {
			assert.Empty(t, s, "nothing is spent in an hour without calls")
			continue
		}
		require.Len(t, s, 1, "%v", at)
		assert.Equal(t, want, s[0].Value, "%v", at)
	}
	for at, want := range map[time.Time]float64{
		time.Date(2026, 3, 8, 5, 0, 0, 0, time.UTC):  1,
		time.Date(2026, 3, 9, 4, 0, 0, 0, time.UTC):  2,
		time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC): 2,
	} {
		assert.Equal(t, want, number(t, h, `sum(llm:cost_usd:day)`, at), "a day is a day of the budgets: %v", at)
	}
	assert.Equal(t, 5.0, number(t, h, `sum(sum_over_time(llm:cost_usd:hour[5d]))`, end))
	assert.Equal(t, 1.0, number(t, h, `llm:recorded:hour`, end), "an hour is marked though nothing was spent")

	h.journal.record(t.Context(), now)
	assert.Equal(t, 78.0, number(t, h, `count_over_time(llm:recorded:hour[5d])`, end), "each hour once")
	assert.Equal(t, 4.0, number(t, h, `count_over_time(llm:recorded:day[5d])`, end))
}

// What was spent while nothing was recorded is recorded later, and the book that goes on after an outage loses nothing.
func TestRecordedAfterAnOutage(t *testing.T) {
	var told heard
	o := options(t.TempDir(), &told)
	now := begin.Add(95 * time.Minute)
	o.Now = func() time.Time { return now }
	h := open(t, o)
	spend(t, h, begin, begin, begin.Add(90*time.Minute), 0, begin.Add(5*time.Minute))
	require.NoError(t, h.Close(t.Context()))

	// A dollar was acknowledged just before the end and is in the book, not in the history.
	now = begin.Add(5*time.Hour + 5*time.Minute)
	h = open(t, o)
	spend(t, h, begin, begin.Add(4*time.Hour), begin.Add(5*time.Hour), 2, begin.Add(270*time.Minute))
	h.journal.record(t.Context(), now)
	hours := map[int]float64{}
	for i := 1; i <= 5; i++ {
		s, err := h.Instant(t.Context(), `sum(llm:cost_usd:hour)`, begin.Add(time.Duration(i)*time.Hour))
		require.NoError(t, err)
		for _, v := range s {
			hours[i] = v.Value
		}
	}
	assert.Equal(t, map[int]float64{1: 1, 4: 1, 5: 1}, hours)
	assert.Equal(t, 0.0, number(t, h, `llm:recorded:hour`, begin.Add(3*time.Hour)), "of that hour there is nothing")
	assert.Equal(t, 1.0, number(t, h, `llm:recorded:hour`, begin.Add(2*time.Hour)))
}

// All rules give something for the metrics of a gateway, and what is of one model adds up.
func TestEveryRule(t *testing.T) {
	var told heard
	o := options(t.TempDir(), &told)
	now := begin.Add(65 * time.Minute)
	o.Now = func() time.Time { return now }
	h := open(t, o)
	for i := range 61 {
		at := begin.Add(time.Duration(i) * time.Minute)
		require.NoError(t, h.Append(t.Context(), metrics(func(ms pmetric.MetricSlice) {
			for _, name := range []string{"llm.cost.booked.usd", "llm.tokens.booked", "llm.calls.booked", "llm.cost.saved.usd", "llm.calls", "llm.errors", "agent.requests"} {
				counter(ms, name, value{begin, at, float64(i), map[string]any{"gen_ai.request.model": "m"}})
			}
			for _, name := range []string{"gen_ai.client.operation.duration", "gen_ai.client.operation.time_to_first_chunk", "agent.request.duration"} {
				exponential(ms, at, begin, i+1)
				ms.At(ms.Len() - 1).SetName(name)
			}
			gauge(ms, "system.cpu.utilization.busy", at, 0.5, nil)
			ms.At(ms.Len() - 1).SetUnit("1")
			gauge(ms, "system.memory.utilization", at, 0.25, map[string]any{"system.memory.state": "used"})
			ms.At(ms.Len() - 1).SetUnit("1")
		})))
		text := fmt.Sprintf("otelcol_process_memory_rss_bytes 7\notelcol_receiver_accepted_spans_total{receiver=\"otlp\"} %d\n", i)
		require.NoError(t, h.AppendText(t.Context(), []byte(text), "text/plain; version=0.0.4", at))
	}
	h.journal.record(t.Context(), now)
	assert.Empty(t, h.journal.bad)
	for _, r := range rules {
		s, err := h.Instant(t.Context(), r.name+":hour", begin.Add(time.Hour))
		require.NoError(t, err)
		assert.NotEmpty(t, s, r.name)
	}
	assert.Equal(t, 60.0, number(t, h, `llm:cost_usd:hour`, begin.Add(time.Hour)))
	assert.Positive(t, number(t, h, `llm:latency_seconds:hour{gen_ai_request_model="gpt-4o", stat="p95"}`, begin.Add(time.Hour)))
	assert.Positive(t, number(t, h, `llm:latency_seconds:hour{gen_ai_request_model="", stat="p50"}`, begin.Add(time.Hour)))

	status, body := ask(t, h.API(), http.MethodGet, "/api/v1/rules?type=record")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, string(body), `"name":"llm:cost_usd:day"`)
}

// In Havana the clocks of 8 March 2026 go from 0:00 to 1:00: that day begins at 1:00, and it is recorded once.
func TestRecordedWhereADayHasNoMidnight(t *testing.T) {
	var told heard
	o := options(t.TempDir(), &told)
	first := time.Date(2026, 3, 7, 20, 0, 0, 0, time.UTC)
	last := time.Date(2026, 3, 9, 6, 0, 0, 0, time.UTC)
	o.Now = func() time.Time { return last.Add(5 * time.Minute) }
	h := open(t, o)
	spendIn(t, h, "America/Havana", first, first, last, 0, time.Date(2026, 3, 8, 4, 55, 0, 0, time.UTC), time.Date(2026, 3, 8, 5, 5, 0, 0, time.UTC))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // it must end by itself
	defer cancel()
	h.journal.record(ctx, o.Now())
	require.NoError(t, ctx.Err())
	for _, at := range []time.Time{time.Date(2026, 3, 8, 5, 0, 0, 0, time.UTC), time.Date(2026, 3, 9, 4, 0, 0, 0, time.UTC)} {
		assert.Equal(t, 1.0, number(t, h, `sum(llm:cost_usd:day)`, at), "%v", at)
	}
	assert.Equal(t, 2.0, number(t, h, `count_over_time(llm:recorded:day[5d])`, last))
}
