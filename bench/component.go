package bench

import (
	"context"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.yaml.in/yaml/v3"
)

// background is the context of everything here: nothing is cancelled.
var background = context.Background()

// Component is a running processor or connector that takes traces.
type Component interface {
	component.Component
	consumer.Traces
}

// StartProcessor builds and starts a processor from its YAML, in front of next.
func StartProcessor(f processor.Factory, text string, next consumer.Traces) (Component, error) {
	cfg := f.CreateDefaultConfig()
	if err := load(text, cfg); err != nil {
		return nil, err
	}
	p, err := f.CreateTraces(background, processortest.NewNopSettings(f.Type()), cfg, next)
	if err != nil {
		return nil, err
	}
	return p, p.Start(background, componenttest.NewNopHost())
}

// StartConnector builds and starts a connector from spans to metrics, in front of a sink that forgets.
func StartConnector(f connector.Factory, text string) (Component, error) {
	cfg := f.CreateDefaultConfig()
	if err := load(text, cfg); err != nil {
		return nil, err
	}
	c, err := f.CreateTracesToMetrics(background, connectortest.NewNopSettings(f.Type()), cfg, consumertest.NewNop())
	if err != nil {
		return nil, err
	}
	return c, c.Start(background, componenttest.NewNopHost())
}

func load(text string, cfg component.Config) error {
	raw := map[string]any{}
	if err := yaml.Unmarshal([]byte(text), &raw); err != nil {
		return err
	}
	if err := confmap.NewFromStringMap(raw).Unmarshal(cfg); err != nil {
		return err
	}
	if v, ok := cfg.(confmap.Validator); ok {
		return v.Validate()
	}
	return nil
}

// consume is the subject that feeds copies of a batch to a component.
func consume(name string, b *Batch, copyOf func() ptrace.Traces, c consumer.Traces) Subject {
	return Subject{Name: name, Unit: b.Spans, Work: func() func() {
		td := copyOf()
		return func() {
			if err := c.ConsumeTraces(background, td); err != nil {
				panic(fmt.Sprintf("%s: %v", name, err))
			}
		}
	}}
}

// decode is the subject that only decodes a batch: the floor under everything that a gateway does.
func decode(b *Batch) Subject {
	return Subject{Name: "decode", Unit: b.Spans, Work: func() func() { return func() { b.Decode() } }}
}
