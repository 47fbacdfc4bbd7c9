package dialect

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is remembered of a key is what it says, however many others were read in between, and however long it is.
func TestRememberedSpellings(t *testing.T) {
	words := []string{"usage", "tokens", "cache", "read", "write", "1h", "reasoning", "audio", "input", "output", "max", "cost", "app", "é", "K"}
	r := rand.New(rand.NewPCG(1, 1)) //nolint:gosec // the same keys in every run
	var known spellings
	told := 0
	for range 20_000 {
		parts := make([]string, 1+r.IntN(9))
		for i := range parts {
			parts[i] = words[r.IntN(len(words))]
		}
		key := strings.Join(parts, "._"[r.IntN(2):][:1])
		require.Equal(t, spellingOf(key), known.of(key), key)
		require.Equal(t, spellingOf(key), known.of(key), "again: %s", key)
		if known.of(key).part != noTally {
			told++
		}
	}
	require.Greater(t, told, 1000)
	require.Equal(t, spellingOf(""), known.of(""))
	require.Zero(t, testing.AllocsPerRun(100, func() { known.of("gen_ai.request.max_tokens") }))
}
