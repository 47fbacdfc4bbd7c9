package ledger

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
)

var start = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// clock is a time that a test sets.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func newMemory(o Options) (*Memory, *clock) {
	c := &clock{start}
	o.Now = c.Now
	return NewMemory(o), c
}

func call(id uint64, minute, amount int64) Call {
	return Call{
		ID: id, Minute: minute,
		Adds: []Add{{Series: "s", Slot: minute * 60, Amount: amount, Expires: start.Unix() + 86400}},
		Book: []book.Entry{{Hour: minute / 60, Row: book.Row{Model: "m"}, Sums: book.Sums{NanoUSD: amount, Calls: 1}}},
	}
}

var minute = start.Unix() / 60

func sumOf(t *testing.T, l Ledger, series string, from, to int64) (sum int64) {
	require.NoError(t, l.Change(t.Context(), func(v View) []Change {
		sum = v.Sum(series, from, to)
		return nil
	}))
	return sum
}

func TestCallIsCountedOnce(t *testing.T) {
	m, clock := newMemory(Options{})
	var fresh []bool
	look := func(v View) []Change {
		fresh = []bool{v.Fresh(0), v.Fresh(1), v.Fresh(2), v.Fresh(3)}
		return nil
	}
	batch := []Call{call(1, minute, 10), call(2, minute, 20), call(1, minute, 10)}
	require.NoError(t, m.Record(t.Context(), batch, look))
	require.Equal(t, []bool{true, true, false, false}, fresh, "the same id twice in one batch counts once")
	require.NoError(t, m.Record(t.Context(), batch, look))
	require.Equal(t, []bool{false, false, false, false}, fresh, "a batch that is sent again adds nothing")
	require.EqualValues(t, 30, sumOf(t, m, "s", 0, math.MaxInt64))
	clock.now = start.Add(59 * time.Minute)
	require.NoError(t, m.Record(t.Context(), append(batch, call(3, minute, 5)), look))
	require.Equal(t, []bool{false, false, false, true}, fresh)
	require.Equal(t, 3, m.Stats().IDs)
	clock.now = start.Add(119 * time.Minute)
	require.NoError(t, m.Record(t.Context(), batch, look))
	require.Equal(t, []bool{false, false, false, false}, fresh, "a bucket lives an hour after its last write")
	clock.now = start.Add(121 * time.Minute)
	require.NoError(t, m.Record(t.Context(), batch, look))
	require.Equal(t, []bool{true, true, false, false}, fresh)
}

func TestClockSetBackForgetsNothing(t *testing.T) {
	m, clock := newMemory(Options{})
	require.NoError(t, m.Record(t.Context(), []Call{call(1, minute, 10)}, nil))
	for _, at := range []time.Duration{-time.Hour, 30 * time.Minute, -2 * time.Hour, 59 * time.Minute} {
		clock.now = start.Add(at)
		require.NoError(t, m.Record(t.Context(), []Call{call(1, minute, 10), call(1, minute, 10)}, nil))
		require.EqualValues(t, 10, sumOf(t, m, "s", 0, math.MaxInt64), at)
		require.Equal(t, time.Hour, m.Stats().Horizon)
	}
}

func TestTooManyIDs(t *testing.T) {
	m, clock := newMemory(Options{MaxIDs: 1000})
	for i := range 3000 {
		clock.now = start.Add(time.Duration(i) * time.Second)
		id := uint64(i + 1)
		require.NoError(t, m.Record(t.Context(), []Call{call(id, clock.now.Unix()/60, 1)}, nil))
	}
	stats := m.Stats()
	require.LessOrEqual(t, stats.IDs, 1000)
	require.Greater(t, stats.IDs, 800)
	require.EqualValues(t, 3000, int64(stats.IDs)+stats.EvictedIDs)
	require.Less(t, stats.Horizon, 1000*time.Second, "what was counted longer ago may be forgotten")
	require.Greater(t, stats.Horizon, 800*time.Second)
	for back := time.Duration(0); back < stats.Horizon; back += time.Second {
		at := clock.now.Add(-back)
		id := uint64(at.Sub(start)/time.Second) + 1
		require.NoError(t, m.Record(t.Context(), []Call{call(id, at.Unix()/60, 1)}, func(v View) []Change {
			require.False(t, v.Fresh(0), "counted %s ago", back)
			return nil
		}))
	}
	clock.now = clock.now.Add(3 * time.Hour)
	require.Equal(t, time.Hour, m.Stats().Horizon, "what was forgotten would have expired by now")
}

