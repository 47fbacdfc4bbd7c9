package expohist

import (
	"math"
	"math/bits"
)

// MaxScale is the scale of an empty histogram and the finest there is.
const MaxScale = 6

// MaxIndex bounds bucket numbers on both sides.
const MaxIndex = 1 << 20

const (
	octave       = 1 << MaxScale // buckets to a factor of two
	fractionBits = 52
	fractionMask = 1<<fractionBits - 1
	guessBits    = 7 // 128 equal slices of an octave; the narrowest bucket is wider than one, so a slice meets one bound at most
)

// guesses says in which bucket of the octave a slice begins.
var guesses = func() (g [1 << guessBits]uint8) {
	for slice, j := 0, uint8(0); slice < len(g); slice++ {
		for int(j)+1 < octave && uint64(slice)<<(fractionBits-guessBits) >= bounds[j+1] {
			j++
		}
		g[slice] = j
	}
	return g
}()

// Index is the bucket of v at scale 6. v must be finite and above zero.
func Index(v float64) int32 {
	b := math.Float64bits(v)
	exponent := int32(b>>fractionBits) - 1023 // 11 bits: v is positive
	fraction := b & fractionMask
	if exponent == -1023 { // subnormal: shift the leading one to where a normal number has it
		shift := bits.LeadingZeros64(fraction) - (63 - fractionBits)
		fraction = fraction << shift & fractionMask
		exponent = -1022 - int32(shift) //nolint:gosec // at most 52
	}
	if fraction == 0 { // a power of two closes the bucket below it
		return exponent*octave - 1
	}
	j := int32(guesses[fraction>>(fractionBits-guessBits)])
	if fraction >= bounds[j+1] {
		j++
	}
	return exponent*octave + j
}

// UpperBound is the largest float64 in bucket index of the given scale (at most 6): +Inf beyond the range of a float64, 0 below it.
func UpperBound(index int32, scale int) float64 {
	i := (int64(index)+1)<<clampShift(MaxScale-scale) - 1 // the last of the scale-6 buckets in it
	exponent, j := i>>MaxScale, i&(octave-1)
	switch {
	case exponent >= 1024:
		return math.Inf(1)
	case exponent < -1075:
		return 0
	}
	significand := math.Float64frombits(1023<<fractionBits | (bounds[j+1] - 1)) // for the last bucket, 1<<52-1 is not yet the bound:
	if j == octave-1 {
		significand = 2
	}
	if exponent < -1022 { // a subnormal is the bound rounded down, or it would lie in the next bucket
		return floorLdexp(significand, int(exponent))
	}
	if exponent == 1023 && significand == 2 {
		return math.MaxFloat64
	}
	return math.Ldexp(significand, int(exponent))
}

func floorLdexp(significand float64, exponent int) float64 {
	v := math.Ldexp(significand, exponent)
	if v > 0 && math.Ldexp(v, -exponent) > significand {
		v = math.Nextafter(v, 0)
	}
	return v
}

// LowerBound is the largest float64 below bucket index of the given scale.
func LowerBound(index int32, scale int) float64 { return UpperBound(index-1, scale) }

// Middle is the value whose relative distance to both ends of the bucket is the same: their harmonic mean.
func Middle(index int32, scale int) float64 {
	lower := LowerBound(index, scale)
	upper := min(UpperBound(index, scale), math.MaxFloat64)
	if math.Nextafter(lower, upper) == upper { // below 2^-1066 a bucket may hold a single float64
		return upper
	}
	return min(2*(lower/(1+lower/upper)), upper)
}

func clampShift(n int) int { return max(0, min(n, 31)) }

func clampIndex(i int32) int32 { return max(-MaxIndex, min(i, MaxIndex)) }
