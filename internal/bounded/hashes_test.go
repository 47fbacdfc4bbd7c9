package bounded

import (
	"math/rand/v2"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
)

func TestHashesHoldWhatWasPutLast(t *testing.T) {
	h := NewHashes[int](10_000, time.Minute)
	r := rand.New(rand.NewPCG(1, 1)) //nolint:gosec // the same keys in every run
	want := map[uint64]int{}
	for i := range 500 {
		key := r.Uint64()
		h.Put(key, i, t0)
		want[key] = i
	}
	for key := range want {
		h.Put(key, -want[key], t0.Add(time.Second))
	}
	require.Equal(t, 500, h.Len())
	require.Zero(t, h.Evicted(), "far from full, nothing leaves")
	for key, v := range want {
		got, ok := h.Get(key, t0.Add(61*time.Second))
		require.True(t, ok)
		require.Equal(t, -v, got)
		_, ok = h.Get(key, t0.Add(61*time.Second+1))
		require.False(t, ok, "older than a minute")
		_, ok = h.Get(key+1, t0)
		require.False(t, ok)
	}
}

func TestHashesStayAtTheirLimit(t *testing.T) {
	for _, limit := range []int{-1, 1, 2, 7, 8, 9, 100, 1000} {
		h := NewHashes[int](limit, 0)
		r := rand.New(rand.NewPCG(2, 2)) //nolint:gosec // the same keys in every run
		const puts = 10_000
		for i := range puts {
			key := r.Uint64()
			h.Put(key, i, t0.Add(time.Duration(i)))
			v, ok := h.Get(key, t0.Add(time.Duration(i)))
			require.True(t, ok, "what was put last is there")
			require.Equal(t, i, v)
		}
		require.LessOrEqual(t, h.Len(), max(limit, 1))
		require.EqualValues(t, puts-h.Len(), h.Evicted(), "every entry is held or was counted when it left")
	}
}

// Which of the old entries stay is a matter of their lines, but the newest ones must.
func TestHashesKeepTheNewest(t *testing.T) {
	const limit, newest = 10_000, 2_000
	h := NewHashes[int](limit, 0)
	r := rand.New(rand.NewPCG(3, 3)) //nolint:gosec // the same keys in every run
	keys := make([]uint64, 10*limit)
	for i := range keys {
		keys[i] = r.Uint64()
		h.Put(keys[i], i, t0.Add(time.Duration(i)))
	}
	require.Greater(t, h.Len(), limit*9/10)
	lost := 0
	for _, key := range keys[len(keys)-newest:] {
		if _, ok := h.Get(key, t0); !ok {
			lost++
		}
	}
	require.LessOrEqual(t, lost, newest/100)
}

func TestExpiredHashesAreNoEvictions(t *testing.T) {
	h := NewHashes[int](8, time.Minute)
	for key := range uint64(8) {
		h.Put(key, 1, t0)
	}
	for key := range uint64(8) {
		h.Put(100+key, 2, t0.Add(2*time.Minute))
	}
	require.Equal(t, 8, h.Len())
	require.Zero(t, h.Evicted())
	h.Put(200, 3, t0) // a clock that went back is no younger than the rest
	_, ok := h.Get(200, t0)
	require.True(t, ok)
}

func BenchmarkPut(b *testing.B) {
	const limit = 200_000
	b.Run("Map", func(b *testing.B) {
		m := New[uint64, [2]uint64](limit, time.Hour)
		benchmarkPut(b, func(key uint64) { m.Put(key, [2]uint64{}, t0) })
	})
	b.Run("Hashes", func(b *testing.B) {
		h := NewHashes[[2]uint64](limit, time.Hour)
		benchmarkPut(b, func(key uint64) { h.Put(key, [2]uint64{}, t0) })
	})
}

func benchmarkPut(b *testing.B, put func(uint64)) {
	r := rand.New(rand.NewPCG(4, 4)) //nolint:gosec // the same keys in every run
	for range 200_000 {
		put(r.Uint64())
	}
	b.ReportAllocs()
	for b.Loop() {
		put(r.Uint64())
	}
}

// A set of keys needs no more than the keys and their times.
func TestASetTakesSixteenBytesAnEntry(t *testing.T) {
	require.EqualValues(t, 16, unsafe.Sizeof(hashEntry[struct{}]{}))
	require.EqualValues(t, 64, unsafe.Sizeof(indexLine{}))
}

// Fetching changes nothing, whether a key is there or not; the key 0 is one like others.
// GetOrPut is Get and, where that finds nothing, Put: on a full one too, and of what has expired.
func TestGetOrPutIsBoth(t *testing.T) {
	one, other := NewHashes[int](500, time.Minute), NewHashes[int](500, time.Minute)
	r := rand.New(rand.NewPCG(5, 5)) //nolint:gosec // the same keys in every run
	now, found := t0, 0
	for i := range 20_000 {
		key := r.Uint64N(3000)
		now = now.Add(time.Duration(r.Int64N(int64(200 * time.Millisecond))))
		want, known := one.Get(key, now)
		if !known {
			one.Put(key, i, now)
			want = i
		} else {
			found++
		}
		got, had := other.GetOrPut(key, i, now)
		require.Equal(t, known, had)
		require.Equal(t, want, got)
	}
	require.Equal(t, one.index, other.index)
	require.Equal(t, one.journal, other.journal)
	require.NotZero(t, one.Evicted())
	require.NotZero(t, found)
}

