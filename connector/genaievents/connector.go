package genaievents

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/shared"
)

// genaiEvents is the connector for one pair of signals. All connectors of one configuration share what was written already.
type genaiEvents struct {
	*shared.Member[*Config, *state]
	next consumer.Logs
}

var states shared.Registry[*Config, *state]

func newGenAIEvents(set connector.Settings, cfg *Config, next consumer.Logs) *genaiEvents {
	return &genaiEvents{states.Member(cfg, func() (*state, error) { return newState(cfg, set, time.Now()) }), next}
}

func (*genaiEvents) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: false}
}

func (c *genaiEvents) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	s, err := c.Get()
	if err != nil {
		return err
	}
	b := s.conversion(time.Now())
	b.traces(td)
	return s.hand(ctx, b, c.next)
}

func (c *genaiEvents) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	s, err := c.Get()
	if err != nil {
		return err
	}
	b := s.conversion(time.Now())
	b.alerts(ld)
	b.agentLogs(ld)
	return s.hand(ctx, b, c.next)
}
