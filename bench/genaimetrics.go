package bench

import (
	"github.com/open-telemetry/opentelemetry-collector-contrib/connector/spanmetricsconnector"

	"github.com/otelcol-llm/otelcol-llm/connector/genaimetrics"
)

// spanMetrics is contrib's connector with what comes nearest to our calls and durations: three dimensions of the semantic
// conventions beside its own four, exponential histograms, exemplars as ours has them on.
const spanMetrics = `
histogram: {unit: s, exponential: {max_size: 160}}
dimensions: [{name: gen_ai.operation.name}, {name: gen_ai.provider.name}, {name: gen_ai.request.model}]
exemplars: {enabled: true, max_per_data_point: 1}
metrics_flush_interval: 15s
`

// plainSpanMetrics does without exemplars.
const plainSpanMetrics = `
histogram: {unit: s, exponential: {max_size: 160}}
dimensions: [{name: gen_ai.operation.name}, {name: gen_ai.provider.name}, {name: gen_ai.request.model}]
metrics_flush_interval: 15s
`

// SpansToMetrics are the subjects that turn the spans of a batch, which llmcost has priced, into metrics: genaimetrics with its
// defaults, spanmetrics, spanmetrics without exemplars.
func SpansToMetrics(b *Batch) ([]Subject, error) {
	ours, err := StartConnector(genaimetrics.NewFactory(), "")
	if err != nil {
		return nil, err
	}
	peer, err := StartConnector(spanmetricsconnector.NewFactory(), spanMetrics)
	if err != nil {
		return nil, err
	}
	plain, err := StartConnector(spanmetricsconnector.NewFactory(), plainSpanMetrics)
	if err != nil {
		return nil, err
	}
	return []Subject{
		consume("genaimetrics", b, b.Fresh, ours),
		consume("spanmetrics", b, b.Fresh, peer),
		consume("spanmetrics, no exemplars", b, b.Fresh, plain),
	}, nil
}
