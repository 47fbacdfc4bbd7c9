package genaimetrics

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// What a sender sends does not decide what a series takes; README.md says 25 kB.
func TestHostileValuesTakeBoundedMemory(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	d := newDistribution(nil)
	const n = 200_000
	for range n {
		v := math.Exp2(rnd.Float64()*2000 - 1000)
		if rnd.IntN(2) == 0 {
			v = -v
		}
		d.record(v, 1)
	}
	require.LessOrEqual(t, d.expo.Bytes(), 25_000)
	p := pmetric.NewExponentialHistogramDataPoint()
	d.exportExponential(p)
	require.EqualValues(t, n, p.Count())

	fine := newDistribution(nil)
	for range n {
		fine.record(math.Exp2(rnd.Float64()*31-10), 1) // a millisecond to 24 days
	}
	require.Equal(t, 6, fine.expo.Scale(), "what durations can be keeps its resolution")
}
