package llmcost

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// A span without ids cannot be a retry of another one, nor its parent or child: each is a call of its own.
func TestSpansWithoutIDsAllCount(t *testing.T) {
	for name, clearIDs := range map[string]func(ptrace.Span){
		"no ids":      func(s ptrace.Span) { s.SetTraceID(pcommon.TraceID{}); s.SetSpanID(pcommon.SpanID{}) },
		"no trace id": func(s ptrace.Span) { s.SetTraceID(pcommon.TraceID{}) },
		"no span id":  func(s ptrace.Span) { s.SetSpanID(pcommon.SpanID{}) },
		"no ids but a parent": func(s ptrace.Span) {
			s.SetTraceID(pcommon.TraceID{})
			s.SetSpanID(pcommon.SpanID{})
			s.SetParentSpanID(pcommon.SpanID{7})
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := startProcessor(t, nil)
			one := ptrace.NewTraces()
			for _, td := range []ptrace.Traces{chat(nil), chat(map[string]any{genai.UsageInput: 2000}), chat(map[string]any{genai.UsageInput: -1})} {
				eachSpan(td, clearIDs)
				td.ResourceSpans().MoveAndAppendTo(one.ResourceSpans())
			}
			want := map[string]int{"priced": 2, "unpriced": 1}
			got := sumOf(p.process(t, one))
			require.Equal(t, want, got.statuses)
			require.EqualValues(t, 210_000+360_000, got.nano)
			alone := chat(map[string]any{genai.UsageInput: 3000})
			eachSpan(alone, clearIDs)
			require.EqualValues(t, 510_000, sumOf(p.process(t, alone)).nano, "in the next request")
		})
	}
}

// What no call can have used or cost is no cost: nobody behind would count it, so no span says it.
func TestAbsurdAmounts(t *testing.T) {
	for name, attrs := range map[string]map[string]any{
		"a million million tokens": {genai.UsageInput: int64(1e12)},
		"a price of a million USD": {genai.RequestModel: "own", genai.UsageInput: int64(1e9 + 1), genai.UsageOutput: 0},
		"a bill of two million":    {"gen_ai.usage.cost.amount": 2e6, "gen_ai.usage.cost.currency": "USD", "gen_ai.usage.cost.source": "provider"},
		"a bill that is no amount": {"gen_ai.usage.cost.amount": 1e308, "gen_ai.usage.cost.currency": "USD", "gen_ai.usage.cost.source": "provider"},
	} {
		p := startProcessor(t, func(c *Config) {
			c.Prices.Models = []any{map[string]any{"match": map[string]any{"equals": "own"}, "prices": map[string]any{"input_mtok": 1000, "output_mtok": 0}}}
		})
		got := attributesOf(p.process(t, chat(attrs)))
		require.Equal(t, []any{genai.StatusUnpriced, genai.ReasonBadUsage, nil}, []any{got[genai.CostStatus], got[genai.CostReason], got[genai.CostTotal]}, name)
	}
	p := startProcessor(t, func(c *Config) {
		c.Prices.Models = []any{map[string]any{"match": map[string]any{"equals": "own"}, "prices": map[string]any{"input_mtok": 1000, "output_mtok": 0}}}
	})
	got := attributesOf(p.process(t, chat(map[string]any{genai.RequestModel: "own", genai.UsageInput: int64(1e9), genai.UsageOutput: 0})))
	require.Equal(t, 1e6, got[genai.CostTotal])
}

// Whatever the clock of the sender says, a call gets a price: that of its end, where that can be a time at all.
func TestTimesThatMakeNoSense(t *testing.T) {
	start := pcommon.NewTimestampFromTime(time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))
	rows := []any{map[string]any{"match": map[string]any{"equals": "own"}, "prices": []any{
		map[string]any{"prices": map[string]any{"input_mtok": 1, "output_mtok": 0}},
		map[string]any{"constraint": map[string]any{"start_date": "2026-10-01"}, "prices": map[string]any{"input_mtok": 2, "output_mtok": 0}},
	}}}
	p := startProcessor(t, func(c *Config) { c.Prices.Models = rows })
	for name, end := range map[string]pcommon.Timestamp{
		"none": 0, "before the start": start - 1, "in 2200": 7258118400e9, "past what a time can be": math.MaxUint64,
	} {
		td := chat(map[string]any{genai.RequestModel: "own"})
		eachSpan(td, func(s ptrace.Span) { s.SetStartTimestamp(start); s.SetEndTimestamp(end) })
		want := 0.002
		if name == "before the start" {
			want = 0.001
		}
		require.Equal(t, want, attributesOf(p.process(t, td))[genai.CostTotal], name)
	}
}

