package book

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Rows may be packed whenever a store has them: what is added, written again or taken back after that is as if they were not.
func TestPackedRowsAreTheSame(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	packed, model := New(), New()
	packs := 0
	both := func(do func(*Book)) { do(packed); do(model) }
	both(func(b *Book) { b.Track(true) })
	now := start
	for range 2000 {
		amount, hour, name := random.Int64N(math.MaxInt32), hourOf(now)-random.Int64N(4), fmt.Sprint(random.IntN(5))
		switch random.IntN(4) {
		case 0, 1:
			both(func(b *Book) {
				b.Add(&Entry{Hour: hour, Row: Row{Model: name}, Sums: Sums{NanoUSD: amount, Calls: -1, Tokens: [TokenTypes]int64{4: amount}}}, now)
			})
		case 2: // a commit that works, or fails and is taken back
			fails := random.IntN(2) == 0
			both(func(b *Book) {
				refs, added := b.Changed(), b.Added()
				if b == packed {
					for _, r := range b.hours {
						b.pack(r)
						packs++
					}
				}
				if !fails {
					b.Kept(added)
					return
				}
				b.Again(refs)
				b.Undo()
			})
		default:
			for _, r := range packed.hours {
				packed.pack(r)
			}
		}
		require.Equal(t, rowsOf(model), rowsOf(packed))
	}
	require.Positive(t, packs)
	both((*Book).All)
	changes := func(b *Book) map[string]Change {
		all := map[string]Change{}
		for _, ref := range b.Changed() {
			c := ref.Change()
			all[fmt.Sprint(c.Kind, c.Time, c.Key)] = c
		}
		return all
	}
	require.Equal(t, changes(model), changes(packed))
}

func rowsOf(b *Book) map[string]Sums {
	all := map[string]Sums{}
	b.Visit(0, math.MaxInt64/24, func(hour int64, row *Row, sums *Sums) { all[fmt.Sprint(hour, *row)] = *sums })
	b.Totals(func(row *Row, sums *Sums, _ time.Time) { all[fmt.Sprint("total", *row)] = *sums })
	return all
}

func TestNames(t *testing.T) {
	var names Names
	key := func(model string) []byte { return AppendKey(nil, &Row{Model: model}) }
	for _, hour := range [][]string{{"a", "c", "e"}, {"a", "b", "c", "e"}, {"c"}, {"c"}, {"b", "f"}, {}, {"a", "f"}} {
		for _, model := range hour {
			room := key(model)
			name, ok := names.Of(room)
			clear(room)
			require.True(t, ok)
			require.Equal(t, string(key(model)), name)
		}
	}
	_, ok := names.Of([]byte{200})
	require.False(t, ok)
	name, ok := names.Of(nil)
	require.True(t, ok)
	require.Equal(t, overflowKey, name)
}
