package genaimetrics

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/connector/genaimetrics/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/patience"
	"github.com/otelcol-llm/otelcol-llm/internal/shared"
	"github.com/otelcol-llm/otelcol-llm/internal/ticks"
)

// exporter exports an engine's series every interval. One goroutine, from Start to Shutdown.
type exporter struct {
	engine    *engine
	next      consumer.Metrics
	host      component.Host
	logger    *zap.Logger
	telemetry *metadata.TelemetryBuilder
	resource  pcommon.Resource
	version   string

	ctx     context.Context // of the exports of the ticker
	cancel  context.CancelFunc
	mu      sync.RWMutex // guards closed; held for reading while something is counted
	closed  bool
	stop    chan struct{}
	stopped chan struct{}
	failing bool // the last export failed; only the goroutine and, after it, Shutdown look at it
}

// exporters are the running exporters. The Collector builds a connector per pair of signals, and hands each the same *Config.
var exporters shared.Registry[*Config, *exporter]

func newExporter(cfg *Config, set connector.Settings, next consumer.Metrics) (*exporter, error) {
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	w := &exporter{
		engine: newEngine(cfg, time.Now()), next: next, logger: set.Logger, telemetry: telemetry,
		resource: genai.GatewayResource(set.Resource), version: set.BuildInfo.Version,
		stop: make(chan struct{}), stopped: make(chan struct{}),
	}
	if set.ID.Name() != "" {
		w.engine.component = set.ID.String()
	}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	return w, nil
}

// Start begins to export every interval.
func (w *exporter) Start(ctx context.Context, host component.Host) error {
	w.host = host
	w.begin(ctx)
	go w.run(w.engine.cfg.Interval)
	return nil
}

// shutdownTimeout is how long Shutdown waits at most for whoever is downstream; the Collector itself sets no limit.
const shutdownTimeout = 5 * time.Second

// Shutdown exports what the last interval brought, as far as ctx allows: whoever is downstream still runs. What comes after is refused. What
// downstream does not take is no error, which would keep the Collector from reloading its configuration.
func (w *exporter) Shutdown(ctx context.Context) error {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	close(w.stop)
	defer w.telemetry.Shutdown()
	defer w.cancel()
	ctx, cancel := context.WithTimeout(ctx, shutdownTimeout)
	defer cancel()
	err := patience.Wait(ctx, func() error {
		select {
		case <-w.stopped:
			return w.hand(ctx, w.engine.exportLast, time.Now())
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	if err != nil {
		w.logger.Warn("The last interval of GenAI metrics is not exported", zap.Error(err))
	}
	return nil
}

// count counts what f brings into the engine, unless the last export has begun: then it would be lost in silence.
func (w *exporter) count(f func(*engine)) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return shared.ErrNotRunning
	}
	f(w.engine)
	return nil
}

func (w *exporter) run(interval time.Duration) {
	defer close(w.stopped)
	for now := range ticks.Until(w.stop, interval) {
		w.noteResult(w.hand(w.ctx, w.engine.export, now))
	}
}

// export is one of the engine's.
type export func(resource pcommon.Resource, version string, now time.Time) (pmetric.Metrics, health)

// hand hands all series on. What fails is not lost: the next export says the totals again.
func (w *exporter) hand(ctx context.Context, export export, now time.Time) error {
	md, said := export(w.resource, w.version, now)
	w.addHealth(ctx, &said)
	if md.DataPointCount() == 0 {
		return nil
	}
	if err := w.next.ConsumeMetrics(ctx, md); err != nil {
		return fmt.Errorf("export %d points: %w", md.DataPointCount(), err)
	}
	return nil
}

// noteResult tells the host and the log when exports begin to fail and when they work again.
func (w *exporter) noteResult(err error) {
	switch {
	case err != nil && !w.failing && !errors.Is(err, context.Canceled):
		w.failing = true
		w.logger.Warn("Exporting GenAI metrics failed; totals are kept and said again", zap.Error(err))
		componentstatus.ReportStatus(w.host, componentstatus.NewRecoverableErrorEvent(err))
	case err == nil && w.failing:
		w.failing = false
		componentstatus.ReportStatus(w.host, componentstatus.NewEvent(componentstatus.StatusOK))
	}
}
