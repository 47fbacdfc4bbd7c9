package clientmetrics

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelcol-llm/otelcol-llm/processor/clientmetrics/internal/metadata"
)

type clientProcessor struct {
	next      consumer.Metrics
	telemetry *metadata.TelemetryBuilder
	metrics   map[string]metric.AddOption // by the gateway's metric
	signs     [signs]metric.AddOption

	mu        sync.Mutex // guards what follows, and is not held while next is called
	engine    *engine
	forgotten uint64 // of the engine, as told last
}

func newProcessor(set processor.Settings, cfg *Config, next consumer.Metrics) (*clientProcessor, error) {
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	p := &clientProcessor{next: next, telemetry: telemetry, engine: newEngine(cfg), metrics: map[string]metric.AddOption{}}
	for _, name := range p.engine.own.metrics {
		p.metrics[name] = metric.WithAttributeSet(attribute.NewSet(attribute.String("metric", name)))
	}
	for s := range p.signs {
		p.signs[s] = metric.WithAttributeSet(attribute.NewSet(attribute.String("sign", sign(s).String())))
	}
	return p, nil
}

// Capabilities: metrics are taken out in place, and instances named.
func (*clientProcessor) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: true}
}

// Start lets every counter begin at 0, so that increase() sees the first loss.
func (p *clientProcessor) Start(ctx context.Context, _ component.Host) error {
	for _, name := range p.metrics {
		p.telemetry.ClientmetricsDropped.Add(ctx, 0, name)
	}
	for s := none + 1; s < signs; s++ {
		p.telemetry.ClientmetricsCollisions.Add(ctx, 0, p.signs[s])
	}
	p.telemetry.ClientmetricsForgotten.Add(ctx, 0)
	p.telemetry.ClientmetricsUnnamed.Add(ctx, 0)
	return nil
}

// Shutdown has nothing to hand over.
func (p *clientProcessor) Shutdown(context.Context) error {
	p.telemetry.Shutdown()
	return nil
}

// ConsumeMetrics passes on what is the clients' own.
func (p *clientProcessor) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	p.process(ctx, md, time.Now())
	if md.ResourceMetrics().Len() == 0 {
		return nil
	}
	return p.next.ConsumeMetrics(ctx, md)
}

func (p *clientProcessor) process(ctx context.Context, md pmetric.Metrics, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.engine.process(md, now)
	p.countOwn(ctx)
}

func (p *clientProcessor) countOwn(ctx context.Context) {
	for name, n := range p.engine.dropped {
		p.telemetry.ClientmetricsDropped.Add(ctx, n, p.metrics[name])
	}
	clear(p.engine.dropped)
	for s := none + 1; s < signs; s++ {
		if n := p.engine.collisions[s]; n > 0 {
			p.telemetry.ClientmetricsCollisions.Add(ctx, n, p.signs[s])
		}
	}
	p.engine.collisions = [signs]int64{}
	if n := p.engine.named.unnamed; n > 0 {
		p.telemetry.ClientmetricsUnnamed.Add(ctx, n)
		p.engine.named.unnamed = 0
	}
	p.telemetry.ClientmetricsInstances.Record(ctx, int64(p.engine.named.known.Len()))
	if w := p.engine.watch; w != nil {
		if n := w.series.Evicted(); n > p.forgotten {
			p.telemetry.ClientmetricsForgotten.Add(ctx, int64(n-p.forgotten)) //nolint:gosec // far below 2^63
			p.forgotten = n
		}
		p.telemetry.ClientmetricsSeries.Record(ctx, int64(w.series.Len()))
	}
}
