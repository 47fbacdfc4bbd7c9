package budgetalert

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Each day has alarms of its own, also one that begins at one o'clock.
func TestDaysOfAlarmsTileTheTime(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Berlin", "America/Havana", "Asia/Beirut", "America/Santiago"} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		begin := time.Date(2026, 1, 1, 12, 0, 0, 0, zone)
		_, last := dayOf(begin.AddDate(0, 0, -1), zone)
		for now := begin; now.Before(begin.AddDate(1, 0, 0)); now = now.AddDate(0, 0, 1) {
			start, end := dayOf(now, zone)
			require.True(t, start.Equal(last), "%s: the day of %v begins at %v, the one before ended at %v", name, now, start, last)
			require.Equal(t, "alarm/unpriced/"+now.Format(time.DateOnly)+"/", markOf("unpriced", start), name)
			last = end
		}
	}
}

// Whatever the clocks of a zone do, the reports of one rule follow each other without a gap, and each is due once, at its time of day.
func TestReportsTileTheTime(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Havana", "Asia/Beirut", "America/Santiago", "Pacific/Apia"} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		for _, every := range []string{everyDay, everyWeek, everyMonth} {
			for _, at := range []string{"00:00", "09:00"} {
				r := &Report{Name: "r", Every: every, At: at}
				begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
				due, _, to := reportDue(r, zone, begin)
				for now := begin; now.Before(begin.AddDate(1, 1, 0)); now = now.Add(30 * time.Minute) {
					d, f, u := reportDue(r, zone, now)
					require.False(t, d.After(now), "%s %s %s: due %v after now %v", name, every, at, d, now)
					require.True(t, f.Before(u) && !u.After(d), "%s %s %s at %v: %v to %v, due %v", name, every, at, now, f, u, d)
					if d.Equal(due) {
						continue
					}
					require.True(t, d.After(due), "%s %s %s: at %v due goes back from %v to %v", name, every, at, now, due, d)
					require.True(t, f.Equal(to), "%s %s %s: at %v a report begins at %v, the one before ended at %v", name, every, at, now, f, to)
					due, to = d, u
				}
			}
		}
	}
}
