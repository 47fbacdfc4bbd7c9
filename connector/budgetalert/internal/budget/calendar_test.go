package budget

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCalendar(t *testing.T) {
	for _, c := range []struct {
		name, zone string
		kind       Kind
		at         string // in UTC
		start, end string // as the clocks of the zone show them
	}{
		{"day", "UTC", Day, "2028-02-29T12:00:00Z", "2028-02-29 00:00 +0000", "2028-03-01 00:00 +0000"},
		{"leap month", "UTC", Month, "2028-02-29T12:00:00Z", "2028-02-01 00:00 +0000", "2028-03-01 00:00 +0000"},
		{"a second before midnight", "Europe/Berlin", Day, "2026-11-21T22:59:59Z", "2026-11-21 00:00 +0100", "2026-11-22 00:00 +0100"},
		{"midnight", "Europe/Berlin", Day, "2026-11-21T23:00:00Z", "2026-11-22 00:00 +0100", "2026-11-23 00:00 +0100"},
		{"day of 23 hours", "Europe/Berlin", Day, "2028-03-26T10:00:00Z", "2028-03-26 00:00 +0100", "2028-03-27 00:00 +0200"},
		{"day of 25 hours", "Europe/Berlin", Day, "2027-10-31T10:00:00Z", "2027-10-31 00:00 +0200", "2027-11-01 00:00 +0100"},
		{"first of two hours", "Europe/Berlin", Hour, "2027-10-31T00:30:00Z", "2027-10-31 02:00 +0200", "2027-10-31 02:00 +0100"},
		{"second of two hours", "Europe/Berlin", Hour, "2027-10-31T01:30:00Z", "2027-10-31 02:00 +0100", "2027-10-31 03:00 +0100"},
		{"month over the change", "America/New_York", Month, "2028-03-20T00:00:00Z", "2028-03-01 00:00 -0500", "2028-04-01 00:00 -0400"},
		{"hour in Kolkata", "Asia/Kolkata", Hour, "2027-10-01T00:10:00Z", "2027-10-01 05:00 +0530", "2027-10-01 06:00 +0530"},
		{"half an hour forward", "Australia/Lord_Howe", Hour, "2027-10-02T15:40:00Z", "2027-10-03 02:30 +1100", "2027-10-03 03:00 +1100"},
		{"day of 23.5 hours", "Australia/Lord_Howe", Day, "2027-10-02T15:40:00Z", "2027-10-03 00:00 +1030", "2027-10-04 00:00 +1100"},
		{"half an hour back, before", "Australia/Lord_Howe", Hour, "2028-04-01T14:40:00Z", "2028-04-02 01:00 +1100", "2028-04-02 01:30 +1030"},
		{"half an hour back, after", "Australia/Lord_Howe", Hour, "2028-04-01T15:10:00Z", "2028-04-02 01:30 +1030", "2028-04-02 02:00 +1030"},
		{"ISO week 53", "UTC", Week, "2027-01-03T23:59:59Z", "2026-12-28 00:00 +0000", "2027-01-04 00:00 +0000"},
		{"week with a change", "Europe/Berlin", Week, "2028-03-26T20:00:00Z", "2028-03-20 00:00 +0100", "2028-03-27 00:00 +0200"},
		{"quarter", "Europe/Berlin", Quarter, "2028-03-31T21:59:59Z", "2028-01-01 00:00 +0100", "2028-04-01 00:00 +0200"},
		{"quarter end", "Europe/Berlin", Quarter, "2028-03-31T22:00:00Z", "2028-04-01 00:00 +0200", "2028-07-01 00:00 +0200"},
		{"year", "Asia/Kolkata", Year, "2026-12-31T18:30:00Z", "2027-01-01 00:00 +0530", "2028-01-01 00:00 +0530"},
		{"no midnight: Cairo goes forward at 0:00", "Africa/Cairo", Day, "2027-04-30T10:00:00Z", "2027-04-30 01:00 +0300", "2027-05-01 00:00 +0300"},
		{"and the day before", "Africa/Cairo", Day, "2027-04-29T10:00:00Z", "2027-04-29 00:00 +0200", "2027-04-30 01:00 +0300"},
		{"Cairo goes back to 23:00", "Africa/Cairo", Day, "2026-10-29T10:00:00Z", "2026-10-29 00:00 +0300", "2026-10-30 00:00 +0200"},
		{"the hour before that", "Africa/Cairo", Day, "2026-10-29T21:30:00Z", "2026-10-29 00:00 +0300", "2026-10-30 00:00 +0200"},
		{"two midnights: Havana goes back at 1:00", "America/Havana", Day, "2026-11-01T10:00:00Z", "2026-11-01 00:00 -0400", "2026-11-02 00:00 -0500"},
		{"between them", "America/Havana", Day, "2026-11-01T04:30:00Z", "2026-11-01 00:00 -0400", "2026-11-02 00:00 -0500"},
		{"a day that Samoa did not have", "Pacific/Apia", Day, "2011-12-30T09:59:59Z", "2011-12-29 00:00 -1000", "2011-12-31 00:00 +1400"},
		{"and after it", "Pacific/Apia", Day, "2011-12-30T10:00:00Z", "2011-12-31 00:00 +1400", "2012-01-01 00:00 +1400"},
		{"before 1970", "UTC", Hour, "1969-12-31T23:30:00Z", "1969-12-31 23:00 +0000", "1970-01-01 00:00 +0000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			zone := zoneOf(t, c.zone)
			at, err := time.Parse(time.RFC3339, c.at)
			require.NoError(t, err)
			w := windowOf(c.kind, zone, at.Unix())
			const layout = "2006-01-02 15:04 -0700"
			assert.Equal(t, c.start, time.Unix(w.start, 0).In(zone).Format(layout))
			assert.Equal(t, c.end, time.Unix(w.end, 0).In(zone).Format(layout))
			assert.True(t, w.has(at.Unix()))
		})
	}
}

