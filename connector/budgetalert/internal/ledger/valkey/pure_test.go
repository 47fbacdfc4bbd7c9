package valkey

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

func (n *notices) kinds(t *testing.T, want int) []ledger.NoticeKind {
	t.Helper()
	eventually(t, func() bool {
		n.mu.Lock()
		defer n.mu.Unlock()
		return len(n.all) >= want
	})
	n.mu.Lock()
	defer n.mu.Unlock()
	var kinds []ledger.NoticeKind
	for _, notice := range n.all {
		kinds = append(kinds, notice.Kind)
	}
	return kinds
}

// spoil damages a batch that waits.
func (j *journal) spoil(number uint64) error {
	return j.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(waitingBucket).Put(numberKey(number), []byte("?")) })
}

// onTick runs a function in the committing goroutine.
func (l *Ledger) onTick(f func()) {
	_ = l.Change(context.Background(), func(ledger.View) []ledger.Change {
		f()
		return nil
	})
}

func someCalls() []ledger.Call {
	return []ledger.Call{
		{ID: 1, Minute: 29_000_000, Adds: []ledger.Add{{Series: "day\x00team", Slot: 1_790_000_000, Amount: 5, Expires: 1_800_000_000}}},
		{ID: math.MaxUint64, Minute: -1, Adds: []ledger.Add{{Series: "day\x00team", Slot: -60, Amount: math.MaxInt64}, {}}, Book: []book.Entry{
			{Hour: 3, Row: book.Row{Service: "s", Model: "m", Keys: []string{"k", "", "m"}}, Sums: book.Sums{
				NanoUSD: 1, SavedNanoUSD: 2, Calls: 3, Failed: 4, Unpriced: 5, Tokens: [book.TokenTypes]int64{6, 7, 8, 9, 10},
			}},
			{Row: book.Row{Overflow: true}},
		}},
	}
}

func TestBatchesOnDisk(t *testing.T) {
	t.Parallel()
	calls := someCalls()
	b := encodeCalls(calls)
	again, err := decodeCalls(b)
	require.NoError(t, err)
	require.Equal(t, calls, again)
	for n := range b {
		_, err := decodeCalls(b[:n])
		require.ErrorIs(t, err, errDamaged, "cut after %d bytes", n)
	}
	_, err = decodeCalls(append(b, 0))
	require.ErrorIs(t, err, errDamaged)
	b[0]++
	_, err = decodeCalls(b)
	require.ErrorIs(t, err, errDamaged, "another version")
}

func FuzzDecodeCalls(f *testing.F) {
	f.Add(encodeCalls(someCalls()))
	f.Add(encodeCalls(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		calls, err := decodeCalls(b)
		if err != nil {
			return
		}
		again, err := decodeCalls(encodeCalls(calls))
		require.NoError(t, err)
		require.Equal(t, calls, again)
	})
}

func TestFieldsOfShares(t *testing.T) {
	t.Parallel()
	for _, s := range []share{{"r1", slot{"day", 60}}, {"r1", slot{"", -60}}, {"r", slot{"a\x00b\x00", 0}}} {
		again, ok := parseShare(s.field())
		require.True(t, ok)
		require.Equal(t, s, again)
	}
	for _, bad := range []string{"", "m", "s", "sr", "sr\x00", "sr\x001", "sr\x00x\x00day"} {
		_, ok := parseShare(bad)
		require.False(t, ok, "%q", bad)
	}
}

// TestCacheLikeItsFields compares the sums with those of all fields, after random changes.
func TestCacheLikeItsFields(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	c, fields := newCache(), map[share]int64{}
	for range 5000 {
		s := share{[]string{"a", "b", "c"}[random.IntN(3)], slot{[]string{"x", "y"}[random.IntN(2)], int64(random.IntN(20))}}
		if random.IntN(4) == 0 {
			delete(fields, s)
			c.set(s.field(), nil)
		} else {
			fields[s] = random.Int64N(1000)
			c.set(s.field(), ptr(strconv.FormatInt(fields[s], 10)))
		}
		from, to := int64(random.IntN(20)), int64(random.IntN(25))
		var want int64
		slots := map[slot]bool{}
		for s, n := range fields {
			slots[s.slot] = true
			if s.slot.series == "x" && s.slot.start >= from && s.slot.start < to {
				want += n
			}
		}
		require.Equal(t, want, c.sum("x", from, to))
		held := 0
		for _, s := range c.series {
			held += len(*s)
		}
		require.Len(t, slots, held, "a slot that nobody holds is gone")
	}
}

