package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/advice"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/alertlog"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/live"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/runs"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/seriestest"
)

const root = "/api/llm/v1/"

// newReport answers as of *now.
func newReport(t *testing.T, q series.Querier, now *time.Time) *Report {
	t.Helper()
	dir := t.TempDir()
	alerts, err := alertlog.Open(filepath.Join(dir, "alerts.db"), alertlog.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, alerts.Close()) })
	dear, err := runs.Open(filepath.Join(dir, "runs"), *now, nil)
	require.NoError(t, err)
	hub := live.NewHub(live.MaxClients)
	t.Cleanup(hub.Close)
	return New(Options{
		Querier: q, Alerts: alerts, Runs: dear, Advisor: advice.New(advice.Options{Querier: q}), Hub: hub, Now: func() time.Time { return *now },
		Quality: map[string]float64{"gpt-4o": 0.95, "gpt-4o-mini": 0.85}, TraceURL: "http://traces/{trace_id}", Path: root,
	})
}

func get(t *testing.T, r *Report, path string) (int, []byte) {
	t.Helper()
	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, root+path, http.NoBody))
	assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
	return w.Code, w.Body.Bytes()
}

func answerOf[T any](t *testing.T, r *Report, path string) (to T) {
	t.Helper()
	status, body := get(t, r, path)
	require.Equal(t, http.StatusOK, status, "%s: %s", path, body)
	require.NoError(t, json.Unmarshal(body, &to))
	return to
}

// spend is one call.
type spend struct {
	at                 time.Time
	model, agent, team string
	n                  nano
}

// ledger is an oracle: it adds integers up.
type ledger struct{ all []spend }

func (l *ledger) sum(from, to time.Time, which func(spend) bool) (n nano) {
	for _, s := range l.all {
		if !s.at.Before(from) && !s.at.After(to) && which(s) {
			n += s.n
		}
	}
	return n
}

func any1(spend) bool { return true }

// told is the book as a gateway tells it: all rows every four minutes, and a row at once when it changes; a new one begins with 0.
func (l *ledger) told(from, to time.Time, off func(time.Time) bool) []seriestest.Series {
	type row struct{ model, agent, team string }
	rows, sums, calls := map[row]*[3][]series.Point{}, map[row]nano{}, map[row]float64{}
	tell := func(r row, at time.Time) {
		if off(at) {
			return
		}
		add := func(i int, v float64) {
			p := &rows[r][i]
			if n := len(*p); n > 0 && !at.After((*p)[n-1].At) {
				if (*p)[n-1].At.Equal(at) {
					(*p)[n-1].Value = v
				}
				return
			}
			*p = append(*p, series.Point{At: at, Value: v})
		}
		add(0, float64(sums[r])/1e9)
		add(1, calls[r])
		add(2, calls[r]*100)
	}
	next := 0
	for beat := from; !beat.After(to); beat = beat.Add(4 * time.Minute) {
		for ; next < len(l.all) && l.all[next].at.Before(beat); next++ {
			s := l.all[next]
			r := row{s.model, s.agent, s.team}
			if rows[r] == nil {
				rows[r] = &[3][]series.Point{}
				tell(r, s.at.Add(-time.Millisecond))
			}
			sums[r] += s.n
			calls[r]++
			tell(r, s.at)
		}
		for r := range rows {
			tell(r, beat)
		}
	}
	var out []seriestest.Series
	for r, points := range rows {
		for i, name := range []string{bookedUSD, bookedCalls, bookedTokens} {
			labels := map[string]string{
				"__name__": name, "job": "otelcol-llm", "instance": "one", labelService: "shop", labelProvider: "openai", labelModel: r.model,
			}
			if r.agent != "" {
				labels[labelAgent] = r.agent
			}
			if r.team != "" {
				labels["team"] = r.team
			}
			if i == 2 {
				labels[labelToken] = "input_uncached"
			}
			out = append(out, seriestest.Series{Labels: labels, Points: points[i]})
		}
	}
	return out
}

// budgetIn has gauges of one budget at a moment.
func budgetIn(zone *time.Location, name, period string, group map[string]string, start, end, at time.Time, spent nano) []seriestest.Series {
	var out []seriestest.Series
	for metric, v := range map[string]float64{
		"llm_budget_spent_usd": float64(spent) / 1e9, budgetStart: float64(start.Unix()), budgetEnd: float64(end.Unix()),
	} {
		labels := map[string]string{"__name__": metric, "job": "otelcol-llm", "instance": "one", "budget_name": name, "budget_period": period}
		if metric != "llm_budget_spent_usd" {
			labels["budget_timezone"] = zone.String()
		}
		for k, v := range group {
			labels[k] = v
		}
		out = append(out, seriestest.Series{Labels: labels, Points: []series.Point{{At: at, Value: v}}})
	}
	return out
}

func randomSpend(rng *rand.Rand, from, to time.Time) *ledger {
	l := &ledger{}
	models, agents, teams := []string{"gpt-4o", "gpt-4o-mini", "claude", "late"}, []string{"", "planner", "coder"}, []string{"", "search", "ads"}
	for at := from.Add(time.Minute); at.Before(to); at = at.Add(time.Duration(rng.Int64N(int64(time.Hour))) + time.Second) {
		model := models[rng.IntN(len(models))]
		if model == "late" && at.Before(to.Add(-36*time.Hour)) { // a row of the book that begins late
			continue
		}
		l.all = append(l.all, spend{at.Truncate(time.Millisecond), model, agents[rng.IntN(3)], teams[rng.IntN(3)], nano(rng.Int64N(3_000_000_000))})
	}
	return l
}

