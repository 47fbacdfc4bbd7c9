package budget

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// boundaries are where periods end by hand: the clocks of the zone and the days on which they are put are written out here and computed nowhere.
var boundaries = []struct {
	name, period, zone string
	from, at, to       string // the periods before and after at
}{
	{"quarter, Berlin", "quarter", "Europe/Berlin", "2026-06-30T22:00:00Z", "2026-09-30T22:00:00Z", "2026-12-31T23:00:00Z"},
	{"quarter, New York", "quarter", "America/New_York", "2026-07-01T04:00:00Z", "2026-10-01T04:00:00Z", "2027-01-01T05:00:00Z"},
	{"quarter, Lord Howe", "quarter", "Australia/Lord_Howe", "2026-12-31T13:00:00Z", "2027-03-31T13:00:00Z", "2027-06-30T13:30:00Z"},
	{"year, Berlin", "year", "Europe/Berlin", "2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z", "2027-12-31T23:00:00Z"},
	{"year, New York", "year", "America/New_York", "2026-01-01T05:00:00Z", "2027-01-01T05:00:00Z", "2028-01-01T05:00:00Z"},
	{"year, Lord Howe", "year", "Australia/Lord_Howe", "2025-12-31T13:00:00Z", "2026-12-31T13:00:00Z", "2027-12-31T13:00:00Z"},
	{"before the day of 25 hours, Berlin", "day", "Europe/Berlin", "2026-10-23T22:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},
	{"after it", "day", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z"},
	{"the hour that is there twice, Berlin", "hour", "Europe/Berlin", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"},
	{"before the day of 25 hours, New York", "day", "America/New_York", "2026-10-31T04:00:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},
	{"after it, New York", "day", "America/New_York", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", "2026-11-03T05:00:00Z"},
	{"before the day of 24.5 hours, Lord Howe", "day", "Australia/Lord_Howe", "2027-04-02T13:00:00Z", "2027-04-03T13:00:00Z", "2027-04-04T13:30:00Z"},
	{"after it, Lord Howe", "day", "Australia/Lord_Howe", "2027-04-03T13:00:00Z", "2027-04-04T13:30:00Z", "2027-04-05T13:30:00Z"},
	{"half an hour that is there twice, Lord Howe", "hour", "Australia/Lord_Howe", "2027-04-03T14:00:00Z", "2027-04-03T15:00:00Z", "2027-04-03T15:30:00Z"},
}

// Calls that ended on both sides of a boundary and come in any order around it, late ones too, while the clock is set back by an hour in between,
// with a restart or without: to the nano-USD they are in the period in which they ended, and each limit is told once, of the running period.
func TestSpendAroundBoundaries(t *testing.T) {
	for i, b := range boundaries {
		t.Run(b.name, func(t *testing.T) {
			at := utc(t, b.at)
			w := newWorld(t, at.Add(-90*time.Minute).Format(time.RFC3339), "budgets: [{name: b, period: "+b.period+", timezone: "+b.zone+", limit_usd: 10, thresholds: [1]}]")
			r := rand.New(rand.NewPCG(uint64(i), 3))
			var want [2]int64
			each := func(end time.Time) {
				nano := 1 + r.Int64N(1e9)
				s := w.callAt(end, "a", 0)
				s.Sums.NanoUSD = nano
				if end.Before(at) {
					want[0] += nano
				} else {
					want[1] += nano
				}
				w.record(s)
				w.record(s) // it comes again
			}
			for _, end := range []time.Duration{-20 * time.Minute, -5 * time.Minute, -time.Second, -1} {
				w.now = at.Add(-time.Nanosecond).Add(min(end+time.Second, 0))
				each(at.Add(end))
			}
			for w.now = at.Add(-30 * time.Second); w.now.Before(at.Add(25 * time.Minute)); w.now = w.now.Add(30 * time.Second) {
				for range 2 {
					each(w.now.Add(-time.Duration(r.Int64N(int64(29 * time.Minute)))))
				}
				each(w.now)
			}
			each(at)
			for _, restarts := range []bool{false, true} { // the clock goes back, and right again
				w.now = w.now.Add(-time.Hour)
				if restarts {
					w.restart("")
				}
				each(w.now)
				each(w.now.Add(-time.Minute))
				require.NoError(t, w.engine.Tick(context.Background(), w.now))
				w.now = w.now.Add(time.Hour)
				if restarts {
					w.restart("")
				}
				each(w.now)
			}
			assert.Equal(t, want, sumsOf(t, w, b.from, b.at))
			fired := map[string]int{}
			for _, a := range w.take() {
				fired[a.Budget.PeriodStart.Format(time.RFC3339)+" "+a.State]++
				if a.State == "firing" {
					assert.Equal(t, map[string]string{b.from: b.at, b.at: b.to}[a.Budget.PeriodStart.Format(time.RFC3339)], a.Budget.ResetsAt.Format(time.RFC3339))
				}
			}
			for what, n := range fired {
				assert.Equal(t, 1, n, what)
			}
			assert.Equal(t, 1, fired[b.at+" firing"], "%v", fired)
		})
	}
}

// sumsOf are what the first budget has spent in the periods that begin then.
func sumsOf(t *testing.T, w *world, starts ...string) (sums [2]int64) {
	require.NoError(t, w.ledger.Record(context.Background(), nil, func(v ledger.View) []ledger.Change {
		g, _ := w.engine.rules[0].groupOf(nil)
		for i, start := range starts {
			s := utc(t, start).Unix()
			sums[i] = v.Sum(g.series, s, s+1)
		}
		return nil
	}))
	return sums
}

// A limit that was crossed and is raised for a while: the alert ends, fires at the other limit once, and again with another id when the old one is back.
func TestAnOverrideOfALimitThatWasCrossed(t *testing.T) {
	const budgets = "budgets: [{name: d, period: month, limit_usd: 100}]\n"
	w := newWorld(t, "2026-11-20T12:00:00Z", budgets)
	w.spend("a", 120)
	first := w.take()
	require.Len(t, first, 1)
	w.restart(budgets + "overrides: [{budget: d, limit_usd: 200, until: 2026-11-22, reason: launch}]")
	assert.Equal(t, []string{"d MONTHLY_BUDGET_EXCEEDED resolved limit_changed"}, w.told())
	w.spend("a", 39) // 159
	assert.Empty(t, w.told())
	w.until("2026-11-22T00:00:00Z")
	again := w.take()
	require.Len(t, again, 1)
	assert.Equal(t, "MONTHLY_BUDGET_EXCEEDED limit_changed", again[0].Type+" "+again[0].Reason)
	assert.NotEqual(t, first[0].ID, again[0].ID)
	w.spend("a", 100)
	w.restart("")
	assert.Empty(t, w.told())
	w.until("2026-12-01T00:00:00Z")
	assert.Equal(t, []string{"d MONTHLY_BUDGET_EXCEEDED resolved period_ended"}, w.told())
}

// Budgets by the same key in other units count the same calls, each its own.
func TestOneKeyInThreeUnits(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:00:00Z", `
budgets:
  - {name: usd, period: day, limit_usd: 1000, group_by: [team]}
  - {name: tokens, period: day, limit_tokens: 1000, group_by: [team]}
  - {name: reasoning, period: day, limit_tokens: 1000, group_by: [team], tokens: {types: [reasoning]}}
  - {name: calls, period: day, limit_calls: 1000, group_by: [team]}
`)
	for range 3 {
		w.record(w.call("a", 30), w.call("b", 1))
	}
	w.spend("b", 2)
	spent := func(budget string) [2]float64 {
		return [2]float64{w.level(budget, "a").Spent, w.level(budget, "b").Spent}
	}
	for _, restart := range []string{"", "budgets: [{name: usd, period: day, limit_calls: 1000, group_by: [team]}]"} {
		assert.Equal(t, [][2]float64{{90, 5}, {495, 660}, {15, 20}, {3, 4}}, [][2]float64{spent("usd"), spent("tokens"), spent("reasoning"), spent("calls")})
		if restart != "" {
			w.restart(restart)
			assert.Equal(t, [2]float64{3, 4}, spent("usd"), "the name alone is not the budget")
		} else {
			w.restart("")
		}
	}
}
