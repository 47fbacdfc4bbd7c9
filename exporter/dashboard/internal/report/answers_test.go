package report

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/seriestest"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var update = flag.Bool("update", false, "write the golden files")

func loadHistory(t *testing.T, name string) *seriestest.History {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".history"))
	require.NoError(t, err)
	var lines []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") && strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
	}
	return seriestest.Load(t, 15*time.Second, strings.Join(lines, ""))
}

// goldenPaths are requests by the name of the file that has their answer.
var goldenPaths = map[string]string{
	"summary": "summary", "health": "health", "realtime": "realtime", "costs": "costs", "costs-days": "costs/days?from=1970-01-01&to=1970-01-02",
	"models": "models", "agents": "agents", "tools": "tools", "groups": "groups", "alerts": "alerts", "recommendations": "recommendations",
	"models-suggest": "models/suggest?complexity=simple", "runs": "runs",
	"series-cost": "series?panel=cost", "series-spend": "series?panel=spend", "series-latency": "series?panel=latency",
	"series-ttft": "series?panel=ttft", "series-errors": "series?panel=errors", "series-tokens": "series?panel=tokens",
	"series-requests": "series?panel=requests", "series-cpu": "series?panel=cpu", "series-memory": "series?panel=memory",
}

// short is an answer with numbers of nine digits: the engine adds series up in any order.
func short(t *testing.T, body []byte) []byte {
	t.Helper()
	var answer any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&answer))
	var rounded func(any) any
	rounded = func(v any) any {
		switch v := v.(type) {
		case json.Number:
			f, err := v.Float64()
			require.NoError(t, err)
			return json.Number(strconv.FormatFloat(f, 'g', 9, 64))
		case map[string]any:
			for k := range v {
				v[k] = rounded(v[k])
			}
		case []any:
			for i := range v {
				v[i] = rounded(v[i])
			}
		}
		return v
	}
	out, err := json.MarshalIndent(rounded(answer), "", " ")
	require.NoError(t, err)
	return append(out, '\n')
}

// Each answer to a history that is written down. The day of the history is 1970-01-01, its last sample at 00:59:45.
func TestAnswers(t *testing.T) {
	now := time.Unix(3600, 0).UTC()
	for _, history := range []string{"busy", "empty"} {
		r := newReport(t, loadHistory(t, history), &now)
		if history == "busy" {
			_, err := r.o.Alerts.Add([]alert.Alert{{
				Event: genai.EventThresholdAlert, Time: time.Unix(1800, 0).UTC(), ID: "a-1", Fingerprint: "a", Name: "SLOW_RESPONSE",
				Severity: genai.SeverityError, State: genai.AlertFiring, Trace: [16]byte{1}, Span: [8]byte{2},
			}}, now)
			require.NoError(t, err)
		}
		for name, path := range goldenPaths {
			t.Run(history+"/"+name, func(t *testing.T) {
				status, body := get(t, r, path)
				require.Equal(t, http.StatusOK, status, string(body))
				got := short(t, body)
				file := filepath.Join("testdata", "golden", history, name+".json")
				if *update {
					require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o750))
					require.NoError(t, os.WriteFile(file, got, 0o600))
				}
				want, err := os.ReadFile(file)
				require.NoError(t, err)
				assert.Equal(t, string(want), string(got))
			})
		}
	}
}

