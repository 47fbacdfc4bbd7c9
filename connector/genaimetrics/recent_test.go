package genaimetrics

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// numbered is the key of item n.
func numbered(n uint64) uint64 { return testHash.Words(1, 0, n) }

var testHash = genai.NewHasher()

func TestAnIdIsKnownForTheWindow(t *testing.T) {
	r := newRecent(Dedupe{Window: time.Minute, MaxEntries: 1000})
	require.False(t, r.again(numbered(1), t0))
	require.True(t, r.again(numbered(1), t0))
	require.True(t, r.again(numbered(1), t0.Add(time.Minute)))
	require.False(t, r.again(numbered(1), t0.Add(2*time.Minute)), "over")
	require.Zero(t, r.forgotten(), "nothing left early")
}

// Against a map of times: what was met inside the window is known, what was met longer ago than that and a tick is not.
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
		case !ok || now.Sub(at) > 61*time.Second:
			require.False(t, got)
		}
		if !got {
			met[n] = now
		}
	}
}

func TestRecentIsBounded(t *testing.T) {
	const most, n = 1000, 100_000
	r := newRecent(Dedupe{Window: time.Hour, MaxEntries: most})
	for i := range uint64(n) {
		require.False(t, r.again(numbered(i), t0.Add(time.Duration(i)*time.Millisecond)))
	}
	require.LessOrEqual(t, r.ids.Len(), most)
	require.EqualValues(t, n-r.ids.Len(), r.forgotten(), "all that did not fit")
	require.Zero(t, r.forgotten(), "told once")
	known := 0
	for i := range uint64(100) {
		if r.again(numbered(n-1-i), t0.Add(100*time.Second)) {
			known++
		}
	}
	require.Greater(t, known, 95, "the newest are known")
	require.False(t, r.again(numbered(0), t0))
}

// As many ids as it promises to remember are remembered, but for one in a thousand.
func TestRecentHoldsWhatItPromises(t *testing.T) {
	const most = 50_000
	r := newRecent(Dedupe{Window: time.Hour, MaxEntries: most})
	for i := range uint64(most) {
		r.again(numbered(i), t0)
	}
	require.Less(t, r.forgotten(), int64(most/100))
}

// What makes no metric takes no room among the ids, and is not counted as delivered again.
func TestOnlyWhatIsCountedIsRemembered(t *testing.T) {
	e := testEngine(t, nil)
	s := newSpans("shop")
	s.add(call(map[string]any{genai.CostStatus: genai.StatusRollup}))
	s.add(call(map[string]any{genai.CostStatus: genai.StatusDuplicate}))
	s.add(map[string]any{genai.OperationName: genai.OpRetrieval})
	s.add(map[string]any{genai.OperationName: genai.OpInvokeWorkflow})
	for range 2 {
		e.observeTraces(s.td, t0)
	}
	require.Zero(t, e.seen.ids.Len())
	require.Zero(t, e.health.redelivered)
	s.add(call(map[string]any{genai.CostStatus: genai.StatusDuplicate, genai.ResendCount: 1}))
	s.add(map[string]any{genai.OperationName: genai.OpExecuteTool, genai.ToolName: "search"})
	for range 2 {
		e.observeTraces(s.td, t0)
	}
	require.Equal(t, 2, e.seen.ids.Len())
	require.EqualValues(t, 2, e.health.redelivered)
}
