package genaimetrics

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// What is emitted is what internal/genai lists: clientmetrics derives from it which names in Prometheus are the gateway's.
func TestFamiliesAreListed(t *testing.T) {
	kinds := map[kind]genai.MetricKind{
		counter: genai.KindCounter, money: genai.KindCounter, gauge: genai.KindGauge, histogram: genai.KindHistogram,
	}
	assert.LessOrEqual(t, len(slots), most)
	for i := range families {
		f := &families[i]
		assert.Contains(t, genai.GatewayMetrics(), genai.Metric{Name: f.name, Unit: f.unit, Kind: kinds[f.kind]})
	}
}
