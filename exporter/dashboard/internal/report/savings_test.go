package report

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/seriestest"
)

// What was saved is what the prompt cache saved and, where there is a contract, the list price less the contract's.
func TestSavings(t *testing.T) {
	now := time.Unix(3600, 0).UTC()
	const cache, contract = "llm_cost_saved_usd_total 0+0.1x239\n", "llm_cost_discount_usd_total 0+0.2x239\n"
	for history, want := range map[string]OptimizationMetrics{
		"":               {nil, nil},
		cache:            {value(23.9), value(23.9)},
		contract:         {nil, value(47.8)},
		cache + contract: {value(23.9), value(71.7)},
	} {
		r := newReport(t, seriestest.Load(t, 15*time.Second, "up 1x239\n"+history), &now)
		got := answerOf[Costs](t, r, "costs").Optimization
		for i, pair := range [][2]*float64{{want.CacheSavings, got.CacheSavings}, {want.TotalSavings, got.TotalSavings}} {
			if pair[0] == nil || pair[1] == nil {
				assert.Equal(t, pair[0], pair[1], "%d: %s", i, history)
				continue
			}
			assert.InDelta(t, *pair[0], *pair[1], 1e-9, "%d: %s", i, history)
		}
	}
}
