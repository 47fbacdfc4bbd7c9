package book

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Calls of many senders in any order, while names leave the totals and others take their places.
func TestEachRowGetsWhatIsItsOwn(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test
	b := New()
	hours, totals := map[string]int64{}, map[string]int64{}
	for n := range 20_000 {
		model := fmt.Sprint("model-", r.IntN(12))
		e := entry(start, model, int64(n))
		b.Add(e, start)
		hours[model] += int64(n)
		totals[model] += int64(n)
		if n%100 == 0 {
			b.totals.forget(b.totals.at(AppendKey(nil, &e.Row)))
			delete(totals, model)
		}
	}
	found := map[string]int64{}
	b.Visit(hourOf(start), hourOf(start)+1, func(_ int64, row *Row, sums *Sums) { found[row.Model] = sums.NanoUSD })
	require.Equal(t, hours, found)
	clear(found)
	for i, key := range b.totals.keys {
		var row Row
		if key != goneKey && ParseKey(key, &row) {
			found[row.Model] = b.totals.sums[i].NanoUSD
		}
	}
	require.Equal(t, totals, found)
}
