package llmcost

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/shared"
	"github.com/otelcol-llm/otelcol-llm/processor/llmcost/internal/metadata"
)

func settings() processor.Settings { return processortest.NewNopSettings(metadata.Type) }

// running is a started processor and what came out of it.
type running struct {
	processor.Traces
	sink *consumertest.TracesSink
}

func startProcessor(t testing.TB, change func(*Config)) *running {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	if change != nil {
		change(cfg)
	}
	require.NoError(t, cfg.Validate())
	return startWith(t, cfg)
}

func startWith(t testing.TB, cfg *Config) *running {
	t.Helper()
	return startSet(t, settings(), cfg)
}

// startMeasured is a processor whose own metrics can be read.
func startMeasured(t testing.TB) (*running, *componenttest.Telemetry) {
	tt := componenttest.NewTelemetry()
	t.Cleanup(func() { require.NoError(t, tt.Shutdown(context.Background())) })
	set := settings()
	set.TelemetrySettings = tt.NewTelemetrySettings()
	return startSet(t, set, createDefaultConfig().(*Config)), tt
}

func startSet(t testing.TB, set processor.Settings, cfg *Config) *running {
	t.Helper()
	r := &running{sink: new(consumertest.TracesSink)}
	var err error
	r.Traces, err = NewFactory().CreateTraces(context.Background(), set, cfg, r.sink)
	require.NoError(t, err)
	require.NoError(t, r.Start(context.Background(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, r.Shutdown(context.Background())) })
	return r
}

func (r *running) process(t testing.TB, td ptrace.Traces) ptrace.Traces {
	t.Helper()
	r.sink.Reset()
	require.NoError(t, r.ConsumeTraces(context.Background(), td))
	return r.sink.AllTraces()[0]
}

// chat is one span of a model call in the semantic conventions, with more attributes.
func chat(attrs map[string]any) ptrace.Traces {
	all := map[string]any{
		genai.OperationName: "chat", genai.ProviderName: "openai", genai.RequestModel: "gpt-4o-mini",
		genai.UsageInput: 1000, genai.UsageOutput: 100,
	}
	for k, v := range attrs {
		all[k] = v
		if v == nil {
			delete(all, k)
		}
	}
	return spanWith(all)
}

var spanIDs struct {
	sync.Mutex
	last uint64
}

func spanWith(attrs map[string]any) ptrace.Traces {
	td := ptrace.NewTraces()
	span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	spanIDs.Lock()
	spanIDs.last++
	id := spanIDs.last
	spanIDs.Unlock()
	span.SetTraceID(pcommon.TraceID{1})
	span.SetSpanID(pcommon.SpanID{1, byte(id >> 16), byte(id >> 8), byte(id)})
	span.SetKind(ptrace.SpanKindClient)
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)))
	if err := span.Attributes().FromRaw(attrs); err != nil {
		panic(err)
	}
	return td
}

func attributesOf(td ptrace.Traces) map[string]any {
	var out map[string]any
	eachSpan(td, func(span ptrace.Span) { out = span.Attributes().AsRaw() })
	return out
}

