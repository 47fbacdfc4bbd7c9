package genai

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func canonicalSpan(t *testing.T, attrs map[string]any) ptrace.Span {
	t.Helper()
	span := ptrace.NewSpan()
	require.NoError(t, span.Attributes().FromRaw(attrs))
	return span
}

func TestReadCanonical(t *testing.T) {
	for name, c := range map[string]struct {
		attrs map[string]any
		want  Operation
	}{
		"the conventions alone": {
			map[string]any{
				OperationName: OpChat, ProviderName: "openai", RequestModel: "a", ResponseModel: "b", ResponseID: "i", AgentName: "g", ConversationID: "c",
				UsageInput: 10, UsageOutput: 5, UsageCacheRead: 4, UsageCacheWrite: 3, UsageReasoning: 2, FirstChunk: 0.5, ResendCount: 2,
			},
			Operation{
				Kind: ModelCall, Name: OpChat, Provider: "openai", RequestModel: "a", ResponseModel: "b", ResponseID: "i", Agent: "g", Conversation: "c",
				UsageState: UsageKnown, Usage: Usage{Input: 10, Output: 5, CacheRead: 4, CacheWrite: 3, Reasoning: 2}, TimeToFirstChunk: 0.5, Attempt: 2,
			},
		},
		"parts of -1 were not told": {
			map[string]any{OperationName: OpChat, UsageInput: 10, UsageOutput: 5, UsageCacheRead: -1, UsageCacheWrite: "-1", UsageReasoning: -1},
			Operation{Kind: ModelCall, Name: OpChat, UsageState: UsageKnown, Usage: Usage{Input: 10, Output: 5}},
		},
		"what llmcost says is believed first": {
			map[string]any{
				OperationName: "llm_call", CallOperation: OpChat, ProviderName: "langchain", CallProvider: "", UsageInput: 6, CallInput: 10, UsageOutput: 5,
				UsageCacheRead: 4, CallUsage: UsageWordGuessed, CallTier: "flex", CallAttempt: 1, ResendCount: 7, CallFirstChunk: 2.0, FirstChunk: 9.0,
				ErrorType: "a message of many words", CallErrorType: "429", CallFailure: CallRateLimited, CallCacheWrite1h: 1, UsageCacheCreated: 1,
				CostStatus: StatusEstimated, CostReason: ReasonGuessedUsage, CostTotal: 0.5, CostSaved: -0.25,
			},
			Operation{
				Kind: ModelCall, Name: OpChat, UsageState: UsageGuessed, Usage: Usage{Input: 10, Output: 5, CacheRead: 4, CacheWrite: 1, CacheWrite1h: 1},
				ServiceTier: "flex", Attempt: 1, TimeToFirstChunk: 2, Failure: RateLimited, ErrorType: "429",
				Status: StatusEstimated, Reason: ReasonGuessedUsage, TotalUSD: 0.5, SavedUSD: -0.25,
			},
		},
		"what a later report adds": {
			map[string]any{
				OperationName: OpChat, UsageInput: 10, UsageOutput: 5, CostStatus: StatusPriced, CostTotal: 0.5, CallAdds: AddsWordCost, CallAddsTo: SameWordSpan,
				ErrorType: "429", CallFailure: CallRateLimited, FirstChunk: 0.5, CallAttempt: 2,
			},
			Operation{
				Kind: ModelCall, Name: OpChat, UsageState: UsageKnown, Usage: Usage{Input: 10, Output: 5}, Status: StatusPriced, TotalUSD: 0.5,
				Adds: AddsCost, Same: SameSpan, Attempt: 2,
			},
		},
		"a word that nobody wrote": {
			map[string]any{OperationName: OpChat, CallAdds: "all", FirstChunk: 0.5}, Operation{Kind: ModelCall, Name: OpChat, TimeToFirstChunk: 0.5},
		},
		"the name v1.41 has for cache writes": {
			map[string]any{OperationName: OpChat, UsageInput: 10, UsageCacheCreated: 3},
			Operation{Kind: ModelCall, Name: OpChat, UsageState: UsageKnown, Usage: Usage{Input: 10, CacheWrite: 3}},
		},
		"a part larger than the whole": {
			map[string]any{OperationName: OpChat, UsageInput: 10, UsageCacheRead: 11}, Operation{Kind: ModelCall, Name: OpChat, UsageState: UsageBad},
		},
		"counts that are none": {
			map[string]any{OperationName: OpChat, UsageInput: -1, UsageOutput: 3}, Operation{Kind: ModelCall, Name: OpChat, UsageState: UsageBad},
		},
		"zeros":                     {map[string]any{OperationName: OpChat, UsageInput: 0, UsageOutput: 0}, Operation{Kind: ModelCall, Name: OpChat}},
		"usage that is none":        {map[string]any{OperationName: OpChat, UsageInput: 3, CallUsage: UsageWordNone}, Operation{Kind: ModelCall, Name: OpChat}},
		"usage that is bad":         {map[string]any{OperationName: OpChat, CallUsage: UsageWordBad}, Operation{Kind: ModelCall, Name: OpChat, UsageState: UsageBad}},
		"a sum is no call":          {map[string]any{OperationName: OpChat, CostStatus: StatusRollup, UsageInput: 3}, Operation{Kind: Step, Name: OpChat, Status: StatusRollup}},
		"an agent's sum":            {map[string]any{OperationName: OpInvokeAgent, CostStatus: StatusRollup}, Operation{Kind: Agent, Name: OpInvokeAgent, Status: StatusRollup}},
		"an agent that counts":      {map[string]any{OperationName: OpInvokeAgent, CostStatus: StatusPriced}, Operation{Kind: ModelCall, Name: OpInvokeAgent, Status: StatusPriced}},
		"a tool":                    {map[string]any{OperationName: OpExecuteTool, ToolName: "t"}, Operation{Kind: Tool, Name: OpExecuteTool, Tool: "t"}},
		"a hit of a cache":          {map[string]any{CallKind: KindCacheHit}, Operation{Kind: Cache, CacheOperation: CacheGet, CacheHit: true}},
		"a miss of a cache":         {map[string]any{CallKind: KindCacheMiss}, Operation{Kind: Cache, CacheOperation: CacheGet}},
		"a write to a cache":        {map[string]any{CallKind: KindCacheSet}, Operation{Kind: Cache, CacheOperation: CacheSet}},
		"an evaluation by its kind": {map[string]any{CallKind: "evaluation", OperationName: OpChat}, Operation{Kind: Evaluation, Name: OpChat}},
		"a time out":                {map[string]any{OperationName: OpRetrieval, ErrorType: "ReadTimeout"}, Operation{Kind: Retrieval, Name: OpRetrieval, Failure: TimedOut, ErrorType: "ReadTimeout"}},
		"an unknown name":           {map[string]any{OperationName: "dream"}, Operation{}},
		"no operation":              {map[string]any{"http.request.method": "GET", ErrorType: "500", AgentName: "a"}, Operation{}},
	} {
		t.Run(name, func(t *testing.T) {
			op := Operation{Name: "of the span before"}
			require.Equal(t, c.want.Kind != NotGenAI, ReadCanonical(canonicalSpan(t, c.attrs), &op))
			require.Equal(t, c.want, op)
		})
	}
}

