package budget

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// by is a call of a model.
func (w *world) by(model, team string, usd float64) Spend {
	s := w.call(team, usd)
	s.Row.Model, s.Row.Agent = model, ""
	return s
}

// What spent most of budgets that the book cannot take apart: the ledger keeps it, and a restart forgets nothing.
func TestDriversOfWhatTheBookCannotTell(t *testing.T) {
	for _, c := range []struct{ what, config string }{
		{"where", "{name: b, period: month, limit_usd: 100, where: 'true', thresholds: [1]}"},
		{"where, by the day", "{name: b, period: day, limit_usd: 100, where: 'true', thresholds: [1]}"},
		{"where, rolling", "{name: b, period: {rolling: 24h}, limit_usd: 100, where: 'true', thresholds: [1]}"},
		{"where, block", "{name: b, period: {block: 5h}, limit_usd: 100, where: 'true', thresholds: [1]}"},
		{"where, lifetime", "{name: b, period: lifetime, limit_usd: 100, where: 'true', thresholds: [1]}"},
		{"where and a group", "{name: b, period: month, limit_usd: 100, group_by: [team], where: 'true', thresholds: [1]}"},
		{"keys that the book has not", "{name: b, period: month, limit_usd: 100, group_by: [customer], thresholds: [1]}"},
		{"two of them", "{name: b, period: month, limit_usd: 100, group_by: [customer, {name: team, from: auth}], thresholds: [1]}"},
		{"a run", "{name: b, period: run, limit_usd: 100, thresholds: [1]}"},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := newWorld(t, "2026-11-28T12:00:00Z", "budgets:\n  - "+c.config)
			w.record(w.by("gpt-4o", "a|b", 30), w.by("o3", "a|b", 25))
			w.record(w.by("gpt-4o", "a|b", 5), w.by("mini", "a|b", 4))
			again := w.by("nano", "a|b", 3)
			w.record(again, again)
			w.wait(time.Minute)
			w.restart("")
			w.record(again, w.by("o3", "a|b", 35))
			alerts := w.take()
			require.Len(t, alerts, 1)
			const rest = "chat, team a|b: "
			assert.Equal(t, []string{"o3, " + rest + "60 USD (59 %)", "gpt-4o, " + rest + "35 USD (34 %)", "mini, " + rest + "4 USD (4 %)"}, alerts[0].Drivers)
			assert.Contains(t, alerts[0].Body, "Largest: o3, "+rest+"60 USD (59 %); gpt-4o, ")
		})
	}
}

func TestRowsBeginAnew(t *testing.T) {
	w := newWorld(t, "2026-11-28T12:00:00Z", "budgets: [{name: b, period: day, limit_usd: 100, where: 'true', thresholds: [1]}]")
	w.record(w.by("o3", "a", 90))
	w.until("2026-11-29T12:00:00Z")
	w.record(w.by("mini", "a", 60), w.by("o3", "a", 40))
	alerts := w.take()
	require.Len(t, alerts, 1)
	assert.Equal(t, []string{"mini, chat, team a: 60 USD (60 %)", "o3, chat, team a: 40 USD (40 %)"}, alerts[0].Drivers)

	// A conversation that goes on after it was over.
	w = newWorld(t, "2026-11-28T12:00:00Z", "budgets: [{name: b, period: run, limit_usd: 100, thresholds: [1]}]")
	w.record(w.by("o3", "a", 90))
	w.wait(90 * time.Minute)
	w.record(w.by("mini", "a", 100))
	alerts = w.take()
	require.Len(t, alerts, 1)
	assert.Equal(t, []string{"mini, chat, team a: 100 USD (100 %)"}, alerts[0].Drivers)
}

func TestTooManyRows(t *testing.T) {
	w := newWorld(t, "2026-11-28T12:00:00Z", "budgets: [{name: b, period: day, limit_usd: 1000, where: 'true', thresholds: [1]}]")
	for i := range 200 {
		w.record(w.by(fmt.Sprint("model ", i), "a", 2))
		if i == 100 {
			w.wait(time.Minute)
			w.restart("")
		}
	}
	rows := 0
	require.NoError(t, w.ledger.Series(t.Context(), rowsPrefix, func(string, int64, int64) { rows++ }))
	assert.Equal(t, maxRows+1, rows)
	w.record(w.by("model 7", "a", 600))
	alerts := w.take()
	require.Len(t, alerts, 1)
	assert.Equal(t, "model 7, chat, team a: 602 USD (60 %)", alerts[0].Drivers[0])
	assert.Equal(t, fmt.Sprintf("all others: %d USD (27 %%)", 2*(200-maxRows)), alerts[0].Drivers[1])

	w.until("2026-11-30T13:00:00Z") // the rows of that day are gone
	w.record(w.by("model 150", "a", 1000))
	alerts = w.take()
	assert.Equal(t, []string{"model 150, chat, team a: 1,000 USD (100 %)"}, alerts[len(alerts)-1].Drivers)
}

