package valkey

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

const never = 4_000_000_000 // Unix seconds

func call(id uint64, amount int64, series ...string) ledger.Call {
	c := ledger.Call{ID: id, Minute: int64(id % 3), Book: []book.Entry{{Hour: 1, Row: book.Row{Service: "s"}, Sums: book.Sums{NanoUSD: amount, Calls: 1}}}}
	for _, s := range series {
		c.Adds = append(c.Adds, ledger.Add{Series: s, Slot: 60, Amount: amount, Expires: never})
	}
	return c
}

// sum is a sum as a decision of now sees it.
func sum(t *testing.T, l *Ledger, series string) int64 {
	t.Helper()
	var sum int64
	require.NoError(t, l.Change(t.Context(), func(v ledger.View) []ledger.Change {
		sum = v.Sum(series, 0, 1<<40)
		return nil
	}))
	return sum
}

func booked(l ledger.Ledger) (nano int64) {
	return bookedSums(l).NanoUSD
}

func record(t *testing.T, l *Ledger, calls ...ledger.Call) (fresh []bool) {
	t.Helper()
	require.NoError(t, l.Record(t.Context(), calls, func(v ledger.View) []ledger.Change {
		for i := range calls {
			fresh = append(fresh, v.Fresh(i))
		}
		return nil
	}))
	return fresh
}

func TestCallIsCountedOnceByAllReplicas(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	a, b := open(t, s, t.TempDir()), open(t, s, t.TempDir())
	require.Equal(t, []bool{true, true, false}, record(t, a, call(1, 10, "x"), call(2, 20, "x", "y"), call(1, 10, "x")))
	require.Equal(t, []bool{false, true}, record(t, b, call(2, 20, "x", "y"), call(3, 40, "x")), "one of two is known")
	require.Equal(t, []bool{false}, record(t, a, call(3, 40, "x")))
	require.Equal(t, []bool{true, true}, record(t, a, call(0, 100, "x"), call(0, 100, "x")), "without an id it counts each time")
	for _, l := range []*Ledger{a, b} {
		require.EqualValues(t, 270, sum(t, l, "x"))
		require.EqualValues(t, 20, sum(t, l, "y"))
	}
	require.EqualValues(t, 230, booked(a), "each replica books what it counted")
	require.EqualValues(t, 40, booked(b))
	require.Equal(t, a.Hasher().Response("r", 1), b.Hasher().Response("r", 1))
}

func TestSumsAreExactAboveWhatADoubleHolds(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	a, b := open(t, s, t.TempDir()), open(t, s, t.TempDir())
	const big = 9_007_199_254_740_993 // 2^53 + 1 nano-USD: 9,007,199.25 USD
	record(t, a, call(1, big, "x"))
	record(t, b, call(2, 1, "x"))
	record(t, a, call(3, 1, "x"))
	require.EqualValues(t, big+2, sum(t, a, "x"))
	require.EqualValues(t, big+2, sum(t, b, "x"))
	record(t, a, call(4, 1<<62, "x"))
	record(t, a, call(5, 1<<62, "x"))
	require.EqualValues(t, 1<<63-1, sum(t, a, "x"), "a sum stops at the largest number")
}

// raise sets a mark with an alert when a sum reaches a limit.
func raise(series string, limit int64) ledger.Decide {
	return func(v ledger.View) []ledger.Change {
		if v.Sum(series, 0, 1<<40) < limit || v.Mark(series) != nil {
			return nil
		}
		return []ledger.Change{{
			Key: series, Value: []byte("fired"), Expires: never, IfAbsent: true,
			Alert: &ledger.Alert{ID: series + "@" + strconv.FormatInt(limit, 10), Body: []byte("body")},
		}}
	}
}

func TestOneReplicaRaisesAnAlert(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	a, b := open(t, s, t.TempDir()), open(t, s, t.TempDir())
	decide := raise("x", 30)
	require.NoError(t, a.Record(t.Context(), []ledger.Call{call(1, 20, "x")}, decide))
	require.Empty(t, s.entries())
	require.NoError(t, b.Record(t.Context(), []ledger.Call{call(2, 20, "x")}, decide))
	require.NoError(t, a.Record(t.Context(), []ledger.Call{call(3, 20, "x")}, decide))
	require.NoError(t, a.Change(t.Context(), decide))
	require.Equal(t, []string{"x@30"}, s.entries())

	alerts, err := a.Outbox(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, []ledger.Alert{{ID: "x@30", Body: []byte("body")}}, alerts)
	again, err := a.Outbox(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, alerts, again, "it comes again until it is delivered")
	others, err := b.Outbox(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, others, "it was taken")
	require.NoError(t, a.Delivered(t.Context(), []string{"x@30"}))
	require.Empty(t, s.entries())
	none, err := a.Outbox(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, none)
}

func bookedSums(l ledger.Ledger) (sums book.Sums) {
	l.Booked(func(_ *book.Row, s *book.Sums, _ time.Time) { sums.Add(s) })
	return sums
}
