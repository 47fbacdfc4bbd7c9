package llmcost

import (
	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// canonicalWriter brings a span or log record into the canonical form (genai.ReadCanonical): what its dialect says in other words is
// filled in under the names of the semantic conventions, and what they cannot say, or the client says otherwise, under llm.cost.call.*.
// It changes nothing that is there.
type canonicalWriter struct {
	add    additions
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
		w.add.str(genai.CallKind, op.KindWord())
	}
	if w.call.IsStale(dialect.HasFailure) {
		w.add.str(genai.CallFailure, op.Failure.Status())
		w.add.str(genai.CallErrorType, op.ErrorType)
	}
	if w.call.Seconds > 0 {
		w.add.double(genai.CallDuration, w.call.Seconds)
	}
	if op.Kind != genai.ModelCall {
		return
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
		w.add.str(genai.CallTier, op.ServiceTier)
	}
	if w.call.MadeIn != "" {
		w.add.str(genai.CallRegion, w.call.MadeIn)
	}
	if w.call.IsStale(dialect.HasFirstChunk) {
		w.add.double(genai.CallFirstChunk, op.TimeToFirstChunk)
	}
	if w.call.IsStale(dialect.HasAttempt) {
		w.add.int(genai.CallAttempt, int64(op.Attempt))
	}
}

func (w *canonicalWriter) usage() {
	op, u := &w.call.Operation, &w.call.Usage
	switch op.UsageState {
	case genai.UsageNone:
		if w.call.Has(dialect.HasUsageInput | dialect.HasUsageOutput) {
			w.add.str(genai.CallUsage, genai.UsageWordNone)
		}
		return
	case genai.UsageBad:
		w.add.str(genai.CallUsage, genai.UsageWordBad)
		return
	case genai.UsageGuessed:
		w.add.str(genai.CallUsage, genai.UsageWordGuessed)
	}
	w.count(dialect.HasUsageInput, genai.UsageInput, genai.CallInput, u.Input, true)
	w.count(dialect.HasUsageOutput, genai.UsageOutput, genai.CallOutput, u.Output, true)
	w.count(dialect.HasUsageCacheRead, genai.UsageCacheRead, genai.CallCacheRead, u.CacheRead, false)
	w.count(dialect.HasUsageCacheWrite, genai.UsageCacheCreated, genai.CallCacheWrite, u.CacheWrite, false)
	w.count(dialect.HasUsageReasoning, genai.UsageReasoning, genai.CallReasoning, u.Reasoning, false)
	if u.CacheWrite1h != 0 {
		w.add.int(genai.CallCacheWrite1h, u.CacheWrite1h)
	}
	w.used(genai.CallWebSearches, op.Billed.WebSearches)
	w.used(genai.CallFileSearches, op.Billed.FileSearches)
	w.used(genai.CallCodeRuns, op.Billed.CodeRuns)
}

func (w *canonicalWriter) used(key string, n int64) {
	if n > 0 {
		w.add.int(key, n)
	}
}

// text writes one fact: under its name in the conventions where the span has none, under ours where the span's is another.
func (w *canonicalWriter) text(has dialect.KeySet, name, ours, value string) {
	switch {
	case w.call.Has(has):
		if w.call.IsStale(has) {
			w.add.str(ours, value)
		}
	case value == "":
	case w.hidden:
		w.add.str(ours, value)
	default:
		w.add.str(name, value)
	}
}

// count leaves a zero sub-count out: absent and zero mean the same there, and absent is what most clients write.
func (w *canonicalWriter) count(has dialect.KeySet, name, ours string, n int64, zero bool) {
	switch {
	case w.call.Has(has):
		if w.call.IsStale(has) {
			w.add.int(ours, n)
		}
	case n == 0 && !zero:
	case w.hidden:
		w.add.int(ours, n)
	default:
		w.add.int(name, n)
	}
}
