package llmcost

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// normalize fills in the semantic-convention attributes that the span's dialect says in other words. It changes nothing
// that is there. Model and usage are not filled in on a span that does not count, or a backend that prices spans itself
// would count the call twice.
func normalize(attrs pcommon.Map, op *genai.Operation, b *bill) {
	fill(attrs, op, genai.HasOperationName, genai.OperationName, op.Name)
	fill(attrs, op, genai.HasProviderName, genai.ProviderName, op.Provider)
	fill(attrs, op, genai.HasAgentName, genai.AgentName, op.Agent)
	fill(attrs, op, genai.HasConversationID, genai.ConversationID, op.Conversation)
	if op.Kind == genai.Tool {
		fill(attrs, op, genai.HasToolName, genai.ToolName, op.Tool)
	}
	if op.Kind != genai.ModelCall || b == nil || b.status == genai.StatusDuplicate {
		return
	}
	fill(attrs, op, genai.HasRequestModel, genai.RequestModel, op.RequestModel)
	fill(attrs, op, genai.HasResponseModel, genai.ResponseModel, op.ResponseModel)
	fill(attrs, op, genai.HasResponseID, genai.ResponseID, op.ResponseID)
	if op.UsageState == genai.UsageKnown || op.UsageState == genai.UsageGuessed {
		u := &op.Usage
		fillCount(attrs, op, genai.HasUsageInput, genai.UsageInput, u.Input, true)
		fillCount(attrs, op, genai.HasUsageOutput, genai.UsageOutput, u.Output, true)
		fillCount(attrs, op, genai.HasUsageCacheRead, genai.UsageCacheRead, u.CacheRead, false)
		fillCount(attrs, op, genai.HasUsageCacheWrite, genai.UsageCacheCreated, u.CacheWrite, false)
		fillCount(attrs, op, genai.HasUsageReasoning, genai.UsageReasoning, u.Reasoning, false)
	}
}

func fill(attrs pcommon.Map, op *genai.Operation, has genai.KeySet, key, value string) {
	if value != "" && !op.Has(has) {
		attrs.PutStr(key, value)
	}
}

// fillCount leaves a zero sub-count out: absent and zero mean the same there, and absent is what most clients write.
func fillCount(attrs pcommon.Map, op *genai.Operation, has genai.KeySet, key string, n int64, zero bool) {
	if (n != 0 || zero) && !op.Has(has) {
		attrs.PutInt(key, n)
	}
}
