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
			for _, name := range []string{"llm.cost.booked.usd", "llm.tokens.booked", "llm.calls.booked", "llm.cost.saved.usd", "llm.calls", "llm.errors", "llm.retries", "llm.unpriced.booked", "agent.requests"} {
				counter(ms, name, value{begin, at, float64(i), map[string]any{"gen_ai.request.model": "m"}})
			}
			for _, name := range []string{
				"gen_ai.client.operation.duration", "gen_ai.client.operation.time_to_first_chunk", "gen_ai.client.operation.time_per_output_chunk",
				"agent.request.duration", "gen_ai.execute_tool.duration", "gen_ai.evaluation.score",
			} {
				exponential(ms, at, begin, i+1)
				ms.At(ms.Len() - 1).SetName(name)
				if name == "gen_ai.evaluation.score" {
					ms.At(ms.Len() - 1).SetUnit("1")
				}
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

// Observations are counted exactly in each hour: those of a process that was restarted, those of a series that is new, those without a name, and
// nothing twice where a series goes on after the gateway was away.
func TestRecordedObservationsAreExact(t *testing.T) {
	for _, classic := range []bool{false, true} {
		t.Run(fmt.Sprintf("classic %v", classic), func(t *testing.T) {
			var told heard
			o := options(t.TempDir(), &told)
			now := begin.Add(4*time.Hour + 5*time.Minute)
			o.Now = func() time.Time { return now }
			h := open(t, o)
			// tell says a count and 2 s for each, of a tool's runs; no name is one that has none.
			tell := func(minute int, name, failure string, count int) {
				at := begin.Add(time.Duration(minute) * time.Minute)
				require.NoError(t, h.Append(t.Context(), metrics(func(ms pmetric.MetricSlice) {
					labels := map[string]any{}
					if name != "" {
						labels["gen_ai.tool.name"] = name
					}
					if failure != "" {
						labels["error.type"] = failure
					}
					durations(ms, classic, at, labels, uint64(count)) //nolint:gosec // small
				})))
			}
			for minute := range 240 {
				if minute >= 61 && minute < 115 {
					continue // the gateway is away
				}
				search := minute // one a minute, 10 of them before a restart
				if minute >= 10 {
					search = minute - 10
				}
				tell(minute, "search", "", min(search, 170))
				tell(minute, "", "", min(minute*100, 5000))
				if minute >= 30 {
					tell(minute, "search", "timeout", 3*min(minute-30, 1))
				}
			}
			h.journal.record(t.Context(), now)
			assert.Empty(t, h.journal.bad)
			at := func(hour int, stat, of string) float64 {
				name := "llm:tool_latency_totals"
				if stat[0] == 'p' {
					name = "llm:tool_latency_seconds"
				}
				s, err := h.Instant(t.Context(), name+`:hour{stat="`+stat+`",gen_ai_tool_name="`+of+`"}`, begin.Add(time.Duration(hour)*time.Hour))
				require.NoError(t, err)
				if len(s) == 0 {
					return 0
				}
				return s[0].Value
			}
			// Up to and with minute 60: 9 before the restart, 50 after it, 3 that failed.
			assert.InDeltaSlice(t, []float64{62, 59, 124}, []float64{at(1, "count", "search"), at(1, "ok", "search"), at(1, "sum", "search")}, 0.1, "nearly, where a process began anew")
			assert.Equal(t, 5000.0, at(1, "count", ""), "those without a name")
			assert.InDelta(t, 500.0, at(1, "p50", ""), 5, "of all")
			assert.Equal(t, 60.0, at(2, "count", "search"), "what was told after the gateway was away: 50 to 110")
			assert.Equal(t, 60.0, at(3, "ok", "search"))
			assert.InDelta(t, 2.0, at(1, "p50", "search"), 0.2, "not the median of what has no name")
		})
	}
}

// durations is the count of a tool's runs that took 2 s each.
func durations(ms pmetric.MetricSlice, classic bool, at time.Time, labels map[string]any, count uint64) {
	m := ms.AppendEmpty()
	m.SetName("gen_ai.execute_tool.duration")
	m.SetUnit("s")
	each := 2.0
	if len(labels) == 0 {
		each = 500
	}
	if classic {
		m.SetEmptyHistogram().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		p := m.Histogram().DataPoints().AppendEmpty()
		p.SetTimestamp(stamp(at))
		_ = p.Attributes().FromRaw(labels)
		p.ExplicitBounds().FromRaw([]float64{1.9, 2.1, 499, 501})
		buckets := []uint64{0, count, 0, 0, 0}
		if each > 2 {
			buckets = []uint64{0, 0, 0, count, 0}
		}
		p.BucketCounts().FromRaw(buckets)
		p.SetCount(count)
		p.SetSum(each * float64(count))
		return
	}
	m.SetEmptyExponentialHistogram().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	p := m.ExponentialHistogram().DataPoints().AppendEmpty()
	p.SetTimestamp(stamp(at))
	_ = p.Attributes().FromRaw(labels)
	p.SetScale(6)
	p.Positive().SetOffset(63) // 2^(63/64) to 2
	if each > 2 {
		p.Positive().SetOffset(573)
	}
	p.Positive().BucketCounts().FromRaw([]uint64{count})
	p.SetCount(count)
	p.SetSum(each * float64(count))
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
