package budget

import (
	"math"
	"math/bits"
)

// Unit is what a budget counts. Amounts are nano-USD, tokens or calls.
type Unit uint8

// The units.
const (
	USD Unit = iota + 1
	Tokens
	Calls
)

var unitWords = [...]string{USD: "USD", Tokens: "tokens", Calls: "calls"}

func (u Unit) String() string { return unitWords[u] }

func (u Unit) key() string {
	return [...]string{USD: "limit_usd", Tokens: "limit_tokens", Calls: "limit_calls"}[u]
}

// amount is a number of the configuration as an integer.
func (u Unit) amount(v float64) int64 {
	if u == USD {
		v *= 1e9
	}
	if v = math.Round(v); v >= math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(v)
}

// Float is an amount for people: USD, tokens or calls.
func (u Unit) Float(amount int64) float64 {
	if u == USD {
		return float64(amount) / 1e9
	}
	return float64(amount)
}

// micro is a part such as 0.8 in millionths: parts are compared as integers.
func micro(part float64) int64 { return int64(math.Round(part * 1e6)) }

// part is the least amount that is at least so many millionths of a limit.
func part(limit, millionths int64) int64 {
	hi, lo := bits.Mul64(uint64(limit), uint64(millionths)) //nolint:gosec // both are positive
	lo, carry := bits.Add64(lo, 999_999, 0)
	hi += carry
	if hi >= 1_000_000 {
		return math.MaxInt64
	}
	q, _ := bits.Div64(hi, lo, 1_000_000)
	return int64(min(q, math.MaxInt64)) //nolint:gosec // bounded
}

// add is a + b, or the largest number where that does not fit. Neither is negative.
func add(a, b int64) int64 {
	if sum := a + b; sum >= a {
		return sum
	}
	return math.MaxInt64
}
