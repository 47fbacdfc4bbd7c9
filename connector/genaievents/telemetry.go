package genaievents

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// event is one name of a record.
type event uint8

const (
	evRequest event = iota
	evCall
	evTool
	evError
	evAlert
	evDetails
	evException
	evEvaluation
	numEvents
)

var eventNames = [numEvents]string{
	genai.EventAgentRequest, genai.EventCall, genai.EventTool, genai.EventApplicationError, genai.EventPerformanceAlert,
	genai.EventInferenceDetails, genai.EventInferenceFailure, genai.EvaluationEvent,
}

// eventCounter is what names the points of an event.
type eventCounter struct {
	of metric.MeasurementOption
}

// beginTelemetry shows every counter that can come, so that the first thing that it counts is an increase.
func (s *state) beginTelemetry(ctx context.Context) {
	for e := range numEvents {
		s.counters[e].of = metric.WithAttributeSet(attribute.NewSet(attribute.String("event", eventNames[e])))
		s.telemetry.GenaieventsRecords.Add(ctx, 0, s.counters[e].of)
		s.telemetry.GenaieventsSampledOut.Add(ctx, 0, s.counters[e].of)
	}
	s.telemetry.GenaieventsCut.Add(ctx, 0)
	s.telemetry.GenaieventsDeduplicated.Add(ctx, 0)
	s.telemetry.GenaieventsForgotten.Add(ctx, 0)
}

// addTelemetry records what became of a conversion.
func (s *state) addTelemetry(ctx context.Context, b *conversion, accepted bool) {
	for e := range numEvents {
		if n := b.written[e]; n > 0 && accepted {
			s.telemetry.GenaieventsRecords.Add(ctx, n, s.counters[e].of)
		}
		if n := b.sampledOut[e]; n > 0 && accepted {
			s.telemetry.GenaieventsSampledOut.Add(ctx, n, s.counters[e].of)
		}
	}
	if b.cuts > 0 {
		s.telemetry.GenaieventsCut.Add(ctx, b.cuts)
	}
	if b.again > 0 {
		s.telemetry.GenaieventsDeduplicated.Add(ctx, b.again)
	}
	if b.records > 0 {
		if n := s.memory.forgotten(); n > 0 {
			s.telemetry.GenaieventsForgotten.Add(ctx, n)
		}
	}
}
