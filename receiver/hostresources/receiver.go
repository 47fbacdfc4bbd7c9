package hostresources

import (
	"context"
	"os"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/scraper"
	"go.opentelemetry.io/collector/scraper/scraperhelper"
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/patience"
	"github.com/otelcol-llm/otelcol-llm/internal/ticks"
	"github.com/otelcol-llm/otelcol-llm/receiver/hostresources/internal/metadata"
)

// hostReceiver is a scrape controller with one scraper, which samples on its own between two scrapes.
type hostReceiver struct {
	receiver.Metrics
	cfg       *Config
	sampler   *sampler
	telemetry *metadata.TelemetryBuilder
	logger    *zap.Logger
	next      *confirming

	cancel  context.CancelFunc // of sampling; nil before Start
	wg      sync.WaitGroup
	stopped sync.Once
}

func newReceiver(set receiver.Settings, cfg *Config, next consumer.Metrics) (*hostReceiver, error) {
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	s, err := newSampler(cfg, platformSource(), newFaults(set.Logger, telemetry))
	if err != nil {
		return nil, err
	}
	if id, ok := set.Resource.Attributes().Get(genai.ServiceInstanceID); ok {
		s.own = id.AsString()
	}
	r := &hostReceiver{cfg: cfg, sampler: s, telemetry: telemetry, logger: set.Logger, next: newConfirming(next, s.delivered)}
	sc, err := scraper.NewMetrics(r.scrape, scraper.WithStart(r.startSampling), scraper.WithShutdown(r.stopSampling))
	if err != nil {
		return nil, err
	}
	r.Metrics, err = scraperhelper.NewMetricsController(&cfg.ControllerConfig, set, r.next, scraperhelper.AddMetricsScraper(metadata.Type, sc))
	return r, err
}

func (r *hostReceiver) scrape(context.Context) (pmetric.Metrics, error) {
	return r.sampler.report(time.Now(), false), nil
}

func (r *hostReceiver) startSampling(context.Context, component.Host) error {
	host, err := os.Hostname()
	if err != nil {
		r.logger.Warn("no host name, host.name is left out", zap.Error(err))
	}
	r.sampler.begin(host, time.Now())
	var ctx context.Context
	ctx, r.cancel = context.WithCancel(context.Background())
	r.wg.Go(func() {
		for range ticks.Until(ctx.Done(), r.cfg.SampleInterval) {
			r.sampler.sample(time.Now())
		}
	})
	return nil
}

// stopSampling is called when no scrape runs any more.
func (r *hostReceiver) stopSampling(context.Context) error {
	if r.cancel != nil {
		r.cancel()
	}
	r.wg.Wait()
	return nil
}

// shutdownTimeout is how long Shutdown waits at most for whoever is downstream; the Collector itself sets no limit.
const shutdownTimeout = 5 * time.Second

// Shutdown stops sampling and reports the last, shorter interval: the cost and a peak just before the end are not lost. It does not wait
// for ever for a consumer that hangs, whether that looks at its context or not. What the consumer does not take is no error, which would keep
// the Collector from reloading its configuration.
func (r *hostReceiver) Shutdown(ctx context.Context) error {
	r.stopped.Do(func() {
		defer r.telemetry.Shutdown()
		ctx, cancel := context.WithTimeout(ctx, shutdownTimeout)
		defer cancel()
		defer r.next.abandon()
		defer context.AfterFunc(ctx, r.next.abandon)()
		if err := patience.Wait(ctx, func() error { return r.finish(ctx) }); err != nil {
			r.logger.Warn("The last report is not delivered", zap.Error(err))
		}
	})
	return nil
}

func (r *hostReceiver) finish(ctx context.Context) error {
	if err := r.Metrics.Shutdown(ctx); err != nil || r.cancel == nil {
		return err
	}
	return r.next.ConsumeMetrics(ctx, r.sampler.report(time.Now(), true))
}
