package hostresources

import (
	"math"
	"math/bits"
	"time"
)

const nanoUSD = 1e9

// hourlyRate turns USD per hour into integer nano-USD per hour.
func hourlyRate(usd float64) uint64 { return uint64(math.RoundToEven(usd * nanoUSD)) }

// accrued is what elapsed time costs in nano-USD, rounded down. It is computed from the whole time since the start and not
// added up interval by interval, so no rounding piles up. The product is taken in 128 bits; a result that does not fit (more
// than 18 billion USD) stays at the largest value.
func accrued(rate uint64, elapsed time.Duration) uint64 {
	if elapsed <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(rate, uint64(elapsed))
	if hi >= uint64(time.Hour) {
		return math.MaxUint64
	}
	q, _ := bits.Div64(hi, lo, uint64(time.Hour))
	return q
}
