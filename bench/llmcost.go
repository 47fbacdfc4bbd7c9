package bench

import (
	"fmt"
	"strings"

	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-llm/otelcol-llm/processor/llmcost"
)

// ownPrices is the YAML that gives ManyModels a price.
const ownPrices = `
prices:
  models:
    - match: {starts_with: "bench-"}
      prices: {input_mtok: 0.15, output_mtok: 0.6, cache_read_mtok: 0.075}
`

// Costing are llmcost with its defaults on the spans of a batch, and decoding the batch.
func Costing(b *Batch) ([]Subject, error) {
	ours, err := StartProcessor(llmcost.NewFactory(), ownPrices, consumertest.NewNop())
	if err != nil {
		return nil, err
	}
	return []Subject{consume("llmcost", b, b.Fresh, ours), decode(b)}, nil
}

// Replayed is the subject that answers spans which llmcost has seen before.
func Replayed(b *Batch) (Subject, error) {
	c, err := StartProcessor(llmcost.NewFactory(), "", consumertest.NewNop())
	return consume("llmcost, a retried batch", b, b.Decode, c), err
}

// Flatness are the subjects that price the same number of calls to ever more models.
func Flatness(counts ...int) ([]Subject, error) {
	var all []Subject
	for _, n := range counts {
		b, err := CallsOnly(1024, ManyModels(n))
		if err != nil {
			return nil, err
		}
		c, err := StartProcessor(llmcost.NewFactory(), ownPrices, consumertest.NewNop())
		if err != nil {
			return nil, err
		}
		all = append(all, consume(fmt.Sprintf("llmcost, %d models", n), b, b.Fresh, c))
	}
	return all, nil
}

// Priced is b as llmcost passes it on.
func Priced(b *Batch) (*Batch, error) {
	sink := new(consumertest.TracesSink)
	c, err := StartProcessor(llmcost.NewFactory(), "", sink)
	if err != nil {
		return nil, err
	}
	if err := c.ConsumeTraces(background, b.Fresh()); err != nil {
		return nil, err
	}
	if err := c.Shutdown(background); err != nil {
		return nil, err
	}
	return NewBatch(strings.TrimSuffix(b.Name, priced)+priced, sink.AllTraces()[0])
}

const priced = ", priced"
