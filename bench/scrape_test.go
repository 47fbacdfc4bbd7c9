package bench

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFleetHasAHundredModels(t *testing.T) {
	b, err := Fleet(20, 100)
	require.NoError(t, err)
	require.Equal(t, 20*100*4, b.Spans)
	models := map[string]int{}
	for _, s := range SpansOf(b.Fresh()) {
		if m, ok := s.Attributes().Get("gen_ai.request.model"); ok {
			models[m.Str()]++
		}
	}
	require.Len(t, models, 100)
	for name, n := range models {
		require.Equal(t, 20, n, name)
	}
}
