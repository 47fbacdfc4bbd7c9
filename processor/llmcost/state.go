package llmcost

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
	"github.com/otelcol-llm/otelcol-llm/internal/shared"
	"github.com/otelcol-llm/otelcol-llm/processor/llmcost/internal/metadata"
)

// state is what all processors of one configured component share: the collector builds one per pipeline, but a call
// counts once.
type state struct {
	cfg       *Config
	host      component.Host // reports on every pipeline's processor
	logger    *zap.Logger
	telemetry *metadata.TelemetryBuilder

	hash    *genai.Hasher
	mu      sync.Mutex // guards counted, tools, served, runs and reports
	counted *countedCalls
	tools   *billedRuns
	served  *servedSteps
	runs    *runCalls
	reports *bounded.Hashes[toolReport]

	toolSenders toolSenders

	held holding

	unheard *unheard

	prices   atomic.Pointer[policy]
	fileSeen fileState // of the price file that prices came from

	stop context.CancelFunc
	done chan struct{}
}

// states are the running shared states, by configured component: the Collector hands every pipeline's processor the same *Config.
var states shared.Registry[*Config, *state]

func newState(cfg *Config, set component.TelemetrySettings) (*state, error) {
	seen := stateOf(cfg.Prices.File) // before it is read, so that no change is missed
	rows, err := cfg.Prices.rows()
	if err != nil {
		return nil, err
	}
	telemetry, err := metadata.NewTelemetryBuilder(set)
	if err != nil {
		return nil, err
	}
	s := &state{
		cfg:       cfg,
		logger:    set.Logger,
		telemetry: telemetry,
		hash:      genai.NewHasher(),
		counted:   newCountedCalls(cfg.Dedupe.MaxEntries, cfg.Dedupe.TTL),
		tools:     newBilledRuns(cfg.Dedupe.MaxEntries, cfg.Dedupe.TTL),
		served:    newServedSteps(cfg.Dedupe.MaxEntries, cfg.Dedupe.TTL),
		runs:      newRunCalls(cfg.Dedupe.MaxEntries, cfg.Dedupe.TTL),
		reports:   bounded.NewHashes[toolReport](cfg.Dedupe.MaxEntries/reportsShare, cfg.Dedupe.TTL),
		fileSeen:  seen,
		done:      make(chan struct{}),
	}
	s.unheard = newUnheard(s.sayUnheard)
	s.held = holding{hold: cfg.Dedupe.Hold, decide: s.decideNow}
	if err := errors.Join(s.usePrices(rows), s.registerGauges()); err != nil {
		telemetry.Shutdown()
		return nil, err
	}
	return s, nil
}

// Start begins to look after the price file.
func (s *state) Start(ctx context.Context, host component.Host) error {
	s.host = host
	s.begin(ctx)
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	go s.watchPrices(ctx)
	return nil
}

// Shutdown waits for a price file that is being read, as long as ctx allows.
func (s *state) Shutdown(ctx context.Context) error {
	s.stop()
	s.unheard.stop()
	defer s.telemetry.Shutdown()
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the price file is still being read: %w", ctx.Err())
	}
}

// decide settles which of a request's witnesses count.
func (s *state) decide(witnesses []witness) {
	switch {
	case len(witnesses) == 0:
	case s.cfg.Dedupe.Hold > 0:
		s.held.wait(witnesses)
	default:
		s.decideNow(witnesses)
	}
}

func (s *state) decideNow(witnesses []witness) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counted.decide(witnesses, time.Now())
}

// tellSums tells of agents that add up what their calls used, before and after the calls of the request are decided.
func (s *state) tellSums(r *request) {
	if !r.sums {
		return
	}
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range r.calls {
		if c := &r.calls[i]; c.op.Sum > 0 && !c.span.ParentSpanID().IsEmpty() {
			trace := c.span.TraceID()
			s.counted.wrap(s.hash.Span(trace, c.span.SpanID()), s.hash.Span(trace, c.span.ParentSpanID()), c.op.Sum, now)
		}
	}
}

// findAlone marks the agents and steps that claim usage in a trace of which no call was seen. Calls are told before the agents that make them.
func (s *state) findAlone(r *request) {
	if !r.claims {
		return
	}
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	r.traces.empty(len(r.witnesses)) // calls without a parent are remembered by no trace
	defer r.traces.shrink()
	for i := range r.witnesses {
		r.traces.add(r.witnesses[i].trace)
	}
	inner := make(map[uint64]bool) // agents that such an agent contains stand for it
	for i := range r.calls {
		c := &r.calls[i]
		trace := s.hash.Trace(c.span.TraceID())
		if c.alone = c.op.Claims && !r.traces.has(trace) && !s.counted.knows(trace, now); c.alone {
			inner[s.hash.Span(c.span.TraceID(), c.span.ParentSpanID())] = true
		}
	}
	for i := range r.calls {
		c := &r.calls[i]
		c.alone = c.alone && !inner[s.hash.Span(c.span.TraceID(), c.span.SpanID())]
	}
}

// countAnswers adds a request's answers to own telemetry.
func (s *state) countAnswers(ctx context.Context, t *answerCounts) {
	for _, c := range t.counts {
		s.telemetry.LlmcostSpans.Add(ctx, c.spans, answerOf(c.answer)...)
	}
	if t.uncounted > 0 {
		s.telemetry.LlmcostUncountedCost.Add(ctx, usd(t.uncounted))
	}
	if nano := t.overcounted + s.counted.twice.Swap(0); nano > 0 {
		s.telemetry.LlmcostOvercountedCost.Add(ctx, usd(nano))
	}
	if t.sampled > 0 {
		s.telemetry.LlmcostSampledCalls.Add(ctx, t.sampled)
	}
}

func (s *state) registerGauges() error {
	version := metric.WithAttributeSet(attribute.NewSet(attribute.String("version", pricing.Default().Version())))
	return errors.Join(
		s.telemetry.RegisterLlmcostPriceTableAgeCallback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(int64(time.Since(pricing.Default().Released())/time.Second), version)
			return nil
		}),
		s.telemetry.RegisterLlmcostDedupeEntriesCallback(func(_ context.Context, o metric.Int64Observer) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			o.Observe(int64(s.counted.len() + s.tools.known.Len() + s.reports.Len()))
			return nil
		}),
		s.telemetry.RegisterLlmcostDedupeEvictionsCallback(func(_ context.Context, o metric.Int64Observer) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			o.Observe(int64(s.counted.evicted() + s.tools.known.Evicted() + s.reports.Evicted())) //nolint:gosec // a count of events fits
			return nil
		}),
		s.telemetry.RegisterLlmcostUnbilledToolRunsCallback(func(_ context.Context, o metric.Int64Observer) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			o.Observe(s.tools.unbilled)
			return nil
		}),
		s.telemetry.RegisterLlmcostModelMatchesCallback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(int64(s.prices.Load().matches.len()))
			return nil
		}),
	)
}
