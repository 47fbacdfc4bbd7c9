package llmcost

import (
	"encoding/json"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/replay"
)

// unlike are the inputs whose cost depends on the order of their requests by an amount that nothing tells, and why.
var unlike = map[string]string{
	"two-libraries/claude-agent-sdk-and-claude-code":   "a run and its calls tell different amounts",
	"microsoft-agent-framework/dotnet-with-two-models": "a sum that comes first is priced as one call of one model",
	"unlisted/a-background-answer-polled":              "two reports that fetch an answer tell each what it costs",
	"mastra/tools-that-the-provider-ran":               "unbilled_tool_runs tells how many tools came after their call",
	"codex/turns-with-long-prompts":                    "a turn that comes before its calls is priced as if none were long",
	"mastra/tiers-that-the-steps-tell":                 "a step that comes after its call changes nothing any more",
	"microsoft-extensions-ai/telemetry-twice":          "a sum that comes between two calls in it tells the second as uncounted",
	"microsoft-extensions-ai/9-telemetry-twice":        "the same",
	"by-hand/calls-and-a-run-that-sums-them-up":        "the same",
	"unlisted/a-stored-answer-fetched-again":           "an answer that is fetched before its call comes is told as uncounted",
}

// What is sent in several requests, in any order, some of them twice, costs what it costs in one, or own metrics say how much it is off. An input
// that is unlike the others must still be so.
func TestAnySplit(t *testing.T) { testSplits(t, unlike, 8, costOfAll) }

// testSplits sends every input whole and in so many splits: what comes of it must be the same but for the inputs that are named, of which it must
// differ in one of 64.
func testSplits[T comparable](t *testing.T, named map[string]string, splits uint64, outcome func(*testing.T, ...ptrace.Traces) T) {
	t.Helper()
	inputs := splitInputs(t)
	for name := range named {
		require.Contains(t, inputs, name)
	}
	for name, td := range inputs {
		t.Run(name, func(t *testing.T) {
			whole, differ := outcome(t, td), 0
			seeds := splits
			if named[name] != "" {
				seeds = 64
			}
			for seed := range seeds {
				got := outcome(t, splitOf(td, rand.New(rand.NewPCG(seed, 8)))...)
				if named[name] == "" {
					require.Equal(t, whole, got, "seed %d", seed)
				} else if got != whole {
					differ++
				}
			}
			require.Equal(t, named[name] != "", differ > 0)
		})
	}
}

// toldOtherwise are the inputs whose calls or tokens are others when they are split, and why. Their cost is as TestAnySplit says.
var toldOtherwise = map[string]string{
	"by-hand/calls-and-a-run-that-sums-them-up":             "a sum that comes first is one call",
	"unlisted/a-served-request-with-the-sum":                "the same",
	"microsoft-extensions-ai/telemetry-twice":               "the same",
	"microsoft-extensions-ai/9-telemetry-twice":             "the same, or the span between comes last",
	"twins-ai-sdk-and-langfuse/generation-around-two-steps": "calls that come before what adds them up",
	"two-libraries/claude-agent-sdk-and-claude-code":        "a run and its calls tell different tokens",
	"two-libraries/langfuse-and-openinference-openai":       "that there are two libraries is known from the second one on",
	"two-libraries/langfuse-and-openllmetry-openai":         "the same",
	"local/vllm-server-under-its-client":                    "the span between comes in a request of its own",
	"unlisted/a-stream-told-to-its-middle-and-to-its-end":   "the middle of a stream comes first",
	"microsoft-agent-framework/dotnet-with-two-models":      "a sum that comes first is one call",
	"unlisted/a-background-answer-polled":                   "an answer that is fetched before its call comes is no call",
	"58-same-id-other-counts":                               "one tells the input without what the cache gave",
}

// What is sent in several requests, in any order, some of them twice, is as many calls, and as many tokens, as in one.
func TestAnySplitTellsTheCalls(t *testing.T) { testSplits(t, toldOtherwise, 8, toldOf) }

// callSum is the calls and the tokens that components behind llmcost find.
type callSum struct{ calls, input, output int64 }

func toldOf(t *testing.T, requests ...ptrace.Traces) (sum callSum) {
	p := startProcessor(t, nil)
	seen := map[string]bool{}
	for _, td := range requests {
		eachSpan(p.process(t, copyOf(td)), func(span ptrace.Span) {
			var op genai.Operation
			if !genai.ReadCanonical(span, &op) || !op.IsCall() {
				return
			}
			key := span.TraceID().String() + span.SpanID().String() + op.Adds.Word()
			if seen[key] && !span.SpanID().IsEmpty() {
				return
			}
			seen[key] = true
			if op.Adds == genai.AddsAll {
				sum.calls++
			}
			if op.AddsTokens() {
				sum.input, sum.output = sum.input+op.Usage.Input, sum.output+op.Usage.Output
			}
		})
	}
	return sum
}

// splitInputs are the captures, what people really send, and the cases of clients.
func splitInputs(t *testing.T) map[string]ptrace.Traces {
	all := clientCases(t)
	for client := range truths(t) {
		all[client] = capture(t, client)
	}
	raw, err := os.ReadFile(filepath.Join(wildDir, "cases.json"))
	require.NoError(t, err)
	var cases []wildCase
	require.NoError(t, json.Unmarshal(raw, &cases))
	for _, c := range cases {
		if requests := wildRequests(t, c.Name); len(requests) == 1 {
			all[c.Name] = requests[0]
		}
	}
	return all
}

// costOfAll is what requests cost, with what own metrics say it is too low or too high by.
func costOfAll(t *testing.T, requests ...ptrace.Traces) int64 {
	p, told := startMeasured(t)
	sent := map[string]ptrace.Traces{}
	for _, td := range requests {
		for _, one := range replay.OneByOne(p.process(t, copyOf(td))) {
			span := one.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
			sent[span.TraceID().String()+span.SpanID().String()] = one
		}
	}
	cost := sumOf(slices.Collect(maps.Values(sent))...).nano
	for name, sign := range map[string]float64{"otelcol_llmcost_uncounted_cost": 1e9, "otelcol_llmcost_overcounted_cost": -1e9} {
		m, err := told.GetMetric(name)
		require.NoError(t, err)
		cost += int64(math.Round(sign * m.Data.(metricdata.Sum[float64]).DataPoints[0].Value))
	}
	return cost
}

// splitOf makes requests of a few spans each in an order of their own, some of which come twice.
func splitOf(td ptrace.Traces, rnd *rand.Rand) []ptrace.Traces {
	parts := replay.OneByOne(td)
	rnd.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	var out []ptrace.Traces
	for len(parts) > 0 {
		n := 1 + rnd.IntN(min(3, len(parts)))
		request := ptrace.NewTraces()
		for _, one := range parts[:n] {
			one.ResourceSpans().MoveAndAppendTo(request.ResourceSpans())
		}
		parts, out = parts[n:], append(out, request)
		if again := out[rnd.IntN(len(out))]; rnd.IntN(3) == 0 && allHaveIDs(again) {
			out = append(out, again)
		}
	}
	return out
}

func allHaveIDs(td ptrace.Traces) bool {
	all := true
	eachSpan(td, func(span ptrace.Span) { all = all && !span.TraceID().IsEmpty() && !span.SpanID().IsEmpty() })
	return all
}
