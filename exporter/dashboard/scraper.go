package dashboard

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/internal/ticks"
)

// maxScrape is how much of an answer is read.
const maxScrape = 16 << 20

// scraped is where metrics in Prometheus' text formats go.
type scraped interface {
	AppendText(ctx context.Context, text []byte, contentType string, now time.Time) error
}

// scraper reads the gateway's own metrics. Sending them to its own OTLP port instead would keep the gateway from ending.
type scraper struct {
	cfg    *SelfMetricsConfig
	to     scraped
	log    *zap.Logger
	failed func()
	client *http.Client
	cancel context.CancelFunc
	work   sync.WaitGroup
}

func newScraper(cfg *SelfMetricsConfig, to scraped, log *zap.Logger, failed func()) *scraper {
	ctx, cancel := context.WithCancel(context.Background())
	s := &scraper{cfg: cfg, to: to, log: log, failed: failed, cancel: cancel}
	if cfg.Endpoint == "" {
		return s
	}
	s.client = &http.Client{Timeout: cfg.Interval, Transport: &http.Transport{MaxIdleConns: 1}}
	s.work.Go(func() { s.run(ctx) })
	return s
}

func (s *scraper) run(ctx context.Context) {
	defer s.client.CloseIdleConnections()
	bad := false
	for range ticks.Until(ctx.Done(), s.cfg.Interval) {
		err := s.scrape(ctx, time.Now())
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			s.failed()
			if !bad {
				s.log.Info("The gateway's own metrics cannot be read", zap.String("endpoint", s.cfg.Endpoint), zap.Error(err))
			}
		}
		bad = err != nil
	}
}

func (s *scraper) scrape(ctx context.Context, now time.Time) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.cfg.Endpoint, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/openmetrics-text;version=1.0.0;q=0.9,text/plain;version=0.0.4;q=0.5")
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxScrape+1))
	switch {
	case err != nil:
		return err
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("it answered %s", resp.Status)
	case len(text) > maxScrape:
		return fmt.Errorf("it answered more than %d MiB", maxScrape>>20)
	}
	return s.to.AppendText(ctx, text, resp.Header.Get("Content-Type"), now)
}

func (s *scraper) stop() {
	s.cancel()
	s.work.Wait()
}