func TestWhatIsWritten(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*Config)
		in     map[string]any
		want   map[string]any // nil: must be absent
	}{
		"a cached call": {
			in: map[string]any{genai.UsageCacheRead: 400},
			want: map[string]any{
				genai.CostStatus: "priced", genai.CostReason: nil,
				genai.CostTotal: 0.00018, genai.UsageCost: 0.00018,
				genai.CostPrompt: 0.00012, genai.CostCompletion: 0.00006,
				genai.CostPromptInput: 0.00009, genai.CostPromptCacheRead: 0.00003, genai.CostPromptCacheWrite: nil,
				genai.CostCompletionOutput: nil, genai.CostCompletionReasoning: nil,
				genai.CostSaved: 0.00003, genai.CostPrice: "openai/gpt-4o-mini@2026-09-23", genai.CostReported: nil,
			},
		},
		"plain tokens alone are not told twice": {
			want: map[string]any{
				genai.CostTotal: 0.00021, genai.CostPrompt: 0.00015, genai.CostCompletion: 0.00006,
				genai.CostPromptInput: nil, genai.CostCompletionOutput: nil,
			},
		},
		"a reasoning call": {
			in: map[string]any{genai.UsageReasoning: 40},
			want: map[string]any{
				genai.CostPromptInput: nil, genai.CostCompletion: 0.00006,
				genai.CostCompletionOutput: 0.000036, genai.CostCompletionReasoning: 0.000024,
			},
		},
		"only OpenInference": {
			change: func(c *Config) { c.Attributes = []string{"openinference"} },
			want:   map[string]any{genai.CostTotal: 0.00021, genai.CostPrompt: 0.00015, genai.UsageCost: nil},
		},
		"only OpenLIT": {
			change: func(c *Config) { c.Attributes = []string{"openlit"} },
			want:   map[string]any{genai.CostTotal: 0.00021, genai.CostPrompt: nil, genai.UsageCost: 0.00021},
		},
		"beside gen_ai.usage.cost.*": {
			in: map[string]any{"gen_ai.usage.cost.amount": 0.5, "gen_ai.usage.cost.currency": "USD"},
			want: map[string]any{
				genai.CostTotal: 0.00021, genai.UsageCost: nil, genai.CostReported: 0.5, "gen_ai.usage.cost.amount": 0.5,
			},
		},
		"a client's guess is kept apart": {
			in:   map[string]any{genai.CostTotal: 9.5},
			want: map[string]any{genai.CostTotal: 0.00021, genai.CostStatus: "priced", genai.CostReported: 9.5},
		},
		"a provider's bill": {
			in: map[string]any{"gen_ai.usage.cost.amount": 0.5, "gen_ai.usage.cost.currency": "USD", "gen_ai.usage.cost.source": "provider"},
			want: map[string]any{
				genai.CostTotal: 0.5, genai.CostStatus: "reported", genai.CostPrice: nil, genai.CostPrompt: nil, genai.CostReported: 0.5,
			},
		},
		"a provider's bill, ignored": {
			change: func(c *Config) { c.ReportedCost = "ignore" },
			in:     map[string]any{"gen_ai.usage.cost.amount": 0.5, "gen_ai.usage.cost.source": "provider"},
			want:   map[string]any{genai.CostTotal: 0.00021, genai.CostStatus: "priced", genai.CostReported: 0.5},
		},
		"only what was reported": {
			change: func(c *Config) { c.ReportedCost = "only" },
			want:   map[string]any{genai.CostTotal: nil, genai.CostStatus: "unpriced", genai.CostReason: "not_reported"},
		},
		"an unknown model with a client's guess": {
			in: map[string]any{genai.RequestModel: "no-such-model", genai.UsageCost: 0.25},
			want: map[string]any{
				genai.CostTotal: 0.25, genai.CostStatus: "estimated", genai.CostReason: "client_estimate", genai.CostReported: 0.25,
			},
		},
		"an unknown model": {
			in: map[string]any{genai.RequestModel: "no-such-model", genai.UsageCost: 0},
			want: map[string]any{
				genai.CostTotal: nil, genai.UsageCost: nil, genai.CostStatus: "unpriced", genai.CostReason: "unknown_model",
			},
		},
		"an unknown model at the fallback rate": {
			change: func(c *Config) {
				c.UnknownModel = UnknownModelConfig{Action: "estimate", Prices: map[string]any{"input_mtok": 10, "output_mtok": 10}}
			},
			in:   map[string]any{genai.RequestModel: "no-such-model"},
			want: map[string]any{genai.CostTotal: 0.011, genai.CostStatus: "estimated", genai.CostReason: "fallback_rate"},
		},
		"your contract": {
			change: func(c *Config) { c.PriceFactor = map[string]float64{"openai": 0.9} },
			want:   map[string]any{genai.CostTotal: 0.000189, genai.CostDiscount: 0.000021},
		},
		"a contract that costs more": {
			change: func(c *Config) { c.PriceFactor = map[string]float64{"openai": 1.5} },
			want:   map[string]any{genai.CostTotal: 0.000315, genai.CostDiscount: -0.000105},
		},
		"no contract": {want: map[string]any{genai.CostTotal: 0.00021, genai.CostDiscount: nil}},
		"your free model": {
			change: func(c *Config) { c.Prices.Models = ownModels },
			in:     map[string]any{genai.RequestModel: "llama-local-7b", genai.ProviderName: "ollama"},
			want:   map[string]any{genai.CostTotal: 0.0, genai.CostStatus: "free", genai.CostReason: nil},
		},
		"your fine-tuned model": {
			change: func(c *Config) { c.Prices.Models = ownModels },
			in:     map[string]any{genai.RequestModel: "ft:gpt-4o-mini:acme"},
			want:   map[string]any{genai.CostTotal: 0.00042, genai.CostStatus: "priced"},
		},
		"failed before any token": {
			in:   map[string]any{genai.UsageInput: nil, genai.UsageOutput: nil, genai.ErrorType: "500"},
			want: map[string]any{genai.CostTotal: 0.0, genai.CostStatus: "free", genai.CostReason: "failed"},
		},
		"timed out before any token": {
			in:   map[string]any{genai.UsageInput: nil, genai.UsageOutput: nil, genai.ErrorType: "timeout", "gen_ai.output.messages": "[]"},
			want: map[string]any{genai.CostTotal: 0.0, genai.CostStatus: "free", genai.CostReason: "failed"},
		},
		"failed with an answer without words": {
			in: map[string]any{
				genai.UsageInput: nil, genai.UsageOutput: nil, genai.ErrorType: "500",
				"gen_ai.output.messages": `[{"role":"assistant","parts":[{"type":"text","content":""}]}]`, "gen_ai.response.finish_reasons": []any{"error"},
			},
			want: map[string]any{genai.CostTotal: 0.0, genai.CostStatus: "free", genai.CostReason: "failed"},
		},
		"timed out in the middle of the answer": {
			in: map[string]any{
				genai.UsageInput: nil, genai.UsageOutput: nil, genai.ErrorType: "timeout",
				"gen_ai.output.messages": `[{"role":"assistant","parts":[{"type":"text","content":"The"}]}]`,
			},
			want: map[string]any{genai.CostTotal: nil, genai.CostStatus: "unpriced", genai.CostReason: "no_usage"},
		},
		"failed with what was made of the answer": {
			in: map[string]any{
				genai.UsageInput: nil, genai.UsageOutput: nil, genai.ErrorType: "ValidationError", "gen_ai.response.finish_reasons": []any{"stop"},
			},
			want: map[string]any{genai.CostTotal: nil, genai.CostStatus: "unpriced", genai.CostReason: "no_usage"},
		},
		"no usage": {
			in:   map[string]any{genai.UsageInput: nil, genai.UsageOutput: nil},
			want: map[string]any{genai.CostTotal: nil, genai.CostStatus: "unpriced", genai.CostReason: "no_usage"},
		},
		"zeros are no usage": {
			in:   map[string]any{genai.UsageInput: 0, genai.UsageOutput: 0},
			want: map[string]any{genai.CostTotal: nil, genai.CostStatus: "unpriced", genai.CostReason: "no_usage"},
		},
		"negative usage": {
			in:   map[string]any{genai.UsageInput: -5},
			want: map[string]any{genai.CostTotal: nil, genai.CostStatus: "unpriced", genai.CostReason: "bad_usage"},
		},
		"usage that is not a number": {
			in:   map[string]any{genai.UsageInput: math.NaN()},
			want: map[string]any{genai.CostTotal: nil, genai.CostStatus: "unpriced", genai.CostReason: "bad_usage"},
		},
		"absurd usage": {
			in:   map[string]any{genai.UsageInput: math.MaxInt64},
			want: map[string]any{genai.CostTotal: nil, genai.CostStatus: "unpriced", genai.CostReason: "bad_usage"},
		},
		"an agent's sum of calls that nobody tells of, with the client's cost on it": {
			in: map[string]any{genai.OperationName: "invoke_agent", genai.CostTotal: 3.0, "gen_ai.agent.name": "a"},
			want: map[string]any{
				genai.CostTotal: nil, genai.CostStatus: "unpriced", genai.CostReason: "agent_only", genai.CostReported: 3.0,
			},
		},
		"a tool with a cost on it": {
			in:   map[string]any{genai.OperationName: "execute_tool", genai.ToolName: "t", genai.CostTotal: 3.0},
			want: map[string]any{genai.CostTotal: nil, genai.CostStatus: nil},
		},
		"a forged status": {
			in:   map[string]any{genai.CostStatus: "free", genai.CostTotal: 0.0},
			want: map[string]any{genai.CostTotal: 0.00021, genai.CostStatus: "priced"},
		},
		"a first tier's status": {
			change: func(c *Config) { c.TrustUpstream = true },
			in:     map[string]any{genai.CostStatus: "priced", genai.CostTotal: 0.7},
			want:   map[string]any{genai.CostTotal: 0.7, genai.CostStatus: "priced", genai.UsageCost: nil},
		},
	} {
		t.Run(name, func(t *testing.T) {
			in := chat(tc.in)
			if tc.in[genai.OperationName] == "invoke_agent" {
				eachSpan(in, func(s ptrace.Span) { s.SetKind(ptrace.SpanKindInternal) })
			}
			got := attributesOf(startProcessor(t, tc.change).process(t, in))
			for key, want := range tc.want {
				if want == nil {
					require.NotContains(t, got, key)
				} else {
					require.Equal(t, want, got[key], "%s of %v", key, got)
				}
			}
		})
	}
}

