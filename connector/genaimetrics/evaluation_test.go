package genaimetrics

import (
	"math"
	"testing"
	"time"

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

// Scores of different answers are different records, whatever their evaluator says of them.
func TestEvaluationRecordsAreToldApart(t *testing.T) {
	const n = 100
	logs := func(timed, spans bool) plog.Logs {
		ld := plog.NewLogs()
		recs := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
		for i := range n {
			rec := recs.AppendEmpty()
			evaluationLog(1, true).ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).CopyTo(rec)
			rec.SetTimestamp(0)
			if timed {
				rec.SetTimestamp(pcommon.NewTimestampFromTime(t0.Add(time.Duration(i))))
			}
			if spans {
				rec.SetTraceID([16]byte{1, byte(i)})
				rec.SetSpanID([8]byte{2, byte(i)})
			}
		}
		return ld
	}
	for name, c := range map[string]struct {
		timed, spans bool
		want         float64 // when delivered twice
	}{
		"time":            {true, false, n},
		"span":            {false, true, n},
		"time and span":   {true, true, n},
		"neither: no ids": {false, false, 2 * n},
	} {
		e := testEngine(t, nil)
		e.observeLogs(logs(c.timed, c.spans), t0)
		e.observeLogs(logs(c.timed, c.spans), t0)
		require.Equal(t, c.want, value(e.exportAt(t0), genai.MetricEvaluationScore), name)
	}
}

// The evaluations of a sampled span count for as many as it stands for, like its call.
func TestEvaluationsOfASampledSpan(t *testing.T) {
	e := testEngine(t, nil)
	s := newSpans("a")
	span := s.add(call(nil))
	span.TraceState().FromRaw("ot=th:c") // one in four
	event := span.Events().AppendEmpty()
	event.SetName(genai.EvaluationEvent)
	event.Attributes().PutDouble(genai.EvaluationScore, 0.5)
	e.observeTraces(s.td, t0)
	md := e.exportAt(t0)
	require.EqualValues(t, 4, value(md, genai.MetricCalls))
	require.EqualValues(t, 4, value(md, genai.MetricEvaluationScore))
}