func TestReadCanonicalStatusOfSpan(t *testing.T) {
	span := canonicalSpan(t, map[string]any{OperationName: OpChat})
	span.Status().SetCode(ptrace.StatusCodeError)
	var op Operation
	require.True(t, ReadCanonical(span, &op))
	require.Equal(t, Failed, op.Failure)
	span.Attributes().PutStr(CallFailure, CallOK)
	require.True(t, ReadCanonical(span, &op))
	require.Equal(t, Succeeded, op.Failure)
}

func TestReadCanonicalAmountThatIsNone(t *testing.T) {
	var op Operation
	require.True(t, ReadCanonical(canonicalSpan(t, map[string]any{OperationName: OpChat, CostStatus: StatusPriced, CostTotal: math.Inf(1)}), &op))
	require.True(t, math.IsNaN(op.TotalUSD))
}

func TestReadCanonicalLog(t *testing.T) {
	rec := plog.NewLogRecord()
	require.NoError(t, rec.Attributes().FromRaw(map[string]any{OperationName: OpChat, CostStatus: StatusFree, CallFailure: CallTimeout, CallDuration: 1.5}))
	var op Operation
	seconds, ok := ReadCanonicalLog(rec, &op)
	require.True(t, ok)
	require.Equal(t, 1.5, seconds)
	require.Equal(t, Operation{Kind: ModelCall, Name: OpChat, Status: StatusFree, Failure: TimedOut}, op)
	_, ok = ReadCanonicalLog(plog.NewLogRecord(), &op)
	require.False(t, ok)
	require.Equal(t, Operation{}, op)
}

// A client that tells of its calls in the conventions' words too, in a record that llmcost has not marked, counts once.
func TestCallsOfLogsAreMarked(t *testing.T) {
	rec := plog.NewLogRecord()
	require.NoError(t, rec.Attributes().FromRaw(map[string]any{OperationName: OpChat, RequestModel: "m", UsageInput: 3}))
	var op Operation
	_, ok := ReadCanonicalLog(rec, &op)
	require.False(t, ok)
	rec.Attributes().PutStr(OperationName, OpExecuteTool)
	_, ok = ReadCanonicalLog(rec, &op)
	require.True(t, ok)
}

func TestReadCanonicalPoint(t *testing.T) {
	attrs := pcommon.NewMap()
	require.NoError(t, attrs.FromRaw(map[string]any{ProviderName: "openai", CallRequestModel: "m", CostStatus: StatusReported, CallCounts: CountsUSD}))
	var op Operation
	require.Equal(t, CountsUSD, ReadCanonicalPoint(attrs, &op))
	require.Equal(t, Operation{Kind: ModelCall, Provider: "openai", RequestModel: "m", Status: StatusReported}, op)
	attrs.PutStr(CostStatus, "")
	require.Empty(t, ReadCanonicalPoint(attrs, &op), "no call")
	attrs.PutStr(CostStatus, StatusReported)
	attrs.Remove(CallCounts)
	require.Empty(t, ReadCanonicalPoint(attrs, &op), "not marked")
	require.Equal(t, Operation{}, op)
}

// Every word of llm.cost.call.kind says its kind again.
func TestKindWords(t *testing.T) {
	for k := ModelCall; k <= Other; k++ {
		o := Operation{Kind: k, CacheOperation: CacheGet}
		require.Equal(t, k, kindOf(o.KindWord(), "", ""), o.KindWord())
	}
}

func TestReadCanonicalAllocatesNothing(t *testing.T) {
	span := canonicalSpan(t, map[string]any{OperationName: OpChat, UsageInput: 3, CostTotal: 0.5, "http.request.method": "GET"})
	var op Operation
	require.Zero(t, testing.AllocsPerRun(100, func() { ReadCanonical(span, &op) }))
}
