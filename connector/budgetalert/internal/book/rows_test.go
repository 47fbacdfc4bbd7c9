package book

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

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

// A book that a store reads in the order of its keys needs no index for hours that nobody writes to; whatever the order, it is the same book.
func TestLoadInOrder(t *testing.T) {
	const hour = 500_000
	now := time.Unix(hour*3600, 0)
	was := New()
	was.Track(false)
	for i := range MaxRows + 10 {
		was.Add(&Entry{Hour: hour, Row: Row{Model: fmt.Sprint("m", i)}, Sums: Sums{NanoUSD: int64(i + 1)}}, now)
	}
	var all []Change
	for _, ref := range was.Changed() {
		all = append(all, ref.Change())
	}
	slices.SortFunc(all, func(a, b Change) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key)) })
	rows := func(b *Book) map[string]int64 {
		found := map[string]int64{}
		b.Visit(hour, hour+1, func(_ int64, row *Row, sums *Sums) { found[string(AppendKey(nil, row))] += sums.NanoUSD })
		return found
	}
	load := func() *Book {
		b := New()
		for i := range all {
			b.Load(&all[i])
		}
		return b
	}
	totals := func(b *Book) map[string]int64 {
		found := map[string]int64{}
		for i, key := range b.totals.keys {
			found[key] += b.totals.sums[i].NanoUSD
		}
		return found
	}
	is := load()
	require.Nil(t, is.hours[hour].index)
	require.Equal(t, rows(was), rows(is))
	is.Sweep(now)
	require.Equal(t, totals(was), totals(is), "what is still used is not forgotten")
	more := &Entry{Hour: hour, Row: Row{Model: "m7"}, Sums: Sums{NanoUSD: 1}}
	was.Add(more, now)
	is.Add(more, now)
	slices.Reverse(all)
	turned := load()
	turned.Add(more, now)
	require.Equal(t, rows(was), rows(is))
	require.Equal(t, rows(was), rows(turned))
}
