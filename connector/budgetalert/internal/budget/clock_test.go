package budget

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// doubting is a ledger that says that the clock may be wrong.
type doubting struct {
	ledger.Ledger
	doubt bool
}

func (d *doubting) Stats() ledger.Stats {
	s := d.Ledger.Stats()
	s.Doubt = d.doubt
	return s
}

// A clock that is two days ahead ends no alert as long as it may be wrong, and when it is right again nothing was told twice or lost. One that is
// believed ends them.
func TestAlertsWhileTheClockMayBeWrong(t *testing.T) {
	const config = `
budgets:
  - {name: d, period: day, limit_usd: 100}
  - {name: m, period: month, limit_usd: 1000, forecast: {threshold: 1.0, min_elapsed: 0.01}, thresholds: [0.9]}
  - {name: r, period: {rolling: 24h}, limit_usd: 100}
  - {name: b, period: {block: 5h}, limit_usd: 100}
  - {name: run, period: run, idle: 1h, limit_usd: 100}`
	for name, believed := range map[string]bool{"set back": false, "right": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "2026-11-20T12:00:00Z", config)
			var right time.Time
			own := &doubting{}
			own.Ledger = ledger.NewMemory(ledger.Options{Now: func() time.Time { // it drops nothing then
				if own.doubt {
					return right
				}
				return w.now
			}})
			w.ledger = own
			w.restart("")
			w.spend("a", 100)
			w.wait(2 * time.Minute)
			assert.Len(t, w.told(), 4)

			right = w.now
			w.now, own.doubt = w.now.Add(48*time.Hour), true
			w.wait(9 * time.Minute)
			assert.Empty(t, w.told())
			own.doubt = false
			if believed {
				w.wait(time.Minute)
				assert.Len(t, w.told(), 4)
				return
			}
			w.now = right.Add(9 * time.Minute)
			w.wait(time.Minute)
			w.spend("a", 1)
			w.wait(time.Minute)
			assert.Empty(t, w.told())
			for _, budget := range []string{"d", "r", "b", "m"} {
				assert.Equal(t, 101.0, w.level(budget).Spent, budget)
			}
		})
	}
}

// A budget that is removed while the clock may be wrong ends with its alert.
func TestRemovedWhileTheClockMayBeWrong(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:00:00Z", "budgets: [{name: d, period: day, limit_usd: 100}]")
	w.ledger = &doubting{Ledger: w.ledger, doubt: true}
	w.restart("")
	w.spend("a", 100)
	assert.Len(t, w.told(), 1)
	w.restart("budgets: [{name: other, period: day, limit_usd: 1000}]")
	assert.Equal(t, []string{"d DAILY_BUDGET_EXCEEDED resolved budget_removed"}, w.told())
}

// Calls of a client whose clock is as wrong as this one begin a block a day ahead. When the clock is right again the block before goes on, or
// where nobody knows it, one begins with the next call.
func TestBlockThatBeganByAWrongClock(t *testing.T) {
	w := newWorld(t, "2026-11-20T10:00:00Z", "budgets: [{name: b, period: {block: 5h}, limit_usd: 100}]")
	w.spend("a", 70)
	w.wait(time.Hour)
	w.now = w.now.Add(24 * time.Hour)
	w.spend("a", 1)
	assert.Equal(t, 1.0, w.level("b").Spent)
	w.now = w.now.Add(-24 * time.Hour)
	assert.Equal(t, 70.0, w.level("b").Spent)
	w.spend("a", 10)
	assert.Equal(t, []string{"b BLOCK_BUDGET_WARNING firing threshold"}, w.told())
	w.restart("")
	assert.Equal(t, 80.0, w.level("b").Spent)
	w.until("2026-11-20T16:00:00Z")
	assert.Equal(t, []string{"b BLOCK_BUDGET_WARNING resolved period_ended"}, w.told())
	w.spend("a", 3)
	assert.Equal(t, 3.0, w.level("b").Spent)

	w.now = w.now.Add(24 * time.Hour)
	w.spend("a", 1)
	w.wait(6 * time.Hour)
	w.spend("a", 1)
	w.now = utc(t, "2026-11-20T17:00:00Z")
	w.spend("a", 5)
	assert.Equal(t, 5.0, w.level("b").Spent, "two blocks by the wrong clock: the one before is not known")
}
