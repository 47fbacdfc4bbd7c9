package pricing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// at reads a time of the week that begins on Monday, 2026-11-02.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	parsed, err := time.Parse("Mon 2006-01-02 15:04:05.999999999 -0700", text)
	require.NoError(t, err)
	require.Equal(t, text[:3], parsed.Weekday().String()[:3])
	return parsed
}

func windowOf(t *testing.T, hours string, days ...time.Weekday) Window {
	t.Helper()
	var set Days
	for _, d := range days {
		set = set.With(d)
	}
	w, err := ParseWindow(hours, set)
	require.NoError(t, err)
	return w
}

func TestWindowHolds(t *testing.T) {
	for name, tt := range map[string]struct {
		hours   string
		days    []time.Weekday
		in, out []string
	}{
		"in one day": {
			hours: "01:00-04:00",
			in:    []string{"Mon 2026-11-02 01:00:00 +0000", "Sun 2026-11-08 03:59:59.999999999 +0000", "Mon 2026-11-02 11:00:00 +0800"},
			out:   []string{"Mon 2026-11-02 00:59:59.999999999 +0000", "Mon 2026-11-02 04:00:00 +0000", "Mon 2026-11-02 01:00:00 +0800"},
		},
		"over midnight": {
			hours: "16:30-00:30",
			in:    []string{"Mon 2026-11-02 16:30:00 +0000", "Mon 2026-11-02 23:59:59 +0000", "Mon 2026-11-02 00:00:00 +0000", "Mon 2026-11-02 00:29:59 +0000"},
			out:   []string{"Mon 2026-11-02 00:30:00 +0000", "Mon 2026-11-02 16:29:59 +0000"},
		},
		"over midnight the day on which it began counts": {
			hours: "22:00-06:00", days: []time.Weekday{time.Friday},
			in:  []string{"Fri 2026-11-06 22:00:00 +0000", "Sat 2026-11-07 05:59:59 +0000"},
			out: []string{"Fri 2026-11-06 05:00:00 +0000", "Sat 2026-11-07 06:00:00 +0000", "Sat 2026-11-07 22:00:00 +0000"},
		},
		"from Sunday into Monday": {
			hours: "22:00-06:00", days: []time.Weekday{time.Sunday},
			in:  []string{"Sun 2026-11-08 23:00:00 +0000", "Mon 2026-11-09 01:00:00 +0000"},
			out: []string{"Sun 2026-11-08 01:00:00 +0000", "Mon 2026-11-09 23:00:00 +0000"},
		},
		"the weekday is that of UTC": {
			hours: "16:00-17:00", days: []time.Weekday{time.Friday},
			in:  []string{"Fri 2026-11-06 16:30:00 +0000", "Sat 2026-11-07 00:30:00 +0800"},
			out: []string{"Sat 2026-11-07 16:30:00 +0000", "Fri 2026-11-06 16:30:00 +0800"},
		},
		"whole days": {
			hours: "00:00-00:00", days: []time.Weekday{time.Saturday, time.Sunday},
			in:  []string{"Sat 2026-11-07 00:00:00 +0000", "Sun 2026-11-08 23:59:59.999999999 +0000"},
			out: []string{"Fri 2026-11-06 23:59:59.999999999 +0000", "Mon 2026-11-09 00:00:00 +0000"},
		},
		"whole days with an end": {
			hours: "00:00-24:00", days: []time.Weekday{time.Saturday},
			in:  []string{"Sat 2026-11-07 00:00:00 +0000", "Sat 2026-11-07 23:59:59 +0000"},
			out: []string{"Sun 2026-11-08 00:00:00 +0000"},
		},
		"a day from ten to ten": {
			hours: "10:00-10:00", days: []time.Weekday{time.Saturday},
			in:  []string{"Sat 2026-11-07 10:00:00 +0000", "Sun 2026-11-08 09:59:59 +0000"},
			out: []string{"Sat 2026-11-07 09:59:59 +0000", "Sun 2026-11-08 10:00:00 +0000"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := windowOf(t, tt.hours, tt.days...)
			for _, text := range tt.in {
				require.True(t, w.holds(at(t, text)), text)
			}
			for _, text := range tt.out {
				require.False(t, w.holds(at(t, text)), text)
			}
		})
	}
}

