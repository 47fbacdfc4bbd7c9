package dialect

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is remembered of a key is what it says, whatever came before it, however many others were read in between, and however long it is.
func TestKeyMemory(t *testing.T) {
	words := []string{"usage", "tokens", "cache", "read", "write", "1h", "reasoning", "audio", "input", "output", "max", "cost", "app", "é", "K", "gen_ai", "llm"}
	r := rand.New(rand.NewPCG(1, 1)) //nolint:gosec // the same keys in every run
	key := func() string {
		switch r.IntN(4) {
		case 0:
			return entries[r.IntN(len(entries))].key // the first is ""
		case 1:
			return entries[r.IntN(len(entries))].key + "x"
		}
		parts := make([]string, 1+r.IntN(9))
		for i := range parts {
			parts[i] = words[r.IntN(len(words))]
		}
		return strings.Join(parts, "._"[r.IntN(2):][:1])
	}
	var known keyMemory
	last, told, read, family := uint16(0), 0, 0, 0
	check := func(key string) {
		last = known.after(last, key)
		x := &known[last]
		want := lookup(key)
		require.Equal(t, want, x.entry, key)
		require.Equal(t, spellingOf(key), x.spelling, key)
		if want == 0 {
			require.Equal(t, unread(key), x.keys, key)
		}
		if x.part != noTally {
			told++
		}
		if want != 0 {
			read++
		}
		if x.keys != 0 {
			family++
		}
	}
	for range 300 {
		span := make([]string, r.IntN(30))
		for i := range span {
			span[i] = key()
		}
		for range 3 { // as new, in the same order again, and then in another one
			for _, key := range span {
				check(strings.Clone(key))
			}
		}
		r.Shuffle(len(span), func(i, j int) { span[i], span[j] = span[j], span[i] })
		for _, key := range span {
			check(key)
		}
	}
	require.Greater(t, told, 500)
	require.Greater(t, read, 1000)
	require.Greater(t, family, 50)
	require.Zero(t, testing.AllocsPerRun(100, func() { known.after(0, "gen_ai.request.max_tokens") }))
	require.Zero(t, testing.AllocsPerRun(100, func() { spellingOf("app.usage.input.cache.read.tokens") }))
}