func TestBadRequests(t *testing.T) {
	now := time.Unix(3600, 0).UTC()
	r := newReport(t, loadHistory(t, "empty"), &now)
	for path, want := range map[string]string{
		"summary?range=2w":                         `range must be one of 15m, 1h, 6h, 24h, 7d, 30d; got \"2w\"`,
		"summary?from=1":                           `parameters are range, once each; got \"from\"`,
		"summary?range=1h&range=6h":                `parameters are range, once each; got \"range\"`,
		"health?x=1":                               `parameters are none, once each; got \"x\"`,
		"series?range=1h":                          `panel must be one of cost, spend, latency, ttft, errors, tokens, requests, cpu, memory; got \"\"`,
		"alerts?limit=0":                           `limit must be a number from 1 to 1000; got \"0\"`,
		"runs?limit=101":                           `limit must be a number from 1 to 100; got \"101\"`,
		"runs?window=30d":                          `window must be 24h or 7d; got \"30d\"`,
		"models/suggest?complexity=x":              `complexity must be one of complex, medium, simple; got \"x\"`,
		"models/suggest?min_quality=2":             `min_quality must be a number from 0 to 1; got \"2\"`,
		"models/suggest?min_quality=NaN":           `min_quality must be a number from 0 to 1; got \"NaN\"`,
		"costs/days?from=today":                    `from must be a day as 2026-11-28; got \"today\"`,
		"costs/days?from=1970-01-02&to=1970-01-01": `from must not be after to, and at most 91 days before it`,
		"costs/days?from=1960-01-02&to=1970-01-01": `from must not be after to, and at most 91 days before it`,
	} {
		status, body := get(t, r, path)
		assert.Equal(t, http.StatusBadRequest, status, path)
		assert.Equal(t, `{"error":{"code":"bad_request","message":"`+want+`"}}`, string(body), path)
	}
	status, body := get(t, r, "nowhere")
	assert.Equal(t, http.StatusNotFound, status)
	assert.Contains(t, string(body), `"not_found"`)
}

// counting counts questions, and may make them wait or fail.
type counting struct {
	series.Querier
	asked atomic.Int64
	hold  chan struct{}
	err   error
}

