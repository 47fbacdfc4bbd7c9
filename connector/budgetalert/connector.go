package budgetalert

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pipeline"

	"github.com/otelcol-llm/otelcol-llm/internal/shared"
)

// budgetAlert is the connector for one pair of signals. All connectors of one configuration share one state. Those that read one signal
// all get every request of it; the first of them records it.
type budgetAlert struct {
	*shared.Member[*Config, *state]
	reads   pipeline.Signal
	logs    consumer.Logs    // nil where it writes metrics
	metrics consumer.Metrics // nil where it writes logs
}

// states are the running states. The Collector builds a connector per pair of signals, and hands each the same *Config.
var states shared.Registry[*Config, *state]

func newBudgetAlert(set connector.Settings, cfg *Config, reads pipeline.Signal, logs consumer.Logs, metrics consumer.Metrics) *budgetAlert {
	return &budgetAlert{
		Member: states.Member(cfg, func() (*state, error) { return newState(cfg, set) }),
		reads:  reads, logs: logs, metrics: metrics,
	}
}

func (*budgetAlert) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: false}
}

// Start begins to use the outputs of this connector: what is downstream has started.
func (c *budgetAlert) Start(ctx context.Context, host component.Host) error {
	if err := c.Member.Start(ctx, host); err != nil {
		return err
	}
	s, err := c.Get()
	if err == nil {
		s.join(c)
	}
	return err
}

// Shutdown flushes to the output of this connector, if no other one has it too: what is downstream still runs.
func (c *budgetAlert) Shutdown(ctx context.Context) error {
	s, err := c.Get()
	if err != nil {
		return nil //nolint:nilerr // it does not run
	}
	s.leave(ctx, c)
	return c.Member.Shutdown(ctx)
}

func (c *budgetAlert) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	s, err := c.Get()
	if err != nil || !s.outputs.records(c) {
		return err
	}
	return s.recordTraces(ctx, td, time.Now())
}

func (c *budgetAlert) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	s, err := c.Get()
	if err != nil || !s.outputs.records(c) {
		return err
	}
	return s.recordLogs(ctx, ld, time.Now())
}

func (c *budgetAlert) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	s, err := c.Get()
	if err != nil || !s.outputs.records(c) {
		return err
	}
	return s.recordMetrics(ctx, md, time.Now())
}
