package capacity

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSearch(t *testing.T) {
	for name, test := range map[string]struct {
		s     Search
		holds float64 // the largest load that does
		most  int     // steps
	}{
		"a rate":              {Search{Min: 0.5, Max: 200, Precision: 0.05}, 40, 10},
		"a slow one":          {Search{Min: 0.5, Max: 200, Precision: 0.05}, 0.7, 10},
		"less than the least": {Search{Min: 0.5, Max: 200, Precision: 0.05}, 0.1, 10},
		"more than the most":  {Search{Min: 0.5, Max: 200, Precision: 0.05}, 1000, 10},
		"users":               {Search{Min: 1, Max: 1000, Precision: 0.05, Whole: true}, 37, 10},
		"few users":           {Search{Min: 1, Max: 1000, Precision: 0.05, Whole: true}, 1, 12},
		"one more than least": {Search{Min: 1, Max: 2, Precision: 0.05, Whole: true}, 2, 3},
	} {
		t.Run(name, func(t *testing.T) {
			steps := 0
			tried := map[float64]bool{}
			for {
				load, more := test.s.Next()
				if !more {
					break
				}
				steps++
				require.LessOrEqual(t, steps, test.most)
				require.False(t, tried[load], "%v again", load)
				tried[load] = true
				require.GreaterOrEqual(t, load, test.s.Min)
				require.LessOrEqual(t, load, test.s.Max)
				test.s.Tell(load, load <= test.holds)
			}
			want := min(test.holds, test.s.Max)
			if test.holds < test.s.Min {
				want = 0
			}
			require.LessOrEqual(t, test.s.held, want)
			if !test.s.Whole || want > 20 {
				require.GreaterOrEqual(t, test.s.held, want/(1+test.s.Precision)-1e-9)
			} else {
				require.Equal(t, want, test.s.held)
			}
		})
	}
}
