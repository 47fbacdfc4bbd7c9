package genaimetrics

import (
	"slices"
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
		"the answer comes first":       {"fo", []int{1, 0}, 1},
		"backwards":                    {"ffo", []int{2, 1, 0}, 2},
		"failed after an answer":       {"of", []int{1, 0}, 0},
		"a step, backwards":            {"ofo", []int{2, 1, 0}, 1},
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

// A request may be of any size: what lies between two attempts, and which comes first, changes nothing.
func TestOrderInARequestDoesNotMatter(t *testing.T) {
	for _, between := range []int{0, 20, 31, 32, 40, 200} {
		for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
			e := testEngine(t, nil)
			s := newSpans("a")
			for _, i := range order {
				attrs := call(nil)
				if i < 2 { // a failed call often does not know its provider
					attrs = call(map[string]any{genai.ErrorType: "500", genai.ProviderName: nil, genai.CostStatus: genai.StatusFree, genai.CostTotal: 0.0})
				}
				span := s.add(attrs)
				span.SetParentSpanID([8]byte{9})
				span.SetTraceID([16]byte{7})
				span.SetStartTimestamp(pcommon.NewTimestampFromTime(t0.Add(time.Duration(i) * time.Second)))
				for range between {
					s.add(call(nil))
				}
			}
			e.observeTraces(s.td, t0)
			md := e.exportAt(t0)
			require.EqualValues(t, 2, value(md, genai.MetricRetries), "%d between, in the order %v", between, order)
			require.EqualValues(t, 2, value(md, genai.MetricRetries, genai.ProviderName, "openai"), "of the call that came through")
		}
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
	s.add(call(map[string]any{"http.request.resend_count": 1 << 30}))
	e.observeTraces(s.td, t0)
	md := e.exportAt(t0)
	require.EqualValues(t, 2, value(md, genai.MetricCalls))
	require.EqualValues(t, 2+maxAttempts, value(md, genai.MetricRetries))
}

// Two instrumentations tell of one call, and each may know of its retries or not.
func TestTwinsTellRetriesOnce(t *testing.T) {
	type report struct {
		duplicate    bool
		id, parent   byte
		response     string
		resend       int
		failedBefore bool // a failed attempt of the same parent is a counted span of its own
	}
	for name, c := range map[string]struct {
		reports []report
		want    float64
	}{
		"both know, same response":     {[]report{{false, 1, 0, "r", 2, false}, {true, 2, 0, "r", 2, false}}, 2},
		"both know, inner is repeated": {[]report{{false, 1, 0, "", 2, false}, {true, 2, 1, "", 2, false}}, 2},
		"both know, outer is repeated": {[]report{{true, 1, 0, "", 2, false}, {false, 2, 1, "", 2, false}}, 2},
		"the duplicate knows more":     {[]report{{false, 1, 0, "r", 1, false}, {true, 2, 0, "r", 3, false}}, 3},
		"the duplicate alone knows":    {[]report{{false, 1, 0, "r", 0, false}, {true, 2, 0, "r", 2, false}}, 2},
		"the counted one alone knows":  {[]report{{false, 1, 0, "r", 2, false}, {true, 2, 0, "r", 0, false}}, 2},
		"three tell":                   {[]report{{true, 2, 1, "", 2, false}, {false, 1, 0, "r", 2, false}, {true, 3, 0, "r", 2, false}}, 2},
		"two calls in a duplicate":     {[]report{{true, 1, 0, "", 1, false}, {false, 2, 1, "a", 1, false}, {false, 3, 1, "b", 1, false}}, 2},
		"attempts are spans":           {[]report{{true, 1, 0, "", 1, false}, {false, 2, 1, "", 0, true}}, 1},
		"strangers":                    {[]report{{false, 1, 0, "r", 2, false}, {true, 2, 0, "s", 2, false}}, 4},
		"siblings":                     {[]report{{false, 1, 9, "r", 2, false}, {true, 2, 9, "s", 2, false}}, 4},
	} {
		for _, backwards := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				e := testEngine(t, nil)
				reports := slices.Clone(c.reports)
				if backwards {
					slices.Reverse(reports)
				}
				for _, r := range reports {
					s := newSpans("a")
					add := func(more map[string]any, id byte, at time.Duration) {
						span := s.add(call(more))
						span.SetTraceID([16]byte{7})
						span.SetSpanID([8]byte{id})
						if r.parent != 0 {
							span.SetParentSpanID([8]byte{r.parent})
						}
						span.SetStartTimestamp(pcommon.NewTimestampFromTime(t0.Add(at)))
					}
					if r.failedBefore {
						add(map[string]any{genai.ErrorType: "500", genai.CostStatus: genai.StatusFree}, r.id+100, 0)
					}
					attrs := map[string]any{"http.request.resend_count": r.resend, genai.ResponseID: r.response}
					if r.duplicate {
						attrs[genai.CostStatus] = genai.StatusDuplicate
					}
					add(attrs, r.id, time.Second)
					e.observeTraces(s.td, t0)
				}
				require.Equal(t, c.want, value(e.exportAt(t0), genai.MetricRetries))
			})
		}
	}
}
