package dialect

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// billed is one call as the fake provider billed it (testdata/captures/TRUTH.json).
type billed struct {
	Span             string
	Model            string
	Stream           bool
	ResponseID       string `json:"response_id"`
	Input            int64
	CacheRead        int64 `json:"cache_read"`
	CacheWrite5m     int64 `json:"cache_write_5m"`
	CacheWrite1h     int64 `json:"cache_write_1h"`
	Output           int64
	Reasoning        int64
	VisibleOn        string           `json:"visible_on"`
	CacheVisible     bool             `json:"cache_visible"`
	Cache1hVisible   bool             `json:"cache_1h_visible"`
	ReasoningVisible bool             `json:"reasoning_visible"`
	ModelVisible     bool             `json:"model_visible"`
	SenderGuessed    map[string]any   `json:"sender_guessed"`
	Usage            map[string]int64 // of a hand-made span, in Langfuse's buckets
	Error            bool
}

func readTruth(t testing.TB) map[string][]billed {
	raw, err := os.ReadFile("testdata/captures/TRUTH.json")
	require.NoError(t, err)
	var truth map[string]struct{ Calls []billed }
	require.NoError(t, json.Unmarshal(raw, &truth))
	out := map[string][]billed{}
	for name, run := range truth {
		for _, c := range run.Calls {
			if c.Usage != nil {
				c.CacheRead, c.CacheWrite5m = c.Usage["cache_read_input_tokens"], c.Usage["cache_creation_input_tokens"]
				c.Input, c.Output = c.Usage["input"]+c.CacheRead+c.CacheWrite5m, c.Usage["output"]
				c.CacheVisible, c.Cache1hVisible, c.ReasoningVisible, c.ModelVisible = true, true, true, true
			}
			out[name] = append(out[name], c)
		}
	}
	return out
}

// readCapture returns one recorded run.
func readCapture(t testing.TB, name string) ptrace.Traces {
	raw, err := os.ReadFile(filepath.Join("testdata", "captures", name+".json"))
	require.NoError(t, err)
	var u ptrace.JSONUnmarshaler
	td, err := u.UnmarshalTraces(raw)
	require.NoError(t, err)
	return td
}

func captureNames(t testing.TB) []string {
	files, err := filepath.Glob("testdata/captures/*.json")
	require.NoError(t, err)
	var names []string
	for _, f := range files {
		if n := strings.TrimSuffix(filepath.Base(f), ".json"); n != "TRUTH" {
			names = append(names, n)
		}
	}
	require.Len(t, names, 23)
	return names
}

// told is one span that was read.
type told struct {
	op     Call
	client string
	span   pcommon.SpanID
	parent pcommon.SpanID
}

func eachSpan(td ptrace.Traces, do func(*Scope, ptrace.Span)) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			scope := NewScope(ss.Scope(), rs.Resource(), nil)
			for _, span := range ss.Spans().All() {
				do(&scope, span)
			}
		}
	}
}

// callsOf reads the model calls with usage and drops the twins that two instrumentations of one call leave.
func callsOf(td ptrace.Traces) []told {
	var all []told
	eachSpan(td, func(scope *Scope, span ptrace.Span) {
		var op Call
		if Read(scope, span, &op) && op.Kind == genai.ModelCall && op.UsageState != genai.UsageNone {
			all = append(all, told{op, scope.client.name, span.SpanID(), span.ParentSpanID()})
		}
	})
	sort.SliceStable(all, func(i, j int) bool { return all[i].op.Usage.SubCounts() > all[j].op.Usage.SubCounts() })
	var kept []told
	for _, c := range all {
		if !twinOf(c, kept) {
			kept = append(kept, c)
		}
	}
	return kept
}

func twinOf(c told, kept []told) bool {
	for _, k := range kept {
		if c.parent == k.span || k.parent == c.span {
			return true
		}
		if c.op.ResponseID != "" && c.op.ResponseID == k.op.ResponseID && c.op.Usage.Input == k.op.Usage.Input &&
			c.op.Usage.Output == k.op.Usage.Output {
			return true
		}
	}
	return false
}

// TestCaptures reads every recorded run and finds exactly the calls that the provider billed and the client shows.
func TestCaptures(t *testing.T) {
	truth := readTruth(t)
	for _, name := range captureNames(t) {
		t.Run(name, func(t *testing.T) {
			left := callsOf(readCapture(t, name))
			for _, want := range truth[name] {
				if want.Error || want.VisibleOn != "span" {
					continue
				}
				i := indexOf(left, want)
				if !assert.GreaterOrEqual(t, i, 0, "call %s %s not found", want.Model, want.ResponseID) {
					continue
				}
				compare(t, want, &left[i].op, left[i].client)
				left = append(left[:i], left[i+1:]...)
			}
			for _, c := range left {
				assert.Equal(t, genai.UsageGuessed, c.op.UsageState, "not billed: %+v", c.op)
			}
			assert.Len(t, left, guesses(truth[name]))
		})
	}
}

func guesses(calls []billed) int {
	n := 0
	for _, c := range calls {
		if c.SenderGuessed != nil {
			n++
		}
	}
	return n
}

func indexOf(calls []told, want billed) int {
	for i, c := range calls {
		if c.op.Usage.Input == want.Input && c.op.Usage.Output+hidden(want) == want.Output &&
			(c.op.ResponseID == "" || want.ResponseID == "" || c.op.ResponseID == want.ResponseID) {
			return i
		}
	}
	return -1
}

// hidesReasoning lists the dialects that send no reasoning count, or only on some of their spans; the output holds it.
var hidesReasoning = map[string]bool{"otel": true, "openllmetry": true, "openlit": true, "vercel-ai-otel": true, "vercel-ai": true}

// hidden is how much of the output the span does not show: reasoning of a sender that leaves it out of the sum.
func hidden(want billed) int64 {
	if want.Model == "gemini-2.5-flash" && !want.ReasoningVisible {
		return want.Reasoning
	}
	return 0
}

func compare(t *testing.T, want billed, op *Call, client string) {
	assert.Equal(t, genai.UsageKnown, op.UsageState)
	if want.CacheVisible {
		assert.Equal(t, want.CacheRead, op.Usage.CacheRead, "cache read of %s", want.ResponseID)
		assert.Equal(t, want.CacheWrite5m+want.CacheWrite1h, op.Usage.CacheWrite, "cache write of %s", want.ResponseID)
	} else {
		assert.Zero(t, op.Usage.CacheRead+op.Usage.CacheWrite)
	}
	if want.Cache1hVisible {
		assert.Equal(t, want.CacheWrite1h, op.Usage.CacheWrite1h, "1h cache write of %s", want.ResponseID)
	}
	if want.ReasoningVisible && !hidesReasoning[client] {
		assert.Equal(t, want.Reasoning, op.Usage.Reasoning, "reasoning of %s", want.ResponseID)
	}
	if want.ModelVisible {
		assert.Equal(t, want.Model, op.Model(), "model of %s", want.ResponseID)
	}
	assert.Contains(t, []string{"openai", "anthropic", "gcp.gemini", "gcp.gen_ai", "gcp.vertex_ai", ""}, op.Provider)
}
