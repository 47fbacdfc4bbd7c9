package llmcost

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPeriodsThatCanBeOneCall(t *testing.T) {
	for name, c := range map[string]struct {
		p, q period
		want bool
	}{
		"inside":                            {period{1, 9}, period{3, 5}, true},
		"across":                            {period{1, 5}, period{3, 9}, true},
		"one after the other":               {period{1, 5}, period{6, 9}, false},
		"one when the other ends":           {period{1, 5}, period{5, 9}, false},
		"an instant inside":                 {period{1, 5}, period{3, 3}, true},
		"an instant at the end":             {period{1, 5}, period{5, 5}, true},
		"an instant at the start":           {period{5, 9}, period{5, 5}, true},
		"an instant before":                 {period{5, 9}, period{4, 4}, false},
		"an instant after":                  {period{5, 9}, period{10, 10}, false},
		"a start that is not known":         {period{0, 5}, period{6, 9}, true},
		"an end that is not known":          {period{1, 0}, period{6, 9}, true},
		"an end that would be before":       {period{8, 0}, period{6, 7}, true},
		"an instant, and half of the other": {period{0, 5}, period{9, 9}, true},
	} {
		assert.Equal(t, c.want, c.p.overlaps(c.q), name)
		assert.Equal(t, c.want, c.q.overlaps(c.p), name)
	}
}

func TestInputsThatCanBeOfOneAnswer(t *testing.T) {
	whole := inputs{all: 100, uncached: 60}
	for name, c := range map[string]struct {
		a, b inputs
		want bool
	}{
		"equal":                             {whole, inputs{all: 100, uncached: 60}, true},
		"a cache that one does not tell":    {inputs{all: 100, uncached: 100}, whole, true},
		"what one has beside its input":     {inputs{all: 60, uncached: 20}, whole, true},
		"the same rest of other inputs":     {whole, inputs{all: 90, uncached: 60}, false},
		"another":                           {whole, inputs{all: 90, uncached: 50}, false},
		"another, of an id given only once": {inputs{all: 100, uncached: 60, unique: true}, inputs{all: 90, uncached: 50}, true},
	} {
		assert.Equal(t, c.want, c.a.agree(c.b), name)
	}
}