func TestArgumentsOfABatch(t *testing.T) {
	t.Parallel()
	add := func(series string, n int64) ledger.Add {
		return ledger.Add{Series: series, Slot: 60, Amount: n, Expires: 9}
	}
	b := newBatch(7, []ledger.Call{
		{ID: 2, Minute: 5, Adds: []ledger.Add{add("x", 1), add("y", 2)}},
		{ID: 1, Minute: 4, Adds: []ledger.Add{add("x", 10)}},
		{ID: 2, Minute: 5, Adds: []ledger.Add{add("x", 100)}},
		{ID: 3, Minute: 5, Adds: []ledger.Add{add("x", -5)}},
	})
	require.Equal(t, []string{
		"1", "2", "3", "2", // batches to forget, buckets, calls, slots
		"6", "1", "2", idText(1), idText(2), idText(3),
		"1:10;", "1:1;2:2;", "1:0;",
		"sr\x0060\x00x", "11", "9", "sr\x0060\x00y", "2", "9",
	}, b.args(nil, "r", []uint64{6}))
	for answer, want := range map[string][]bool{
		allFresh: {true, true, false, true}, noneFresh: {false, false, false, false}, "101": {false, true, false, true},
	} {
		fresh, ok := b.fresh(answer)
		require.True(t, ok)
		require.Equal(t, want, fresh)
		require.Len(t, b.counted(fresh), len(slices.DeleteFunc(slices.Clone(want), func(f bool) bool { return !f })))
	}
	_, ok := b.fresh("")
	require.False(t, ok)
}

func TestMarkOfAnAbsence(t *testing.T) {
	t.Parallel()
	for _, p := range []awayMark{{}, {expected: ptr("")}, {value: []byte{}, expires: 5}, {ptr("0 old"), []byte("new"), -1}} {
		again, ok := decodeAway(p.encode())
		require.True(t, ok)
		require.Equal(t, p, again)
	}
	_, ok := decodeAway([]byte{1})
	require.False(t, ok)
}

func TestVolatileServers(t *testing.T) {
	t.Parallel()
	require.NoError(t, volatile("# Persistence\r\naof_enabled:1\r\n", "maxmemory_policy:noeviction\r\n"))
	require.ErrorContains(t, volatile("aof_enabled:0\r\n", "maxmemory_policy:noeviction\r\n"), "aof_enabled is 0")
	require.ErrorContains(t, volatile("aof_enabled:1\r\n", "maxmemory_policy:volatile-ttl\r\n"), "maxmemory-policy is volatile-ttl")
	require.ErrorContains(t, volatile("", ""), "not told")
}

// A journal that was emptied has lost what the server was not told, and says so once; a new one says nothing.
func TestJournalThatWasEmptied(t *testing.T) {
	dir := t.TempDir()
	for _, empty := range []bool{false, false, true, false} {
		if empty {
			require.NoError(t, os.Truncate(filepath.Join(dir, "journal.db"), 0))
		}
		j, lost, err := openJournal(dir, time.Now())
		require.NoError(t, err)
		require.Equal(t, empty, lost != "", lost)
		require.NoError(t, j.db.Close())
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	err := Options{KeyPrefix: "{a}", OnUnavailable: "wait", Journal: -time.Second}.Validate()
	for _, want := range []string{"endpoint", "directory", "key_prefix", "on_unavailable", "journal"} {
		require.ErrorContains(t, err, want)
	}
	a, b := Options{KeyPrefix: "a"}.withDefaults(), Options{KeyPrefix: "b"}.withDefaults()
	require.NotEqual(t, a.Seed, b.Seed)
	require.NotEqual(t, a.Seed, Options{KeyPrefix: "a", Secret: "s"}.withDefaults().Seed)
	require.Equal(t, a.Seed, Options{KeyPrefix: "a"}.withDefaults().Seed)
}

func TestJournalForgets(t *testing.T) {
	t.Parallel()
	j, _, err := openJournal(t.TempDir(), time.Now())
	require.NoError(t, err)
	defer func() { require.NoError(t, j.close()) }()
	b := newBatch(1, []ledger.Call{call(1, 1, "x"), call(2, 1, "x")})
	require.NoError(t, j.commit([]*batch{b}, nil, j.known, time.Unix(100, 0)))
	require.Equal(t, 1, j.waiting)
	require.NoError(t, j.commit(nil, []answered{{1, b.ids([]bool{true, false})}}, j.known, time.Unix(100, 0)))
	require.Zero(t, j.waiting)
	require.Zero(t, j.bytes)
	ids := func() (ids []uint64) {
		require.NoError(t, j.ids(func(_ int64, id uint64) { ids = append(ids, id) }))
		return ids
	}
	require.NoError(t, j.prune(time.Unix(100, 0)))
	require.Equal(t, []uint64{1}, ids())
	require.NoError(t, j.prune(time.Unix(101, 0)))
	require.Empty(t, ids())
}
