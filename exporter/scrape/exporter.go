package scrape

import (
	"context"
	"errors"
	"net/http"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/exporter/scrape/internal/series"
	"github.com/otelcol-llm/otelcol-llm/internal/ticks"
)

// endWithin is how long scrapes that are under way may take when the gateway ends.
const endWithin = 3 * time.Second

// scrape takes metrics and answers scrapes.
type scrape struct {
	cfg       *Config
	set       component.TelemetrySettings
	store     *series.Store
	telemetry *telemetry
	said      *once

	server *http.Server
	ended  chan struct{} // closed when shutdown begins
	served chan struct{} // closed when nothing is served any more
	swept  chan struct{}
}

func newScrape(set exporter.Settings, cfg *Config) (*scrape, error) {
	t, err := newTelemetry(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	return &scrape{cfg: cfg, set: set.TelemetrySettings, store: series.New(cfg.options()), telemetry: t, said: newOnce()}, nil
}

func (e *scrape) start(ctx context.Context, host component.Host) error {
	if err := e.telemetry.begin(ctx, e.store); err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", &handler{store: e.store, openMetrics: e.cfg.EnableOpenMetrics, log: e.set.Logger})
	server, err := e.cfg.ToServer(ctx, host.GetExtensions(), e.set, mux)
	if err != nil {
		return err
	}
	listener, err := e.cfg.ToListener(ctx)
	if err != nil {
		return err
	}
	e.server, e.ended, e.served, e.swept = server, make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(e.served)
		if err := server.Serve(listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
			componentstatus.ReportStatus(host, componentstatus.NewPermanentErrorEvent(err))
		}
	}()
	go e.sweep()
	return nil
}

// sweep forgets what has expired while nobody scrapes.
func (e *scrape) sweep() {
	defer close(e.swept)
	for now := range ticks.Until(e.ended, e.cfg.MetricExpiration) {
		e.store.Sweep(now)
	}
}

func (e *scrape) consume(ctx context.Context, md pmetric.Metrics) error {
	now := time.Now()
	for reason, loss := range e.store.Put(md, now) {
		e.telemetry.lost(ctx, reason, loss.Points)
		if e.said.first(reason, loss.Metric) {
			e.set.Logger.Warn("Points of a metric are not told to Prometheus", zap.String("metric", loss.Metric), zap.String("reason", reason))
		}
	}
	return nil
}

func (e *scrape) shutdown(ctx context.Context) error {
	defer e.telemetry.Shutdown()
	if e.server == nil {
		return nil
	}
	close(e.ended)
	ctx, cancel := context.WithTimeout(ctx, endWithin)
	defer cancel()
	err := e.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		err = e.server.Close()
	}
	<-e.served
	<-e.swept
	e.server = nil
	return err
}
