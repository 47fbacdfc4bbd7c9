package valkey

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// clock is a time that a test sets.
type clock struct{ unix atomic.Int64 }

func (c *clock) set(o *Options) {
	o.Now = func() time.Time { return time.Unix(c.unix.Load(), 0) }
}

func TestSlotsAndMarksEnd(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	var now clock
	now.unix.Store(1_000)
	a, b := open(t, s, t.TempDir(), now.set), open(t, s, t.TempDir(), now.set)
	require.NoError(t, a.Record(t.Context(), []ledger.Call{{ID: 1, Adds: []ledger.Add{
		{Series: "x", Slot: 60, Amount: 1, Expires: 2_000}, {Series: "x", Slot: 120, Amount: 2, Expires: 3_000},
	}}}, func(ledger.View) []ledger.Change {
		return []ledger.Change{{Key: "m", Value: []byte("1"), Expires: 2_000}, {Key: "forever", Value: []byte("2")}}
	}))
	require.EqualValues(t, 3, sum(t, b, "x"))
	require.Equal(t, []byte("1"), markOf(t, b, "m"))
	now.unix.Store(2_000)
	require.Nil(t, markOf(t, a, "m"), "at its end, whether it was removed or not")
	require.Nil(t, markOf(t, b, "m"))
	require.Equal(t, []byte("2"), markOf(t, b, "forever"))
	now.unix.Store(2_001)
	for _, l := range []*Ledger{a, b} {
		eventually(t, func() bool {
			l.onTick(func() { l.ticks = 29 }) // the next tick looks for what is over
			return slotsOf(t, l, "x") == 1
		})
		require.EqualValues(t, 2, sum(t, l, "x"))
	}
	require.NoError(t, b.Change(t.Context(), func(ledger.View) []ledger.Change {
		return []ledger.Change{{Key: "m", Value: []byte("3"), IfAbsent: true}}
	}))
	eventually(t, func() bool { return string(markOf(t, a, "m")) == "3" })
}

func markOf(t *testing.T, l *Ledger, key string) (value []byte) {
	t.Helper()
	require.NoError(t, l.Change(t.Context(), func(v ledger.View) []ledger.Change {
		value = v.Mark(key)
		return nil
	}))
	return value
}

func slotsOf(t *testing.T, l *Ledger, series string) (n int) {
	t.Helper()
	require.NoError(t, l.Series(t.Context(), series, func(string, int64, int64) { n++ }))
	return n
}

func TestTooManyIDs(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	var now clock
	now.unix.Store(1_000)
	l := open(t, s, t.TempDir(), now.set, func(o *Options) { o.MaxIDs = 15 })
	for id := range uint64(10) {
		record(t, l, ledger.Call{ID: id + 1, Minute: 1})
	}
	now.unix.Store(1_100)
	for id := range uint64(10) {
		record(t, l, ledger.Call{ID: id + 1, Minute: 2})
	}
	eventually(t, func() bool { return l.Stats().EvictedIDs == 10 })
	require.Equal(t, 10, l.Stats().IDs)
	require.Equal(t, []bool{true, false}, record(t, l, ledger.Call{ID: 1, Minute: 1}, ledger.Call{ID: 1, Minute: 2}), "the oldest went")
}

