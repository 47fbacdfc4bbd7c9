package llmcost

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
	"github.com/otelcol-llm/otelcol-llm/processor/llmcost/internal/metadata"
)

// shared is what all processors of one configured component share: the collector builds one per pipeline, but a call
// counts once.
type shared struct {
	cfg       *Config
	host      component.Host // of the first pipeline: status is reported there
	logger    *zap.Logger
	telemetry *metadata.TelemetryBuilder

	mu      sync.Mutex // guards counted
	counted *countedCalls

	prices   atomic.Pointer[policy]
	fileSeen fileState // of the price file that prices came from

	users int // guarded by registry.mu
	stop  context.CancelFunc
	done  chan struct{}
}

// registry finds the shared state of a configured component by its config pointer, which is one per component.
var registry = struct {
	mu     sync.Mutex
	states map[*Config]*shared
}{states: map[*Config]*shared{}}

// acquire gives the shared state of cfg, started, making it for its first user. Every acquire wants one release.
func acquire(cfg *Config, set component.TelemetrySettings, host component.Host) (*shared, error) {
	registry.mu.Lock()
	defer registry.mu.Unlock()
	s := registry.states[cfg]
	if s == nil {
		var err error
		if s, err = newShared(cfg, set, host); err != nil {
			return nil, err
		}
		registry.states[cfg] = s
	}
	s.users++
	return s, nil
}

func (s *shared) release() {
	registry.mu.Lock()
	defer registry.mu.Unlock()
	if s.users--; s.users > 0 {
		return
	}
	delete(registry.states, s.cfg)
	s.stop()
	<-s.done
	s.telemetry.Shutdown()
}

func newShared(cfg *Config, set component.TelemetrySettings, host component.Host) (*shared, error) {
	seen := stateOf(cfg.Prices.File) // before it is read, so that no change is missed
	rows, err := cfg.Prices.rows()
	if err != nil {
		return nil, err
	}
	telemetry, err := metadata.NewTelemetryBuilder(set)
	if err != nil {
		return nil, err
	}
	s := &shared{
		cfg:       cfg,
		host:      host,
		logger:    set.Logger,
		telemetry: telemetry,
		counted:   newCountedCalls(cfg.Dedupe.MaxEntries, cfg.Dedupe.TTL),
		fileSeen:  seen,
		done:      make(chan struct{}),
	}
	if err := errors.Join(s.usePrices(rows), s.observe()); err != nil {
		telemetry.Shutdown()
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	go s.watchPrices(ctx)
	return s, nil
}

// decide settles which of a request's witnesses count.
func (s *shared) decide(witnesses []witness, now time.Time) {
	if len(witnesses) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counted.decide(witnesses, now)
}

// report adds a request's answers to own telemetry.
func (s *shared) report(ctx context.Context, t *tally) {
	for _, c := range t.counts {
		s.telemetry.LlmcostSpans.Add(ctx, c.spans, metric.WithAttributeSet(
			attribute.NewSet(attribute.String("status", c.status), attribute.String("reason", c.reason))))
	}
}

func (s *shared) observe() error {
	version := metric.WithAttributeSet(attribute.NewSet(attribute.String("version", pricing.Default().Version())))
	return errors.Join(
		s.telemetry.RegisterLlmcostPriceTableAgeCallback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(int64(time.Since(pricing.Default().Released())/time.Second), version)
			return nil
		}),
		s.telemetry.RegisterLlmcostDedupeEntriesCallback(func(_ context.Context, o metric.Int64Observer) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			o.Observe(int64(s.counted.facts.Len()))
			return nil
		}),
		s.telemetry.RegisterLlmcostDedupeEvictionsCallback(func(_ context.Context, o metric.Int64Observer) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			o.Observe(int64(s.counted.facts.Evicted())) //nolint:gosec // a count of events fits
			return nil
		}),
		s.telemetry.RegisterLlmcostModelMatchesCallback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(int64(s.prices.Load().matches.len()))
			return nil
		}),
	)
}
