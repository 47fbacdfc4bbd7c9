package genaimetrics

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Attempts are calls below one parent: each at a second of its own, "f" failed, "o" not.
func TestRetriesAsSpans(t *testing.T) {
	for name, c := range map[string]struct {
		attempts string
		order    []int // of arrival, in requests of their own; nil is in one request
		want     float64
	}{
		"one call":                     {"o", nil, 0},
		"two steps":                    {"oo", nil, 0},
		"failed for good":              {"f", nil, 0},
		"failed, then right":           {"fo", nil, 1},
		"twice failed, then right":     {"ffo", nil, 2},
		"failed three times":           {"fff", nil, 2},
		"a step, then a retried one":   {"ofo", nil, 1},
		"in requests of their own":     {"ffo", []int{0, 1, 2}, 2},
		"the last failure comes first": {"ffo", []int{1, 0, 2}, 2},
		"delivered twice":              {"fo", []int{0, 0, 1, 1, 0}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			e := testEngine(t, nil)
			s := newSpans("a")
			for i, r := range c.attempts {
				attrs := call(nil)
				if r == 'f' {
					attrs = call(map[string]any{genai.ErrorType: "500", genai.CostStatus: genai.StatusFree, genai.CostTotal: 0.0})
				}
				span := s.add(attrs)
				span.SetParentSpanID([8]byte{9})
				span.SetTraceID([16]byte{7})
				span.SetStartTimestamp(pcommon.NewTimestampFromTime(t0.Add(time.Duration(i) * time.Second)))
			}
			for _, i := range c.order {
				one := newSpans("a")
				s.ss.Spans().At(i).CopyTo(one.ss.Spans().AppendEmpty())
				e.observeTraces(one.td, t0)
			}
			if c.order == nil {
				e.observeTraces(s.td, t0)
			}
			require.Equal(t, c.want, value(e.exportAt(t0), genai.MetricRetries))
		})
	}
}

func TestOtherModelsAndParentsAreNoRetries(t *testing.T) {
	e := testEngine(t, nil)
	s := newSpans("a")
	for i, model := range []string{"a", "b"} {
		span := s.add(call(map[string]any{genai.RequestModel: model, genai.ErrorType: "500"}))
		span.SetParentSpanID([8]byte{9})
		span.SetTraceID([16]byte{7})
		span.SetStartTimestamp(pcommon.NewTimestampFromTime(t0.Add(time.Duration(i) * time.Second)))
	}
	s.add(call(map[string]any{genai.RequestModel: "a"})).SetTraceID([16]byte{7}) // a root
	e.observeTraces(s.td, t0)
	require.Zero(t, value(e.exportAt(t0), genai.MetricRetries))
}

func TestRetriesThatTheClientCounted(t *testing.T) {
	e := testEngine(t, nil)
	s := newSpans("a")
	s.add(call(map[string]any{"http.request.resend_count": 2}))
	s.add(call(map[string]any{"http.request.resend_count": 1, genai.CostStatus: genai.StatusDuplicate}))
	s.add(call(map[string]any{"http.request.resend_count": int64(1) << 60}))
	e.observeTraces(s.td, t0)
	md := e.exportAt(t0)
	require.EqualValues(t, 2, value(md, genai.MetricCalls))
	require.LessOrEqual(t, value(md, genai.MetricRetries), float64(3+maxAttempts))
	require.GreaterOrEqual(t, value(md, genai.MetricRetries), 3.0)
}