func TestMarksOfTwoReplicas(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	dir, local := t.TempDir(), ledger.NewMemory(ledger.Options{})
	a, b := open(t, s, dir, func(o *Options) { o.Local = local }), open(t, s, t.TempDir())
	change := func(l *Ledger, c ledger.Change) {
		require.NoError(t, l.Change(t.Context(), func(ledger.View) []ledger.Change { return []ledger.Change{c} }))
	}
	change(a, ledger.Change{Key: "k", Value: []byte("1")})
	change(b, ledger.Change{Key: "k", Value: []byte("2"), IfAbsent: true, Alert: &ledger.Alert{ID: "no"}})
	require.Equal(t, []byte("1"), markOf(t, b, "k"))
	change(b, ledger.Change{Key: "k", Value: []byte("2"), Alert: &ledger.Alert{ID: "yes"}})
	require.Equal(t, []byte("2"), markOf(t, a, "k"))
	change(a, ledger.Change{Key: "k", Alert: &ledger.Alert{ID: "released"}})
	require.Nil(t, markOf(t, b, "k"))
	require.Equal(t, []string{"yes", "released"}, s.entries())

	change(a, ledger.Change{Key: "mine", Value: []byte("1"), Local: true, Alert: &ledger.Alert{ID: "own"}})
	require.Equal(t, []byte("1"), markOf(t, a, "mine"))
	require.Nil(t, markOf(t, b, "mine"))
	require.Equal(t, []string{"own"}, outbox(t, a)[:1])
	seen := map[string]string{}
	require.NoError(t, a.Marks(t.Context(), "", func(key string, value []byte) { seen[key] = string(value) }))
	require.Equal(t, map[string]string{"mine": "1"}, seen)
	require.NoError(t, a.Close())
	again := open(t, s, dir, func(o *Options) { o.Local = local })
	require.Equal(t, []byte("1"), markOf(t, again, "mine"), "it outlives the process")
}

func TestOrphansAreTakenOver(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	dir, local := t.TempDir(), ledger.NewMemory(ledger.Options{})
	keep := func(o *Options) { o.Local = local }
	a := open(t, s, dir, keep)
	require.NoError(t, a.Record(t.Context(), []ledger.Call{call(1, 10, "x")}, raise("x", 10)))
	require.Equal(t, []string{"x@10"}, outbox(t, a))
	require.NoError(t, a.Close())

	again := open(t, s, dir, keep)
	require.Equal(t, []string{"x@10"}, outbox(t, again), "what it took in an earlier life")
	require.NoError(t, again.Close())

	b := open(t, s, t.TempDir(), func(o *Options) { o.Reclaim = time.Millisecond })
	eventually(t, func() bool { return len(outbox(t, b)) == 1 })
	require.NoError(t, b.Delivered(t.Context(), []string{"x@10"}))
	require.Empty(t, s.entries())
}

func TestOutboxIsFull(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	l := open(t, s, t.TempDir(), func(o *Options) { o.MaxOutbox = 1 })
	require.NoError(t, l.Record(t.Context(), []ledger.Call{call(1, 10, "x", "y")}, raise("x", 10)))
	require.NoError(t, l.Change(t.Context(), raise("y", 10)))
	require.Equal(t, []string{"x@10"}, s.entries())
	require.Nil(t, markOf(t, l, "y"), "the crossing waits too")
	require.NoError(t, l.Delivered(t.Context(), outbox(t, l)))
	require.NoError(t, l.Change(t.Context(), raise("y", 10)))
	require.Equal(t, []string{"y@10"}, s.entries())
}

// TestMarkThatAnotherReplicaSetMeanwhile: of two replicas that decide on the same marks, the first one wins.
func TestMarkThatAnotherReplicaSetMeanwhile(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	a, b := open(t, s, t.TempDir()), open(t, s, t.TempDir())
	for _, first := range []string{"1", "2"} { // where it was not set, and where it was
		alert := &ledger.Alert{ID: "second after " + first}
		require.NoError(t, a.Change(t.Context(), func(ledger.View) []ledger.Change {
			err := b.Change(t.Context(), func(ledger.View) []ledger.Change { return []ledger.Change{{Key: "k", Value: []byte(first)}} })
			if err != nil {
				t.Error(err)
			}
			return []ledger.Change{{Key: "k", Value: []byte("late"), Alert: alert}}
		}))
		require.Equal(t, first, string(markOf(t, a, "k")))
		require.Equal(t, first, string(markOf(t, b, "k")))
	}
	require.Empty(t, s.entries())
}
