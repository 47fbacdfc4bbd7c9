// Package random draws think times, arrivals and generated inputs. All of it follows from the seed.
package random

import (
	"math"
	"math/rand/v2"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/scenario"
)

// New is a source for one purpose; the same seed and purpose give the same numbers.
func New(seed, purpose uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, purpose)) //nolint:gosec // nothing here is a secret
}

// z95 is where 95 % of a normal distribution lie below.
const z95 = 1.6448536269514722

// Draw takes a number from a distribution.
func Draw(d scenario.Dist, r *rand.Rand) float64 {
	switch d.Kind {
	case "fixed":
		return d.A
	case "uniform":
		return d.A + (d.B-d.A)*r.Float64()
	case "exponential":
		return d.A * r.ExpFloat64()
	case "lognormal":
		return d.A * math.Exp(math.Log(d.B/d.A)/z95*r.NormFloat64())
	}
	return 0
}

// Gap is the time between two arrivals whose mean is 1 / rate, in seconds.
func Gap(a scenario.Arrival, rate float64, r *rand.Rand) float64 {
	switch a.Process {
	case scenario.Poisson:
		return r.ExpFloat64() / rate
	case scenario.Gamma:
		return gamma(a.Smoothness, r) / a.Smoothness / rate
	}
	return 1 / rate
}

// gamma draws with the given shape and scale 1 (Marsaglia and Tsang, A simple method for generating gamma variables, 2000).
func gamma(shape float64, r *rand.Rand) float64 {
	if shape < 1 {
		return gamma(shape+1, r) * math.Pow(1-r.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-r.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

var words = strings.Fields(`the a of to and in is it for on with as at by from or an be this that which order invoice refund address
 delivery account password customer product price question answer date week month report table summary plan travel train hotel ticket
 weather city map recipe garden engine battery screen printer contract clause tax letter meeting agenda budget forecast figure compare
 explain list find change cancel confirm send show write check why how when where who`)

// Text is a generated question of about so many tokens.
func Text(tokens int, r *rand.Rand) string {
	var b strings.Builder
	for i := range max(tokens, 1) { // a common word is about a token
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(words[r.IntN(len(words))])
	}
	return b.String()
}
