package llmcost

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// canonicalWriter brings a span or log record into the canonical form (genai.ReadCanonical): what its dialect says in other words is
// filled in under the names of the semantic conventions, and what they cannot say, or the client says otherwise, under llm.cost.call.*.
// It changes nothing that is there.
type canonicalWriter struct {
	attrs  pcommon.Map
	call   *dialect.Call
	hidden bool // nothing is filled in under the conventions' names
}

// write writes what the canonical reader would not find. Model and usage are not filled in under the conventions' names on a span that
// does not count, or a backend that prices spans itself would count the call twice.
func (w *canonicalWriter) write(status string) {
	op := &w.call.Operation
	w.text(dialect.HasOperationName, genai.OperationName, genai.CallOperation, op.Name)
	w.text(dialect.HasProviderName, genai.ProviderName, genai.CallProvider, op.Provider)
	w.text(dialect.HasAgentName, genai.AgentName, genai.CallAgent, op.Agent)
	w.text(dialect.HasConversationID, genai.ConversationID, genai.CallConversation, op.Conversation)
	if op.Kind == genai.Tool {
		w.text(dialect.HasToolName, genai.ToolName, genai.CallTool, op.Tool)
	}
	if k := genai.KindOf(op.Name, status); op.Kind == genai.Cache || k != op.Kind && (k != genai.NotGenAI || op.Kind != genai.Other) {
		w.attrs.PutStr(genai.CallKind, op.KindWord())
	}
	if w.call.IsStale(dialect.HasFailure) {
		w.attrs.PutStr(genai.CallFailure, op.Failure.Status())
		w.attrs.PutStr(genai.CallErrorType, op.ErrorType)
	}
	if w.call.Seconds > 0 {
		w.attrs.PutDouble(genai.CallDuration, w.call.Seconds)
	}
	if op.Kind != genai.ModelCall {
		return
	}
	if op.Adds != genai.AddsAll {
		w.attrs.PutStr(genai.CallAdds, op.Adds.Word())
		if op.Same != genai.SameNothing {
			w.attrs.PutStr(genai.CallAddsTo, op.Same.Word())
		}
	}
	w.hidden = w.hidden || status == genai.StatusDuplicate
	w.answer()
	w.usage()
}

func (w *canonicalWriter) answer() {
	op := &w.call.Operation
	w.text(dialect.HasRequestModel, genai.RequestModel, genai.CallRequestModel, op.RequestModel)
	w.text(dialect.HasResponseModel, genai.ResponseModel, genai.CallResponseModel, op.ResponseModel)
	w.text(dialect.HasResponseID, genai.ResponseID, genai.CallResponseID, op.ResponseID)
	if op.ServiceTier != "" && op.ServiceTier != "default" && op.ServiceTier != "standard" {
		w.attrs.PutStr(genai.CallTier, op.ServiceTier)
	}
	if w.call.MadeIn != "" {
		w.attrs.PutStr(genai.CallRegion, w.call.MadeIn)
	}
	if w.call.IsStale(dialect.HasFirstChunk) {
		w.attrs.PutDouble(genai.CallFirstChunk, op.TimeToFirstChunk)
	}
	if w.call.IsStale(dialect.HasAttempt) {
		w.attrs.PutInt(genai.CallAttempt, int64(op.Attempt))
	}
}

func (w *canonicalWriter) usage() {
	op, u := &w.call.Operation, &w.call.Usage
	switch op.UsageState {
	case genai.UsageNone:
		if w.call.Has(dialect.HasUsageInput | dialect.HasUsageOutput) {
			w.attrs.PutStr(genai.CallUsage, genai.UsageWordNone)
		}
		return
	case genai.UsageBad:
		w.attrs.PutStr(genai.CallUsage, genai.UsageWordBad)
		return
	case genai.UsageGuessed:
		w.attrs.PutStr(genai.CallUsage, genai.UsageWordGuessed)
	}
	w.count(dialect.HasUsageInput, genai.UsageInput, genai.CallInput, u.Input, true)
	w.count(dialect.HasUsageOutput, genai.UsageOutput, genai.CallOutput, u.Output, true)
	w.count(dialect.HasUsageCacheRead, genai.UsageCacheRead, genai.CallCacheRead, u.CacheRead, false)
	w.count(dialect.HasUsageCacheWrite, genai.UsageCacheCreated, genai.CallCacheWrite, u.CacheWrite, false)
	w.count(dialect.HasUsageReasoning, genai.UsageReasoning, genai.CallReasoning, u.Reasoning, false)
	if u.CacheWrite1h != 0 {
		w.attrs.PutInt(genai.CallCacheWrite1h, u.CacheWrite1h)
	}
	w.used(genai.CallWebSearches, op.Billed.WebSearches)
	w.used(genai.CallFileSearches, op.Billed.FileSearches)
	w.used(genai.CallCodeRuns, op.Billed.CodeRuns)
}

func (w *canonicalWriter) used(key string, n int64) {
	if n > 0 {
		w.attrs.PutInt(key, n)
	}
}

// text writes one fact: under its name in the conventions where the span has none, under ours where the span's is another.
func (w *canonicalWriter) text(has dialect.KeySet, name, ours, value string) {
	switch {
	case w.call.Has(has):
		if w.call.IsStale(has) {
			w.attrs.PutStr(ours, value)
		}
	case value == "":
	case w.hidden:
		w.attrs.PutStr(ours, value)
	default:
		w.attrs.PutStr(name, value)
	}
}

// count leaves a zero sub-count out: absent and zero mean the same there, and absent is what most clients write.
func (w *canonicalWriter) count(has dialect.KeySet, name, ours string, n int64, zero bool) {
	switch {
	case w.call.Has(has):
		if w.call.IsStale(has) {
			w.attrs.PutInt(ours, n)
		}
	case n == 0 && !zero:
	case w.hidden:
		w.attrs.PutInt(ours, n)
	default:
		w.attrs.PutInt(name, n)
	}
}
