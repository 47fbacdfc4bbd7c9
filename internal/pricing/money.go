package pricing

import (
	"math"
	"math/big"
	"math/bits"
	"strings"
)

// pico is an amount in pico-USD, as 128 bits.
type pico struct{ hi, lo uint64 }

// maxHi bounds sums: 2^84 pico-USD is a thousand times what an int64 of nano-USD holds, which leaves room for a factor's numerator.
const maxHi = 1 << 20

// plus adds; ok is false when the sum is beyond the bound.
func (p pico) plus(q pico) (pico, bool) {
	lo, carry := bits.Add64(p.lo, q.lo, 0)
	hi, over := bits.Add64(p.hi, q.hi, carry)
	return pico{hi, lo}, over == 0 && hi < maxHi
}

// times multiplies; ok is false when the product is beyond the bound.
func (p pico) times(k uint64) (pico, bool) {
	hi, lo := bits.Mul64(p.lo, k)
	over, more := bits.Mul64(p.hi, k)
	hi, carry := bits.Add64(hi, more, 0)
	return pico{hi, lo}, over == 0 && carry == 0 && hi < maxHi
}

// charge is n × price, exact when Per is 1, else rounded half to even to a pico-USD. n is not negative.
func charge(n int64, p Price) pico {
	hi, lo := bits.Mul64(uint64(n), uint64(p.Pico)) //nolint:gosec // neither is negative
	if p.Per == 1 {
		return pico{hi, lo}
	}
	return divide(hi, lo, uint64(p.Per)) //nolint:gosec // at least 1
}

// divide rounds half to even.
func divide(hi, lo, by uint64) pico {
	q := pico{hi: hi / by}
	var r uint64
	q.lo, r = bits.Div64(hi%by, lo, by)
	if r > by-r || r == by-r && q.lo&1 == 1 {
		q.lo++
		if q.lo == 0 {
			q.hi++
		}
	}
	return q
}

// nano is p × f in nano-USD, rounded once, half to even; ok is false when it does not fit.
func (p pico) nano(f Factor) (int64, bool) {
	f = f.normal()
	hi, lo := bits.Mul64(p.lo, f.num)
	hi += p.hi * f.num // p.hi < 2^20 and f.num < 2^40
	if hi == 0 {       // nearly every call costs less than 18 million USD
		by := uint64(1000)
		q, r := lo/1000, lo%1000 // by a constant, which takes no division
		if f.den != 1 {
			by = f.den * 1000
			q, r = lo/by, lo%by
		}
		if r > by-r || r == by-r && q&1 == 1 {
			q++
		}
		return int64(q), true //nolint:gosec // q is at most 2^64 / 1000
	}
	q := divide(hi, lo, f.den*1000)
	return int64(q.lo), q.hi == 0 && q.lo <= math.MaxInt64 //nolint:gosec // the second result says whether it fits
}

func (p pico) rat(f Factor) *big.Rat {
	f = f.normal()
	n := new(big.Int).SetUint64(p.hi)
	n.Lsh(n, 64).Add(n, new(big.Int).SetUint64(p.lo))
	n.Mul(n, new(big.Int).SetUint64(f.num))
	d := new(big.Int).SetUint64(f.den)
	return new(big.Rat).SetFrac(n, d.Mul(d, big.NewInt(1_000_000_000_000)))
}

// FormatUSD writes an amount as a decimal with nothing lost; where no decimal is exact (a third), with 30 decimals.
func FormatUSD(r *big.Rat) string { return ratString(r) }

// ratString writes a rational as a decimal with nothing lost; where no decimal is exact (a third), with 30 decimals.
func ratString(r *big.Rat) string {
	places, exact := r.FloatPrec()
	if !exact {
		places = 30
	}
	s := r.FloatString(places)
	if !exact {
		s = strings.TrimRight(s, "0")
	}
	return s
}

// quote writes a price in USD as the schema quotes it.
func quote(u Unit, p Price) string {
	r := new(big.Rat).SetFrac64(p.Pico, p.Per)
	r.Mul(r, new(big.Rat).SetFrac64(registry[u].per, 1_000_000_000_000))
	return ratString(r)
}

// minus subtracts; q is not more than p.
func (p pico) minus(q pico) pico {
	lo, borrow := bits.Sub64(p.lo, q.lo, 0)
	hi, _ := bits.Sub64(p.hi, q.hi, borrow)
	return pico{hi, lo}
}

func (p pico) less(q pico) bool { return p.hi < q.hi || p.hi == q.hi && p.lo < q.lo }