// FuzzProcess: whatever a batch holds, its answers are well formed, the same when it is posted again, and the calls of others
// in it are right.
func FuzzProcess(f *testing.F) {
	keys := map[string]bool{
		genai.CostTotal: true, genai.CostStatus: true, genai.UsageCost: true, genai.ResponseID: true, "llm.cost.": true, "output.value": true,
		"": true, "gen_ai.usage.cost.amount": true, "gen_ai.usage.cost.currency": true, "metadata": true,
	}
	scopes := map[string]bool{"": true}
	for _, td := range clientCases(f) {
		for _, rs := range td.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				scopes[ss.Scope().Name()] = true
			}
		}
		eachSpan(td, func(span ptrace.Span) {
			for key := range span.Attributes().All() {
				keys[key] = true
			}
		})
	}
	names, from := slices.Sorted(maps.Keys(keys)), slices.Sorted(maps.Keys(scopes))
	f.Add([]byte("\x01\x02\x03\x04\x05\x06\x07\x08\x09"), `{"input_tokens":5,"output_tokens":7}`, int64(7), 0.5)
	f.Add([]byte("abcdefghijklmnopqrstuvwxyz"), "1e308", int64(-1), math.NaN())
	f.Add([]byte(strings.Repeat("\xff\x00\x13", 50)), "\xff\xfe{'prompt_tokens': ", int64(math.MaxInt64), math.Inf(1))
	f.Fuzz(func(t *testing.T, picks []byte, text string, n int64, d float64) {
		if len(picks) > 600 {
			picks = picks[:600]
		}
		p := startProcessor(t, nil)
		batch := func() ptrace.Traces { return anyBatch(picks, names, from, text, n, d) }
		first := p.process(t, batch())
		checkAnswers(t, first)
		require.Equal(t, marshal(t, first), marshal(t, p.process(t, batch())), "posted twice")
		require.EqualValues(t, 210_000, sumOf(p.process(t, chat(nil))).nano, "what comes after")
	})
}

// anyBatch makes spans of six bytes each: scope, ids, and two attributes of any key, type and value.
func anyBatch(picks []byte, keys, scopes []string, text string, n int64, d float64) ptrace.Traces {
	td := ptrace.NewTraces()
	for ; len(picks) >= 6; picks = picks[6:] {
		ss := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty()
		ss.Scope().SetName(scopes[int(picks[0])%len(scopes)])
		span := ss.Spans().AppendEmpty()
		span.SetName(text)
		span.SetTraceID(pcommon.TraceID{15: 1})
		span.SetSpanID(pcommon.SpanID{7: byte(td.ResourceSpans().Len())})
		span.SetParentSpanID(pcommon.SpanID{7: picks[1] % 8})
		span.SetEndTimestamp(pcommon.Timestamp(uint64(n))) //nolint:gosec // any time will do
		a := span.Attributes()
		a.PutStr(genai.OperationName, []string{"chat", "invoke_agent", "x", "embeddings"}[picks[2]%4])
		a.PutStr(genai.RequestModel, "gpt-4o-mini")
		a.PutInt(genai.UsageInput, 1000)
		for _, k := range []int{3, 4} {
			putAny(a.PutEmpty(keys[int(picks[k])%len(keys)]), picks[5]+picks[k], text, n, d)
		}
	}
	return td
}

func putAny(v pcommon.Value, pick byte, text string, n int64, d float64) {
	switch pick % 7 {
	case 0, 1:
		v.SetStr(text)
	case 2:
		v.SetInt(n)
	case 3:
		v.SetDouble(d)
	case 4:
		v.SetEmptySlice().AppendEmpty().SetStr(text)
	case 5:
		v.SetEmptyMap().PutStr(text, text)
	case 6:
		v.SetEmptyBytes().FromRaw([]byte(text))
	}
}

