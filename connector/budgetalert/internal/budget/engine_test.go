package budget

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger/bolt"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

const monthly = `
budgets:
  - {name: m, period: month, timezone: Europe/Berlin, group_by: [team], limit_usd: 500, limits: {search: 1500}}
`

func TestAnAlertSaysWhy(t *testing.T) {
	w := newWorld(t, "2026-10-31T23:00:00Z", monthly)
	w.until("2026-11-20T12:00:00Z")
	w.spend("search", 700)
	assert.Empty(t, w.take())
	w.until("2026-11-21T08:30:00Z")
	first, second := w.call("search", 500.0004), w.call("search", 3.44)
	second.Row.Model = "o3"
	w.record(first, second)
	alerts := w.take()
	require.Len(t, alerts, 1)
	a := alerts[0]
	assert.Equal(t, "team search has spent 1,203.44 of 1,500 USD (80 %) this month, 9 days before it ends; at this pace 1,770 USD, "+
		"exhausted on 26 Nov 10:07. Largest: gpt-4o, support, chat, team search: 1,200 USD (100 %); o3, support, chat, team search: 3.44 USD (0 %).",
		a.Body)
	assert.Equal(t, genai.EventBudgetAlert, a.Event)
	assert.Equal(t, "MONTHLY_BUDGET_WARNING", a.Type)
	assert.Equal(t, genai.SeverityWarning, a.Severity)
	assert.Equal(t, "threshold", a.Reason)
	assert.Equal(t, map[string]string{"team": "search"}, a.Group)
	assert.InDelta(t, 1203.4404, a.Value, 1e-9)
	assert.Equal(t, 1200.0, a.Threshold)
	assert.InDelta(t, 296.5596, a.Budget.Remaining, 1e-9)
	assert.Equal(t, "2026-10-31T23:00:00Z", a.Budget.PeriodStart.Format(time.RFC3339))
	assert.Equal(t, "2026-11-30T23:00:00Z", a.Budget.ResetsAt.Format(time.RFC3339))
	assert.Equal(t, "2026-11-30T23:00:00Z", a.EndsAt.Format(time.RFC3339))
	assert.Equal(t, first.Span, a.Span, "the call that crossed, not the last one")
	assert.Equal(t, "http://127.0.0.1:8890/?budget=m&group.team=search", a.URL)

	w.spend("search", 300)
	exceeded := w.take()
	require.Len(t, exceeded, 1)
	assert.Equal(t, "MONTHLY_BUDGET_EXCEEDED", exceeded[0].Type)
	assert.Equal(t, genai.SeverityError, exceeded[0].Severity)
	assert.NotEqual(t, a.Fingerprint, exceeded[0].Fingerprint)
	w.spend("search", 5000)
	assert.Empty(t, w.take(), "once a period")

	w.until("2026-11-30T22:59:59Z")
	assert.Empty(t, w.take())
	w.until("2026-11-30T23:00:00Z")
	over := w.take()
	require.Len(t, over, 2)
	for _, o := range over {
		assert.Equal(t, genai.AlertResolved, o.State)
		assert.Equal(t, "period_ended", o.Reason)
		assert.NotEqual(t, a.ID, o.ID)
	}
	assert.Equal(t, "m, search: MONTHLY_BUDGET_WARNING is over, the period has ended; 6,503.44 of 1,500 USD.", firstWith(over, a.Fingerprint).Body)
	w.until("2026-12-01T12:00:00Z")
	assert.Empty(t, w.take())
	w.spend("search", 1500)
	again := w.take()
	require.Len(t, again, 1, "a jump over both fires the higher one")
	assert.Equal(t, exceeded[0].Fingerprint, again[0].Fingerprint)
	assert.NotEqual(t, exceeded[0].ID, again[0].ID)
}

func TestOnceOverRestartsAndReplicas(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:00:00Z", monthly)
	other, err := NewEngine(context.Background(), w.options, w.list.Budgets, nil, w.ledger, w.now)
	require.NoError(t, err)
	w.spend("a", 450)
	assert.Equal(t, []string{"m MONTHLY_BUDGET_WARNING a firing threshold"}, w.told())
	w.restart("")
	w.spend("a", 1)
	require.NoError(t, other.Record(context.Background(), []Spend{w.call("a", 1)}, w.now))
	w.wait(3 * time.Minute)
	require.NoError(t, other.Tick(context.Background(), w.now))
	assert.Empty(t, w.told())
	require.NoError(t, other.Record(context.Background(), []Spend{w.call("a", 100)}, w.now))
	assert.Equal(t, []string{"m MONTHLY_BUDGET_EXCEEDED a firing threshold"}, w.told())

	w.now = utc(t, "2027-02-03T00:00:00Z") // nobody was there when the month ended
	w.restart("")
	require.NoError(t, other.Tick(context.Background(), w.now))
	assert.Equal(t, []string{"m MONTHLY_BUDGET_WARNING a resolved period_ended", "m MONTHLY_BUDGET_EXCEEDED a resolved period_ended"}, sorted(w.told()))
	w.restart("")
	w.wait(2 * time.Minute)
	assert.Empty(t, w.told())
}