var ownModels = []any{
	map[string]any{
		"provider": "openai", "match": map[string]any{"starts_with": "ft:gpt-4o-mini"},
		"prices": map[string]any{"input_mtok": 0.3, "output_mtok": 1.2, "cache_read_mtok": 0.15},
	},
	map[string]any{"match": map[string]any{"starts_with": "llama-local"}, "prices": map[string]any{}},
}

func TestNormalize(t *testing.T) {
	in := func() ptrace.Traces {
		return spanWith(map[string]any{
			"openinference.span.kind": "LLM", "llm.model_name": "gpt-4o-mini", "llm.provider": "openai",
			"llm.token_count.prompt": 1000, "llm.token_count.completion": 100, "llm.token_count.prompt_details.cache_read": 400,
		})
	}
	got := attributesOf(startProcessor(t, nil).process(t, in()))
	require.Subset(t, got, map[string]any{
		genai.OperationName: "chat", genai.ProviderName: "openai", genai.RequestModel: "gpt-4o-mini",
		genai.UsageInput: int64(1000), genai.UsageOutput: int64(100), genai.UsageCacheRead: int64(400),
		genai.CostTotal: 0.00018,
	})
	got = attributesOf(startProcessor(t, func(c *Config) { c.Normalize = false }).process(t, in()))
	require.NotContains(t, got, genai.UsageInput)
	require.Equal(t, 0.00018, got[genai.CostTotal])
}

