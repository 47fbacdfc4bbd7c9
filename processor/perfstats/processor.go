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

	"github.com/otelcol-llm/otelcol-llm/internal/patience"
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
	moved  chan struct{} // holds one: gauges moved since they were told

	ctx     context.Context // of the gauges that are handed over
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
	p := &perfProcessor{cfg: cfg, set: set, next: next, telemetry: telemetry, moved: make(chan struct{}, 1), stop: make(chan struct{})}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.engine = newEngine(cfg, time.Now())
	for o := range p.outcomes {
		p.outcomes[o] = metric.WithAttributeSet(attribute.NewSet(attribute.String("outcome", outcome(o).String())))
	}
	return p, nil
}

// Capabilities: histograms are downscaled in place.
func (*perfProcessor) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: true}
}

// Start begins to tell gauges.
func (p *perfProcessor) Start(context.Context, component.Host) error {
	p.stopped.Go(p.run)
	return nil
}

// Shutdown waits, for as long as ctx allows, for the last gauges to be handed over.
func (p *perfProcessor) Shutdown(ctx context.Context) error {
	p.once.Do(func() { close(p.stop) })
	defer p.telemetry.Shutdown()
	defer p.cancel()
	err := patience.Wait(ctx, func() error { p.stopped.Wait(); return nil })
	if err != nil {
		return fmt.Errorf("gauges are still being handed over: %w", err)
	}
	return nil
}

// ConsumeMetrics counts md and passes it on. The gauges that it moves follow in a batch of their own.
func (p *perfProcessor) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	moved := p.absorb(md)
	downscale(md, p.cfg.HistogramScale)
	err := p.next.ConsumeMetrics(ctx, md)
	if moved {
		select {
		case p.moved <- struct{}{}:
		default:
		}
	}
	return err
}

func (p *perfProcessor) absorb(md pmetric.Metrics) (moved bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	moved = p.engine.absorb(md, time.Now())
	p.countOwn()
	return moved
}

// leastApart is the time between two batches of gauges, and so about the longest that a gauge waits for its batch.
const leastApart = time.Second

// run tells the gauges that moved soon after, and every interval those that nothing moves any more. It alone tells: with a second teller
// a series could have two values at one time, or an older one after a newer.
func (p *perfProcessor) run() {
	ticker := time.NewTicker(p.cfg.Interval)
	defer ticker.Stop()
	defer p.handOver(false) // what moved last
	for wrote := false; ; {
		select {
		case <-p.stop:
			return
		case <-ticker.C:
			wrote = p.handOver(true)
		case <-p.moved:
			wrote = p.handOver(false)
		}
		if !wrote {
			continue
		}
		select {
		case <-p.stop:
			return
		case <-time.After(leastApart):
		}
	}
}

// handOver hands over the gauges that moved and, if rest is true, those that were not told for an interval. It says whether there were any.
func (p *perfProcessor) handOver(rest bool) bool {
	md, points := p.gauges(rest)
	if points == 0 {
		return false
	}
	err := p.next.ConsumeMetrics(p.ctx, md)
	if err != nil {
		p.set.Logger.Warn("the pipeline refused gauges; they are told again at the next interval", zap.Error(err))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.engine.arrived(err == nil)
	return true
}

func (p *perfProcessor) gauges(rest bool) (md pmetric.Metrics, points int) {
	md = pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	p.set.Resource.CopyTo(rm.Resource()) // which gateway speaks: replicas that tell the same gauge must not look like one series
	sm := rm.ScopeMetrics().AppendEmpty()
	sm.Scope().SetName(metadata.ScopeName)
	sm.Scope().SetVersion(p.set.BuildInfo.Version)

	p.mu.Lock()
	defer p.mu.Unlock()
	points = p.engine.writeGauges(sm, time.Now(), rest)
	p.countOwn()
	return md, points
}

func (p *perfProcessor) countOwn() {
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
