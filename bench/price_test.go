package bench

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// Every call that is timed must have a price, or the engines are compared on looking for nothing.
func TestCallsHavePrices(t *testing.T) {
	calls, err := Calls()
	require.NoError(t, err)
	require.Greater(t, len(calls), 250)
	for i := range calls {
		m := pricing.Default().Find(calls[i].Provider, calls[i].Model)
		require.NotNil(t, m, "%+v", calls[i])
		_, err := m.Price(&calls[i], pricing.Factor{})
		require.NoError(t, err, "%+v", calls[i])
	}
}