// Prices that changed: the end of the span decides.
func TestPriceOfTheDay(t *testing.T) {
	rows := []any{map[string]any{"match": map[string]any{"equals": "own"}, "prices": []any{
		map[string]any{"prices": map[string]any{"input_mtok": 1}},
		map[string]any{"constraint": map[string]any{"start_date": "2026-10-01"}, "prices": map[string]any{"input_mtok": 2}},
	}}}
	p := startProcessor(t, func(c *Config) { c.Prices.Models = rows })
	for day, want := range map[string]float64{"2026-09-30": 0.001, "2026-10-01": 0.002} {
		td := chat(map[string]any{genai.RequestModel: "own", genai.UsageOutput: 0})
		at, err := time.Parse(time.DateOnly, day)
		require.NoError(t, err)
		eachSpan(td, func(s ptrace.Span) { s.SetEndTimestamp(pcommon.NewTimestampFromTime(at)) })
		require.Equal(t, want, attributesOf(p.process(t, td))[genai.CostTotal], day)
	}
}

// The collector builds one processor per pipeline; a call counts once in all of them.
func TestPipelinesShareWhatWasCounted(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	before := states.Len()
	one, two := startWith(t, cfg), startWith(t, cfg)
	first := attributesOf(one.process(t, chat(map[string]any{genai.ResponseID: "r1"})))
	second := attributesOf(two.process(t, chat(map[string]any{genai.ResponseID: "r1"})))
	require.Equal(t, genai.StatusPriced, first[genai.CostStatus])
	require.Equal(t, genai.ReasonSameResponse, second[genai.CostReason])
	require.Equal(t, before+1, states.Len(), "one state for both")
}

