package perfstats

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/processor/perfstats/internal/metadata"
)

// What is emitted is what internal/genai lists: clientmetrics derives from it which names in Prometheus are the gateway's.
func TestGaugesAreListed(t *testing.T) {
	for name, d := range described {
		assert.Contains(t, genai.GatewayMetrics(), genai.Metric{Name: name, Unit: d.unit, Kind: genai.KindGauge})
	}
	assert.Equal(t, genai.PerfScope, metadata.ScopeName)
}