func TestBucketLikeASet(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	b, set := bucket{}, map[uint64]bool{}
	for range 20_000 {
		id := 1 + random.Uint64N(2000)
		if random.IntN(3) == 0 {
			b.remove(id)
			delete(set, id)
		} else {
			require.Equal(t, !set[id], b.add(id))
			set[id] = true
		}
		require.Equal(t, len(set), b.n)
	}
	for id := uint64(1); id <= 2000; id++ {
		require.Equal(t, set[id], b.table[b.find(id)] == id)
	}
}

func TestSumsOfSlots(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	m, clock := newMemory(Options{})
	naive := map[int64]int64{}
	for i := range 5000 {
		clock.now = clock.now.Add(time.Duration(random.IntN(40)) * time.Second)
		at := clock.now.Unix()/60*60 - 60*random.Int64N(random.Int64N(100)+1)
		amount := random.Int64N(1000)
		c := Call{Adds: []Add{{Series: "rolling", Slot: at, Amount: amount, Expires: at + 86400}}}
		naive[at] += amount
		from, to := clock.now.Unix()/60*60-86400+60, clock.now.Unix()+60
		if i%5 == 0 {
			from, to = at-random.Int64N(10_000), at+random.Int64N(10_000)
		}
		var want int64
		for slot, amount := range naive {
			if from <= slot && slot < to {
				want += amount
			}
			if slot+86400 < clock.now.Unix()-60 {
				delete(naive, slot)
			}
		}
		require.NoError(t, m.Record(t.Context(), []Call{c}, func(v View) []Change {
			require.Equal(t, want, v.Sum("rolling", from, to))
			require.Zero(t, v.Sum("rolling", to, from))
			require.Zero(t, v.Sum("no such series", from, to))
			return nil
		}))
	}
	n := 0
	require.NoError(t, m.Series(t.Context(), "roll", func(series string, slot, amount int64) {
		require.Equal(t, "rolling", series)
		if want, ok := naive[slot]; ok {
			require.Equal(t, want, amount)
			n++
		}
	}))
	require.Len(t, naive, n)
	require.Greater(t, n, 1000)
	clock.now = clock.now.Add(48 * time.Hour)
	require.NoError(t, m.Change(t.Context(), nil))
	require.Empty(t, m.state.series, "what is old is dropped")
	require.Empty(t, m.state.due)
}

func TestSumStopsAtTheLargestNumber(t *testing.T) {
	m, _ := newMemory(Options{})
	for id := uint64(1); id <= 3; id++ {
		require.NoError(t, m.Record(t.Context(), []Call{call(id, minute+int64(id), math.MaxInt64/2)}, nil))
	}
	require.EqualValues(t, math.MaxInt64, sumOf(t, m, "s", 0, math.MaxInt64))
	m.Booked(func(_ *book.Row, sums *book.Sums, _ time.Time) { require.EqualValues(t, math.MaxInt64, sums.NanoUSD) })
}

func TestMarks(t *testing.T) {
	m, clock := newMemory(Options{})
	change := func(changes ...Change) {
		require.NoError(t, m.Change(t.Context(), func(View) []Change { return changes }))
	}
	get := func(key string) (value string) {
		require.NoError(t, m.Change(t.Context(), func(v View) []Change {
			value = string(v.Mark(key))
			return nil
		}))
		return value
	}
	body := []byte("body")
	change(Change{Key: "a", Value: []byte("1"), IfAbsent: true, Alert: &Alert{ID: "one", Body: body}})
	body[0] = 'x'
	change(Change{Key: "a", Value: []byte("2"), IfAbsent: true, Alert: &Alert{ID: "two"}})
	require.Equal(t, "1", get("a"), "the first one won")
	change(Change{Key: "a", Value: []byte("3"), Alert: &Alert{ID: "three"}}, Change{Alert: &Alert{ID: "one"}})
	require.Equal(t, "3", get("a"))
	alerts, err := m.Outbox(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, []Alert{{"one", []byte("body")}, {"three", nil}}, alerts, "an alert whose mark was lost is lost; none is there twice")
	require.NoError(t, m.Delivered(t.Context(), []string{"one", "unknown"}))
	alerts, err = m.Outbox(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, []Alert{{"three", nil}}, alerts)
	require.Equal(t, 1, m.Stats().Outbox)

	change(Change{Key: "b", Value: []byte("x"), Expires: start.Unix() + 90})
	clock.now = start.Add(89 * time.Second)
	require.Equal(t, "x", get("b"))
	clock.now = start.Add(90 * time.Second)
	require.Empty(t, get("b"))
	change(Change{Key: "b", Value: []byte("y"), IfAbsent: true})
	require.Equal(t, "y", get("b"), "an expired mark is absent")
	clock.now = start.Add(time.Hour)
	require.Equal(t, "y", get("b"), "the old expiry does not hold for the new value")
	all := map[string]string{}
	require.NoError(t, m.Marks(t.Context(), "", func(key string, value []byte) { all[key] = string(value) }))
	require.Equal(t, map[string]string{"a": "3", "b": "y"}, all)
	change(Change{Key: "a"}, Change{Key: "b"})
	require.Empty(t, get("a"))
	require.Empty(t, m.state.marks)
}

