package threshold

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
)

// waiting are the alerts of an outbox, which it forgets.
func waiting(t *testing.T, l ledger.Ledger) (states []string) {
	t.Helper()
	entries, err := l.Outbox(t.Context(), 10)
	require.NoError(t, err)
	for _, e := range entries {
		a, err := alert.Decode(e.Body)
		require.NoError(t, err)
		states = append(states, a.Group["room"]+" "+a.State)
		require.NoError(t, l.Delivered(t.Context(), []string{e.ID}))
	}
	return states
}

// An alert that finds no room in the outbox has not fired, and fires as soon as there is room, not when it is told again.
func TestAlertsWaitForRoomInTheOutbox(t *testing.T) {
	now := noon
	l := ledger.NewMemory(ledger.Options{Now: func() time.Time { return now }, MaxOutbox: 1})
	e, err := New(parseConfig(t, "thresholds: [{name: A, metric: a.level, above: 10, for: 2s, keep_firing_for: 0s}]"), l, Options{})
	require.NoError(t, err)
	require.NoError(t, e.Restore(t.Context(), now))
	pass := func(value float64) {
		t.Helper()
		now = now.Add(time.Second)
		require.NoError(t, e.Metrics(t.Context(), levels(value, "a", "b"), now))
		require.NoError(t, e.Tick(t.Context(), now))
	}
	for range 5 {
		pass(50)
	}
	first := waiting(t, l)
	require.Len(t, first, 1)
	require.Equal(t, 1, e.Stats().Open, "the other one has not fired")
	require.NotZero(t, l.Stats().Refused)
	pass(50)
	require.ElementsMatch(t, []string{"a firing", "b firing"}, append(first, waiting(t, l)...))
	for range 3 {
		pass(1)
	}
	first = waiting(t, l)
	require.Len(t, first, 1)
	pass(1)
	require.ElementsMatch(t, []string{"a resolved", "b resolved"}, append(first, waiting(t, l)...))
	require.Zero(t, e.Stats().Open)
}