// Periods of every kind and zone follow each other without a gap, and every second of one finds the same one.
func TestCalendarTiles(t *testing.T) {
	for _, name := range []string{
		"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Cairo", "America/Havana", "Pacific/Apia",
		"Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham", "Africa/Casablanca", "Asia/Tehran",
	} {
		zone := zoneOf(t, name)
		for kind := Hour; kind <= Year; kind++ {
			at, years := time.Date(2010, 12, 15, 0, 0, 0, 0, time.UTC).Unix(), int64(3)
			if kind == Hour {
				at, years = time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC).Unix(), 1
			}
			cal := calendar{kind: kind, zone: zone}
			w := cal.window(at)
			for until := at + years*366*86400; w.start < until; {
				require.Less(t, w.start, w.end, "%s %v", name, kind)
				for _, in := range []int64{w.start, w.start + 1, (w.start + w.end) / 2, w.end - 1} {
					require.Equal(t, w, windowOf(kind, zone, in), "%s %v %d", name, kind, in)
				}
				following := cal.window(w.end)
				require.Equal(t, w.end, following.start, "%s %v", name, kind)
				require.Equal(t, w, before(kind, zone, following), "%s %v", name, kind)
				w = following
			}
		}
	}
}

func TestPart(t *testing.T) {
	for _, c := range []struct {
		limit int64
		part  float64
		want  int64
	}{
		{100_000_000_000, 0.8, 80_000_000_000},
		{100, 1, 100},
		{3, 0.5, 2},    // the least amount that is at least half
		{1, 0.0001, 1}, // never 0
		{9_000_000_000_000_000_000, 1, 9_000_000_000_000_000_000},
		{9_000_000_000_000_000_000, 10, 1<<63 - 1},
	} {
		assert.Equal(t, c.want, part(c.limit, micro(c.part)), "%d × %v", c.limit, c.part)
	}
}

// The largest limit that may be given is kept as it is.
func TestTheLargestLimit(t *testing.T) {
	for _, text := range []string{"limit_usd: 9000000000", "limit_calls: 9000000000000000000"} {
		w := newWorld(t, "2026-11-20T12:00:00Z", "budgets: [{name: h, period: month, thresholds: [1], "+text+"}]")
		w.spend("a", 5e9)
		assert.InDelta(t, w.list.Budgets[0].limit(), w.level("h").Limit, 1, text)
		assert.Empty(t, w.told(), text)
	}
	assert.Equal(t, int64(math.MaxInt64), Calls.amount(math.MaxInt64))
}

func (c *Config) limit() float64 {
	l, _, _ := limit(c.LimitUSD, c.LimitTokens, c.LimitCalls)
	return *l
}