func TestNamesThatAreTooLong(t *testing.T) {
	m, _ := newMemory(Options{})
	long := strings.Repeat("ä", 40_000)
	for i, name := range []string{long + "1", long + "2"} {
		c := Call{Adds: []Add{{Series: name, Amount: int64(i) + 1}}}
		require.NoError(t, m.Record(t.Context(), []Call{c, c}, func(View) []Change {
			return []Change{{Key: name, Value: []byte{byte(i)}}}
		}))
	}
	require.EqualValues(t, 2, sumOf(t, m, long+"1", 0, 1))
	require.EqualValues(t, 4, sumOf(t, m, long+"2", 0, 1))
	require.Len(t, m.state.marks, 2)
	require.NoError(t, m.Series(t.Context(), long[:100], func(series string, _, _ int64) {
		require.LessOrEqual(t, len(series), MaxName)
	}))
}

func TestManyAtOnce(t *testing.T) {
	m, _ := newMemory(Options{})
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 500 {
				id := uint64(i+1)<<8 | uint64(worker/2) // each id comes from two workers
				_ = m.Record(t.Context(), []Call{call(id, minute, 1)}, func(v View) []Change {
					return []Change{{
						Key: fmt.Sprint("crossed ", v.Sum("s", 0, math.MaxInt64)/100), Value: []byte("x"), IfAbsent: true,
						Alert: &Alert{ID: fmt.Sprint(v.Sum("s", 0, math.MaxInt64) / 100)},
					}}
				})
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 2000, sumOf(t, m, "s", 0, math.MaxInt64))
	require.Equal(t, 21, m.Stats().Outbox)
}

func BenchmarkRecord(b *testing.B) {
	m := NewMemory(Options{})
	now := time.Now()
	day := now.Unix() / 86400 * 86400
	row := book.Row{Service: "service", Provider: "openai", Model: "gpt-4o-mini", Agent: "agent", Keys: []string{"search"}}
	c := []Call{{Minute: now.Unix() / 60, Adds: []Add{
		{Series: "org-daily", Slot: day, Amount: 10, Expires: day + 1e6},
		{Series: "org-monthly", Slot: day, Amount: 10, Expires: day + 1e6},
		{Series: "team-monthly\x00search", Slot: day, Amount: 10, Expires: day + 1e6},
		{Series: "rolling", Slot: now.Unix() / 60 * 60, Amount: 10, Expires: day + 1e6},
	}, Book: []book.Entry{{Hour: now.Unix() / 3600, Row: row, Sums: book.Sums{NanoUSD: 10, Calls: 1}}}}}
	decide := func(v View) []Change {
		for i := range c[0].Adds {
			if v.Sum(c[0].Adds[i].Series, day, day+86400) < 0 {
				return []Change{{}}
			}
		}
		return nil
	}
	b.ReportAllocs()
	for i := range b.N {
		c[0].ID = uint64(i)*0x9E3779B97F4A7C15 | 1
		c[0].Minute = now.Unix()/60 + int64(i/10_000)
		if err := m.Record(b.Context(), c, decide); err != nil {
			b.Fatal(err)
		}
	}
}

// An outbox that is full takes no alert: its mark is not set either, so that it is found again, and that is counted.
func TestOutboxIsBounded(t *testing.T) {
	m := NewMemory(Options{MaxOutbox: 2})
	raise := func(n string) {
		require.NoError(t, m.Change(t.Context(), func(View) []Change {
			return []Change{{Key: n, Value: []byte("x"), IfAbsent: true, Alert: &Alert{ID: n}}}
		}))
	}
	ids := func() (all []string) {
		alerts, err := m.Outbox(t.Context(), 10)
		require.NoError(t, err)
		for _, a := range alerts {
			all = append(all, a.ID)
		}
		return all
	}
	for _, n := range []string{"1", "2", "3", "1"} {
		raise(n)
	}
	require.Equal(t, []string{"1", "2"}, ids())
	require.EqualValues(t, 1, m.Stats().Refused, "the first one is there already")
	require.NoError(t, m.Delivered(t.Context(), []string{"1"}))
	raise("3")
	raise("1")
	require.Equal(t, []string{"2", "3"}, ids(), "nothing is lost, and nothing comes twice")
}
