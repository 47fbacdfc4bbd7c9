package pricing

import (
	"errors"
	"fmt"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// Factor is an exact multiplier on prices: a contract's discount, a service tier, a regional surcharge. The zero value is 1.
type Factor struct{ num, den uint64 }

// Limits keep every product of factors and sums inside 128 bits.
const (
	maxNum = 1 << 40
	maxDen = 1 << 40
)

// ParseFactor reads a decimal such as "0.9", or a fraction such as "5/3": not negative, at most 1000, at most six decimals.
func ParseFactor(s string) (Factor, error) {
	bad := func() (Factor, error) {
		return Factor{}, fmt.Errorf("factor must be a decimal from 0 to 1000 with at most 6 decimals, got %q", clip(s))
	}
	if a, b, ok := strings.Cut(s, "/"); ok {
		num, err := strconv.ParseUint(a, 10, 20)
		den, err2 := strconv.ParseUint(b, 10, 20)
		if err != nil || err2 != nil || den == 0 || num > 1000*den {
			return bad()
		}
		return reduce(num, den), nil
	}
	micro, ok := parseDecimal(s, 6)
	if !ok || micro > 1000*million {
		return bad()
	}
	return reduce(uint64(micro), million), nil //nolint:gosec // parseDecimal gives no negative number
}

// Mul multiplies two factors exactly.
func (f Factor) Mul(o Factor) (Factor, error) {
	a, b := f.normal(), o.normal()
	if one := (Factor{1, 1}); a == one { // as most are
		return b, nil
	} else if b == one {
		return a, nil
	}
	x, y := reduce(a.num, b.den), reduce(b.num, a.den)
	nh, n := bits.Mul64(x.num, y.num)
	dh, d := bits.Mul64(x.den, y.den)
	if nh != 0 || dh != 0 || n >= maxNum || d >= maxDen {
		return Factor{}, errors.New("product of factors has too many digits")
	}
	return Factor{n, d}, nil
}

// IsOne says that the factor changes nothing.
func (f Factor) IsOne() bool { n := f.normal(); return n.num == n.den }

// String prints the factor as a decimal, or as a fraction where no decimal is exact.
func (f Factor) String() string {
	return ratString(f.rat())
}

func (f Factor) rat() *big.Rat {
	n := f.normal()
	return new(big.Rat).SetFrac(new(big.Int).SetUint64(n.num), new(big.Int).SetUint64(n.den))
}

func (f Factor) normal() Factor {
	if f.den == 0 {
		return Factor{1, 1}
	}
	return f
}

func reduce(num, den uint64) Factor {
	a, b := num, den
	for b != 0 {
		a, b = b, a%b
	}
	if a == 0 {
		return Factor{0, 1}
	}
	return Factor{num / a, den / a}
}

// parseDecimal reads a non-negative decimal, also in exponent form ("8e-07"), as an integer of 10^-places. It refuses what
// does not fit exactly.
func parseDecimal(s string, places int) (int64, bool) {
	if len(s) == 0 || len(s) > 64 || strings.ContainsAny(s, "xX_/pPiI") {
		return 0, false
	}
	mantissa, exp := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		e, err := strconv.ParseInt(s[i+1:], 10, 16)
		if err != nil || e < -400 || e > 400 {
			return 0, false
		}
		mantissa, exp = s[:i], int(e)
	}
	whole, frac, _ := strings.Cut(strings.TrimPrefix(mantissa, "+"), ".")
	digits := whole + frac
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		return 0, true
	}
	shift := exp - len(frac) + places
	for shift < 0 && strings.HasSuffix(digits, "0") {
		digits, shift = digits[:len(digits)-1], shift+1
	}
	if shift < 0 || len(digits)+shift > 19 {
		return 0, false
	}
	n, err := strconv.ParseInt(digits+strings.Repeat("0", shift), 10, 64)
	return n, err == nil
}

func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}
