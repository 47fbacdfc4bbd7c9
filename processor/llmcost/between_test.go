package llmcost

import (
	"cmp"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// nest makes requests of one span each of one trace; each span lies in the one before it.
type nest struct{ spans []nested }

type nested struct {
	scope, name string
	parent      int // 0: the one before
	kind        ptrace.SpanKind
	attrs       map[string]any
}

func (n *nest) request(which ...int) ptrace.Traces {
	td := ptrace.NewTraces()
	for _, i := range which {
		s := n.spans[i]
		ss := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty()
		ss.Scope().SetName(s.scope)
		span := ss.Spans().AppendEmpty()
		span.SetTraceID(pcommon.TraceID{7})
		span.SetSpanID(pcommon.SpanID{byte(i + 1)})
		span.SetParentSpanID(pcommon.SpanID{byte(cmp.Or(s.parent, i))}) // the first has none
		span.SetName(s.name)
		span.SetKind(s.kind)
		span.SetStartTimestamp(pcommon.Timestamp(1_790_000_000e9 + int64(i)*1e6))
		span.SetEndTimestamp(pcommon.Timestamp(1_790_000_009e9 - int64(i)*1e6))
		if err := span.Attributes().FromRaw(s.attrs); err != nil {
			panic(err)
		}
	}
	return td
}

func called(in, out int) map[string]any {
	return map[string]any{
		genai.OperationName: "chat", genai.ProviderName: "openai", genai.RequestModel: "gpt-4.1", genai.UsageInput: in, genai.UsageOutput: out,
	}
}

// counting is how many spans count after the requests, in their order.
func (n *nest) counting(t *testing.T, requests ...[]int) int {
	t.Helper()
	p := startProcessor(t, nil)
	calls := 0
	for _, which := range requests {
		eachSpan(p.process(t, n.request(which...)), func(s ptrace.Span) {
			if _, ok := s.Attributes().Get(genai.CostTotal); ok {
				calls++
			}
		})
	}
	return calls
}

// Two calls of the same counts in one step, of which the call around the step tells the second.
func TestTwoAlikeInAStep(t *testing.T) {
	n := nest{spans: []nested{
		{attrs: called(1000, 100)},
		{name: "step", attrs: map[string]any{"traceloop.span.kind": "task"}},
		{attrs: called(1000, 100)},
		{attrs: called(1000, 100), parent: 2},
	}}
	for _, order := range [][][]int{{{2}, {3}, {1}, {0}}, {{1}, {2}, {3}, {0}}, {{2}, {1}, {3}, {0}}} {
		require.Equal(t, 2, n.counting(t, order...), "%v", order)
	}
}

func orders(n int) [][][]int {
	if n == 0 {
		return [][][]int{nil}
	}
	var out [][][]int
	for _, rest := range orders(n - 1) {
		for at := range n {
			order := append([][]int{}, rest[:at]...)
			out = append(out, append(append(order, []int{n - 1}), rest[at:]...))
		}
	}
	return out
}

// A generation by hand around the AI SDK's span around the SDK's call, each in a request of its own: they are one, unless the one in the
// middle comes last, when nothing ties the other two.
func TestThreeReportsApart(t *testing.T) {
	n := &nest{[]nested{
		{scope: "langfuse-sdk", name: "generation", kind: ptrace.SpanKindInternal, attrs: with(called(1000, 100), map[string]any{"langfuse.observation.type": "generation"})},
		{scope: "ai", name: "step", kind: ptrace.SpanKindInternal, attrs: map[string]any{"langfuse.observation.type": "span"}},
		{scope: "openai", name: "chat gpt-4.1", kind: ptrace.SpanKindClient, attrs: called(1000, 100)},
	}}
	outer := map[string]any{"ai.operationId": "ai.generateText", "ai.usage.promptTokens": 1000, "ai.usage.completionTokens": 100}
	step := n.spans[1]
	for _, middle := range []nested{step, {scope: "ai", name: "ai.generateText", attrs: outer}} {
		n.spans[1] = middle
		n.spans[2].attrs = called(1000, 100)
		for _, order := range orders(3) {
			want := 1
			if order[2][0] == 1 {
				want = 2
			}
			require.Equal(t, want, n.counting(t, order...), "%s %v", middle.name, order)
		}
	}
	n.spans[1], n.spans[2].attrs = step, called(1000, 99) // another call
	for _, order := range orders(3) {
		require.Equal(t, 2, n.counting(t, order...), "%v", order)
	}
}

// A client and the gateway that it asked send each a request of their own, with the two ends of what lies between: the two reports are one call.
func TestClientAndServedGatewayApart(t *testing.T) {
	n := &nest{[]nested{
		{scope: "openai", name: "chat gpt-4.1", kind: ptrace.SpanKindClient, attrs: called(1000, 100)},
		{scope: "http", name: "POST", kind: ptrace.SpanKindClient},
		{scope: "http", name: "POST /v1/chat/completions", kind: ptrace.SpanKindServer},
		{scope: "gateway", name: "chat gpt-4.1", kind: ptrace.SpanKindClient, attrs: called(1000, 100)},
	}}
	client, gateway := []int{0, 1}, []int{2, 3}
	require.Equal(t, 1, n.counting(t, client, gateway))
	require.Equal(t, 1, n.counting(t, gateway, client))
	n.spans[3].attrs = called(900, 100) // asked by what was served, for itself
	require.Equal(t, 2, n.counting(t, client, gateway))
	require.Equal(t, 2, n.counting(t, gateway, client))
	n.spans[3].attrs, n.spans[1].parent = called(1000, 100), 9 // of the application, not of the call
	require.Equal(t, 2, n.counting(t, client, gateway))
	require.Equal(t, 2, n.counting(t, gateway, client))
}

// The AI SDK's span adds up two steps, and so does the generation around it.
func TestASumAroundTwoStepsApart(t *testing.T) {
	outer := map[string]any{"ai.operationId": "ai.generateText", "ai.usage.promptTokens": 2100, "ai.usage.completionTokens": 300}
	n := &nest{[]nested{
		{scope: "langfuse-sdk", name: "generation", attrs: with(called(2100, 300), map[string]any{"langfuse.observation.type": "generation"})},
		{scope: "ai", name: "ai.generateText", attrs: outer},
		{scope: "openai", name: "chat gpt-4.1", attrs: called(1000, 100)},
		{scope: "openai", name: "chat gpt-4.1", attrs: called(1100, 200), parent: 2},
	}}
	for _, order := range orders(4) {
		at := [4]int{}
		for i, which := range order {
			at[which[0]] = i
		}
		want := 2 // the steps
		switch {
		case at[1] > at[0] && at[1] > min(at[2], at[3]): // nothing tied the generation to what had come
			continue
		case at[0] < min(at[2], at[3]):
			want = 1 // the generation
		case at[0] < max(at[2], at[3]):
			want = 2
		}
		require.Equal(t, want, n.counting(t, order...), "%v", order)
	}
}

// A client and the gateway that it asked, with the span of its HTTP library between, which comes with the client's.
func TestClientAndGatewayApart(t *testing.T) {
	n := &nest{[]nested{
		{scope: "openai", name: "chat gpt-4.1", kind: ptrace.SpanKindClient, attrs: called(1000, 100)},
		{scope: "retries", name: "try", kind: ptrace.SpanKindInternal, attrs: nil},
		{scope: "undici", name: "POST", kind: ptrace.SpanKindClient, attrs: map[string]any{"http.request.method": "POST"}},
		{scope: "ai-gateway-extproc", name: "ChatCompletion", kind: ptrace.SpanKindServer, attrs: called(1000, 100)},
	}}
	for _, order := range [][][]int{
		{{0, 1, 2}, {3}}, {{3}, {0, 1, 2}}, {{0, 1, 2, 3}}, {{2, 1, 0}, {3}},
	} {
		require.Equal(t, 1, n.counting(t, order...), "%v", order)
	}
	require.Equal(t, 2, n.counting(t, []int{0}, []int{1}, []int{2}, []int{3}), "the span between alone says nothing")
	n.spans[3].attrs = called(1000, 101)
	require.Equal(t, 2, n.counting(t, []int{0, 1, 2}, []int{3}))
	n.spans[3].attrs = called(1000, 100)
	n.spans[1].attrs = map[string]any{genai.OperationName: "execute_tool", genai.ToolName: "t"} // makes calls of its own
	require.Equal(t, 2, n.counting(t, []int{0, 1, 2}, []int{3}))
}

// Two calls in one step are two, whatever a report around them says.
func TestTwoCallsInAStepAreTwo(t *testing.T) {
	p := startProcessor(t, nil)
	calls := 0
	send := func(id, parent byte, attrs map[string]any) {
		n := &nest{[]nested{{scope: "x", name: fmt.Sprint(id), kind: ptrace.SpanKindInternal, attrs: attrs}}}
		td := n.request(0)
		eachSpan(td, func(s ptrace.Span) {
			s.SetSpanID(pcommon.SpanID{id})
			s.SetParentSpanID(pcommon.SpanID{parent})
		})
		eachSpan(p.process(t, td), func(s ptrace.Span) {
			if _, ok := s.Attributes().Get(genai.CostTotal); ok {
				calls++
			}
		})
	}
	send(3, 2, called(1000, 100))
	send(4, 2, called(1000, 101))
	send(2, 1, map[string]any{"openinference.span.kind": "CHAIN"})
	send(1, 9, called(1000, 101))
	require.Equal(t, 3, calls)
}

// What a sender can make the gateway remember is bounded, and spans that lie in each other in a circle end.
func TestSpansBetweenAreBounded(t *testing.T) {
	c := newCountedCalls(100, 0)
	now := time.Unix(1_790_000_000, 0)
	for i := range uint64(10_000) {
		c.pass(between{self: 2*i + 2, up: 2*i + 4}, now)
	}
	require.LessOrEqual(t, c.ups.Len(), 100/upsShare)
	c.pass(between{self: 1, up: 3}, now)
	c.pass(between{self: 3, up: 1}, now)
	c.carry(1, &witness{print: 77}, now)
	_, ok := c.reported(&witness{parent: 1, print: 78}, now)
	require.False(t, ok)
}

// Of a request that also holds the traces of services without any GenAI, only the spans of the others are looked at: one lies in the call
// through a span of the network library.
func TestOnlyTracesOfCallsAreLookedAt(t *testing.T) {
	n := nest{spans: []nested{
		{name: "chat gpt-4.1", kind: ptrace.SpanKindClient, attrs: called(1, 2)},
		{name: "connect", kind: ptrace.SpanKindInternal},
		{name: "POST", kind: ptrace.SpanKindClient},
	}}
	td := n.request(0, 1, 2)
	for i := range 100 {
		other := nest{spans: []nested{{name: "GET /"}, {name: "query", kind: ptrace.SpanKindClient}}}
		spans := other.request(0, 1)
		eachSpan(spans, func(s ptrace.Span) { s.SetTraceID(pcommon.TraceID{8, byte(i)}) })
		spans.ResourceSpans().MoveAndAppendTo(td.ResourceSpans())
	}
	cfg := createDefaultConfig().(*Config)
	state, err := newState(cfg, componenttest.NewNopTelemetrySettings())
	require.NoError(t, err)
	defer state.telemetry.Shutdown()
	r := takeRequest()
	defer r.giveBack()
	r.read(td, cfg, state.hash, state.prices.Load(), t0)
	require.Len(t, r.network, 1)
	require.Equal(t, []between{{self: r.hash.Span(pcommon.TraceID{7}, pcommon.SpanID{3}), up: r.hash.Span(pcommon.TraceID{7}, pcommon.SpanID{1})}}, r.between)
	r.noteTraces()
	require.Len(t, r.family(td), 2)
}
