package genaimetrics

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func numbered(n uint64) *id {
	var which id
	binary.BigEndian.PutUint64(which[16:], n)
	which[0] = 1
	return &which
}

func TestAnIdIsKnownForTheWindow(t *testing.T) {
	r := newRecent(Dedupe{Window: time.Minute, MaxEntries: 1000})
	require.False(t, r.again(numbered(1), t0))
	require.True(t, r.again(numbered(1), t0))
	require.True(t, r.again(numbered(1), t0.Add(time.Minute)))
	require.False(t, r.again(numbered(1), t0.Add(5*time.Minute)), "long over")
	require.Zero(t, r.forgotten(), "nothing left early")
}

// Against a map of times: what was met inside the window is known, what was met before twice the window is not.
func TestRecentAgainstAMap(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	r := newRecent(Dedupe{Window: time.Minute, MaxEntries: 1_000_000})
	met := map[uint64]time.Time{}
	now := t0
	for range 200_000 {
		now = now.Add(time.Duration(rnd.IntN(10)) * time.Millisecond)
		n := rnd.Uint64N(50_000)
		at, ok := met[n]
		got := r.again(numbered(n), now)
		switch {
		case ok && now.Sub(at) <= time.Minute:
			require.True(t, got)
		case !ok || now.Sub(at) > 2*time.Minute:
			require.False(t, got)
		}
		if !got {
			met[n] = now
		}
	}
}

func TestRecentIsBounded(t *testing.T) {
	r := newRecent(Dedupe{Window: time.Hour, MaxEntries: 1000})
	for n := range uint64(100_000) {
		require.False(t, r.again(numbered(n), t0))
		require.LessOrEqual(t, r.len(), 1000)
	}
	require.LessOrEqual(t, len(r.young.slots)+len(r.old.slots), 4096)
	require.EqualValues(t, 100_000-r.len(), r.forgotten())
	require.True(t, r.again(numbered(99_999), t0), "the newest are known")
	require.False(t, r.again(numbered(0), t0))
}