func TestConcurrentBatches(t *testing.T) {
	p := startProcessor(t, nil)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 50 {
				_ = p.ConsumeTraces(context.Background(), chat(map[string]any{genai.ResponseID: fmt.Sprint(g, "-", i)}))
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 8*50*210_000, sumOf(p.sink.AllTraces()...).nano)
}

// stateOfProcessors is what the running processors of a configuration share.
func stateOfProcessors(t *testing.T, cfg *Config) *state {
	m := states.Member(cfg, nil)
	require.NoError(t, m.Start(t.Context(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, m.Shutdown(context.Background())) })
	s, err := m.Get()
	require.NoError(t, err)
	return s
}

// Spans that come before Start or after Shutdown are refused, and nothing panics.
func TestNotRunning(t *testing.T) {
	sink := new(consumertest.TracesSink)
	p, err := NewFactory().CreateTraces(context.Background(), settings(), createDefaultConfig(), sink)
	require.NoError(t, err)
	require.ErrorIs(t, p.ConsumeTraces(t.Context(), chat(nil)), shared.ErrNotRunning)
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	require.NoError(t, p.ConsumeTraces(t.Context(), chat(nil)))
	require.NoError(t, p.Shutdown(t.Context()))
	require.ErrorIs(t, p.ConsumeTraces(t.Context(), chat(nil)), shared.ErrNotRunning)
	require.Len(t, sink.AllTraces(), 1)
}

// Spans that are on their way while the processor stops get an answer or an error, never a panic.
func TestShutdownUnderLoad(t *testing.T) {
	p, err := NewFactory().CreateTraces(context.Background(), settings(), createDefaultConfig(), consumertest.NewNop())
	require.NoError(t, err)
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for p.ConsumeTraces(context.Background(), chat(nil)) == nil {
			}
		})
	}
	require.NoError(t, p.Shutdown(t.Context()))
	wg.Wait()
}

func TestHostileSenders(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	p := startWith(t, cfg)
	for i := range 100_000 {
		td := chat(map[string]any{genai.RequestModel: fmt.Sprintf("model-%d", i)})
		require.NoError(t, p.ConsumeTraces(context.Background(), td))
		p.sink.Reset()
	}
	s := stateOfProcessors(t, cfg)
	require.LessOrEqual(t, s.prices.Load().matches.len(), maxMatches)
	require.LessOrEqual(t, s.counted.len(), 2*200_000)

	wide := map[string]any{}
	for i := range 10_000 {
		wide[fmt.Sprintf("gen_ai.attribute.%d", i)] = i
	}
	require.Equal(t, 0.00021, attributesOf(p.process(t, chat(wide)))[genai.CostTotal])
	long := strings.Repeat("x", 5<<20)
	got := attributesOf(p.process(t, chat(map[string]any{genai.RequestModel: long, "output.value": long, genai.ResponseID: long})))
	require.Equal(t, genai.ReasonUnknownModel, got[genai.CostReason])
	require.Equal(t, 0.00021, attributesOf(p.process(t, chat(nil)))[genai.CostTotal], "the rest is right")
}
