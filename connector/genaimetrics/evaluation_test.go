package genaimetrics

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

func TestScores(t *testing.T) {
	for name, c := range map[string]struct {
		score   any
		want    float64
		ok, bad bool
	}{
		"double":        {0.5, 0.5, true, false},
		"int":           {int64(4), 4, true, false},
		"text":          {"0.25", 0.25, true, false},
		"passed":        {true, 1, true, false},
		"negative":      {-1.0, -1, true, false},
		"next to none":  {1e-300, 0, true, false},
		"none":          {nil, 0, false, false},
		"no number":     {"good", 0, false, true},
		"not a number":  {math.NaN(), 0, false, true},
		"infinite":      {math.Inf(-1), 0, false, true},
		"infinite text": {"Inf", 0, false, true},
		"huge":          {1e300, 0, false, true},
	} {
		attrs := pcommon.NewMap()
		if c.score != nil {
			require.NoError(t, attrs.PutEmpty(genai.EvaluationScore).FromRaw(c.score))
		}
		score, ok, bad := scoreOf(attrs)
		require.Equal(t, c.ok, ok, name)
		require.Equal(t, c.bad, bad, name)
		require.InDelta(t, c.want, score, 0, name)
	}
}

func evaluationLog(score float64, nameInAttribute bool) plog.Logs {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr(genai.ServiceName, "judge")
	rec := rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	rec.SetTimestamp(pcommon.NewTimestampFromTime(t0))
	if nameInAttribute {
		rec.Attributes().PutStr(genai.EventName, genai.EvaluationEvent)
	} else {
		rec.SetEventName(genai.EvaluationEvent)
	}
	rec.Attributes().PutStr(genai.EvaluationName, "relevance")
	rec.Attributes().PutDouble(genai.EvaluationScore, score)
	return ld
}

func TestEvaluationsInLogs(t *testing.T) {
	e := testEngine(t, nil)
	e.observeLogs(evaluationLog(0.5, false), t0)
	e.observeLogs(evaluationLog(0.5, false), t0) // again
	e.observeLogs(evaluationLog(0.7, true), t0)
	md, said := e.export(pcommon.NewResource(), "", t0)
	require.EqualValues(t, 2, value(md, genai.MetricEvaluationScore, genai.EvaluationName, "relevance", genai.ServiceName, "judge"))
	require.EqualValues(t, 1, said.redelivered)
}

// Several evaluations of one span are several, and the span delivered again adds none.
func TestEvaluationsOfOneSpan(t *testing.T) {
	e := testEngine(t, nil)
	s := newSpans("a")
	span := s.add(map[string]any{"http.request.method": "GET"})
	for range 300 {
		event := span.Events().AppendEmpty()
		event.SetName(genai.EvaluationEvent)
		event.Attributes().PutStr(genai.EvaluationName, "tone")
		event.Attributes().PutDouble(genai.EvaluationScore, 1)
	}
	e.observeTraces(s.td, t0)
	e.observeTraces(s.td, t0)
	require.EqualValues(t, 300, value(e.exportAt(t0), genai.MetricEvaluationScore))
}

// An event without an agent has its span's, never that of a span before it.
func TestTheAgentOfAnEvaluation(t *testing.T) {
	e := testEngine(t, nil)
	s := newSpans("a")
	for _, attrs := range []map[string]any{
		{genai.OperationName: genai.OpInvokeAgent, genai.AgentName: "planner"}, {"http.request.method": "GET"},
	} {
		event := s.add(attrs).Events().AppendEmpty()
		event.SetName(genai.EvaluationEvent)
		event.Attributes().PutDouble(genai.EvaluationScore, 1)
	}
	e.observeTraces(s.td, t0)
	md := e.exportAt(t0)
	require.EqualValues(t, 1, value(md, genai.MetricEvaluationScore, genai.AgentName, "planner"))
	require.EqualValues(t, 2, value(md, genai.MetricEvaluationScore))
}