func (c *counting) Instant(ctx context.Context, expr string, at time.Time) ([]series.Sample, error) {
	c.asked.Add(1)
	if c.hold != nil {
		select {
		case <-c.hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	return c.Querier.Instant(ctx, expr, at)
}

// Ten pages that ask at once, and again within a second, ask the history once.
func TestTenPagesAskOnce(t *testing.T) {
	now := time.Unix(3600, 0).UTC()
	q := &counting{Querier: loadHistory(t, "busy"), hold: make(chan struct{})}
	r := newReport(t, q, &now)
	var pages sync.WaitGroup
	bodies := make([][]byte, 10)
	for i := range bodies {
		pages.Go(func() { _, bodies[i] = get(t, r, "summary") })
	}
	close(q.hold)
	pages.Wait()
	alone := newReport(t, loadHistory(t, "busy"), &now)
	_, want := get(t, alone, "summary")
	for _, body := range bodies {
		assert.Equal(t, string(want), string(body))
	}
	once := q.asked.Load()
	now = now.Add(900 * time.Millisecond)
	get(t, r, "summary")
	assert.Equal(t, once, q.asked.Load())
	now = now.Add(200 * time.Millisecond)
	get(t, r, "summary")
	assert.Equal(t, 2*once, q.asked.Load())
}

func TestHistoryThatFails(t *testing.T) {
	now := time.Unix(3600, 0).UTC()
	q := &counting{Querier: loadHistory(t, "busy"), err: errors.New("the disk is gone")}
	r := newReport(t, q, &now)
	status, body := get(t, r, "health")
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.JSONEq(t, `{"error":{"code":"unavailable","message":"the history cannot be read: the disk is gone"}}`, string(body))
	q.err = context.DeadlineExceeded
	status, body = get(t, r, "costs")
	assert.Equal(t, http.StatusGatewayTimeout, status)
	assert.Contains(t, string(body), `"timeout"`)
	q.err = nil
	status, _ = get(t, r, "costs")
	assert.Equal(t, http.StatusOK, status, "what failed is not given again")
}

// A history that is younger than the book does not take what was spent before it for today's; one that began with it knows all.
func TestYoungHistory(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	spent := func(values ...float64) seriestest.Series {
		s := seriestest.Series{Labels: map[string]string{"__name__": bookedUSD, labelModel: "m"}}
		for i, v := range values {
			s.Points = append(s.Points, series.Point{At: now.Add(time.Duration(i-len(values)) * time.Minute), Value: v})
		}
		return s
	}
	budget := budgetIn(time.UTC, "daily", "day", nil, now.Add(-12*time.Hour), now.Add(12*time.Hour), now, 10e9)
	for name, c := range map[string]struct {
		book []float64
		rows []CostRow
	}{
		"older book": {[]float64{7, 8, 9}, []CostRow{
			{Name: BeforeHistory, USD: value(8), Share: value(80), Rest: true}, {Name: "m", Model: word("m"), USD: value(2), Share: value(20)},
		}},
		"began together": {[]float64{0, 8, 9}, []CostRow{
			{Name: "m", Model: word("m"), USD: value(9), Share: value(90)}, {Name: NotSplit, USD: value(1), Share: value(10), Rest: true},
		}},
		"all of it": {[]float64{0, 8, 10}, []CostRow{{Name: "m", Model: word("m"), USD: value(10), Share: value(100)}}},
		"lost, and new": {[]float64{0, 8, 10, 0, 1}, []CostRow{
			{Name: "m", Model: word("m"), USD: value(1), Share: value(10)}, {Name: NotSplit, USD: value(9), Share: value(90), Rest: true},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReport(t, seriestest.Write(t, append(slices.Clone(budget), spent(c.book...))), &now)
			got := answerOf[Costs](t, r, "costs")
			assert.ElementsMatch(t, c.rows, got.ByModel)
			assert.Equal(t, 10.0, *got.LastDays[6].USD, "the headline")
			assert.Nil(t, got.Compare.Yesterday)
			var byModel, days float64
			for _, usd := range got.Usage.CostByModel {
				byModel += usd
			}
			for _, d := range answerOf[CostDays](t, r, "costs/days?from=2026-11-29").Days {
				days += *d.USD
			}
			assert.Equal(t, 10.0, byModel, "the parts add up to the headline")
			assert.Equal(t, 10.0, days, "the parts add up to the headline")
		})
	}
	// Without a budget the book is all there is: what it lacks makes the total unknown.
	r := newReport(t, seriestest.Write(t, []seriestest.Series{spent(7, 8, 9)}), &now)
	assert.Nil(t, answerOf[Costs](t, r, "costs").Current.Daily)
	r = newReport(t, seriestest.Write(t, []seriestest.Series{spent(0, 8, 9)}), &now)
	assert.Equal(t, 9.0, *answerOf[Costs](t, r, "costs").Current.Daily)
}

// A gateway that came in the middle of last month, or of yesterday, saw a part of it: that is nothing to compare with. One that was there and had
// nothing to book yet saw all.
func TestAPartIsNotCompared(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	october := func(day int) time.Time { return time.Date(2026, 10, day, 9, 0, 0, 0, time.UTC) }
	hourly := func(name string, from time.Time, step float64) seriestest.Series {
		s := seriestest.Series{Labels: map[string]string{"__name__": name, labelModel: "m"}}
		for v := 0.0; from.Before(now); from, v = from.Add(time.Hour), v+step {
			s.Points = append(s.Points, series.Point{At: from, Value: v})
		}
		return s
	}
	for name, c := range map[string]struct {
		book, budget     time.Time // when each began; no budget where it is 0
		yesterday, month *float64
	}{
		"began on the 26th":            {book: october(26), yesterday: value(12)},
		"began yesterday":              {book: october(59)},
		"there before":                 {book: october(0), yesterday: value(12), month: value(28*24 + 12)},
		"there, and began to be used":  {book: october(26), budget: october(0), yesterday: value(12), month: value(3*24 + 3)},
		"budgets began with the calls": {book: october(26), budget: october(26), yesterday: value(12)},
	} {
		t.Run(name, func(t *testing.T) {
			all := []seriestest.Series{hourly(bookedUSD, c.book, 1)}
			if !c.budget.IsZero() {
				all = append(all, hourly("llm_budget_spent_usd", c.budget, 0))
			}
			got := answerOf[Costs](t, newReport(t, seriestest.Write(t, all), &now), "costs")
			assert.Equal(t, c.yesterday, got.Compare.Yesterday)
			assert.Equal(t, c.month, got.Compare.LastMonth)
			assert.Equal(t, c.yesterday == nil, got.ByModel[0].Change == nil)
		})
	}
}

// A gateway that changed its name goes on with the same book, and is not counted twice.
func TestRenamedGateway(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	at := func(instance string, hours, v float64) seriestest.Series {
		return seriestest.Series{
			Labels: map[string]string{"__name__": bookedUSD, labelModel: "m", "instance": instance},
			Points: []series.Point{{At: now.Add(-time.Duration(hours * float64(time.Hour))), Value: v}},
		}
	}
	r := newReport(t, seriestest.Write(t, []seriestest.Series{at("a", 12, 5), at("a", 0.05, 7), at("b", 0.01, 8)}), &now)
	assert.Equal(t, 3.0, *answerOf[Costs](t, r, "costs").Current.Daily)
}

// Of budgets in one period the one that counts all is the total: by name, else the one that has most.
func TestTotalBudget(t *testing.T) {
	all := []Budget{
		{Name: "gpt-only", Period: "day", Unit: "USD", Spent: value(3)},
		{Name: "org", Period: "day", Unit: "USD", Spent: value(9)},
		{Name: "team", Period: "day", Unit: "USD", Spent: value(20), Group: map[string]string{"team": "a"}},
		{Name: "tokens", Period: "day", Unit: "tokens", Spent: value(1000)},
		{Name: "org-monthly", Period: "month", Unit: "USD", Spent: value(90)},
	}
	assert.Equal(t, "org", total(all, "day", "daily").Name)
	assert.Equal(t, "org-monthly", total(all, "month", "monthly").Name)
	assert.Equal(t, "daily", total(append(all, Budget{Name: "daily", Period: "day", Unit: "USD", Spent: value(1)}), "day", "daily").Name)
	assert.Nil(t, total(all, "week", "weekly"))

	// Until a budget's own midnight was told it says what the day before was.
	b := &Budget{StartsAt: &time.Time{}}
	assert.False(t, b.since(time.Unix(0, 0)))
}

func TestDays(t *testing.T) {
	for _, c := range []struct{ zone, now, from, to, same string }{
		{"America/New_York", "2026-11-01T12:00:00", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", "2026-10-31T16:00:00Z"},
		{"America/New_York", "2026-03-09T02:30:00", "2026-03-09T04:00:00Z", "2026-03-10T04:00:00Z", "2026-03-08T06:30:00Z"},
		{"Australia/Lord_Howe", "2026-10-04T12:00:00", "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z", "2026-10-03T01:30:00Z"},
		{"America/Havana", "2026-03-08T12:00:00", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z", "2026-03-07T17:00:00Z"},
		{"Asia/Kolkata", "2026-11-29T00:00:00", "2026-11-28T18:30:00Z", "2026-11-29T18:30:00Z", "2026-11-27T18:30:00Z"},
	} {
		zone, err := time.LoadLocation(c.zone)
		require.NoError(t, err)
		now, err := time.ParseInLocation("2006-01-02T15:04:05", c.now, zone)
		require.NoError(t, err)
		from, to := dayOf(now, zone, 0)
		y, yEnd := dayOf(now, zone, 1)
		say := func(at time.Time) string { return at.UTC().Format(time.RFC3339) }
		assert.Equal(t, []string{c.from, c.to, c.same}, []string{say(from), say(to), say(sameTime(now, y, yEnd))}, c)
	}
	now := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	from, at := sameTimeOfMonth(now, time.UTC)
	assert.Equal(t, "2026-02-01 2026-03-01", from.Format(time.DateOnly)+" "+at.Format(time.DateOnly), "February has no 31st: all of it")
}
