package perfstats

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/processor/perfstats/internal/metadata"
)

type perfProcessor struct {
	cfg       *Config
	set       processor.Settings
	next      consumer.Metrics
	telemetry *metadata.TelemetryBuilder
	outcomes  [outcomes]metric.AddOption

	mu     sync.Mutex // guards engine, and is not held while next is called
	engine *engine

	ctx     context.Context // of what the ticker hands over
	cancel  context.CancelFunc
	stop    chan struct{}
	stopped sync.WaitGroup
	once    sync.Once
}

func newProcessor(set processor.Settings, cfg *Config, next consumer.Metrics) (*perfProcessor, error) {
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	p := &perfProcessor{cfg: cfg, set: set, next: next, telemetry: telemetry, stop: make(chan struct{})}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.engine = newEngine(cfg, time.Now())
	for o := range p.outcomes {
		p.outcomes[o] = metric.WithAttributeSet(attribute.NewSet(attribute.String("outcome", outcome(o).String())))
	}
	return p, nil
}

// Capabilities: histograms are downscaled in place and gauges appended.
func (*perfProcessor) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: true}
}

// Start begins to tell the gauges of what no batch moves any more.
func (p *perfProcessor) Start(context.Context, component.Host) error {
	p.stopped.Go(p.run)
	return nil
}

// Shutdown waits, for as long as ctx allows, for the last gauges of the ticker to be handed over. What moved has been told with the
// batch that moved it.
func (p *perfProcessor) Shutdown(ctx context.Context) error {
	p.once.Do(func() { close(p.stop) })
	defer p.telemetry.Shutdown()
	defer p.cancel()
	stopped := make(chan struct{})
	go func() {
		p.stopped.Wait()
		close(stopped)
	}()
	select {
	case <-stopped:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("gauges are still being handed over: %w", ctx.Err())
	}
}

// ConsumeMetrics passes md on with the gauges that it moved.
func (p *perfProcessor) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	added := p.derive(&md, time.Now())
	downscale(md, p.cfg.HistogramScale)
	if added.ResourceMetrics().Len() > 0 {
		added.ResourceMetrics().MoveAndAppendTo(md.ResourceMetrics())
	}
	return p.next.ConsumeMetrics(ctx, md)
}

func (p *perfProcessor) run() {
	ticker := time.NewTicker(p.cfg.Interval)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-ticker.C:
		}
		md := p.derive(nil, time.Now())
		if md.ResourceMetrics().Len() == 0 {
			continue
		}
		if err := p.next.ConsumeMetrics(p.ctx, md); err != nil {
			p.set.Logger.Warn("the pipeline refused gauges; they are told again at the next interval", zap.Error(err))
		}
	}
}

// derive counts a batch and gives the gauges that moved, or with no batch those that were not told for an interval.
func (p *perfProcessor) derive(in *pmetric.Metrics, now time.Time) pmetric.Metrics {
	out := pmetric.NewMetrics()
	rm := out.ResourceMetrics().AppendEmpty()
	p.set.Resource.CopyTo(rm.Resource()) // which gateway speaks: replicas that tell the same gauge must not look like one series
	sm := rm.ScopeMetrics().AppendEmpty()
	sm.Scope().SetName(metadata.ScopeName)
	sm.Scope().SetVersion(p.set.BuildInfo.Version)

	p.mu.Lock()
	defer p.mu.Unlock()
	if in != nil {
		p.engine.absorb(*in, now)
	}
	if p.engine.tell(newWriter(sm, now), now, in == nil) == 0 {
		out = pmetric.NewMetrics()
	}
	p.report()
	return out
}

func (p *perfProcessor) report() {
	ctx := context.Background()
	for o, n := range p.engine.points {
		if n > 0 {
			p.telemetry.PerfstatsPoints.Add(ctx, n, p.outcomes[o])
		}
	}
	p.engine.points = [outcomes]int64{}
	if n := p.engine.groups.overflowed; n > 0 {
		p.telemetry.PerfstatsOverflowed.Add(ctx, n)
		p.engine.groups.overflowed = 0
	}
	p.telemetry.PerfstatsSeries.Record(ctx, int64(p.engine.groups.len()))
	p.telemetry.PerfstatsStreams.Record(ctx, int64(p.engine.streams.known.Len()))
}
