package dashboard

import (
	"context"

	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/shared"
)

// dashboard is the exporter of one signal. All of one configuration share one state.
type dashboard struct {
	*shared.Member[*Config, *state]
}

var states shared.Registry[*Config, *state]

func newDashboard(set exporter.Settings, cfg *Config) *dashboard {
	return &dashboard{states.Member(cfg, func() (*state, error) { return newState(cfg, set) })}
}

// consumeMetrics has no error for what is not in the history: nobody should send it again, and no other exporter of the pipeline must suffer.
func (d *dashboard) consumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	s, err := d.Get()
	if err != nil {
		return err
	}
	s.addMetrics(ctx, md)
	return nil
}

func (d *dashboard) consumeLogs(ctx context.Context, ld plog.Logs) error {
	s, err := d.Get()
	if err != nil {
		return err
	}
	return s.addLogs(ctx, ld)
}

func (d *dashboard) consumeTraces(ctx context.Context, td ptrace.Traces) error {
	s, err := d.Get()
	if err != nil {
		return err
	}
	s.addTraces(ctx, td)
	return nil
}

// neverRefusing drops what finds no room in the queue, and counts it.
type neverRefusing struct {
	exporter.Metrics
	dashboard *dashboard
}

// ConsumeMetrics is part of consumer.Metrics.
func (e *neverRefusing) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	points := md.DataPointCount()
	if err := e.Metrics.ConsumeMetrics(ctx, md); err != nil {
		if s, err := e.dashboard.Get(); err == nil {
			s.telemetry.rejected(rejectedQueue, points)
		}
	}
	return nil
}
