package genaimetrics

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/shared"
)

// genaiMetrics is the connector for one pair of signals. All connectors of one configuration share one writer, which exports the last
// interval when the last of them shuts down.
type genaiMetrics struct {
	*shared.Member[*Config, *exporter]
}

func newGenAIMetrics(set connector.Settings, cfg *Config, next consumer.Metrics) *genaiMetrics {
	return &genaiMetrics{exporters.Member(cfg, func() (*exporter, error) { return newExporter(cfg, set, next) })}
}

func (*genaiMetrics) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: false}
}

func (c *genaiMetrics) ConsumeTraces(_ context.Context, td ptrace.Traces) error {
	return c.locked(func(e *engine) { e.observeTraces(td, time.Now()) })
}

func (c *genaiMetrics) ConsumeLogs(_ context.Context, ld plog.Logs) error {
	return c.locked(func(e *engine) { e.observeLogs(ld, time.Now()) })
}

func (c *genaiMetrics) ConsumeMetrics(_ context.Context, md pmetric.Metrics) error {
	return c.locked(func(e *engine) { e.observeMetrics(md, time.Now()) })
}

func (c *genaiMetrics) locked(f func(*engine)) error {
	w, err := c.Get()
	if err != nil {
		return err
	}
	return w.count(f)
}
