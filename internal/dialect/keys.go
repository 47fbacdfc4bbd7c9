package dialect

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

// class says how an attribute's value is kept.
type class uint8

const (
	classText class = iota
	classTally
	classValue
)

// entry is one attribute that is read.
type entry struct {
	key   string
	class class
	fact  uint8
	rank  uint8 // from 1; of two attributes for one fact the lower rank wins
	marks bool  // only GenAI spans have it
	keys  KeySet
}

func texts(fact text, marks bool, keys ...string) []entry {
	return rows(classText, uint8(fact), marks, keys)
}

func tallies(fact tally, keys ...string) []entry {
	return rows(classTally, uint8(fact), true, keys)
}

func values(fact value, marks bool, keys ...string) []entry {
	return rows(classValue, uint8(fact), marks, keys)
}

func rows(c class, fact uint8, marks bool, keys []string) []entry {
	out := make([]entry, len(keys))
	for i, key := range keys {
		out[i] = entry{key: key, class: c, fact: fact, rank: uint8(i + 1), marks: marks, keys: keySetOf(key)} //nolint:gosec // few keys per fact
	}
	return out
}

// Two ways to say that an attribute does or does not make a span GenAI.
const (
	genAI = true
	plain = false
)

// keyTable lists every attribute that is read, per fact in order of precedence.
func keyTable() []entry {
	var all []entry
	for _, part := range [][]entry{kindKeys(), modelKeys(), nameKeys(), answerKeys(), jsonKeys(), usageKeys(), cacheKeys(), otherKeys()} {
		all = append(all, part...)
	}
	return all
}

