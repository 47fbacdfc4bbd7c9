// Package book is the durable record of money: what was spent per UTC hour by whom on what.
package book

import "math"

// Row says whose a spend is. Keys are the values of `book.by`, in its order.
type Row struct {
	Service, Provider, Model, Agent string
	Keys                            []string
	// Overflow is the one row for everybody who came when there were too many rows; its other fields are empty.
	Overflow bool
}

// TokenTypes is how many disjoint types of tokens there are: input_uncached, cache_read, cache_write, output_visible, reasoning.
const TokenTypes = 5

// Sums is what a row adds up. Amounts of money are nano-USD.
type Sums struct {
	NanoUSD, SavedNanoUSD   int64
	Calls, Failed, Unpriced int64
	Tokens                  [TokenTypes]int64 // in the order of the types above
}

// Add adds what another row holds. A sum stops at the largest number instead of turning negative.
func (s *Sums) Add(o *Sums) {
	s.NanoUSD = Saturate(s.NanoUSD, o.NanoUSD)
	s.SavedNanoUSD = Saturate(s.SavedNanoUSD, o.SavedNanoUSD)
	s.Calls = Saturate(s.Calls, o.Calls)
	s.Failed = Saturate(s.Failed, o.Failed)
	s.Unpriced = Saturate(s.Unpriced, o.Unpriced)
	for i := range s.Tokens {
		s.Tokens[i] = Saturate(s.Tokens[i], o.Tokens[i])
	}
}

// Saturate is a + b, or the number nearest to it where that does not fit.
func Saturate(a, b int64) int64 {
	sum := a + b
	switch {
	case a > 0 && b > 0 && sum < 0:
		return math.MaxInt64
	case a < 0 && b < 0 && sum >= 0:
		return math.MinInt64
	}
	return sum
}

// Entry is what one call adds to one row of one hour.
type Entry struct {
	Hour int64 // Unix hours, UTC
	Row  Row
	Sums Sums
}
