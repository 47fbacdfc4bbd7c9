package llmcost

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/replay"
)

// forest makes traces of agents whose calls are each reported by one to three instrumentations, and what they cost together.
type forest struct {
	rnd    *rand.Rand
	layers int
	td     ptrace.Traces
	spans  byte
	calls  int64
	nano   int64
}

func (f *forest) span(parent pcommon.SpanID, name string, attrs map[string]any) pcommon.SpanID {
	f.spans++
	s := f.td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	s.SetTraceID(pcommon.TraceID{4})
	s.SetSpanID(pcommon.SpanID{f.spans})
	s.SetParentSpanID(parent)
	s.SetName(name)
	s.SetKind(ptrace.SpanKindInternal)
	s.SetEndTimestamp(1_790_000_000e9)
	if err := s.Attributes().FromRaw(attrs); err != nil {
		panic(err)
	}
	return s.SpanID()
}

// call makes one model call; a tool that the innermost layer runs may make others.
func (f *forest) call(parent pcommon.SpanID, depth int) {
	f.calls++
	in, out := 1000+f.calls, 100+f.calls // no two calls look alike
	attrs := map[string]any{
		genai.OperationName: "chat", genai.ProviderName: "openai", genai.RequestModel: "gpt-4.1", genai.UsageInput: in, genai.UsageOutput: out,
	}
	f.nano += in*2000 + out*8000
	for range 1 + f.rnd.IntN(f.layers) {
		parent = f.span(parent, "chat", attrs)
	}
	if f.rnd.IntN(3) == 0 { // a failed try of the innermost layer
		f.span(parent, "chat", map[string]any{genai.OperationName: "chat", genai.RequestModel: "gpt-4.1", genai.ErrorType: "500"})
	}
	f.agent(parent, depth)
}

func (f *forest) agent(parent pcommon.SpanID, depth int) {
	tool := f.span(parent, "tool", map[string]any{genai.OperationName: "execute_tool", genai.ToolName: "t"})
	agent := f.span(tool, "agent", map[string]any{genai.OperationName: "invoke_agent", genai.AgentName: "a", genai.UsageInput: 9999, genai.UsageOutput: 999})
	for range f.rnd.IntN(3) {
		if depth > 0 && f.spans < 200 {
			f.call(agent, depth-1)
		}
	}
}

func newForest(seed uint64, layers int) *forest {
	f := &forest{rnd: rand.New(rand.NewPCG(seed, 9)), layers: layers, td: ptrace.NewTraces()}
	f.call(pcommon.SpanID{}, 4)
	f.call(pcommon.SpanID{}, 4)
	return f
}

func TestEveryNestedCallCountsOnce(t *testing.T) {
	for seed := range uint64(150) {
		f := newForest(seed, 3)
		got := sumOf(startProcessor(t, nil).process(t, shuffled(f.td, f.rnd)))
		require.Equal(t, f.nano, got.nano, "seed %d: %v", seed, got.statuses)

		// Apart, a span in the middle of three may come last, when nothing ties the other two.
		f = newForest(seed, 2)
		p := startProcessor(t, nil)
		parts := replay.OneByOne(f.td)
		f.rnd.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		for k := range parts {
			parts[k] = p.process(t, parts[k])
		}
		got = sumOf(parts...)
		require.Equal(t, f.nano, got.nano, "seed %d, one span a request: %v", seed, got.statuses)
	}
}
