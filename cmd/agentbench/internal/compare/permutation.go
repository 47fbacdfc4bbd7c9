package compare

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/random"
)

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

// permutations is how many are drawn at most; the smallest p is one in so many. After enough as different as what was seen, p is known well
// enough (Besag and Clifford, Sequential Monte Carlo p-values, 1991).
const (
	permutations = 10_000
	enough       = 200
)

// permutation is the probability that the means of two samples differ as much or more when all values are dealt out at random.
func permutation(x, y []float64) float64 {
	all := slices.Concat(x, y)
	total := mean(all) * float64(len(all))
	difference := func(first []float64) float64 {
		sum := 0.0
		for _, v := range first {
			sum += v
		}
		return math.Abs(sum/float64(len(x)) - (total-sum)/float64(len(y)))
	}
	seen := difference(x)
	if seen <= 1e-12*math.Abs(total) {
		return 1
	}
	r := random.New(1, 2) // the same answer for the same reports
	as := 0
	for n := range permutations {
		partialShuffle(all, len(x), r)
		if difference(all[:len(x)]) >= seen*(1-1e-12) {
			if as++; as == enough {
				return float64(as) / float64(n+1)
			}
		}
	}
	return float64(as+1) / (permutations + 1)
}

// partialShuffle puts a random choice of n values first.
func partialShuffle(v []float64, n int, r *rand.Rand) {
	for i := range n {
		j := i + r.IntN(len(v)-i)
		v[i], v[j] = v[j], v[i]
	}
}
