package bounded

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var t0 = time.Unix(1_700_000_000, 0)

func TestFullMapPushesTheOldestOut(t *testing.T) {
	m := New[string, int](2, 0)
	m.Put("a", 1, t0)
	m.Put("b", 2, t0)
	m.Put("a", 3, t0) // a is the newest now
	m.Put("c", 4, t0)
	_, ok := m.Get("b", t0)
	require.False(t, ok)
	v, ok := m.Get("a", t0)
	require.True(t, ok)
	require.Equal(t, 3, v)
	require.Equal(t, 2, m.Len())
	require.EqualValues(t, 1, m.Evicted())
}

func TestEntriesExpire(t *testing.T) {
	m := New[string, int](10, time.Minute)
	m.Put("a", 1, t0)
	m.Put("b", 2, t0)
	require.True(t, m.Touch("a", t0.Add(time.Minute)))
	_, ok := m.Get("b", t0.Add(61*time.Second))
	require.False(t, ok, "b is older than a minute")
	_, ok = m.Get("a", t0.Add(61*time.Second))
	require.True(t, ok, "a was touched")
	require.False(t, m.Touch("b", t0.Add(61*time.Second)))
	m.Put("c", 3, t0.Add(61*time.Second))
	require.Equal(t, 2, m.Len(), "b was freed")
	require.Zero(t, m.Evicted(), "expiry is no eviction")
}

// A list of (key, value, time) searched from end to end is the oracle.
func TestAgainstAList(t *testing.T) {
	type entry struct {
		k, v int
		at   time.Time
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	const limit, ttl = 8, 20 * time.Second
	m := New[int, int](limit, ttl)
	var list []entry
	now := t0
	find := func(k int) int {
		for i, e := range list {
			if e.k == k && now.Sub(e.at) <= ttl {
				return i
			}
		}
		return -1
	}
	drop := func(k int) {
		for i, e := range list {
			if e.k == k {
				list = append(list[:i:i], list[i+1:]...)
				return
			}
		}
	}
	for step := range 20_000 {
		now = now.Add(time.Duration(rnd.IntN(5)) * time.Second)
		k := rnd.IntN(16)
		switch rnd.IntN(4) {
		case 0:
			drop(k)
			for len(list) > 0 && now.Sub(list[0].at) > ttl {
				list = list[1:]
			}
			if len(list) == limit {
				list = list[1:]
			}
			list = append(list, entry{k, step, now})
			m.Put(k, step, now)
		case 1:
			i := find(k)
			require.Equal(t, i >= 0, m.Touch(k, now))
			if i >= 0 {
				e := list[i]
				drop(k)
				list = append(list, entry{e.k, e.v, now})
			}
		case 2:
			if rnd.IntN(4) == 0 {
				drop(k)
				m.Delete(k)
			}
		}
		i := find(k)
		v, ok := m.Get(k, now)
		require.Equal(t, i >= 0, ok)
		if ok {
			require.Equal(t, list[i].v, v)
		}
		require.LessOrEqual(t, m.Len(), limit)
	}
}

func TestAllWalksOldestFirstAndMayDelete(t *testing.T) {
	m := New[int, int](10, 0)
	for i := range 5 {
		m.Put(i, i, t0)
	}
	var seen []int
	for k := range m.All() {
		seen = append(seen, k)
		m.Delete(k)
	}
	require.Equal(t, []int{0, 1, 2, 3, 4}, seen)
	require.Zero(t, m.Len())
}
