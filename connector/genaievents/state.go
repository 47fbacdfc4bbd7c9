package genaievents

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/connector/genaievents/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/steady"
)

// state is what the connectors of one configuration share: what they were told to write, and what they have written.
type state struct {
	cfg         *Config
	version     string
	langchain   bool
	semconv     bool
	writes      wanted
	severity    [numEvents]plog.SeverityNumber
	form        form     // of the body
	fields      []*field // the attributes of the configuration
	memory      *memory
	hasher      *genai.Hasher
	clock       *steady.Clock
	conversions sync.Pool
	telemetry   *metadata.TelemetryBuilder
	counters    [numEvents]eventCounter
}

// wanted is what there are records of.
type wanted struct{ requests, calls, tools, failures, alerts, evaluations bool }

func newState(cfg *Config, set connector.Settings, now time.Time) (*state, error) {
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	s := &state{
		cfg: cfg, version: set.BuildInfo.Version, memory: newMemory(cfg.Dedupe), hasher: genai.NewHasher(),
		langchain: slices.Contains(cfg.Naming, namingLangchain), semconv: slices.Contains(cfg.Naming, namingSemconv),
		clock: steady.New(now), telemetry: telemetry, form: forms[cfg.Body],
	}
	wants := func(event string) bool { return slices.Contains(cfg.Events, event) }
	s.writes = wanted{
		requests: wants(eventRequest), calls: wants(eventLLM), tools: wants(eventTool), failures: wants(eventError), alerts: wants(eventAlert),
		evaluations: wants(eventEvaluation),
	}
	for e, word := range severityWords {
		s.severity[e] = severities[cfg.Severity[word]]
	}
	s.severity[evDetails], s.severity[evException], s.severity[evEvaluation] = plog.SeverityNumberDebug, plog.SeverityNumberWarn, plog.SeverityNumberInfo
	for i := range cfg.Attributes {
		s.fields = append(s.fields, newField(cfg.Attributes[i].Name))
	}
	s.conversions.New = func() any { return newConversion(s) }
	return s, nil
}

// Start shows the own counters as 0.
func (s *state) Start(ctx context.Context, _ component.Host) error {
	s.beginTelemetry(ctx)
	return nil
}

// Shutdown has nothing to flush: what was read was handed on.
func (s *state) Shutdown(context.Context) error {
	s.telemetry.Shutdown()
	return nil
}

// conversion is an empty one, for a request that came now.
func (s *state) conversion(now time.Time) *conversion {
	b := s.conversions.Get().(*conversion)
	b.now, b.observed = s.clock.Now(now), pcommon.NewTimestampFromTime(now)
	return b
}

// hand hands on what a conversion has written. When that fails nothing of it is remembered as written: its sender sends it again.
func (s *state) hand(ctx context.Context, b *conversion, next consumer.Logs) error {
	defer s.release(b)
	var err error
	if b.records > 0 {
		b.writer.settle()
		if err = next.ConsumeLogs(ctx, b.logs); err != nil {
			s.memory.undo(b.claims, b.failures, b.now)
			err = fmt.Errorf("hand on %d records: %w", b.records, err)
		}
	}
	s.addTelemetry(ctx, b, err == nil)
	return err
}

func (s *state) release(b *conversion) {
	b.reset()
	s.conversions.Put(b)
}
