package report

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/seriestest"
	"github.com/otelcol-llm/otelcol-llm/internal/midnight"
)

// agedMonths are two months in which each hour costs a dollar and the 24th call of a day has no price: the samples of 35 days, and every day
// recorded since first.
func agedMonths(t *testing.T, zone *time.Location, first, now time.Time) *seriestest.History {
	t.Helper()
	var raw, days [4]seriestest.Series
	for i, names := range [4][2]string{
		{bookedUSD, "llm:cost_usd:day"}, {bookedCalls, "llm:calls:day"}, {bookedTokens, "llm:tokens:day"}, {bookedUnpriced, "llm:unpriced:day"},
	} {
		for j, to := range []*seriestest.Series{&raw[i], &days[i]} {
			to.Labels = map[string]string{"__name__": names[j], labelModel: "m", labelProvider: "p", labelService: "shop"}
			if i == 2 {
				to.Labels[labelToken] = "input_uncached"
			}
		}
	}
	marks := seriestest.Series{Labels: map[string]string{"__name__": "llm:recorded:day"}}
	before, y, m, d := [4]float64{}, first.Year(), first.Month(), first.Day()
	hours, next := 0.0, midnight.Of(zone, y, m, d+1)
	for at := first.Truncate(time.Hour); !at.After(now); at = at.Add(time.Hour) {
		values := [4]float64{hours, hours, 100 * hours, float64(int(hours) / 24)}
		for i := range raw {
			if now.Sub(at) <= 35*24*time.Hour {
				raw[i].Points = append(raw[i].Points, series.Point{At: at, Value: values[i]})
			}
			if !at.Before(next) && values[i] > before[i] {
				days[i].Points = append(days[i].Points, series.Point{At: next, Value: values[i] - before[i]})
			}
		}
		if !at.Before(next) {
			marks.Points = append(marks.Points, series.Point{At: next, Value: 1})
			before = values
			y, m, d = next.In(zone).Date()
			next = midnight.Of(zone, y, m, d+1)
		}
		hours++
	}
	all := append(raw[:], days[:]...)
	all = append(all, marks)
	all = append(all, budgetIn(zone, "daily", "day", nil, midnight.Of(zone, now.In(zone).Year(), now.In(zone).Month(), now.In(zone).Day()), now, now, 5e9)...)
	return seriestest.Write(t, all)
}

// The same time of last month is up to 62 days ago: what is older than the samples are kept is read from the recorded days.
func TestLastMonthOutlivesTheSamples(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	now := time.Date(2026, 11, 29, 10, 47, 0, 0, zone)
	for name, c := range map[string]struct {
		first time.Time
		want  *float64
	}{
		"since September":       {time.Date(2026, 9, 20, 0, 0, 0, 0, zone), value(28*24 + 10)},
		"since the middle":      {time.Date(2026, 10, 10, 7, 0, 0, 0, zone), nil},
		"since the first of it": {time.Date(2026, 10, 1, 7, 0, 0, 0, zone), nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReport(t, agedMonths(t, zone, c.first, now), &now)
			got := answerOf[Costs](t, r, "costs").Compare
			require.NotNil(t, got.Yesterday)
			assert.Equal(t, 10.0, *got.Yesterday)
			assert.Equal(t, c.want, got.LastMonth)
		})
	}
}

// Days that are older than the samples are kept are still in the table of days.
func TestOldDaysAreRead(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	now := time.Date(2026, 11, 29, 10, 47, 0, 0, zone)
	r := newReport(t, agedMonths(t, zone, time.Date(2026, 9, 20, 13, 0, 0, 0, zone), now), &now)
	days := answerOf[CostDays](t, r, "costs/days?from=2026-09-19&to=2026-10-03").Days
	require.Len(t, days, 13, "not the one of which the history has a part, and none before it")
	for _, d := range days {
		assert.Equal(t, "m", d.Model)
		assert.Equal(t, value(24), d.USD, d.Date)
		assert.Equal(t, value(2400), d.Input, d.Date)
	}
	assert.Equal(t, "2026-10-03", days[0].Date)
	assert.Equal(t, "2026-09-21", days[12].Date)
}
