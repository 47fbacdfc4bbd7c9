package budget

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

const bothPeriods = `
budgets:
  - {name: d, period: day, limit_usd: 1000}
  - {name: m, period: month, limit_usd: 1000}
`

// A gateway that began on the 28th does not know that little was spent before: at the end of the month it is not less than at the end of today.
func TestForecastOfAGatewayThatBeganLate(t *testing.T) {
	w := newWorld(t, "2026-11-28T12:00:00Z", bothPeriods)
	w.wait(time.Hour)
	w.spend("a", 3)
	assert.False(t, w.level("d").HasForecast, "one hour of the twelve that it will see of the day: too early")
	w.wait(time.Hour)
	w.restart("")
	assert.InDelta(t, 3.0/2*12, w.level("d").Forecast, 1e-9)
	assert.False(t, w.level("m").HasForecast, "two hours of the 60 of the month")
	w.wait(4 * time.Hour)
	assert.InDelta(t, 3.0/6*60, w.level("m").Forecast, 1e-9)
	w.until("2026-11-29T06:00:00Z")
	w.spend("a", 3)
	assert.InDelta(t, 3.0/6*24, w.level("d").Forecast, 1e-9, "of the second day it sees all")
	assert.InDelta(t, 6.0/18*60, w.level("m").Forecast, 1e-9)
	w.until("2026-12-16T00:00:00Z")
	w.spend("a", 15)
	assert.InDelta(t, 15.0/15*31, w.level("m").Forecast, 1e-9, "and of the next month")
}

// What the book can tell a new budget is as old as the book; what it cannot tell begins with the budget.
func TestForecastOfANewBudget(t *testing.T) {
	w := newWorld(t, "2026-11-10T00:00:00Z", bothPeriods)
	w.spend("a", 10)
	w.until("2026-11-20T00:00:00Z")
	w.reload(bothPeriods + `
  - {name: of-team, period: month, limit_usd: 1000, group_by: [team]}
  - {name: some, period: month, limit_usd: 1000, where: 'true'}
`)
	w.spend("a", 10)
	w.until("2026-11-25T00:00:00Z")
	assert.InDelta(t, 20.0/15*21, w.level("m").Forecast, 1e-9)
	assert.InDelta(t, 20.0/15*21, w.level("of-team", "a").Forecast, 1e-9)
	assert.InDelta(t, 10.0/5*11, w.level("some").Forecast, 1e-9)

	// Away for a day and back: what was spent before is not forgotten, so it counts since then.
	w.reload(bothPeriods)
	w.until("2026-11-26T00:00:00Z")
	w.reload(bothPeriods + `
  - {name: of-team, period: month, limit_usd: 1000, group_by: [team]}
`)
	assert.InDelta(t, 20.0/16*21, w.level("of-team", "a").Forecast, 1e-9)
}

// A clock that was wrong at the first start does not take the forecasts away.
func TestForecastWhereTheClockWasAhead(t *testing.T) {
	w := newWorld(t, "2026-11-28T12:00:00Z", bothPeriods)
	w.now = utc(t, "2026-11-10T00:00:00Z")
	w.restart("")
	w.spend("a", 9)
	assert.InDelta(t, 30, w.level("m").Forecast, 1e-9)
}

// A replica that joins late shares what was spent, and since when; one with an older book knows better.
func TestForecastOfReplicas(t *testing.T) {
	w := newWorld(t, "2026-11-10T00:00:00Z", bothPeriods)
	w.spend("a", 10)
	w.until("2026-11-20T00:00:00Z")
	e := w.engine
	require.Equal(t, w.now.Unix(), e.countedSince(false, w.now.Unix()))
	r := e.rules[1]
	require.NoError(t, e.ledger.Change(t.Context(), func(v ledger.View) []ledger.Change { return sinceMark(v, r, w.now.Unix()) }))
	w.wait(time.Minute)
	assert.Equal(t, utc(t, "2026-11-10T00:00:00Z").Unix(), r.since, "a later one changes nothing")
	earlier := utc(t, "2026-11-05T00:00:00Z").Unix()
	require.NoError(t, e.ledger.Change(t.Context(), func(v ledger.View) []ledger.Change { return sinceMark(v, r, earlier) }))
	w.wait(time.Minute)
	assert.Equal(t, earlier, r.since)
}
