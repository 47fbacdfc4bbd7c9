package ledger

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
)

// What a batch does is what its calls do one after the other, some of them twice.
func TestBatchIsItsCalls(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	long := strings.Repeat("x", MaxName)
	r := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // a test
	together, alone := NewState(Options{}.Filled()), NewState(Options{}.Filled())
	for range 50 {
		calls := make([]Call, 40)
		for i := range calls {
			c := Call{ID: uint64(r.IntN(1000)), Minute: now.Unix()/60 - int64(r.IntN(3))}
			for k := range r.IntN(6) {
				name := fmt.Sprint(long[:r.IntN(2)*MaxName], "series-", k, r.IntN(2))
				c.Adds = append(c.Adds, Add{Series: name, Slot: int64(r.IntN(2)), Amount: int64(r.IntN(100)), Expires: now.Unix() + 3600})
			}
			c.Book = []book.Entry{{Hour: now.Unix() / 3600, Row: book.Row{Model: fmt.Sprint(r.IntN(5))}, Sums: book.Sums{Calls: 1, NanoUSD: int64(i)}}}
			calls[i] = c
		}
		together.Record(now, calls, nil)
		fresh := append([]bool{}, together.fresh...)
		for i := range calls {
			alone.Record(now, calls[i:i+1], nil)
			require.Equal(t, alone.fresh[0], fresh[i])
		}
	}
	require.Equal(t, contents(alone), contents(together))
}

// contents are all sums of a state.
func contents(s *State) map[string]int64 {
	all := map[string]int64{"ids": int64(s.ids.n)}
	s.Series("", func(series string, slot, amount int64) { all[fmt.Sprint(series, " ", slot)] = amount })
	s.Book().Totals(func(row *book.Row, sums *book.Sums, _ time.Time) { all["book "+row.Model] = sums.NanoUSD })
	return all
}
