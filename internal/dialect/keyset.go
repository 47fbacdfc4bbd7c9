package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// KeySet is a set of attributes that a span carries, whatever their values.
type KeySet uint32

// The attributes whose presence llmcost must know before it writes.
const (
	HasOperationName KeySet = 1 << iota
	HasProviderName
	HasRequestModel
	HasResponseModel
	HasResponseID
	HasAgentName
	HasToolName
	HasConversationID
	HasUsageInput
	HasUsageOutput
	HasUsageCacheRead
	HasUsageCacheWrite // under its new name or that of v1.41
	HasUsageReasoning
	HasOwnedCost       // llm.cost.* or gen_ai.usage.cost
	HasUsageCostFamily // gen_ai.usage.cost.*
	HasFirstChunk
	HasAttempt
	HasFailure // said by the span's status and error.type

	hasOpenInferenceCache // cache counts under OpenInference's own names
)

var keySets = map[string]KeySet{
	genai.OperationName:     HasOperationName,
	genai.ProviderName:      HasProviderName,
	genai.RequestModel:      HasRequestModel,
	genai.ResponseModel:     HasResponseModel,
	genai.ResponseID:        HasResponseID,
	genai.AgentName:         HasAgentName,
	genai.ToolName:          HasToolName,
	genai.ConversationID:    HasConversationID,
	genai.UsageInput:        HasUsageInput,
	genai.UsageOutput:       HasUsageOutput,
	genai.UsageCacheRead:    HasUsageCacheRead,
	genai.UsageCacheWrite:   HasUsageCacheWrite,
	genai.UsageCacheCreated: HasUsageCacheWrite,
	genai.UsageReasoning:    HasUsageReasoning,
	genai.UsageCost:         HasOwnedCost,

	"llm.token_count.prompt_details.cache_read":  hasOpenInferenceCache,
	"llm.token_count.prompt_details.cache_write": hasOpenInferenceCache,
}

// CostFamily is the prefix of the attributes that only llmcost writes, UsageCostFamily that of the proposed convention.
const (
	CostFamily      = "llm.cost."
	UsageCostFamily = "gen_ai.usage.cost."
)

// keySetOf is the set that key is in; 0 for most keys.
func keySetOf(key string) KeySet {
	switch {
	case strings.HasPrefix(key, CostFamily):
		return HasOwnedCost
	case strings.HasPrefix(key, UsageCostFamily):
		return HasUsageCostFamily
	}
	return keySets[key]
}

// unread is keySetOf for a key that is not in the key table: only a family can hold it.
func unread(key string) KeySet {
	if len(key) <= len(CostFamily) {
		return 0
	}
	switch {
	case key[0] == 'l' && key[:len(CostFamily)] == CostFamily:
		return HasOwnedCost
	case key[0] == 'g' && strings.HasPrefix(key, UsageCostFamily):
		return HasUsageCostFamily
	}
	return 0
}
