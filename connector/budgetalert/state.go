package budgetalert

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/threshold"
	"github.com/otelcol-llm/otelcol-llm/internal/patience"
)

// state is what all connectors of one configuration share: the ledger, the budgets, and the goroutines that hand on what comes of them.
type state struct {
	cfg       *Config
	set       connector.Settings
	logger    *zap.Logger
	telemetry *metadata.TelemetryBuilder
	zone      *time.Location
	host      component.Host
	outputs   outputs
	listens   chan struct{} // somebody new listens to the metrics

	ledger     *waking
	counters   *counters
	alarms     *alarms
	thresholds *threshold.Evaluator
	outbox     *outbox
	emitter    *emitter
	notices    chan ledger.Notice
	losses     sync.Map // by reason: that alerts are lost was said

	// A call is read for one list of budgets and recorded for the same: whoever changes the list holds the lock for writing.
	mu     sync.RWMutex
	engine *budget.Engine
	reader *reader
	file   budgetsFile

	reported map[string]time.Time // by report: the time of the last one; only tick looks at it
	refusing time.Time            // since when the store refuses, which no mark can say; only tick looks at it

	ctx    context.Context // of the goroutines
	cancel context.CancelFunc
	tasks  map[string]*task
}

// task is a goroutine that can be ended by itself.
type task struct {
	cancel context.CancelFunc
	done   chan struct{}
}

// The tasks.
const (
	taskTick    = "tick"
	taskDeliver = "deliver"
	taskExport  = "export"
)

const (
	maxNotices      = 16
	shutdownTimeout = 5 * time.Second // how long Shutdown waits for whoever is downstream
)

func newState(cfg *Config, set connector.Settings) (*state, error) {
	zone, err := cfg.location()
	if err != nil {
		return nil, err
	}
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	s := &state{
		cfg: cfg, set: set, logger: set.Logger, telemetry: telemetry, zone: zone,
		listens: make(chan struct{}, 1), notices: make(chan ledger.Notice, maxNotices), tasks: map[string]*task{}, reported: map[string]time.Time{},
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// Start opens the ledger and begins to tick.
func (s *state) Start(ctx context.Context, host component.Host) error {
	s.host = host
	now := time.Now()
	opened, err := openLedger(ctx, s.cfg, s.notice)
	if err != nil {
		return fmt.Errorf("open the ledger: %w", err)
	}
	wake := make(chan struct{}, 1)
	s.ledger = newWaking(opened, wake)
	if err := s.prepare(ctx, now); err != nil {
		s.telemetry.Shutdown()
		return errors.Join(err, opened.Close())
	}
	s.outbox = &outbox{ledger: s.ledger, wake: wake, next: s.outputs.logs, empty: s.emptyLogs, count: s.countDelivery, lost: s.lostAlerts}
	if sharing, ok := opened.(ledger.Sharing); ok {
		s.outbox.others = &others{ledger: s.ledger, sharing: sharing, lost: s.lostAlerts}
	}
	s.begin(taskTick, s.tick)
	s.begin(taskDeliver, s.outbox.run)
	s.begin(taskExport, s.exporting)
	return nil
}

// prepare reads what the ledger has kept.
func (s *state) prepare(ctx context.Context, now time.Time) error {
	s.counters = newCounters(s.cfg.CostCounters, now)
	if err := s.counters.restore(ctx, s.ledger, now); err != nil {
		return err
	}
	s.alarms = newAlarms(s.cfg, s.zone)
	if err := s.alarms.restore(ctx, s.ledger, now); err != nil {
		return err
	}
	s.emitter = newEmitter(s.cfg, s.set, s.ledger)
	if err := s.emitter.restore(ctx); err != nil {
		return err
	}
	if err := s.loadThresholds(ctx, now); err != nil {
		return err
	}
	if err := s.loadBudgets(ctx, now); err != nil {
		return err
	}
	if err := s.watch(); err != nil {
		return err
	}
	return s.storeAvailable(ctx, now)
}

func (s *state) begin(name string, run func(context.Context)) {
	t := &task{done: make(chan struct{})}
	var ctx context.Context
	ctx, t.cancel = context.WithCancel(s.ctx)
	s.tasks[name] = t
	go func() {
		defer close(t.done)
		run(ctx)
	}()
}

// end stops a task; false where it does not stop before ctx ends.
func (s *state) end(ctx context.Context, name string) bool {
	t := s.tasks[name]
	t.cancel()
	select {
	case <-t.done:
		return true
	case <-ctx.Done():
		return false
	}
}

// leave flushes to the outputs that go with c. What they do not take is no fault of this connector: an error would keep the Collector from
// reloading its configuration.
func (s *state) leave(ctx context.Context, c *budgetAlert) {
	ctx, cancel := context.WithTimeout(ctx, shutdownTimeout)
	defer cancel()
	lastLogs, lastMetrics := s.outputs.remove(c)
	if lastLogs {
		s.flush(ctx, taskDeliver, "Alerts that were not delivered stay in the ledger", func() error { return s.outbox.deliverTo(ctx, c.logs) })
	}
	if lastMetrics {
		s.flush(ctx, taskExport, "The budgets' last interval is not exported", func() error {
			return s.emitter.export(ctx, c.metrics, s.levels, time.Now(), last)
		})
	}
}

// flush ends a task and does its work a last time; otherwise is what the log says where that does not succeed.
func (s *state) flush(ctx context.Context, name, otherwise string, last func() error) {
	err := patience.Wait(ctx, func() error {
		if !s.end(ctx, name) {
			return ctx.Err()
		}
		return last()
	})
	if err != nil {
		s.logger.Warn(otherwise, zap.Error(err))
	}
}

// Shutdown closes the ledger, with the last connector.
func (s *state) Shutdown(ctx context.Context) error {
	defer s.telemetry.Shutdown()
	s.cancel()
	ctx, cancel := context.WithTimeout(ctx, shutdownTimeout)
	defer cancel()
	for name := range s.tasks {
		s.end(ctx, name)
	}
	if err := s.ledger.Close(); err != nil {
		return fmt.Errorf("close the ledger: %w", err)
	}
	return nil
}

// join begins to use the outputs of c: it looks at the outbox, and exports.
func (s *state) join(c *budgetAlert) {
	s.outputs.add(c)
	s.ledger.wakeIf(true)
	if c.metrics == nil {
		return
	}
	select {
	case s.listens <- struct{}{}:
	default:
	}
}
