package genaimetrics

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// genaiMetrics is the connector for one pair of signals. All connectors of one configuration share one writer.
type genaiMetrics struct {
	set    connector.Settings
	cfg    *Config
	next   consumer.Metrics
	writer *writer // nil before Start and after Shutdown
}

func newGenAIMetrics(set connector.Settings, cfg *Config, next consumer.Metrics) *genaiMetrics {
	return &genaiMetrics{set: set, cfg: cfg, next: next}
}

func (*genaiMetrics) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: false}
}

func (c *genaiMetrics) Start(_ context.Context, host component.Host) error {
	w, err := acquire(c.cfg, c.set, host, c.next)
	c.writer = w
	return err
}

// Shutdown of the last connector of a configuration exports the last interval.
func (c *genaiMetrics) Shutdown(ctx context.Context) error {
	w := c.writer
	c.writer = nil
	if w == nil {
		return nil
	}
	return release(ctx, c.cfg, w)
}

func (c *genaiMetrics) ConsumeTraces(_ context.Context, td ptrace.Traces) error {
	c.writer.engine.observeTraces(td, time.Now())
	return nil
}

func (c *genaiMetrics) ConsumeLogs(_ context.Context, ld plog.Logs) error {
	c.writer.engine.observeLogs(ld, time.Now())
	return nil
}

func (c *genaiMetrics) ConsumeMetrics(_ context.Context, md pmetric.Metrics) error {
	c.writer.engine.observeMetrics(md, time.Now())
	return nil
}
