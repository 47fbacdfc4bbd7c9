package ledger

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/steady"
)

// A clock that is a month ahead for some minutes drops neither sums nor ids; one that stays there, and time that passed, do.
func TestAClockThatIsSet(t *testing.T) {
	const month = 31 * 24 * time.Hour
	for name, c := range map[string]struct {
		jump, stays time.Duration
		kept        bool
	}{
		"forward for ten minutes":    {month, 10 * time.Minute, true},
		"forward for good":           {month, 2 * time.Hour, false},
		"back an hour":               {-time.Hour, 10 * time.Minute, true},
		"back a month":               {-month, 2 * time.Hour, true},
		"not at all, for two months": {0, 2 * month, false},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Unix(1_800_000_000, 0)
			var passed, set time.Duration
			s := NewState(Options{}.Filled())
			s.clock.steady = steady.Of(start, func(time.Time) time.Duration { return passed })
			now := func() time.Time { return start.Add(passed + set) }
			goOn := func(d time.Duration) {
				for end := passed + d; passed < end; passed += time.Minute {
					s.Sweep(now())
				}
			}
			sum := func() (sum int64) {
				s.Series("m", func(_ string, _, amount int64) { sum += amount })
				return sum
			}
			call := Call{ID: 7, Minute: start.Unix() / 60, Adds: []Add{{Series: "m", Slot: 1, Amount: 5, Expires: start.Add(24 * time.Hour).Unix()}}}
			s.Record(now(), []Call{call}, nil)
			goOn(time.Minute)
			set = c.jump
			require.Equal(t, c.jump > 0, s.Stats(now()).Doubt)
			goOn(c.stays)
			require.Equal(t, c.kept, sum() == 5)
			require.False(t, s.Stats(now()).Doubt)
			set = 0
			goOn(time.Minute)
			s.Record(now(), []Call{call}, nil)
			if c.kept && c.stays < time.Hour {
				require.EqualValues(t, 5, sum(), "it is known again")
			}
		})
	}
}