func checkAnswers(t *testing.T, td ptrace.Traces) {
	eachSpan(td, func(span ptrace.Span) {
		attrs := span.Attributes().AsRaw()
		total, hasTotal := attrs[genai.CostTotal]
		switch attrs[genai.CostStatus] {
		case genai.StatusPriced, genai.StatusReported, genai.StatusEstimated, genai.StatusFree:
			usd, ok := total.(float64)
			require.True(t, ok && usd >= 0 && !math.IsInf(usd, 0), "%v", attrs)
		case nil, genai.StatusRollup, genai.StatusDuplicate, genai.StatusUnpriced:
			require.False(t, hasTotal, "%v", attrs)
			require.NotContains(t, attrs, genai.UsageCost)
		default:
			require.Fail(t, "no status of ours", "%v", attrs)
		}
	})
}

// A batch of very wide and deep spans leaves the rest right.
func TestWideDeepAndForeign(t *testing.T) {
	deep := pcommon.NewValueMap()
	for at, n := deep.Map(), 0; n < 1000; n++ {
		at = at.PutEmptyMap("gen_ai.usage.input_tokens")
	}
	td := chat(nil)
	for _, key := range []string{genai.UsageOutput, genai.ResponseID, "output.value", "langfuse.observation.usage_details", genai.CostTotal} {
		bad := chat(nil)
		eachSpan(bad, func(s ptrace.Span) { deep.CopyTo(s.Attributes().PutEmpty(key)) })
		bad.ResourceSpans().MoveAndAppendTo(td.ResourceSpans())
	}
	p := startProcessor(t, nil)
	require.NoError(t, p.ConsumeTraces(context.Background(), td))
	got := sumOf(p.sink.AllTraces()[0])
	require.Equal(t, map[string]int{"priced": 5, "unpriced": 1}, got.statuses)
	require.EqualValues(t, 5*210_000, got.nano)
}

// Many turns and many steps of Codex in one request are not all held against each other, nor are many failed steps and many runs of tools.
func TestManyTurnsAndSteps(t *testing.T) {
	const n = 2_000 // more than are held against each other
	td := ptrace.NewTraces()
	add := func(scope, name string, i, parent int, attrs map[string]any) {
		ss := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty()
		ss.Scope().SetName(scope)
		span := ss.Spans().AppendEmpty()
		span.SetName(name)
		span.SetTraceID([16]byte{1})
		span.SetSpanID([8]byte{byte(i), byte(i >> 8), byte(i >> 16), 1})
		if parent > 0 {
			span.SetParentSpanID([8]byte{byte(parent), byte(parent >> 8), byte(parent >> 16), 1})
		}
		span.SetStartTimestamp(1_790_000_000_000_000_000)
		span.SetEndTimestamp(1_790_000_001_000_000_000)
		require.NoError(t, span.Attributes().FromRaw(attrs))
	}
	for i := range n {
		add("codex", "session_task.turn", 4*i+1, 0, map[string]any{
			"model": "gpt-5.5", "codex.turn.token_usage.input_tokens": 300_000 + i, "codex.turn.token_usage.output_tokens": 10,
		})
		add("codex", "handle_responses", 4*i+2, 4*i+1, map[string]any{"gen_ai.usage.input_tokens": 1 + i, "gen_ai.usage.output_tokens": 1})
		add("com.anthropic.claude_code.tracing", "claude_code.tool", 4*i+3, 0, map[string]any{"span.type": "tool", "tool_name": "Bash"})
		add("com.anthropic.claude_code.tracing", "claude_code.tool.execution", 4*i+4, 4*i+3, map[string]any{
			"span.type": "tool.execution", "success": false, "error": "x",
		})
	}
	turns, failed := 0, 0
	eachSpan(startProcessor(t, nil).process(t, td), func(span ptrace.Span) {
		var op genai.Operation
		genai.ReadCanonical(span, &op)
		if op.Kind == genai.Tool && op.Failure != genai.Succeeded {
			failed++
		}
		if op.Status == genai.StatusEstimated {
			turns++
		}
	})
	require.Equal(t, n, turns)
	require.Equal(t, n, failed)
}
