package budget

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// world is an engine on a ledger in memory, with a clock that the test moves.
type world struct {
	t       testing.TB
	now     time.Time
	ledger  ledger.Ledger
	engine  *Engine
	options Options
	list    list
	id      uint64
}

func newWorld(t testing.TB, now, config string) *world {
	t.Helper()
	w := &world{t: t, now: utc(t, now), options: Options{PageURL: "http://127.0.0.1:8890", BookKeys: []GroupKey{{"team", FromSpan}}}}
	w.ledger = ledger.NewMemory(ledger.Options{Now: func() time.Time { return w.now }, Seed: genai.Seed{1, 2, 3}, DedupeWindow: 25 * time.Hour})
	w.restart(config)
	return w
}

func utc(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	require.NoError(t, err)
	return at
}

// restart is another process on the same ledger, with another configuration unless it is "".
func (w *world) restart(config string) {
	w.t.Helper()
	if config != "" {
		w.list = parse(w.t, config)
		require.NoError(w.t, Check(w.list.Budgets, w.list.Overrides, ""))
	}
	var err error
	w.engine, err = NewEngine(context.Background(), w.options, w.list.Budgets, w.list.Overrides, w.ledger, w.now)
	require.NoError(w.t, err)
}

func (w *world) reload(config string) {
	w.t.Helper()
	w.list = parse(w.t, config)
	require.NoError(w.t, w.engine.Reload(context.Background(), w.list.Budgets, w.list.Overrides, w.now))
}

// wait lets time pass, with a tick a minute; where it is long, every half hour.
func (w *world) wait(d time.Duration) {
	w.t.Helper()
	end, step := w.now.Add(d), time.Minute
	if d > 6*time.Hour {
		step = 30 * time.Minute
	}
	for w.now.Before(end) {
		next := w.now.Truncate(step).Add(step)
		if next.After(end) {
			next = end
		}
		w.now = next
		require.NoError(w.t, w.engine.Tick(context.Background(), w.now))
	}
}

func (w *world) until(s string) {
	w.t.Helper()
	w.wait(utc(w.t, s).Sub(w.now))
}

// call is one call of a team now, counted by all budgets.
func (w *world) call(team string, usd float64) Spend { return w.callAt(w.now, team, usd) }

func (w *world) callAt(end time.Time, team string, usd float64) Spend {
	w.id++
	s := Spend{
		ID: w.id, End: end, Sums: book.Sums{NanoUSD: USD.amount(usd), Calls: 1, Tokens: [book.TokenTypes]int64{100, 10, 0, 50, 5}},
		Trace: [16]byte{15: byte(w.id)}, Span: [8]byte{7: byte(w.id)},
		Row: book.Row{Service: "chat", Provider: "openai", Model: "gpt-4o", Agent: "support", Keys: []string{team}},
	}
	for i := range w.list.Budgets {
		share := Share{Budget: i, Run: "run of " + team}
		for range w.list.Budgets[i].GroupBy {
			share.Group = append(share.Group, team)
		}
		s.Shares = append(s.Shares, share)
	}
	return s
}

func (w *world) record(spends ...Spend) {
	w.t.Helper()
	require.NoError(w.t, w.engine.Record(context.Background(), spends, w.now))
}

func (w *world) spend(team string, usd float64) {
	w.t.Helper()
	w.record(w.call(team, usd))
}

// take delivers what is in the outbox.
func (w *world) take() (alerts []alert.Alert) {
	w.t.Helper()
	out, err := w.ledger.Outbox(context.Background(), 1_000_000)
	require.NoError(w.t, err)
	var ids []string
	for _, one := range out {
		a, err := alert.Decode(one.Body)
		require.NoError(w.t, err)
		require.Equal(w.t, one.ID, a.ID)
		alerts, ids = append(alerts, a), append(ids, a.ID)
	}
	require.NoError(w.t, w.ledger.Delivered(context.Background(), ids))
	return alerts
}

// told is what came out, one line each: type, group, state and reason.
func (w *world) told() (lines []string) {
	w.t.Helper()
	for _, a := range w.take() {
		line := a.Name + " " + a.Type
		for _, v := range a.Group {
			line += " " + v
		}
		lines = append(lines, line+" "+a.State+" "+a.Reason)
	}
	return lines
}

func (w *world) level(budget string, values ...string) Level {
	w.t.Helper()
	levels, err := w.engine.Snapshot(context.Background(), w.now)
	require.NoError(w.t, err)
	for _, l := range levels {
		if l.Budget == budget && !l.Overflow && strings.Join(l.Values, ",") == strings.Join(values, ",") {
			return l
		}
	}
	require.Fail(w.t, fmt.Sprintf("no level of %s %v", budget, values))
	return Level{}
}

func firstWith(alerts []alert.Alert, fingerprint string) alert.Alert {
	for _, a := range alerts {
		if a.Fingerprint == fingerprint {
			return a
		}
	}
	return alert.Alert{}
}

func sorted(lines []string) []string {
	slices.SortFunc(lines, func(a, b string) int { return cmp.Compare(b, a) })
	return lines
}

// groupless is told without the groups.
func groupless(alerts []alert.Alert) (lines []string) {
	for _, a := range alerts {
		lines = append(lines, a.Name+" "+a.Type+" "+a.State+" "+a.Reason)
	}
	return lines
}