func TestParseWindowRefuses(t *testing.T) {
	for _, text := range []string{"", "-", "16:30", "16:30-", "24:00-01:00", "25:00-26:00", "16:30-24:01", "0-1", "16:30-00:30-01:00"} {
		_, err := ParseWindow(text, 0)
		require.ErrorContains(t, err, "hours must look like 16:30-00:30, got ", text)
	}
}

func TestWhen(t *testing.T) {
	work := []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	for want, l := range map[string]PriceList{
		"": {},
		"from 2026-03-01T00:00:00Z, daily 16:30:00Z to 00:30:00Z": {
			From: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Windows: []Window{windowOf(t, "16:30-00:30")},
		},
		"Mon-Fri 00:00:00Z to 01:00:00Z, 10:00:00Z to 00:00:00Z; Sat,Sun all day": {
			Windows: []Window{windowOf(t, "00:00-01:00", work...), windowOf(t, "10:00-24:00", work...), windowOf(t, "00:00-00:00", time.Sunday, time.Saturday)},
		},
		"Mon,Wed-Fri,Sun 01:00:00Z to 02:00:00Z": {
			Windows: []Window{windowOf(t, "01:00-02:00", time.Sunday, time.Monday, time.Wednesday, time.Thursday, time.Friday)},
		},
		"daily all day": {Windows: []Window{windowOf(t, "00:00-00:00", append(work, time.Saturday, time.Sunday)...)}},
	} {
		require.Equal(t, want, l.When())
	}
}

// A model says when the price that it used holds, also where that is the price outside of all windows.
func TestExplainSaysWhen(t *testing.T) {
	list := func(rates string, windows ...Window) PriceList {
		r, err := ParseRates(rates)
		require.NoError(t, err)
		return PriceList{Rates: r, Windows: windows}
	}
	from := list("input_mtok=2000000")
	from.From = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	m, err := Default().NewModel(Row{ID: "m", Origin: "here:1", Prices: []PriceList{
		list("input_mtok=1000000"), from,
		list("input_mtok=3000000", windowOf(t, "01:00-04:00")),
		list("input_mtok=4000000", windowOf(t, "06:00-10:00", time.Saturday)),
	}, Tiers: map[string][]Rate{"flex": from.Rates}})
	require.NoError(t, err)
	const outside = "outside daily 01:00:00Z to 04:00:00Z; Sat 06:00:00Z to 10:00:00Z"
	for _, tt := range []struct {
		at, tier string
		usd      int64
		when     string
	}{
		{"Wed 2025-12-31 23:00:00 +0000", "", 1000, outside},
		{"Mon 2026-11-02 05:00:00 +0000", "", 2000, "from 2026-01-01T00:00:00Z, " + outside},
		{"Mon 2026-11-02 01:00:00 +0000", "", 3000, "daily 01:00:00Z to 04:00:00Z"},
		{"Mon 2026-11-02 06:00:00 +0000", "", 2000, "from 2026-01-01T00:00:00Z, " + outside},
		{"Sat 2026-11-07 06:00:00 +0000", "", 4000, "Sat 06:00:00Z to 10:00:00Z"},
		{"Sat 2026-11-07 06:00:00 +0000", "flex", 2000, ""},
	} {
		e, err := m.Explain(&Call{Time: at(t, tt.at), ServiceTier: tt.tier, Usage: Usage{Input: 1}}, Factor{})
		require.NoError(t, err)
		require.Equal(t, []any{tt.usd, tt.when}, []any{e.Cost.Total, e.When}, tt.at)
	}
}
