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
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/connector/genaimetrics/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// writer exports an engine's series every interval. One goroutine, from Start to Shutdown.
type writer struct {
	engine    *engine
	next      consumer.Metrics
	host      component.Host
	logger    *zap.Logger
	telemetry *metadata.TelemetryBuilder
	resource  pcommon.Resource
	version   string

	ctx     context.Context // of the exports of the ticker
	cancel  context.CancelFunc
	users   int // guarded by writersMu
	stop    chan struct{}
	stopped chan struct{}
	failing bool // the last export failed; only the goroutine and, after it, Shutdown look at it
}

// writers are the running writers. The Collector builds a connector per pair of signals, and hands each the same *Config.
var (
	writersMu sync.Mutex
	writers   = map[*Config]*writer{}
)

// acquire gives the writer of a configuration and starts it for its first user.
func acquire(cfg *Config, set connector.Settings, host component.Host, next consumer.Metrics) (*writer, error) {
	writersMu.Lock()
	defer writersMu.Unlock()
	if w, ok := writers[cfg]; ok {
		w.users++
		return w, nil
	}
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	w := &writer{
		engine: newEngine(cfg, time.Now()), next: next, host: host, logger: set.Logger, telemetry: telemetry,
		resource: gateway(set.Resource), version: set.BuildInfo.Version,
		users: 1, stop: make(chan struct{}), stopped: make(chan struct{}),
	}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	writers[cfg] = w
	go w.run(cfg.Interval)
	return w, nil
}

// release stops the writer with its last user and exports what the last interval brought, as far as ctx allows: whoever is
// downstream still runs.
func release(ctx context.Context, cfg *Config, w *writer) error {
	writersMu.Lock()
	w.users--
	last := w.users == 0
	if last {
		delete(writers, cfg)
	}
	writersMu.Unlock()
	if !last {
		return nil
	}
	close(w.stop)
	defer w.telemetry.Shutdown()
	defer w.cancel()
	select {
	case <-w.stopped:
		return w.export(ctx, time.Now())
	case <-ctx.Done():
		return fmt.Errorf("the last interval is not exported, the export before it hangs: %w", ctx.Err())
	}
}

// gateway is the resource of what is emitted: who counted, not who was counted.
func gateway(own pcommon.Resource) pcommon.Resource {
	res := pcommon.NewResource()
	for _, name := range [...]string{genai.ServiceName, genai.ServiceInstanceID} {
		if v, ok := own.Attributes().Get(name); ok {
			v.CopyTo(res.Attributes().PutEmpty(name))
		}
	}
	return res
}

func (w *writer) run(interval time.Duration) {
	defer close(w.stopped)
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-w.stop:
			return
		case now := <-ticker.C:
			w.report(w.export(w.ctx, now))
		}
	}
}

// export hands all series on. What fails is not lost: the next export says the totals again.
func (w *writer) export(ctx context.Context, now time.Time) error {
	md, said := w.engine.export(w.resource, w.version, now)
	w.tell(ctx, &said)
	if md.DataPointCount() == 0 {
		return nil
	}
	if err := w.next.ConsumeMetrics(ctx, md); err != nil {
		return fmt.Errorf("export %d points: %w", md.DataPointCount(), err)
	}
	return nil
}

// report tells the host and the log when exports begin to fail and when they work again.
func (w *writer) report(err error) {
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
