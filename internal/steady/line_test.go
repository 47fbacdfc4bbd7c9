package steady

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLineNeverGoesBack(t *testing.T) {
	var passed time.Duration
	l := NewLine(Of(t0, func(time.Time) time.Duration { return passed }))
	for _, step := range []struct {
		name              string
		passed, set, want time.Duration
	}{
		{"with the wall clock", time.Minute, 0, time.Minute},
		{"set ahead", 2 * time.Minute, time.Hour, 62 * time.Minute},
		{"set right again", 3 * time.Minute, 0, 62*time.Minute + 30*time.Second},
		{"asked twice at once", 3 * time.Minute, 0, 62*time.Minute + 30*time.Second},
		{"a reading that comes late", 2 * time.Minute, 0, 62*time.Minute + 30*time.Second},
		{"at half the speed", 5 * time.Minute, 0, 63*time.Minute + 30*time.Second},
		{"caught up", 3 * time.Hour, 0, 3 * time.Hour},
		{"set back by ten minutes", 3*time.Hour + 15*time.Second, -10 * time.Minute, 3*time.Hour + 7500*time.Millisecond},
		{"twenty minutes later", 3*time.Hour + 21*time.Minute, -10 * time.Minute, 3*time.Hour + 11*time.Minute},
	} {
		passed = step.passed
		require.Equal(t, t0.Add(step.want), l.At(t0.Add(passed+step.set)), step.name)
	}
}

func TestLineFollowsRealReadings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLine(New(time.Now()))
		for range 3 {
			time.Sleep(15 * time.Second)
			require.True(t, l.At(time.Now()).Equal(time.Now()))
		}
	})
}