// Names of rows are what senders wrote.
func TestRowsOfOddNames(t *testing.T) {
	w := newWorld(t, "2026-11-28T12:00:00Z", "budgets: [{name: b, period: day, limit_usd: 100, group_by: [customer], thresholds: [1]}]")
	long := strings.Repeat("ö", 400)
	for range 2 {
		w.record(w.by("a|b%7C", "", 20), w.by(long, "", 29), w.by("", "", 1))
		w.wait(time.Minute)
		w.restart("")
	}
	alerts := w.take()
	require.Len(t, alerts, 1)
	assert.Equal(t, []string{strings.Repeat("ö", maxRowText/2) + ": 58 USD (58 %)", "a|b%7C, chat: 40 USD (40 %)", "chat: 2 USD (2 %)"}, alerts[0].Drivers)
}

// A budget that is taken out of the file and put back has all that was spent meanwhile, also within the hour; what it told is not told again.
func TestABudgetThatIsPutBack(t *testing.T) {
	const there, gone = "budgets: [{name: d, period: day, limit_usd: 100, thresholds: [0.5, 0.8, 1]}, {name: t, period: month, group_by: [team], limit_usd: 1000}]", "budgets: []"
	w := newWorld(t, "2026-11-28T09:00:00Z", there)
	spend := func(usd float64) { w.record(w.call("search", usd), w.call("ads", usd)) }
	spend(15)
	w.until("2026-11-28T10:05:00Z")
	spend(15) // 60
	assert.Equal(t, []string{"d DAILY_BUDGET_WARNING firing threshold"}, w.told())
	w.reload(gone)
	w.wait(5 * time.Minute)
	assert.Equal(t, []string{"d DAILY_BUDGET_WARNING resolved budget_removed"}, w.told())
	spend(10) // 80
	w.wait(5 * time.Minute)
	w.reload(there)
	w.wait(5 * time.Minute)
	assert.InDelta(t, 80, w.level("d", "").Spent, 1e-9)
	assert.InDelta(t, 40, w.level("t", "ads").Spent, 1e-9)
	told := w.told()
	assert.Contains(t, told, "d DAILY_BUDGET_WARNING firing threshold")
	spend(5) // 90
	w.reload(gone)
	w.until("2026-11-28T11:20:00Z") // over the hour
	spend(2)                        // 94
	w.restart(there)
	w.wait(time.Minute)
	w.reload(gone)
	spend(1) // 96
	w.reload(there)
	assert.InDelta(t, 96, w.level("d", "").Spent, 1e-9)
	w.told()
	spend(2) // 100
	assert.Equal(t, []string{"d DAILY_BUDGET_EXCEEDED firing threshold"}, w.told())
}

// What the book had in the hours in which budgets were removed is kept for those that are gone, and for no others.
func TestHoursOfBudgetsThatArePutBack(t *testing.T) {
	const both, one, other = `budgets: [{name: a, period: day, limit_usd: 100}, {name: b, period: day, limit_usd: 100}]`,
		`budgets: [{name: a, period: day, limit_usd: 100}]`, `budgets: [{name: b, period: day, limit_usd: 100}]`
	w := newWorld(t, "2026-11-28T09:00:00Z", both)
	hours := func() (n int) {
		require.NoError(t, w.ledger.Marks(t.Context(), hourPrefix, func(string, []byte) { n++ }))
		return n
	}
	for range 20 {
		w.spend("x", 1)
		w.wait(time.Minute)
		w.reload(one)
		w.wait(time.Minute)
		w.reload(other)
		assert.Equal(t, 1, hours())
	}
	w.reload(both)
	assert.Zero(t, hours())
	assert.InDelta(t, 20, w.level("a").Spent, 1e-9)
	assert.InDelta(t, 20, w.level("b").Spent, 1e-9)
}