// Every amount is the oracle's to the nano-USD, in zones with long, short and odd days, with budgets that know the total and without.
func TestMoneyIsTheOracles(t *testing.T) {
	for zoneName, first := range map[string]string{
		"America/New_York": "2026-10-27", "Asia/Kolkata": "2026-10-27", "Australia/Lord_Howe": "2026-09-29", "UTC": "2026-12-28",
	} {
		for _, grouped := range []bool{false, true} {
			t.Run(fmt.Sprint(zoneName, grouped), func(t *testing.T) {
				zone, err := time.LoadLocation(zoneName)
				require.NoError(t, err)
				day, err := time.ParseInLocation(time.DateOnly, first, zone)
				require.NoError(t, err)
				rng := rand.New(rand.NewPCG(uint64(len(zoneName)), 7)) //nolint:gosec // a test
				begin := day.Add(5 * time.Hour)
				end := day.AddDate(0, 0, 9).Add(-time.Duration(rng.Int64N(int64(20 * time.Hour)))).Truncate(time.Millisecond)
				l := randomSpend(rng, begin, end)
				var off time.Time // the gateway is away over one midnight
				book := l.told(begin, end.Add(5*time.Minute), func(at time.Time) bool {
					off, _ = dayOf(end, zone, 3)
					return at.After(off.Add(-20*time.Minute)) && at.Before(off.Add(20*time.Minute))
				})
				checkMoney(t, rng, zone, l, book, begin, end, off, grouped)
			})
		}
	}
}

func checkMoney(t *testing.T, rng *rand.Rand, zone *time.Location, l *ledger, book []seriestest.Series, begin, end, off time.Time, grouped bool) {
	t.Helper()
	visible := &ledger{} // what was spent while the gateway was away is told when it is back, and so on the later day
	for _, s := range l.all {
		if s.at.After(off.Add(-20*time.Minute)) && s.at.Before(off.Add(20*time.Minute)) {
			s.at = off.Add(20 * time.Minute)
		}
		visible.all = append(visible.all, s)
	}
	var moments []time.Time
	group := map[string]string(nil)
	if grouped {
		group = map[string]string{"team": "search"}
	}
	for range 4 {
		now := end.Add(-time.Duration(rng.Int64N(int64(20 * time.Hour)))).Truncate(time.Millisecond)
		today, dayEnd := dayOf(now, zone, 0)
		month, monthEnd := monthOf(now, zone, 0)
		book = append(book, budgetIn(zone, "daily", "day", group, today, dayEnd, now, visible.sum(today, now, any1))...)
		book = append(book, budgetIn(zone, "monthly", "month", group, month, monthEnd, now, visible.sum(month, now, any1))...)
		moments = append(moments, now)
	}
	q := seriestest.Write(t, book)
	for _, now := range moments {
		checkMoment(t, newReport(t, q, &now), zone, visible, begin, now)
	}
}

func checkMoment(t *testing.T, r *Report, zone *time.Location, visible *ledger, begin, now time.Time) {
	t.Helper()
	today, _ := dayOf(now, zone, 0)
	month, _ := monthOf(now, zone, 0)
	daily := visible.sum(today, now, any1)
	c := answerOf[Costs](t, r, "costs")
	require.Equal(t, zone.String(), c.TimeZone)
	exact := func(want nano, got *float64, what string) {
		t.Helper()
		require.NotNil(t, got, what)
		require.Equal(t, want, toNano(*got), what)
	}
	exact(daily, c.Current.Daily, "today")
	exact(visible.sum(month, now, any1), c.Current.Monthly, "month")
	y, yEnd := dayOf(now, zone, 1)
	exact(visible.sum(y, sameTime(now, y, yEnd), any1), c.Compare.Yesterday, "yesterday")
	for i, d := range c.LastDays {
		from, to := dayOf(now, zone, len(c.LastDays)-1-i)
		require.Equal(t, from.Format(time.DateOnly), d.Date)
		if !to.After(begin) {
			require.Nil(t, d.USD, d.Date)
			continue
		}
		exact(visible.sum(from, minTime(to.Add(-1), now), any1), d.USD, d.Date)
	}
	of := func(which func(spend) bool) nano { return visible.sum(today, now, which) }
	exactRows(t, c.ByModel, daily, func(name string) nano { return of(func(s spend) bool { return s.model == name }) })
	exactRows(t, c.ByAgent, daily, func(name string) nano { return of(func(s spend) bool { return cmp.Or(s.agent, unnamed) == name }) })
	exactRows(t, c.ByGroup, daily, func(name string) nano { return of(func(s spend) bool { return cmp.Or(s.team, unnamed) == name }) })
	calls := 0
	for _, s := range visible.all {
		if !s.at.Before(today) && !s.at.After(now) {
			calls++
		}
	}
	require.Equal(t, float64(calls), *c.Usage.Calls)
	require.Equal(t, float64(calls*100), *c.Usage.TotalTokens)

	// The chart's last point is the headline.
	chart := answerOf[Series](t, r, "series?panel=spend")
	var last nano
	for _, line := range chart.Series {
		if v := line.Values[len(line.Values)-1]; v != nil {
			last += toNano(*v)
		}
	}
	require.Equal(t, daily, last)
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func exactRows(t *testing.T, rows []CostRow, total nano, of func(name string) nano) {
	t.Helper()
	var sum nano
	for _, row := range rows {
		require.False(t, row.Rest, "%+v", row)
		require.Equal(t, of(row.Name), toNano(*row.USD), row.Name)
		sum += toNano(*row.USD)
	}
	require.Equal(t, total, sum)
}
