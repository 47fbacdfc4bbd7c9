package report

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestGrowth(t *testing.T) {
	const no = missing
	for name, c := range map[string]struct {
		values []nano
		told   []bool
		begun  bool
		want   []nano
	}{
		"grows":                      {[]nano{5, 7, 7, 9}, []bool{true, true, true, true}, false, []nano{2, 0, 2}},
		"new":                        {[]nano{no, no, 7, 9}, []bool{true, true, true, true}, false, []nano{0, 7, 2}},
		"the history begins":         {[]nano{no, no, 7, 9}, []bool{false, false, true, true}, false, []nano{0, 0, 2}},
		"with this process":          {[]nano{no, no, 7, 9}, []bool{false, false, true, true}, true, []nano{0, 7, 2}},
		"the gateway was off":        {[]nano{5, no, no, 9}, []bool{true, false, false, true}, false, []nano{0, 0, 4}},
		"off, and a new one":         {[]nano{no, no, no, 9}, []bool{true, false, false, true}, false, []nano{0, 0, 9}},
		"the book was lost":          {[]nano{5, 7, 3, 4}, []bool{true, true, true, true}, false, []nano{2, 3, 1}},
		"it is at its first moment":  {[]nano{5, 5}, []bool{true, true}, true, []nano{0}},
		"nothing":                    {[]nano{no, no}, []bool{false, false}, true, []nano{0}},
		"one moment before all else": {[]nano{no, 4}, []bool{false, true}, false, []nano{0}},
	} {
		assert.Equal(t, c.want, growth(c.values, c.told, c.begun), name)
	}
}