func join(parts ...[]entry) []entry {
	var all []entry
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func kindKeys() []entry {
	return join(
		texts(tOperation, genAI, genai.OperationName),
		texts(tVercelOperation, genAI, "ai.operationId"),
		texts(tLangfuseType, genAI, "langfuse.observation.type"),
		texts(tOpenInferenceKind, genAI, "openinference.span.kind"),
		texts(tTraceloopKind, genAI, "traceloop.span.kind"),
		texts(tLangsmithKind, genAI, "langsmith.span.kind"),
		texts(tMlflowType, genAI, "mlflow.spanType"),
		texts(tRequestType, genAI, "llm.request.type"),
		texts(tMastraType, genAI, "mastra.span.type"),
		texts(tClaudeType, plain, "span.type"),
		texts(tGenkitType, genAI, "genkit:metadata:subtype", "genkit:type"),
		texts(tSentryType, genAI, "gen_ai.operation.type"),
	)
}

func modelKeys() []entry {
	return join(
		texts(tResponseModel, genAI, genai.ResponseModel, "ai.response.model", "llm.response.model_name"),
		texts(tModelName, genAI, "llm.model_name", "embedding.model_name", "reranker.model_name",
			"langfuse.observation.model.name", "mlflow.llm.model"),
		texts(tRequestModel, genAI, genai.RequestModel, "llm.request.model_name", "ai.model.id", "langsmith.metadata.ls_model_name", "llm.model"),
		texts(tBareModel, plain, "model"),
		texts(tLitellmModel, genAI, "litellm.provider.model"),
		texts(tProvider, genAI, genai.ProviderName),
		texts(tHost, genAI, "llm.provider"),
		texts(tSystem, genAI, "gen_ai.system", "llm.system"),
		texts(tSideProvider, genAI, "langsmith.metadata.ls_provider", "mlflow.llm.provider"),
		texts(tVercelProvider, genAI, "ai.model.provider"),
	)
}

func nameKeys() []entry {
	return join(
		texts(tConversation, plain, genai.ConversationID, "session.id", "langfuse.session.id", "ai.telemetry.metadata.sessionId",
			"traceloop.association.properties.session_id", "langsmith.metadata.session_id", "langsmith.metadata.thread_id",
			"gcp.vertex.agent.session_id", "mastra.metadata.sessionId", "mastra.metadata.threadId", "conversation.id"),
		texts(tLastConversation, plain, "thread.id"),
		texts(tAgent, plain, genai.AgentName, "agent.name", "agent_name"),
		texts(tNode, plain, "graph.node.id"),
		texts(tFunction, genAI, "ai.telemetry.functionId"),
		texts(tTool, plain, genai.ToolName, "tool.name", "ai.toolCall.name", "tool_name"),
		texts(tEntity, genAI, "traceloop.entity.name"),
		texts(tAgentType, plain, "agent.type"),
		texts(tWorkflow, plain, "workflow.name"),
		texts(tSoldBy, plain, "anthropic.provider"),
		texts(tRegion, plain, "aws.region", "cloud.region"),
		texts(tServer, plain, "server.address", "net.peer.name", "peer.address"),
		texts(tURL, plain, "gen_ai.openai.api_base", "gen_ai.request.api_base", "llm.request.base_url", "url.full", "http.url"),
		texts(tLitellmCall, genAI, "litellm.call_id"),
		texts(tProxyKey, plain, "metadata.user_api_key_hash", "litellm.api_key.hash", "metadata.user_api_key_alias",
			"metadata.user_api_key_team_id"),
		texts(tCacheKey, plain, "hidden_params.cache_key"),
	)
}

func answerKeys() []entry {
	return join(
		texts(tResponseID, genAI, genai.ResponseID, "ai.response.id"),
		texts(tResponseTier, plain, "openai.response.service_tier", "gen_ai.openai.response.service_tier",
			"gen_ai.response.service_tier", "anthropic.response.service_tier", "anthropic.usage.service_tier"),
		texts(tRequestTier, plain, "openai.request.service_tier", "gen_ai.openai.request.service_tier",
			"gen_ai.request.service_tier", "anthropic.request.service_tier"),
		texts(tErrorType, plain, genai.ErrorType),
		texts(tLevel, plain, "langfuse.observation.level"),
		texts(tMessage, plain, "langfuse.observation.status_message", "error.message"),
		texts(tGenkitState, plain, "genkit:state"),
		texts(tCurrency, plain, "gen_ai.usage.cost.currency"),
		texts(tCostSource, plain, "gen_ai.usage.cost.source"),
		texts(tFirstChunkAt, plain, "langfuse.observation.completion_start_time", "mastra.completion_start_time"),
		texts(tOurStatus, plain, genai.CostStatus),
		texts(tOurReason, plain, genai.CostReason),
		texts(tCacheOperation, plain, "cache.operation"),
		texts(tCacheResult, plain, "cache.result"),
		texts(tInputMessages, plain, "gen_ai.input.messages"),
	)
}

func jsonKeys() []entry {
	return join(
		texts(jOutput, plain, "output.value"),
		texts(jCompletion, plain, "gen_ai.completion"),
		texts(jMetadata, plain, "metadata"),
		texts(jLangfuseUsage, genAI, "langfuse.observation.usage_details"),
		texts(jLangfuseCost, plain, "langfuse.observation.cost_details"),
		texts(jLangsmithUsage, genAI, "langsmith.usage_metadata", "langsmith.metadata.usage_metadata"),
		texts(jInputDetails, plain, "gen_ai.usage.input_token_details"),
		texts(jOutputDetails, plain, "gen_ai.usage.output_token_details"),
		texts(jMlflowUsage, genAI, "mlflow.chat.tokenUsage"),
		texts(jMlflowCost, plain, "mlflow.llm.cost"),
		texts(jVercelMetadata, plain, "ai.response.providerMetadata"),
		texts(jVertexResponse, plain, "gcp.vertex.agent.llm_response"),
		texts(jGenkitName, genAI, "genkit:name"),
		texts(jGenkitOutput, plain, "genkit:output"),
		texts(jLitellmUsage, plain, "metadata.usage_object"),
		texts(jLitellmHidden, plain, "hidden_params"),
	)
}

func usageKeys() []entry {
	return join(
		tallies(nVercelInput, "ai.usage.inputTokens"),
		tallies(nVercelOutput, "ai.usage.outputTokens"),
		tallies(nVercelPrompt, "ai.usage.promptTokens"),
		tallies(nVercelCompletion, "ai.usage.completionTokens"),
		tallies(nVercelTokens, "ai.usage.tokens"),
		tallies(nCodexInput, "codex.turn.token_usage.input_tokens"),
		tallies(nCodexOutput, "codex.turn.token_usage.output_tokens"),
		tallies(nInput, genai.UsageInput),
		tallies(nOutput, genai.UsageOutput),
		tallies(nOpenInferenceInput, "llm.token_count.prompt"),
		tallies(nOpenInferenceOutput, "llm.token_count.completion"),
		bare(nBareInput, "input_tokens"),
		bare(nBareOutput, "output_tokens"),
		tallies(nOldInput, "gen_ai.usage.prompt_tokens"),
		tallies(nOldOutput, "gen_ai.usage.completion_tokens"),
		tallies(nOldestInput, "llm.usage.prompt_tokens", "llm.usage.input_tokens"),
		tallies(nOldestOutput, "llm.usage.completion_tokens", "llm.usage.output_tokens"),
		tallies(nAggregated, "gen_ai.aggregated_usage.input_tokens", "gen_ai.aggregated_usage.output_tokens"),
		tallies(nPartial, "gen_ai.usage.partial.input_tokens", "gen_ai.usage.partial.output_tokens"),
		tallies(nTotal, "gen_ai.usage.total_tokens", "ai.usage.totalTokens", "llm.token_count.total",
			"codex.turn.token_usage.total_tokens", "llm.usage.total_tokens"),
	)
}

// bare keys are read under their client's scope only and mark nothing.
func bare(fact tally, keys ...string) []entry {
	return rows(classTally, uint8(fact), false, keys)
}

func cacheKeys() []entry {
	return join(
		tallies(nNoCache, "ai.usage.inputTokenDetails.noCacheTokens", "codex.turn.token_usage.non_cached_input_tokens"),
		tallies(nCacheRead, genai.UsageCacheRead, "llm.token_count.prompt_details.cache_read",
			"ai.usage.inputTokenDetails.cacheReadTokens", "ai.usage.cachedInputTokens", "codex.turn.token_usage.cached_input_tokens",
			"gen_ai.usage.cache_read_input_tokens", "gen_ai.usage.cached_input_tokens", "gen_ai.usage.input_tokens.cached",
			"gen_ai.usage.details.cache_read_tokens", "gen_ai.usage.details.cache_read_input_tokens", "gen_ai.usage.details.cached_tokens",
			"gen_ai.usage.details.cached_content_tokens", "gen_ai.usage.experimental.cached_tokens",
			"gen_ai.usage.prompt_tokens_details.cached_tokens", "gen_ai.usage.prompt_tokens_details.cache_read",
			"gen_ai.usage.input_tokens_details.cached_tokens", "gen_ai.usage.cache_read_tokens", "gen_ai.usage.cached_tokens",
			"llm.token_count.prompt_details.cache_input", "llm.usage.cache_read_input_tokens"),
		tallies(nCacheWrite, genai.UsageCacheWrite, genai.UsageCacheCreated, "llm.token_count.prompt_details.cache_write",
			"ai.usage.inputTokenDetails.cacheWriteTokens", "codex.turn.token_usage.cache_write_input_tokens",
			"gen_ai.usage.cache_creation_input_tokens", "gen_ai.usage.cache_write_input_tokens", "gen_ai.usage.input_tokens.cache_write",
			"gen_ai.usage.details.cache_write_tokens", "gen_ai.usage.details.cache_creation_input_tokens",
			"gen_ai.usage.prompt_tokens_details.cache_write", "gen_ai.usage.cache_creation_tokens", "gen_ai.usage.cache_write_tokens",
			"llm.usage.cache_creation_input_tokens"),
		tallies(nCacheWrite5m, "anthropic.usage.cache_creation.ephemeral_5m_input_tokens"),
		tallies(nCacheWrite1h, "anthropic.usage.cache_creation.ephemeral_1h_input_tokens"),
		bare(nBareCacheRead, "cache_read_tokens"),
		bare(nBareCacheWrite, "cache_creation_tokens"),
		bare(nBareCacheWrite5m, "cache_creation_5m_tokens"),
		bare(nBareCacheWrite1h, "cache_creation_1h_tokens"),
		tallies(nReasoning, genai.UsageReasoning, "llm.token_count.completion_details.reasoning",
			"ai.usage.outputTokenDetails.reasoningTokens", "ai.usage.reasoningTokens", "codex.turn.token_usage.reasoning_output_tokens",
			"codex.usage.reasoning_output_tokens", "gen_ai.usage.reasoning_tokens", "gen_ai.usage.output_tokens.reasoning",
			"gen_ai.usage.details.reasoning_tokens", "gen_ai.usage.details.thoughts_tokens", "gen_ai.usage.experimental.reasoning_tokens",
			"gen_ai.usage.completion_tokens_details.reasoning_tokens", "gen_ai.usage.completion_tokens_details.reasoning",
			"gen_ai.usage.output_tokens_details.reasoning_tokens",
			"llm.usage.reasoning_tokens"),
		tallies(nInputAudio, "llm.token_count.prompt_details.audio", "gen_ai.usage.details.input_audio_tokens",
			"gen_ai.usage.prompt_tokens_details.audio_tokens"),
		tallies(nOutputAudio, "llm.token_count.completion_details.audio", "gen_ai.usage.details.output_audio_tokens",
			"gen_ai.usage.completion_tokens_details.audio_tokens"),
	)
}

func otherKeys() []entry {
	return join(
		values(vCostAmount, genAI, "gen_ai.usage.cost.amount"),
		values(vCostLitellm, genAI, "litellm.cost.total"),
		values(vCostGenAI, genAI, "gen_ai.cost.total_cost"),
		values(vCostTotal, plain, genai.CostTotal),
		values(vCostOperation, plain, "operation.cost"),
		values(vCostUsage, genAI, genai.UsageCost),
		values(vCostOther, genAI, "gen_ai.usage.cost_usd", "gen_ai.usage.total_cost", "llm.usage.total_cost"),
		values(vReported, plain, genai.CostReported),
		values(vSaved, plain, genai.CostSaved),
		values(vFirstChunkSeconds, plain, "gen_ai.response.time_to_first_chunk", "gen_ai.client.inference.time_to_first_chunk",
			genai.MetricTimeToFirstChunk, "gen_ai.server.time_to_first_token"),
		values(vFirstChunkMillis, plain, "ai.response.msToFirstChunk", "ttft_ms"),
		values(vFinish, plain, "gen_ai.response.finish_reasons", "gen_ai.response.finish_reason", "ai.response.finishReason",
			"llm.finish_reason"),
		values(vHTTPStatus, plain, "http.response.status_code", "http.status_code"),
		values(vAttempt, plain, "attempt"),
		values(vResend, plain, "http.request.resend_count"),
		values(vSuccess, plain, "success"),
		values(vCacheHit, plain, "cache.hit"),
	)
}