func TestFetchingChangesNothing(t *testing.T) {
	h := NewHashes[int](100, time.Minute)
	h.Put(0, 7, t0)
	h.Put(1<<63, 8, t0)
	h.Fetch([]uint64{0, 1, 1 << 63})
	v, ok := h.Get(0, t0)
	require.True(t, ok)
	require.Equal(t, 7, v)
	_, ok = h.Get(1, t0)
	require.False(t, ok)
	require.Equal(t, 2, h.Len())
}

// However many keys belong to one line, they are all found, and below the limit nobody leaves.
func TestBelowTheLimitNobodyLeaves(t *testing.T) {
	h := NewHashes[int](1000, 0)
	r := rand.New(rand.NewPCG(5, 5)) //nolint:gosec // the same keys in every run
	largest := index{lines: make([]indexLine, 1024)}
	var keys []uint64
	for len(keys) < 3*lineSlots {
		if key := r.Uint64(); largest.home(key) == 1023 {
			keys = append(keys, key)
		}
	}
	for i, key := range keys {
		h.Put(key, i, t0)
	}
	require.Zero(t, h.Evicted())
	for i, key := range keys {
		v, ok := h.Get(key, t0)
		require.True(t, ok)
		require.Equal(t, i, v)
	}
	h.Put(keys[0], -1, t0)
	require.Equal(t, len(keys), h.Len(), "what went on into the next line is found there")
}

// What was put again when others came after it stays longer than they.
func TestPuttingAgainMakesYoung(t *testing.T) {
	h := NewHashes[int](1000, 0)
	for key := range uint64(1000) {
		h.Put(key, 1, t0)
	}
	h.Put(0, 2, t0)
	for key := range uint64(999) {
		h.Put(1000+key, 3, t0)
	}
	v, ok := h.Get(0, t0)
	require.True(t, ok)
	require.Equal(t, 2, v)
	for key := range uint64(2) {
		h.Put(2000+key, 4, t0)
	}
	_, ok = h.Get(0, t0)
	require.False(t, ok, "once")
	require.Equal(t, 1000, h.Len())
	require.EqualValues(t, 1001, h.Evicted())
}

// One new entry is not made to move all those that were put again, neither at the limit nor when they would expire.
func TestNothingTakesLong(t *testing.T) {
	for name, c := range map[string]struct {
		limit int
		after time.Duration
		moved uint64
	}{
		"at the limit":           {10_000, 0, mostMoved},
		"when they would expire": {20_000, 61 * time.Second, chunkEntries},
	} {
		h := NewHashes[int](c.limit, time.Minute)
		for round := range 2 {
			for key := range uint64(10_000) {
				h.Put(key, 1, t0.Add(time.Duration(round)*c.after/2))
			}
		}
		head := h.journal.head
		h.Put(10_000, 3, t0.Add(c.after))
		require.Equal(t, head+c.moved+1, h.journal.head, name)
	}
}

// Memory goes up and down with what is held: here a peak, then little for a long time.
func TestMemoryFollowsWhatIsHeld(t *testing.T) {
	h := NewHashes[int](1_000_000, time.Minute)
	r := rand.New(rand.NewPCG(6, 6)) //nolint:gosec // the same keys in every run
	held := func() (chunks int) {
		for i := range h.journal.chunks {
			if h.journal.chunks[i].entries != nil {
				chunks++
			}
		}
		return chunks
	}
	for i := range 200_000 {
		h.Put(r.Uint64(), i, t0)
	}
	require.Equal(t, 200_000, h.Len())
	require.Equal(t, 200_000/chunkEntries+1, held())
	require.Less(t, len(h.index.lines)*lineSlots, 4*200_000)
	now := t0
	kept := r.Uint64()
	for i := range 1000 {
		now = now.Add(time.Second)
		h.Put(r.Uint64(), i, now)
		h.Put(kept, i, now)
	}
	require.Less(t, h.Len(), 60+2*chunkEntries)
	require.LessOrEqual(t, held(), 4)
	require.Less(t, len(h.index.lines), h.Len())
	require.Zero(t, h.Evicted())
	v, ok := h.Get(kept, now)
	require.True(t, ok, "what is put again and again is not freed with those that came with it")
	require.Equal(t, 999, v)
}

// A Hashes answers as a map that forgets by age alone, while far more keys come and go than it has places for.
func TestHashesAreAMap(t *testing.T) {
	for _, c := range []struct {
		limit, puts int
		among       uint64 // how many keys are in use at a time
	}{{20, 5_000, 2}, {1000, 50_000, 100}, {1 << 20, 20_000, 5_000}} {
		h := NewHashes[int](c.limit, time.Second)
		r := rand.New(rand.NewPCG(7, c.among)) //nolint:gosec // the same keys in every run
		type put struct {
			value int
			at    time.Time
		}
		want := map[uint64]put{}
		now, found := t0, 0
		for i := range c.puts {
			now = now.Add(time.Duration(r.Int64N(int64(8 * time.Second / time.Duration(c.limit)))))
			key := uint64(i)/8 + r.Uint64N(c.among)
			p, known := want[key]
			known = known && now.Sub(p.at) <= time.Second
			got, ok := h.Get(key, now)
			if ok != known || ok && got != p.value {
				t.Fatalf("key %d: got %d, %t, want %d, %t", key, got, ok, p.value, known)
			}
			if known {
				found++
			}
			h.Put(key, i, now)
			want[key] = put{i, now}
		}
		require.Zero(t, h.Evicted())
		require.Greater(t, found, c.puts/10)
	}
}
