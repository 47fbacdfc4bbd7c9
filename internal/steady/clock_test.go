package steady

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

var t0 = time.Unix(1_700_000_000, 0)

func TestJumpsOfTheWallClock(t *testing.T) {
	var passed time.Duration
	c := Of(t0, func(time.Time) time.Duration { return passed })
	for _, step := range []struct {
		passed, set, ahead time.Duration
	}{
		{time.Minute, 0, 0},
		{2 * time.Minute, 999 * time.Millisecond, 0},
		{3 * time.Minute, time.Second, time.Second},
		{4 * time.Minute, time.Millisecond, time.Second},
		{5 * time.Minute, -time.Hour, -time.Hour},
		{6 * time.Minute, 24 * time.Hour, 24 * time.Hour},
		{7 * time.Minute, 0, 0},
	} {
		passed = step.passed
		wall := t0.Add(passed + step.set)
		require.Equal(t, t0.Add(passed), c.Now(wall), "steady")
		require.Equal(t, step.ahead, c.Ahead(wall))
	}
}

// Readings of time.Now know what passed; others are taken at their word.
func TestReadings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(time.Now())
		time.Sleep(time.Hour)
		now := time.Now()
		require.True(t, c.Now(now).Equal(now))
		require.Zero(t, c.Ahead(now))
		require.True(t, c.Now(t0).Equal(t0))
	})
}