// Spend that was recorded when nobody could decide is found by the next look.
func TestACrossingIsALevel(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:00:30Z", monthly)
	b := w.engine.prepare([]Spend{w.call("a", 600)}, w.now)
	require.NoError(t, w.ledger.Record(context.Background(), b.calls, nil))
	assert.Empty(t, w.told())
	w.wait(30 * time.Second)
	assert.Equal(t, []string{"m MONTHLY_BUDGET_EXCEEDED a firing threshold"}, w.told())
	w.wait(5 * time.Minute)
	assert.Empty(t, w.told())

	b = w.engine.prepare([]Spend{w.call("b", 600)}, w.now)
	require.NoError(t, w.ledger.Record(context.Background(), b.calls, nil))
	w.restart("")
	assert.Equal(t, []string{"m MONTHLY_BUDGET_EXCEEDED b firing threshold"}, w.told())
}

func TestLateAndFuture(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:00:00Z", `
budgets:
  - {name: d, period: day, limit_usd: 100}
  - {name: h, period: hour, limit_usd: 100}
`)
	yesterday := w.now.Add(-23 * time.Hour)
	w.record(w.callAt(yesterday, "a", 500))
	assert.Empty(t, w.told(), "the day is over")
	assert.Zero(t, w.level("d").Spent)
	w.record(w.callAt(w.now.Add(-2*time.Hour), "a", 90))
	assert.Equal(t, []string{"d DAILY_BUDGET_WARNING firing threshold"}, w.told(), "the hour is over, the day is not")
	w.record(w.callAt(w.now.Add(-25*time.Hour), "a", 50), w.callAt(w.now.Add(11*time.Minute), "a", 60), w.callAt(time.Unix(0, 0), "a", 1))
	assert.Equal(t, []string{"LATE_USAGE LATE_USAGE firing late"}, w.told())
	w.record(w.callAt(w.now.Add(time.Hour), "a", 60))
	assert.Empty(t, w.told(), "once a day")
	s := w.engine.Stats()
	assert.Equal(t, Apart{2, 51e9}, s.Late)
	assert.Equal(t, Apart{2, 120e9}, s.Future)
	assert.Equal(t, 90.0, w.level("d").Spent)
	bad := w.call("a", 1)
	bad.NanoUSD = -1
	w.record(bad)
	assert.Equal(t, Apart{Calls: 1}, w.engine.Stats().Bad)

	// A call of the hour to come counts there, and fires when that hour has begun.
	w.until("2026-11-20T12:55:00Z")
	w.record(w.callAt(w.now.Add(6*time.Minute), "a", 100))
	assert.Equal(t, []string{"d DAILY_BUDGET_EXCEEDED firing threshold"}, w.told())
	assert.Zero(t, w.level("h").Spent)
	w.until("2026-11-20T13:00:00Z")
	assert.Equal(t, []string{"h HOURLY_BUDGET_EXCEEDED firing threshold"}, w.told())
	w.until("2026-11-21T00:00:00Z")
	assert.ElementsMatch(t, []string{
		"h HOURLY_BUDGET_EXCEEDED resolved period_ended", "d DAILY_BUDGET_WARNING resolved period_ended",
		"d DAILY_BUDGET_EXCEEDED resolved period_ended", "LATE_USAGE LATE_USAGE resolved period_ended",
	}, w.told())
	w.restart("")
	assert.Empty(t, w.told())
}

func TestRolling(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:00:10Z", `
budgets:
  - {name: r, period: {rolling: 1h}, limit_usd: 100, thresholds: [0.5, 1.0]}
`)
	w.spend("a", 45)
	w.wait(10 * time.Minute)
	w.spend("a", 20)
	alerts := w.take()
	require.Len(t, alerts, 1)
	assert.Equal(t, "ROLLING_BUDGET_WARNING", alerts[0].Type)
	assert.Contains(t, alerts[0].ID, "20261120T121000Z", "the fired minute")
	assert.Equal(t, "r has spent 65 of 100 USD (65 %) in the last 1h. Largest: gpt-4o, support, chat, team a: 65 USD (100 %).", alerts[0].Body)
	w.wait(10 * time.Minute)
	w.spend("a", 26) // 91: the first 45 leave at 13:00, and 46 are above 45, 90 % of the threshold
	w.until("2026-11-20T13:05:00Z")
	assert.Empty(t, w.told())
	assert.Equal(t, 46.0, w.level("r").Spent)
	w.until("2026-11-20T13:09:59Z")
	assert.Empty(t, w.told())
	w.until("2026-11-20T13:10:00Z") // 20 leave: 26
	over := w.take()
	require.Len(t, over, 1)
	assert.Equal(t, "below_threshold", over[0].Reason)
	assert.Equal(t, 26.0, over[0].Budget.Spent)
	w.restart("")
	w.spend("a", 80) // 106
	again := w.take()
	require.Len(t, again, 1)
	assert.Equal(t, "ROLLING_BUDGET_EXCEEDED", again[0].Type)
	w.until("2026-11-20T13:20:00Z") // 80: the lower threshold is superseded, not below
	assert.Equal(t, []string{"r ROLLING_BUDGET_EXCEEDED resolved below_threshold"}, w.told())
	w.until("2026-11-20T15:00:00Z")
	assert.Empty(t, w.told())
	w.spend("a", 60)
	assert.Equal(t, []string{"r ROLLING_BUDGET_WARNING firing threshold"}, w.told())
}

func TestBlock(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:07:10Z", `
budgets:
  - {name: b, period: {block: 5h}, limit_calls: 4, thresholds: [1.0]}
`)
	w.spend("a", 1)
	l := w.level("b")
	assert.Equal(t, "2026-11-20T12:07:00Z", l.Start.Format(time.RFC3339))
	assert.Equal(t, "2026-11-20T17:07:00Z", l.End.Format(time.RFC3339))
	w.until("2026-11-20T17:06:59Z")
	w.spend("a", 1)
	w.restart("")
	w.record(w.callAt(utc(t, "2026-11-20T12:01:00Z"), "a", 1)) // came late: before the first block, and yet in it
	assert.Equal(t, 3.0, w.level("b").Spent)
	w.spend("a", 1)
	assert.Equal(t, []string{"b BLOCK_BUDGET_EXCEEDED firing threshold"}, w.told())
	w.until("2026-11-20T17:07:00Z")
	assert.Equal(t, []string{"b BLOCK_BUDGET_EXCEEDED resolved period_ended"}, w.told())
	assert.Zero(t, w.level("b").Spent)
	w.until("2026-11-20T21:00:00Z")
	w.record(w.call("a", 1), w.callAt(utc(t, "2026-11-20T20:59:30Z"), "a", 1), w.callAt(utc(t, "2026-11-20T17:05:00Z"), "a", 1))
	l = w.level("b")
	assert.Equal(t, "2026-11-20T20:59:00Z", l.Start.Format(time.RFC3339))
	assert.Equal(t, 2.0, l.Spent, "the late one belongs to the first block")
	w.record(w.call("a", 1), w.call("a", 1))
	assert.Equal(t, []string{"b BLOCK_BUDGET_EXCEEDED firing threshold"}, w.told())
}

func TestRun(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:00:00Z", `
budgets:
  - {name: run-cap, period: run, limit_usd: 5, thresholds: [0.5, 1.0], idle: 10m}
`)
	w.spend("a", 2)
	w.spend("b", 2)
	assert.Empty(t, w.told())
	assert.Equal(t, 2, w.engine.Stats().OpenRuns)
	w.wait(9 * time.Minute)
	w.spend("a", 1)
	assert.Equal(t, []string{"run-cap RUN_BUDGET_WARNING run of a firing threshold"}, w.told())
	w.wait(9 * time.Minute)
	w.restart("")
	w.spend("a", 2)
	assert.Equal(t, []string{"run-cap RUN_BUDGET_EXCEEDED run of a firing threshold"}, w.told())
	w.wait(9 * time.Minute)
	assert.Empty(t, w.told())
	w.wait(3 * time.Minute)
	assert.ElementsMatch(t, []string{
		"run-cap RUN_BUDGET_WARNING run of a resolved run_ended", "run-cap RUN_BUDGET_EXCEEDED run of a resolved run_ended",
	}, w.told())
	assert.Zero(t, w.engine.Stats().OpenRuns)
	w.spend("a", 4) // the next run of the same conversation
	assert.Equal(t, []string{"run-cap RUN_BUDGET_WARNING run of a firing threshold"}, w.told())
}

func TestRunsAreCapped(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:00:00Z", "budgets: [{name: run-cap, period: run, limit_usd: 5}]")
	var spends []Spend
	for i := range MaxOpenRuns + 7 {
		s := w.call("a", 1)
		s.Shares[0].Run = fmt.Sprint(i)
		spends = append(spends, s)
	}
	w.record(spends...)
	s := w.engine.Stats()
	assert.Equal(t, MaxOpenRuns, s.OpenRuns)
	assert.Equal(t, int64(7), s.RunsOverflow)
	var crowd int
	for _, a := range w.take() {
		if a.Reason == reasonGroups {
			crowd++
		}
	}
	assert.Equal(t, 1, crowd)
}

func TestLimitChanged(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:00:00Z", "budgets: [{name: d, period: day, limit_usd: 100}]")
	w.spend("a", 85)
	fired := w.take()
	require.Len(t, fired, 1)
	w.restart("budgets: [{name: d, period: day, limit_usd: 200}]")
	assert.Equal(t, []string{"d DAILY_BUDGET_WARNING resolved limit_changed"}, w.told())
	w.spend("a", 80) // 165
	again := w.take()
	require.Len(t, again, 1)
	assert.Equal(t, fired[0].Fingerprint, again[0].Fingerprint)
	assert.NotEqual(t, fired[0].ID, again[0].ID, "another crossing")
	w.reload("budgets: [{name: d, period: day, limit_usd: 150}]")
	assert.Equal(t, []string{"d DAILY_BUDGET_EXCEEDED firing limit_changed"}, w.told())
	w.restart("")
	w.wait(2 * time.Minute)
	assert.Empty(t, w.told())

	w.restart("budgets: []")
	assert.ElementsMatch(t, []string{"d DAILY_BUDGET_WARNING resolved budget_removed", "d DAILY_BUDGET_EXCEEDED resolved budget_removed"}, w.told())
	w.restart("budgets: [{name: d, period: day, limit_usd: 150}]")
	assert.Equal(t, []string{"d DAILY_BUDGET_EXCEEDED firing threshold"}, w.told(), "it is back")
	w.until("2026-11-21T00:00:00Z")
	assert.Equal(t, []string{"d DAILY_BUDGET_EXCEEDED resolved period_ended"}, w.told())
}

// Who reads that an alert is over because of another limit reads which one, and that spend fell only where it did.
func TestAnEndSaysTheLimitThatEndedIt(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:00:00Z", `
budgets: [{name: d, period: day, limit_usd: 100}, {name: r, period: {rolling: 2h}, limit_usd: 100, thresholds: [0.8]}]`)
	w.spend("a", 85)
	require.Len(t, w.take(), 2)
	w.reload("budgets: [{name: d, period: day, limit_usd: 200}, {name: r, period: {rolling: 2h}, limit_usd: 200, thresholds: [0.8]}]")
	w.wait(20 * time.Minute)
	for _, a := range w.take() {
		assert.Equal(t, reasonLimit, a.Reason, a.Name)
		assert.Equal(t, [3]float64{200, 85, 115}, [3]float64{a.Budget.Limit, a.Budget.Spent, a.Budget.Remaining}, a.Name)
		assert.Contains(t, a.Body, "the limit is another one; 85 of 200 USD.")
	}
	w.spend("a", 80)
	require.Len(t, w.take(), 2)
	w.wait(3 * time.Hour)
	assert.Equal(t, []string{"r ROLLING_BUDGET_WARNING resolved below_threshold"}, w.told())
}

func TestOverrides(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:00:00Z", `
budgets: [{name: d, period: month, limit_usd: 100, group_by: [team], limits: {b: 300}}]
overrides:
  - {budget: d, group: {team: a}, limit_usd: 200, until: 2026-11-22, reason: launch}
`)
	w.record(w.call("a", 120), w.call("b", 120), w.call("c", 120))
	assert.Equal(t, []string{"d MONTHLY_BUDGET_EXCEEDED c firing threshold"}, w.told())
	assert.Equal(t, 200.0, w.level("d", "a").Limit)
	w.until("2026-11-21T23:59:59Z")
	assert.Empty(t, w.told())
	w.until("2026-11-22T00:00:00Z")
	assert.Equal(t, []string{"d MONTHLY_BUDGET_EXCEEDED a firing limit_changed"}, w.told())
	assert.Equal(t, 100.0, w.level("d", "a").Limit)
}

func TestANewBudgetBeginsWithTheBook(t *testing.T) {
	w := newWorld(t, "2026-11-19T10:20:00Z", "budgets: []")
	w.record(w.call("a", 40), w.call("b", 7))
	w.until("2026-11-20T12:00:00Z")
	w.record(w.call("a", 60), w.call("b", 8))
	config := `
budgets:
  - {name: d, period: day, limit_usd: 100}
  - {name: m, period: month, limit_usd: 100, group_by: [{name: team, from: span}, gen_ai.request.model]}
  - {name: x, period: month, limit_usd: 100, group_by: [{name: team, from: auth}]}
  - {name: w, period: month, limit_usd: 100, where: 'true'}
  - {name: r, period: {rolling: 24h}, limit_calls: 10}
  - {name: l, period: lifetime, limit_tokens: 1000, tokens: {types: [reasoning]}}
`
	w.restart(config)
	assert.Equal(t, []string{"m MONTHLY_BUDGET_EXCEEDED firing threshold"}, groupless(w.take()))
	check := func() {
		assert.Equal(t, 68.0, w.level("d").Spent)
		assert.Equal(t, 100.0, w.level("m", "a", "gpt-4o").Spent)
		assert.Equal(t, 15.0, w.level("m", "b", "gpt-4o").Spent)
		assert.Zero(t, w.level("w").Spent, "the book cannot tell which calls met a condition")
		assert.Equal(t, 2.0, w.level("r").Spent)
		assert.Equal(t, 20.0, w.level("l").Spent)
	}
	check()
	w.restart("")
	w.restart(config)
	check()

	// Out for an hour and back again: the book has what it missed.
	w.restart("budgets: []")
	w.take()
	w.until("2026-11-20T13:30:00Z")
	w.record(w.call("a", 5))
	w.until("2026-11-20T14:30:00Z")
	w.restart(config)
	assert.Equal(t, 73.0, w.level("d").Spent)
}

func TestManyGroups(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:00:00Z", `
budgets:
  - {name: all, period: month, limit_usd: 1e9}
  - {name: each, period: month, limit_usd: 1, group_by: [customer], max_groups: 100, limits: {vip: 1}}
`)
	const n = 1000
	for i := range n {
		w.spend(fmt.Sprint("c", i), 0.25)
	}
	assert.Equal(t, []string{"each MONTHLY_BUDGET_WARNING firing too_many_groups"}, w.told())
	w.spend("vip", 2)
	assert.Equal(t, []string{"each MONTHLY_BUDGET_EXCEEDED vip firing threshold"}, w.told(), "it is named")
	assert.Equal(t, n*0.25+2, w.level("all").Spent)
	w.restart("")
	w.spend("c999", 0.25)
	levels, err := w.engine.Snapshot(context.Background(), w.now)
	require.NoError(t, err)
	var groups int
	var sum float64
	for _, l := range levels {
		if l.Budget == "each" {
			groups++
			sum += l.Spent
			assert.Equal(t, l.Overflow, l.Limit == 0)
		}
	}
	assert.Equal(t, 102, groups, "100, the one that is named, and all others")
	assert.Equal(t, n*0.25+2.25, sum)
	assert.Equal(t, int64(1), w.engine.Stats().GroupsOverflow)
	assert.Empty(t, w.told())
	w.until("2026-12-01T00:00:00Z")
	assert.ElementsMatch(t, []string{
		"each MONTHLY_BUDGET_WARNING resolved period_ended", "each MONTHLY_BUDGET_EXCEEDED vip resolved period_ended",
	}, w.told())
}

func TestForecast(t *testing.T) {
	w := newWorld(t, "2026-11-01T00:00:00Z", `
budgets:
  - {name: m, period: month, limit_usd: 300, forecast: {threshold: 1.0, min_elapsed: 0.1}}
`)
	w.until("2026-11-02T00:00:00Z")
	w.spend("a", 29)
	w.until("2026-11-03T23:59:59Z")
	assert.Empty(t, w.told(), "too early")
	w.until("2026-11-04T00:00:00Z") // 3 of 30 days: 290
	assert.Empty(t, w.told())
	assert.InDelta(t, 290, w.level("m").Forecast, 1e-9)
	w.spend("a", 3) // 320
	w.wait(time.Minute)
	alerts := w.take()
	require.Len(t, alerts, 1)
	assert.Equal(t, "MONTHLY_BUDGET_FORECAST", alerts[0].Type)
	assert.Equal(t, genai.SeverityWarning, alerts[0].Severity)
	assert.Equal(t, "m will spend 320 of 300 USD this month at this pace, exhausted on 29 Nov 03:09; 32 so far (10 %), 26 days before it ends. "+
		"Largest: gpt-4o, support, chat, team a: 32 USD (100 %).", alerts[0].Body)
	w.restart("")
	w.until("2026-11-04T13:00:00Z") // 271, and 270 is the line
	assert.Empty(t, w.told())
	w.until("2026-11-04T16:00:00Z")
	assert.Equal(t, []string{"m MONTHLY_BUDGET_FORECAST resolved below_threshold"}, w.told())
	w.spend("a", 10)
	w.wait(time.Minute)
	again := w.take()
	require.Len(t, again, 1)
	assert.Equal(t, alerts[0].Fingerprint, again[0].Fingerprint)
	assert.NotEqual(t, alerts[0].ID, again[0].ID)
	w.until("2026-12-01T00:00:00Z")
	assert.Len(t, w.told(), 1)
}

func TestForecastByWeekday(t *testing.T) {
	w := newWorld(t, "2026-11-01T00:00:00Z", `
budgets:
  - {name: m, period: month, limit_usd: 1000, forecast: {method: weekday}, group_by: [team]}
`)
	day := func() { // 20 on a day of work, nothing at weekends
		if wd := w.now.Weekday(); wd != time.Saturday && wd != time.Sunday {
			w.spend("a", 20)
		}
		w.wait(24 * time.Hour)
	}
	for w.now.Before(utc(t, "2026-11-13T00:00:00Z")) {
		day()
	}
	assert.InDelta(t, 180.0/12*30, w.level("m", "a").Forecast, 1e-6, "linear at first")
	for w.now.Before(utc(t, "2026-11-28T00:00:00Z")) {
		day()
	}
	// Saturday the 28th: 20 working days are over, and Monday the 30th is left.
	assert.InDelta(t, 420, w.level("m", "a").Forecast, 1e-6)
	w.wait(12 * time.Hour)
	assert.InDelta(t, 420, w.level("m", "a").Forecast, 1e-6)
	w.until("2026-11-30T12:00:00Z")
	assert.InDelta(t, 410, w.level("m", "a").Forecast, 1e-6, "half of Monday is left")
}

func TestBurnRate(t *testing.T) {
	w := newWorld(t, "2026-11-10T12:00:00Z", `
budgets:
  - {name: m, period: month, limit_usd: 720, burn_rate: [{factor: 14.4, long: 1h, short: 5m}]}
`) // 1 USD an hour is the pace that is allowed
	w.spend("a", 14)
	w.wait(time.Minute)
	assert.Empty(t, w.told())
	w.wait(10 * time.Minute)
	w.spend("a", 1) // 15 in an hour, but 12 times in the last five minutes
	w.wait(time.Minute)
	assert.Empty(t, w.told())
	w.spend("a", 1)
	w.wait(time.Minute)
	alerts := w.take()
	require.Len(t, alerts, 1)
	assert.Equal(t, "MONTHLY_BUDGET_BURN_RATE", alerts[0].Type)
	assert.InDelta(t, 16, alerts[0].Value, 1e-9)
	assert.Equal(t, 14.4, alerts[0].Threshold)
	assert.Contains(t, alerts[0].Body, "m spends 16.0 times as fast as 720 USD a month allow, in the last 1h and the last 5m; 16 (2 %) so far.")
	w.wait(5 * time.Minute) // the short window is empty at 12:17
	assert.Empty(t, w.told())
	w.restart("")
	w.wait(10 * time.Minute)
	assert.Equal(t, []string{"m MONTHLY_BUDGET_BURN_RATE resolved below_threshold"}, w.told())
}

// The book cannot say what drove a window that is shorter than its hours.
func TestDriversOfAShortWindow(t *testing.T) {
	w := newWorld(t, "2026-11-10T12:00:00Z", "budgets: [{name: r, period: {rolling: 2m}, limit_usd: 100, thresholds: [0.5]}]")
	w.spend("a", 65)
	w.wait(10 * time.Minute)
	w.spend("a", 60)
	alerts := w.take()
	require.Len(t, alerts, 3)
	assert.Contains(t, alerts[0].Body, "Largest: gpt-4o, support, chat, team a: 65 USD (100 %).")
	assert.Equal(t, "r has spent 60 of 100 USD (60 %) in the last 2m.", alerts[2].Body)
}

// The windows are whole minutes: a short one of a minute is the minute before the tick.
func TestBurnRateOfAMinute(t *testing.T) {
	w := newWorld(t, "2026-11-10T12:00:20Z", "budgets: [{name: h, period: hour, limit_usd: 60, burn_rate: [{factor: 2, long: 2m, short: 1m}]}]")
	w.spend("a", 6) // 1 USD a minute is the pace that is allowed
	w.until("2026-11-10T12:01:00Z")
	assert.Equal(t, []string{"h HOURLY_BUDGET_BURN_RATE firing burn_rate"}, w.told())
	w.until("2026-11-10T12:20:00Z")
	assert.Equal(t, []string{"h HOURLY_BUDGET_BURN_RATE resolved below_threshold"}, w.told())
}

// A budget that counts something else under its old name, again and again: each of its alerts has an id of its own, and each ends.
func TestAlertsOfABudgetThatCountsSomethingElse(t *testing.T) {
	const input, output = `
budgets: [{name: d, period: day, limit_tokens: 100, tokens: {types: [input_uncached]}, thresholds: [1]}]`, `
budgets: [{name: d, period: day, limit_tokens: 50, tokens: {types: [output_visible]}, thresholds: [1]}]`
	w := newWorld(t, "2026-11-20T12:00:00Z", input)
	ids, lines := map[string]bool{}, []string{}
	told := func() {
		for _, a := range w.take() {
			assert.False(t, ids[a.ID], a.ID)
			ids[a.ID] = true
			lines = append(lines, a.State+" "+a.Reason)
		}
	}
	w.spend("a", 1)
	told()
	for _, config := range []string{output, input, output, input} {
		w.wait(time.Minute)
		w.reload(config)
		w.wait(time.Minute)
		told()
	}
	w.until("2026-11-21T00:01:00Z")
	told()
	want := []string{"firing threshold"}
	for range 4 {
		want = append(want, "resolved budget_removed", "firing threshold")
	}
	assert.Equal(t, append(want, "resolved period_ended"), lines)
}

// A budget that is taken away and put back three times within a minute, of every kind of alert: no two have one id, and each ends.
func TestBudgetsThatComeAndGoWithinAMinute(t *testing.T) {
	for name, budget := range map[string]string{
		"a day": "period: day", "a block": "period: {block: 5h}", "rolling": "period: {rolling: 24h}", "credit": "period: lifetime", "a run": "period: run",
		"a rate": "period: day, thresholds: [10], burn_rate: [{factor: 1, long: 10m, short: 1m}]",
	} {
		t.Run(name, func(t *testing.T) {
			there := "budgets: [{name: b, limit_usd: 10, " + budget + "}]"
			w := newWorld(t, "2026-11-20T12:00:00Z", there)
			ids, open := map[string]bool{}, 0
			told := func() int {
				for _, a := range w.take() {
					assert.False(t, ids[a.ID], a.ID)
					ids[a.ID] = true
					if open--; a.State == genai.AlertFiring {
						open += 2
					}
				}
				return open
			}
			w.spend("a", 10)
			w.wait(time.Minute)
			for range 3 {
				assert.Equal(t, 1, told())
				w.now = w.now.Add(5 * time.Second)
				w.reload("budgets: []")
				assert.Zero(t, told())
				w.now = w.now.Add(5 * time.Second)
				w.reload(there)
				w.spend("a", 10)
			}
		})
	}
}

// The clock goes back over the end of a period and comes again: nothing fires or resolves twice.
func TestClockSetBack(t *testing.T) {
	w := newWorld(t, "2026-11-20T23:30:00Z", "budgets: [{name: d, period: day, limit_usd: 100}]")
	w.spend("a", 100)
	w.until("2026-11-21T00:10:00Z")
	assert.Len(t, w.told(), 2)
	w.now = w.now.Add(-time.Hour)
	w.spend("a", 1)
	require.NoError(t, w.engine.Tick(context.Background(), w.now))
	w.restart("")
	w.until("2026-11-21T00:20:00Z")
	assert.Empty(t, w.told())
}

func TestRedeliveredCountsOnce(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:00:00Z", "budgets: [{name: d, period: day, limit_usd: 100}]")
	s := w.call("a", 50)
	w.record(s)
	w.record(s, s)
	assert.Equal(t, 50.0, w.level("d").Spent)
	assert.Empty(t, w.told())
}

func TestLedgerFails(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:00:00Z", "budgets: [{name: d, period: day, limit_usd: 100}]")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := w.call("a", 100)
	late := w.callAt(w.now.Add(-30*24*time.Hour), "a", 1)
	require.Error(t, w.engine.Record(ctx, []Spend{s, late}, w.now))
	assert.Empty(t, w.told())
	assert.Zero(t, w.engine.Stats().Late.Calls)
	w.record(s, late)
	assert.Equal(t, []string{"d DAILY_BUDGET_EXCEEDED firing threshold", "LATE_USAGE LATE_USAGE firing late"}, w.told())
	assert.Equal(t, int64(1), w.engine.Stats().Late.Calls)
}

// Whatever the order, the batches and the redeliveries, and however often the gateway is started anew: the sums are those of the calls.
func TestNoOrderLosesOrInventsSpend(t *testing.T) {
	const config = `
budgets:
  - {name: h, period: hour, limit_usd: 1, timezone: Asia/Kolkata}
  - {name: t, period: day, limit_usd: 1, group_by: [team], max_groups: 3}
  - {name: l, period: lifetime, limit_calls: 1}
  - {name: r, period: {rolling: 3h}, limit_usd: 1}
  - {name: b, period: {block: 1h}, limit_calls: 3}
  - {name: run, period: run, limit_usd: 1}
`
	const start = "2026-11-20T00:30:00Z"
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		w := newWorld(t, start, config)
		var spends []Spend
		var nano int64
		for range 300 {
			s := w.callAt(w.now.Add(-time.Duration(random.Int64N(5*3600))*time.Second), fmt.Sprint(random.IntN(6)), 0.01*float64(1+random.IntN(99)))
			spends = append(spends, s)
			nano += s.NanoUSD
		}
		all := append(slices.Clone(spends), spends[:100]...)
		random.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
		for len(all) > 0 {
			n := min(len(all), 1+random.IntN(40))
			w.record(all[:n]...)
			all = all[n:]
			if random.IntN(5) == 0 {
				w.restart("")
			}
		}
		sums := map[string]int64{}
		for i, r := range w.engine.rules {
			require.NoError(t, w.ledger.Series(context.Background(), r.series+"s|", func(_ string, _, amount int64) {
				sums[w.list.Budgets[i].Name] += amount
			}))
		}
		assert.Equal(t, map[string]int64{"h": nano, "t": nano, "l": 300, "r": nano, "b": 300, "run": nano}, sums, seed)

		// Each alert once, and each that fires is of a period that goes on.
		seen := map[string]bool{}
		for _, a := range w.take() {
			require.False(t, seen[a.ID], a.ID)
			seen[a.ID] = true
			if a.State == genai.AlertFiring && !a.Budget.ResetsAt.IsZero() {
				require.True(t, a.Budget.ResetsAt.After(w.now), a.ID)
			}
		}
	}
}

// More groups than anybody keeps: the budget over them is exact, and so is the sum of those that are kept and the rest.
func TestAMillionGroups(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 100_000
	}
	t.Run("memory", func(t *testing.T) { manyGroups(t, newWorld(t, "2026-11-20T12:00:00Z", ""), n) })
	t.Run("file", func(t *testing.T) {
		w := newWorld(t, "2026-11-20T12:00:00Z", "")
		file, err := bolt.Open(bolt.Options{Directory: t.TempDir(), Options: ledger.Options{Now: func() time.Time { return w.now }}})
		require.NoError(t, err)
		defer func() { require.NoError(t, file.Close()) }()
		w.ledger = file
		manyGroups(t, w, n/10)
	})
}

func manyGroups(t *testing.T, w *world, n int) {
	w.restart(`
budgets:
  - {name: all, period: month, limit_usd: 1e9}
  - {name: each, period: month, limit_usd: 1, group_by: [customer]}
`)
	for i := 0; i < n; i += 1000 {
		spends := make([]Spend, 1000)
		for k := range spends {
			spends[k] = w.call(fmt.Sprint(i+k), 0.001)
			spends[k].Row.Keys = nil
		}
		w.record(spends...)
	}
	w.wait(2 * time.Minute)
	assert.Equal(t, []string{"each MONTHLY_BUDGET_WARNING firing too_many_groups"}, w.told())
	assert.InDelta(t, float64(n)/1000, w.level("all").Spent, 1e-9)
	each := w.engine.rules[1]
	assert.Len(t, each.groups, DefaultMaxGroups)
	assert.EqualValues(t, n-DefaultMaxGroups, w.engine.Stats().GroupsOverflow)
	series := 0
	require.NoError(t, w.ledger.Series(context.Background(), each.series, func(string, int64, int64) { series++ }))
	assert.Equal(t, DefaultMaxGroups+1, series, "the ledger keeps no more either")
	levels, err := w.engine.Snapshot(context.Background(), w.now)
	require.NoError(t, err)
	assert.Len(t, levels, 1+DefaultMaxGroups+1)
	var sum float64
	for _, l := range levels[1:] {
		sum += l.Spent
	}
	assert.InDelta(t, float64(n)/1000, sum, 1e-6)
}

// A crossing that found the outbox full is told when there is room and something is spent again.
func TestACrossingThatFoundNoRoom(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:00:00Z", "budgets: [{name: each, period: month, limit_usd: 1, group_by: [team], thresholds: [1.0]}]")
	w.ledger = ledger.NewMemory(ledger.Options{Now: func() time.Time { return w.now }, MaxOutbox: 1})
	w.restart("")
	w.spend("a", 1)
	w.spend("b", 1)
	assert.Equal(t, []string{"each MONTHLY_BUDGET_EXCEEDED a firing threshold"}, w.told())
	w.wait(time.Minute)
	w.spend("b", 0.1)
	assert.Equal(t, []string{"each MONTHLY_BUDGET_EXCEEDED b firing threshold"}, w.told())
	w.wait(time.Minute)
	w.spend("b", 0.1)
	assert.Empty(t, w.told())
}

// What a row of the book spends now is set beside the same elapsed part of the period before, to the minute and not to the hour.
func TestDriversChangeAgainstTheSameElapsedPart(t *testing.T) {
	for name, c := range map[string]struct {
		period, began, now string
		hour, most, want   float64 // spend an hour in the period before, in the period so far, and what is said
		text               string
	}{
		"a quarter of an hour into a day": {period: "day", began: "2026-11-19T00:00:00Z", now: "2026-11-20T00:15:00Z", hour: 40, most: 10, text: "USD (100 %)"},
		"half an hour into an hour":       {period: "hour", began: "2026-11-20T11:00:00Z", now: "2026-11-20T12:30:00Z", hour: 40, most: 30, text: "USD (100 %, up 50 %)"},
		"a day and a half into a week":    {period: "week", began: "2026-11-09T00:00:00Z", now: "2026-11-17T12:00:00Z", hour: 1, most: 18, text: "USD (100 %, down 50 %)"},
		"a month whose days are folded":   {period: "quarter", began: "2026-07-01T00:00:00Z", now: "2026-10-02T06:00:00Z", hour: 1, most: 30, text: "USD (100 %)"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, c.began, "budgets: [{name: b, period: "+c.period+fmt.Sprintf(", limit_usd: %v, thresholds: [1]}]", c.most))
			end := utc(t, c.now)
			start := w.engine.rules[0].calendar.window(end.Unix()).start
			for w.now.Unix() < start {
				w.now = w.now.Add(30 * time.Minute)
				s := w.call("a", c.hour)
				s.Shares = nil // only the book hears of it
				w.record(s)
				w.now = w.now.Add(30 * time.Minute)
			}
			for w.now = end.Add(-48 * time.Hour); w.now.Before(end); w.now = w.now.Add(time.Minute) {
				require.NoError(t, w.ledger.Record(context.Background(), nil, nil)) // a minute folds an hour
			}
			w.now = end
			w.take()
			w.spend("a", c.most)
			alerts := w.take()
			require.Len(t, alerts, 1)
			require.Len(t, alerts[0].Drivers, 1)
			assert.Contains(t, alerts[0].Drivers[0], c.text)
		})
	}
}

// A gateway that began in the period before knows only a part of it: what it saw there is nothing to compare with.
func TestDriversOfAGatewayThatBeganLate(t *testing.T) {
	w := newWorld(t, "2026-10-26T12:00:00Z", "budgets: [{name: b, period: month, limit_usd: 100, thresholds: [1]}]")
	w.spend("a", 40)
	w.until("2026-11-28T12:00:00Z")
	w.restart("")
	w.spend("a", 100)
	alerts := w.take()
	require.Len(t, alerts, 1)
	assert.Equal(t, []string{"gpt-4o, support, chat, team a: 100 USD (100 %)"}, alerts[0].Drivers)
	w.until("2026-12-29T12:00:00Z")
	w.take()
	w.spend("a", 150)
	alerts = w.take()
	require.Len(t, alerts, 1)
	assert.Equal(t, []string{"gpt-4o, support, chat, team a: 150 USD (100 %, up 50 %)"}, alerts[0].Drivers)
}

// A budget that is told of one threshold only is exceeded at its limit, and not warned of.
func TestOneThresholdBelowTheLimit(t *testing.T) {
	for amount, want := range map[float64]string{50: "b DAILY_BUDGET_WARNING  firing threshold", 99: "b DAILY_BUDGET_WARNING  firing threshold", 100: "b DAILY_BUDGET_EXCEEDED  firing threshold", 120: "b DAILY_BUDGET_EXCEEDED  firing threshold"} {
		w := newWorld(t, "2026-11-20T12:00:00Z", "budgets: [{name: b, period: day, limit_usd: 100, thresholds: [0.5]}]")
		w.spend("a", amount)
		alerts := w.take()
		require.Len(t, alerts, 1)
		assert.Equal(t, want, alerts[0].Name+" "+alerts[0].Type+"  "+alerts[0].State+" "+alerts[0].Reason)
		assert.Equal(t, amount >= 100, alerts[0].Severity == "error")
	}
}

// A lifetime is as long as the book: its drivers are of all that it has.
func TestDriversOfALifetime(t *testing.T) {
	w := newWorld(t, "2026-01-10T12:00:00Z", "budgets: [{name: l, period: lifetime, limit_usd: 100, thresholds: [1]}]")
	w.spend("a", 40)
	w.until("2026-11-10T12:00:00Z")
	w.spend("b", 60)
	alerts := w.take()
	require.Len(t, alerts, 1)
	assert.Equal(t, []string{"gpt-4o, support, chat, team b: 60 USD (60 %)", "gpt-4o, support, chat, team a: 40 USD (40 %)"}, alerts[0].Drivers)
}

// The book has whole hours: what a call has cost that is in a short period is not compared with a part of its own hour before.
func TestDriversOfShortPeriods(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:29:00Z", `
budgets:
  - {name: ten, period: {rolling: 10m}, limit_usd: 100, thresholds: [1]}
  - {name: three, period: {rolling: 3h}, limit_usd: 100, thresholds: [1]}
  - {name: half, period: hour, timezone: Asia/Kolkata, limit_usd: 100, thresholds: [1]}
`)
	w.until("2026-11-20T12:50:00Z")
	w.spend("a", 100)
	alerts := w.take()
	require.Len(t, alerts, 3)
	for _, alert := range alerts {
		assert.Equal(t, []string{"gpt-4o, support, chat, team a: 100 USD (100 %)"}, alert.Drivers, alert.Name)
	}
	w = newWorld(t, "2026-11-19T09:00:00Z", "budgets: [{name: whole, period: hour, limit_usd: 50, thresholds: [1]}, {name: day, period: {rolling: 24h}, limit_usd: 90, thresholds: [1]}]")
	w.until("2026-11-20T09:00:00Z")
	w.spend("a", 40)
	w.until("2026-11-21T09:30:00Z")
	w.spend("a", 20)
	w.until("2026-11-21T10:30:00Z")
	w.spend("a", 80)
	alerts = w.take()
	require.Len(t, alerts, 2)
	for _, alert := range alerts {
		assert.Contains(t, alert.Drivers[0], "up ", alert.Name)
	}
}

// Of a block the book knows the hours that it has, and not where the block before was.
func TestDriversOfABlock(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:20:00Z", "budgets: [{name: b, period: {block: 5h}, limit_usd: 100, thresholds: [1]}]")
	w.spend("a", 40)
	w.until("2026-11-20T15:00:00Z")
	w.spend("b", 60)
	w.until("2026-11-20T18:00:00Z")
	w.spend("a", 100)
	alerts := w.take()
	require.Len(t, alerts, 3)
	assert.Equal(t, []string{"gpt-4o, support, chat, team b: 60 USD (60 %)", "gpt-4o, support, chat, team a: 40 USD (40 %)"}, alerts[0].Drivers)
	assert.Equal(t, []string{"gpt-4o, support, chat, team a: 100 USD (100 %)"}, alerts[2].Drivers)
}
