package llmcost

import (
	"math"
	"testing"
)

func dialectCases(t *testing.T) map[string][]told {
	const (
		sonnet = "claude-sonnet-4-5"
		gpt    = "gpt-4o-mini"
		flash  = "gemini-2.5-flash"
	)
	claude := billed{in: 90_000 + 700 + 300, out: 400, read: 700, w5m: 300}
	openai := billed{in: 5000, out: 300, read: 1024, reasoning: 200}
	return map[string][]told{
		"OpenLLMetry for Python, Anthropic: inclusive": {{
			scope: "opentelemetry.instrumentation.anthropic", name: "anthropic.chat", kind: client, attrs: map[string]any{
				"gen_ai.system": "Anthropic", "gen_ai.request.model": sonnet, "gen_ai.response.model": sonnet + "-20250929",
				"llm.request.type": "completion", "gen_ai.usage.input_tokens": 91_000, "gen_ai.usage.output_tokens": 400,
				"llm.usage.total_tokens": 91_400, "gen_ai.usage.cache_read_input_tokens": 700, "gen_ai.usage.cache_creation_input_tokens": 300,
			}, status: "priced", usd: of(t, "anthropic", sonnet, claude),
		}},
		"OpenLLMetry for JavaScript, Anthropic: exclusive": {{
			scope: "@traceloop/instrumentation-anthropic", name: "anthropic.chat", kind: client, attrs: map[string]any{
				"gen_ai.provider.name": "anthropic", "gen_ai.request.model": sonnet, "gen_ai.operation.name": "chat",
				"gen_ai.usage.input_tokens": 90_000, "gen_ai.usage.output_tokens": 400, "gen_ai.usage.total_tokens": 90_400,
				"gen_ai.usage.cache_read.input_tokens": 700, "gen_ai.usage.cache_creation.input_tokens": 300,
			}, status: "priced", usd: of(t, "anthropic", sonnet, claude),
		}},
		"OpenLLMetry for Python, OpenAI, older keys, counts as strings": {{
			scope: "opentelemetry.instrumentation.openai.v1", name: "openai.chat", kind: client, attrs: map[string]any{
				"gen_ai.system": "OpenAI", "gen_ai.request.model": gpt, "gen_ai.response.model": gpt + "-2024-07-18", "llm.request.type": "chat",
				"gen_ai.usage.prompt_tokens": "5000", "gen_ai.usage.completion_tokens": "300", "llm.usage.total_tokens": "5300",
				"gen_ai.usage.cache_read_input_tokens": "1024", "gen_ai.usage.reasoning_tokens": 200.0,
			}, status: "priced", usd: of(t, "openai", gpt, openai),
		}},
		"OpenLLMetry for Python, Bedrock": {{
			scope: "opentelemetry.instrumentation.bedrock", name: "bedrock.converse", kind: client, attrs: map[string]any{
				"gen_ai.system": "AWS", "gen_ai.request.model": "anthropic.claude-3-5-sonnet-20241022-v2:0", "llm.request.type": "chat",
				"gen_ai.usage.input_tokens": 90_000, "gen_ai.usage.output_tokens": 400,
				"gen_ai.usage.cache_read_input_tokens": 700, "gen_ai.usage.cache_creation_input_tokens": 300,
			}, status: "priced", usd: of(t, "aws", "anthropic.claude-3-5-sonnet-20241022-v2:0", claude),
		}},
		"AI SDK 4, Anthropic: exclusive, the cache in the provider's metadata": {
			{scope: "ai", name: "ai.generateText", kind: internal, attrs: map[string]any{
				"ai.operationId": "ai.generateText", "ai.model.id": sonnet, "ai.model.provider": "anthropic.messages",
				"ai.usage.promptTokens": 90_000, "ai.usage.completionTokens": 400,
			}, status: "rollup", reason: "agent_span"},
			{scope: "ai", name: "ai.generateText.doGenerate", kind: internal, parent: 1, attrs: map[string]any{
				"ai.operationId": "ai.generateText.doGenerate", "ai.model.id": sonnet, "ai.model.provider": "anthropic.messages",
				"gen_ai.system": "anthropic.messages", "gen_ai.request.model": sonnet, "ai.response.id": "msg_1",
				"ai.usage.promptTokens": 90_000, "ai.usage.completionTokens": 400,
				"gen_ai.usage.input_tokens": 90_000, "gen_ai.usage.output_tokens": 400,
				"ai.response.providerMetadata": `{"anthropic":{"cacheCreationInputTokens":300,"cacheReadInputTokens":700}}`,
			}, status: "priced", usd: of(t, "anthropic", sonnet, claude)},
		},
		"AI SDK 4, OpenAI: inclusive": {{
			scope: "ai", name: "ai.generateText.doGenerate", kind: internal, attrs: map[string]any{
				"ai.operationId": "ai.generateText.doGenerate", "ai.model.id": gpt, "ai.model.provider": "openai.chat",
				"ai.usage.promptTokens": 5000, "ai.usage.completionTokens": 300,
				"ai.response.providerMetadata": `{"openai":{"reasoningTokens":200,"acceptedPredictionTokens":0,"rejectedPredictionTokens":0,"cachedPromptTokens":1024}}`,
			}, status: "priced", usd: of(t, "openai", gpt, openai),
		}},
		"AI SDK 5, Anthropic stream: exclusive": {{
			scope: "ai", name: "ai.streamText.doStream", kind: internal, attrs: map[string]any{
				"ai.operationId": "ai.streamText.doStream", "ai.model.id": sonnet, "ai.model.provider": "anthropic.messages",
				"ai.usage.inputTokens": 90_000, "ai.usage.outputTokens": 400, "ai.usage.totalTokens": 90_400, "ai.usage.cachedInputTokens": 700,
				"gen_ai.usage.input_tokens": 90_000, "gen_ai.usage.output_tokens": 400,
				"ai.response.providerMetadata": `{"anthropic":{"usage":{"input_tokens":90000,"cache_creation_input_tokens":300,"cache_read_input_tokens":700,"cache_creation":{"ephemeral_5m_input_tokens":300,"ephemeral_1h_input_tokens":0},"output_tokens":400,"service_tier":"standard"},"cacheCreationInputTokens":300}}`,
			}, status: "priced", usd: of(t, "anthropic", sonnet, claude),
		}},
		"AI SDK 5, Google: output without thoughts": {{
			scope: "ai", name: "ai.generateText.doGenerate", kind: internal, attrs: map[string]any{
				"ai.operationId": "ai.generateText.doGenerate", "ai.model.id": flash, "ai.model.provider": "google.generative-ai",
				"ai.usage.promptTokens": 5000, "ai.usage.completionTokens": 300, "gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300,
				"ai.response.providerMetadata": `{"google":{"groundingMetadata":null,"safetyRatings":null,"usageMetadata":{"promptTokenCount":5000,"candidatesTokenCount":300,"totalTokenCount":5500,"cachedContentTokenCount":1024,"thoughtsTokenCount":200}}}`,
			}, status: "priced", usd: of(t, "google", flash, billed{in: 5000, out: 500, read: 1024, reasoning: 200}),
		}},
		"AI SDK 5, Google stream: output without thoughts": {{
			scope: "ai", name: "ai.streamText.doStream", kind: internal, attrs: map[string]any{
				"ai.operationId": "ai.streamText.doStream", "ai.model.id": flash, "ai.model.provider": "google.generative-ai",
				"ai.usage.inputTokens": 5000, "ai.usage.outputTokens": 300, "ai.usage.totalTokens": 5500, "ai.usage.reasoningTokens": 200,
				"ai.usage.cachedInputTokens": 1024,
			}, status: "priced", usd: of(t, "google", flash, billed{in: 5000, out: 500, read: 1024, reasoning: 200}),
		}},
		"AI SDK, gateway: the bill as a string": {{
			scope: "ai", name: "ai.generateText.doGenerate", kind: internal, attrs: map[string]any{
				"ai.operationId": "ai.generateText.doGenerate", "ai.model.id": "openai/gpt-4o-mini", "ai.model.provider": "gateway",
				"ai.usage.promptTokens": 5000, "ai.usage.completionTokens": 300,
				"ai.response.providerMetadata": `{"gateway":{"routing":{"finalProvider":"openai"},"cost":"0.00093"},"openai":{"cachedPromptTokens":1024}}`,
			}, status: "reported", usd: 930_000,
		}},
		"AI SDK, gateway without a bill": {{
			scope: "ai", name: "ai.generateText.doGenerate", kind: internal, attrs: map[string]any{
				"ai.operationId": "ai.generateText.doGenerate", "ai.model.id": "openai/gpt-4o-mini", "ai.model.provider": "gateway",
				"ai.usage.promptTokens": 5000, "ai.usage.completionTokens": 300,
			}, status: "priced", usd: of(t, "openai", gpt, billed{in: 5000, out: 300}),
		}},
		"OpenInference for Python, Anthropic": {{
			scope: "openinference.instrumentation.anthropic", name: "Messages", kind: internal, attrs: map[string]any{
				"openinference.span.kind": "LLM", "llm.provider": "anthropic", "llm.system": "anthropic", "llm.model_name": sonnet,
				"llm.token_count.prompt": 91_000, "llm.token_count.completion": 400, "llm.token_count.prompt_details.cache_read": 700,
				"llm.token_count.prompt_details.cache_write": 300,
				"output.value": `{"id":"msg_2","model":"claude-sonnet-4-5-20250929","usage":{"input_tokens":90000,"output_tokens":400,"cache_read_input_tokens":700,"cache_creation_input_tokens":300,"cache_creation":{"ephemeral_1h_input_tokens":0,"ephemeral_5m_input_tokens":300}}}`,
			}, status: "priced", usd: of(t, "anthropic", sonnet, claude),
		}},
		"OpenInference for Python, Google": {{
			scope: "openinference.instrumentation.google_genai", name: "GenerateContent", kind: internal, attrs: map[string]any{
				"openinference.span.kind": "LLM", "llm.provider": "google", "llm.model_name": flash,
				"llm.token_count.prompt": 5000, "llm.token_count.completion": 500, "llm.token_count.total": 5500,
				"llm.token_count.prompt_details.cache_read": 1024, "llm.token_count.completion_details.reasoning": 200,
			}, status: "priced", usd: of(t, "google", flash, billed{in: 5000, out: 500, read: 1024, reasoning: 200}),
		}},
		"OpenInference over LangChain in Python": {
			{scope: "openinference.instrumentation.langchain", name: "RunnableSequence", kind: internal, attrs: map[string]any{
				"openinference.span.kind": "CHAIN", "output.value": `{"usage_metadata":{"input_tokens":5000,"output_tokens":300}}`,
			}, status: "rollup", reason: "agent_span"},
			{scope: "openinference.instrumentation.langchain", name: "ChatOpenAI", kind: internal, parent: 1, attrs: map[string]any{
				"openinference.span.kind": "LLM", "llm.model_name": "gpt-4o", "metadata": `{"ls_provider": "openai", "ls_model_name": "gpt-4o"}`,
				"llm.token_count.prompt": 5000, "llm.token_count.completion": 300,
				"llm.token_count.prompt_details.cache_read": 1024, "llm.token_count.completion_details.reasoning": 200,
				"output.value": `{"generations": [[{"text": "", "generation_info": {"finish_reason": "stop"}, "message": {"lc": 1, "kwargs": {"id": "run-1", "response_metadata": {"model_name": "gpt-4o-mini-2024-07-18", "id": "chatcmpl-9"}}}}]], "llm_output": {"token_usage": {"prompt_tokens": 5000}}}`,
			}, status: "duplicate", reason: "child_counted"},
			{scope: "openinference.instrumentation.openai", name: "ChatCompletion", kind: internal, parent: 2, attrs: map[string]any{
				"openinference.span.kind": "LLM", "llm.model_name": "gpt-4o-mini-2024-07-18", "llm.provider": "openai",
				"llm.token_count.prompt": 5000, "llm.token_count.completion": 300,
				"llm.token_count.prompt_details.cache_read": 1024, "llm.token_count.completion_details.reasoning": 200,
			}, status: "duplicate", reason: "child_counted"},
			{scope: "opentelemetry.instrumentation.openai_v2", name: "chat gpt-4o", kind: client, parent: 3, attrs: map[string]any{
				"gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o", "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
				"gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300, "gen_ai.usage.cache_read.input_tokens": 1024,
				"gen_ai.usage.reasoning.output_tokens": 200,
			}, status: "priced", usd: of(t, "openai", gpt, openai)},
		},
		"Langfuse, OpenAI's details in buckets": {{
			scope: "langfuse-sdk", name: "OpenAI-generation", kind: internal, attrs: map[string]any{
				"langfuse.observation.type": "generation", "langfuse.observation.model.name": gpt,
				"langfuse.observation.usage_details": `{"input":3976,"output":100,"total":5300,"input_cached_tokens":1024,"output_reasoning_tokens":200}`,
				"langfuse.observation.cost_details":  `{"total":7}`,
			}, status: "priced", usd: of(t, "openai", gpt, openai),
		}},
		"Langfuse, Anthropic's own names": {{
			scope: "langfuse-sdk", name: "gen", kind: internal, attrs: map[string]any{
				"langfuse.observation.type": "generation", "langfuse.observation.model.name": sonnet,
				"langfuse.observation.usage_details": `{"input":90000,"output":400,"cache_read_input_tokens":700,"cache_creation_input_tokens":300}`,
			}, status: "priced", usd: of(t, "anthropic", sonnet, claude),
		}},
		"Langfuse, Anthropic's usage object as it is": {{
			scope: "langfuse-sdk", name: "gen", kind: internal, attrs: map[string]any{
				"langfuse.observation.type": "generation", "langfuse.observation.model.name": sonnet,
				"langfuse.observation.usage_details": `{"input_tokens":90000,"output_tokens":400,"cache_read_input_tokens":700,"cache_creation_input_tokens":300,"cache_creation":{"ephemeral_5m_input_tokens":300,"ephemeral_1h_input_tokens":0},"server_tool_use":{"web_search_requests":0},"service_tier":"standard"}`,
			}, status: "priced", usd: of(t, "anthropic", sonnet, claude),
		}},
		"Langfuse, LangChain's buckets": {{
			scope: "langfuse-sdk", name: "gen", kind: internal, attrs: map[string]any{
				"langfuse.observation.type": "generation", "langfuse.observation.model.name": gpt,
				"langfuse.observation.usage_details": `{"input":3976,"output":100,"total":5300,"input_cache_read":1024,"output_reasoning":200}`,
			}, status: "priced", usd: of(t, "openai", gpt, openai),
		}},
		"Langfuse, OpenAI's usage object as it is": {{
			scope: "langfuse-sdk", name: "gen", kind: internal, attrs: map[string]any{
				"langfuse.observation.type": "generation", "langfuse.observation.model.name": gpt,
				"langfuse.observation.usage_details": `{"prompt_tokens":5000,"completion_tokens":300,"total_tokens":5300,"prompt_tokens_details":{"cached_tokens":1024},"completion_tokens_details":{"reasoning_tokens":200}}`,
			}, status: "priced", usd: of(t, "openai", gpt, openai),
		}},
		"Langfuse, an unknown model with the client's cost": {{
			scope: "langfuse-sdk", name: "gen", kind: internal, attrs: map[string]any{
				"langfuse.observation.type": "generation", "langfuse.observation.model.name": "in-house-13b",
				"langfuse.observation.usage_details": `{"input":10,"output":20}`, "langfuse.observation.cost_details": `{"total":0.25}`,
			}, status: "estimated", reason: "client_estimate", usd: 250_000_000,
		}},
		"Pydantic AI": {
			{scope: "pydantic-ai", name: "agent run", kind: internal, attrs: map[string]any{
				"agent_name": "a", "model_name": gpt, "gen_ai.aggregated_usage.input_tokens": 10_000, "gen_ai.aggregated_usage.output_tokens": 600,
			}, status: "rollup", reason: "agent_span"},
			{scope: "pydantic-ai", name: "chat gpt-4o-mini", kind: internal, parent: 1, attrs: map[string]any{
				"gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.provider.name": "openai", "gen_ai.request.model": gpt,
				"gen_ai.response.model": gpt + "-2024-07-18", "gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300,
				"gen_ai.usage.details.cached_tokens": 1024, "gen_ai.usage.cache_read.input_tokens": 1024,
				"gen_ai.usage.details.reasoning_tokens": 200, "operation.cost": 0.5,
			}, status: "priced", usd: of(t, "openai", gpt, openai)},
			{scope: "pydantic-ai", name: "running tool", kind: internal, parent: 1, attrs: map[string]any{"gen_ai.tool.name": "t"}},
			{scope: "pydantic-ai", name: "chat", kind: internal, parent: 3, attrs: map[string]any{
				"gen_ai.operation.name": "chat", "gen_ai.system": "anthropic", "gen_ai.request.model": sonnet,
				"gen_ai.usage.input_tokens": 91_000, "gen_ai.usage.output_tokens": 400,
				"gen_ai.usage.details.cache_read_input_tokens": 700, "gen_ai.usage.details.cache_creation_input_tokens": 300,
				"gen_ai.usage.details.input_tokens": 90_000, "gen_ai.usage.details.output_tokens": 400,
			}, status: "priced", usd: of(t, "anthropic", sonnet, claude)},
		},
		"Pydantic AI, an agent in the conventions": {
			{scope: "pydantic-ai", name: "invoke_agent a", kind: internal, attrs: map[string]any{
				"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "a", "gen_ai.request.model": gpt,
				"gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300, "operation.cost": 0.5,
			}, status: "rollup", reason: "agent_span"},
		},
		"Logfire's Claude Agent SDK: the sum is on the agent": {
			{scope: "logfire.claude_agent_sdk", name: "invoke_agent", kind: internal, attrs: map[string]any{
				"gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": sonnet, "gen_ai.provider.name": "anthropic",
				"gen_ai.usage.input_tokens": 91_000, "gen_ai.usage.output_tokens": 400, "gen_ai.usage.cache_read.input_tokens": 700,
				"gen_ai.usage.cache_creation.input_tokens": 300, "operation.cost": 0.1,
			}, status: "priced", usd: of(t, "anthropic", sonnet, claude)},
			{scope: "logfire.claude_agent_sdk", name: "chat", kind: client, parent: 1, attrs: map[string]any{
				"gen_ai.operation.name": "chat", "gen_ai.request.model": sonnet, "gen_ai.usage.partial.input_tokens": 1000,
				"gen_ai.usage.partial.output_tokens": 100,
			}, status: "rollup", reason: "agent_span"},
		},
		"LiteLLM 1, proxy": {
			{scope: "litellm", name: "Received Proxy Server Request", kind: server, attrs: map[string]any{
				"gen_ai.request.model": "gpt-4o-mini-2024-07-18", "gen_ai.response.model": "my-alias", "gen_ai.system": "openai", "llm.request.type": "acompletion",
				"gen_ai.response.id": "chatcmpl-5", "gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300, "gen_ai.usage.total_tokens": 5300,
				"gen_ai.cost.total_cost": 0.0123, "gen_ai.cost.input_cost": 0.01, "metadata.user_api_key_hash": "abc",
				"metadata.usage_object": "{'completion_tokens': 300, 'prompt_tokens': 5000, 'total_tokens': 5300, 'completion_tokens_details': {'reasoning_tokens': 200, 'audio_tokens': None}, 'prompt_tokens_details': {'cached_tokens': 1024}}",
			}, status: "reported", usd: 12_300_000},
			{scope: "litellm", name: "raw_gen_ai_request", kind: internal, parent: 1, attrs: map[string]any{
				"llm.openai.model": "gpt-4o-mini", "llm.openai.usage": "{'prompt_tokens': 5000, 'completion_tokens': 300}",
			}, status: "rollup", reason: "agent_span"},
		},
		"LiteLLM 1, library: its cost is a guess": {
			{scope: "litellm", name: "litellm_request", kind: internal, attrs: map[string]any{
				"gen_ai.request.model": gpt, "gen_ai.response.model": gpt, "gen_ai.system": "openai", "llm.request.type": "completion",
				"gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300, "gen_ai.cost.total_cost": 7.0,
				"metadata.usage_object": "{'completion_tokens': 300, 'prompt_tokens': 5000, 'completion_tokens_details': {'reasoning_tokens': 200}, 'prompt_tokens_details': {'cached_tokens': 1024}}",
			}, status: "priced", usd: of(t, "openai", gpt, openai)},
		},
		"LiteLLM 1, an answer from its cache": {
			{scope: "litellm", name: "Received Proxy Server Request", kind: server, attrs: map[string]any{
				"gen_ai.request.model": gpt, "gen_ai.system": "openai", "llm.request.type": "acompletion", "gen_ai.response.id": "chatcmpl-6",
				"gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300, "gen_ai.cost.total_cost": 0.01,
				"hidden_params.cache_key": "abc", "metadata.user_api_key_hash": "abc",
			}, status: "free", reason: "cache_hit"},
			{scope: "litellm", name: "Received Proxy Server Request", kind: server, attrs: map[string]any{
				"gen_ai.request.model": gpt, "gen_ai.system": "openai", "llm.request.type": "acompletion", "gen_ai.response.id": "chatcmpl-6",
				"gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300, "gen_ai.cost.total_cost": 0.01,
				"metadata.user_api_key_hash": "abc",
			}, status: "reported", usd: 10_000_000},
		},
		"LiteLLM 2": {
			{scope: "litellm", name: "chat gpt-4o-mini", kind: server, attrs: map[string]any{
				"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "alias", "litellm.provider.model": gpt,
				"litellm.call_id": "c1", "gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300, "gen_ai.usage.prompt_tokens": 5000,
				"gen_ai.usage.cache_read.input_tokens": 1024, "litellm.cost.total": 0.002, "litellm.cost.input": 0.001,
			}, status: "reported", usd: 2_000_000},
		},
		"LiteLLM 2 without a cost": {
			{scope: "litellm", name: "chat gpt-4o-mini", kind: server, attrs: map[string]any{
				"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "alias", "litellm.provider.model": gpt,
				"litellm.call_id": "c1", "gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300,
				"gen_ai.usage.cache_read.input_tokens": 1024, "litellm.cost.total": 0.0,
			}, status: "priced", usd: of(t, "openai", gpt, billed{in: 5000, out: 300, read: 1024})},
		},
		"MLflow": {
			{scope: "mlflow", name: "agent", kind: internal, attrs: map[string]any{
				"mlflow.spanType": `"AGENT"`, "mlflow.chat.tokenUsage": `{"input_tokens": 5000, "output_tokens": 300, "total_tokens": 5300}`,
			}, status: "rollup", reason: "agent_span"},
			{scope: "mlflow", name: "ChatOpenAI", kind: internal, parent: 1, attrs: map[string]any{
				"mlflow.spanType": `"CHAT_MODEL"`, "mlflow.llm.model": `"gpt-4o-mini"`, "mlflow.llm.provider": `"openai"`,
				"mlflow.chat.tokenUsage": `"{\"input_tokens\": 5000, \"output_tokens\": 300, \"total_tokens\": 5300, \"cache_read_input_tokens\": 1024}"`,
				"mlflow.llm.cost":        `{"input_cost": 0.1, "output_cost": 0.1, "total_cost": 0.2}`,
			}, status: "priced", usd: of(t, "openai", gpt, billed{in: 5000, out: 300, read: 1024})},
		},
		"Microsoft Agent Framework: the agent is a client span with the sum": {
			{scope: "agent_framework", name: "invoke_agent a", kind: client, attrs: map[string]any{
				"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "a", "gen_ai.provider.name": "openai", "gen_ai.request.model": gpt,
				"gen_ai.usage.input_tokens": 10_000, "gen_ai.usage.output_tokens": 600,
			}, status: "rollup", reason: "agent_span"},
			{scope: "agent_framework", name: "chat gpt-4o-mini", kind: client, parent: 1, attrs: map[string]any{
				"gen_ai.operation.name": "chat", "gen_ai.provider.name": "azure.ai.openai", "gen_ai.request.model": gpt,
				"gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300, "gen_ai.usage.cache_read.input_tokens": 1024,
				"gen_ai.usage.reasoning.output_tokens": 200,
			}, status: "priced", usd: of(t, "azure", gpt, openai)},
		},
		"Semantic Kernel": {
			{scope: "Microsoft.SemanticKernel.Diagnostics", name: "chat.completions gpt-4o-mini", kind: client, attrs: map[string]any{
				"gen_ai.operation.name": "chat.completions", "gen_ai.system": "openai", "gen_ai.request.model": gpt, "gen_ai.response.finish_reason": "Stop",
				"gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300,
			}, status: "priced", usd: of(t, "openai", gpt, billed{in: 5000, out: 300})},
		},
		"Copilot: its cost is no money": {
			{scope: "github.copilot", name: "invoke_agent", kind: internal, attrs: map[string]any{
				"gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": gpt, "gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300,
				"github.copilot.cost": 3.0,
			}, status: "rollup", reason: "agent_span"},
			{scope: "github.copilot", name: "chat", kind: client, parent: 1, attrs: map[string]any{
				"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": gpt,
				"gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300, "github.copilot.cost": 1.0,
			}, status: "priced", usd: of(t, "openai", gpt, billed{in: 5000, out: 300})},
		},
		"Genkit": {
			{scope: "genkit-tracer", name: "generate", kind: internal, attrs: map[string]any{
				"genkit:type": "util", "genkit:name": "generate", "genkit:output": `{"usage":{"inputTokens":5000,"outputTokens":300}}`,
			}, status: "rollup", reason: "agent_span"},
			{scope: "genkit-tracer", name: "googleai/gemini-2.5-flash", kind: internal, parent: 1, attrs: map[string]any{
				"genkit:type": "action", "genkit:metadata:subtype": "model", "genkit:name": "googleai/gemini-2.5-flash",
				"genkit:output": `{"message":{"role":"model","content":[{"text":"x"}]},"usage":{"inputTokens":5000,"outputTokens":300,"totalTokens":5500,"thoughtsTokens":200,"cachedContentTokens":1024,"inputCharacters":9}}`,
			}, status: "priced", usd: of(t, "google", flash, billed{in: 5000, out: 500, read: 1024, reasoning: 200})},
		},
		"Sentry": {
			{scope: "sentry.python", name: "chat gpt-4o-mini", kind: client, attrs: map[string]any{
				"gen_ai.operation.name": "chat", "gen_ai.operation.type": "ai_client", "gen_ai.request.model": gpt, "gen_ai.system": "openai",
				"gen_ai.usage.input_tokens": 5000.0, "gen_ai.usage.input_tokens.cached": 1024.0, "gen_ai.usage.output_tokens": 300.0,
				"gen_ai.usage.output_tokens.reasoning": 200.0, "gen_ai.usage.total_tokens": 5300.0,
			}, status: "priced", usd: of(t, "openai", gpt, openai)},
			{scope: "sentry.python", name: "chat claude", kind: client, attrs: map[string]any{
				"gen_ai.operation.type": "ai_client", "gen_ai.request.model": sonnet,
				"gen_ai.usage.input_tokens": 91_000, "gen_ai.usage.input_tokens.cached": 700, "gen_ai.usage.input_tokens.cache_write": 300,
				"gen_ai.usage.output_tokens": 400,
			}, status: "priced", usd: of(t, "anthropic", sonnet, claude)},
		},
		"OpenRouter mirrors the client's call": {
			{scope: "openrouter", name: "chat", kind: client, attrs: map[string]any{
				"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openrouter", "gen_ai.request.model": "openai/gpt-4o-mini",
				"gen_ai.response.id": "gen-1", "gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300,
				"gen_ai.usage.cache_read.input_tokens": 1024, "gen_ai.usage.total_cost": 0.00093,
			}, status: "reported", usd: 930_000},
			{scope: "@opentelemetry/instrumentation-openai", name: "chat", kind: client, attrs: map[string]any{
				"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openrouter", "gen_ai.request.model": "openai/gpt-4o-mini",
				"gen_ai.response.id": "gen-1", "gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300,
			}, status: "duplicate", reason: "same_response"},
		},
		"Google ADK for Python 1": {
			{scope: "gcp.vertex.agent", name: "invocation", kind: internal, status: "rollup", reason: "agent_span"},
			{scope: "gcp.vertex.agent", name: "agent_run [a]", kind: internal, parent: 1, status: "rollup", reason: "agent_span"},
			{scope: "gcp.vertex.agent", name: "call_llm", kind: internal, parent: 2, attrs: map[string]any{
				"gen_ai.system": "gcp.vertex.agent", "gen_ai.request.model": flash, "gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300,
				"gen_ai.usage.experimental.cached_tokens": 1024, "gen_ai.usage.experimental.reasoning_tokens": 200,
			}, status: "priced", usd: of(t, "google", flash, billed{in: 5000, out: 500, read: 1024, reasoning: 200})},
			{scope: "gcp.vertex.agent", name: "execute_tool t", kind: internal, parent: 3, attrs: map[string]any{
				"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "t", "gen_ai.system": "gcp.vertex.agent",
			}},
			{scope: "gcp.vertex.agent", name: "invoke_agent b", kind: internal, parent: 4, attrs: map[string]any{
				"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "b",
			}, status: "rollup", reason: "agent_span"},
			{scope: "gcp.vertex.agent", name: "call_llm", kind: internal, parent: 5, attrs: map[string]any{
				"gen_ai.system": "gcp.vertex.agent", "gen_ai.request.model": flash, "gen_ai.usage.input_tokens": 70_000, "gen_ai.usage.output_tokens": 300,
				"gcp.vertex.agent.llm_response": `{"content":{"parts":[{"text":"x"}]},"usage_metadata":{"cached_content_token_count":1024,"candidates_token_count":300,"prompt_token_count":70000,"thoughts_token_count":200,"total_token_count":70500}}`,
			}, status: "priced", usd: of(t, "google", flash, billed{in: 70_000, out: 500, read: 1024, reasoning: 200})},
		},
		"Google ADK through LiteLLM": {
			{scope: "gcp.vertex.agent", name: "call_llm", kind: internal, attrs: map[string]any{
				"gen_ai.system": "gcp.vertex.agent", "gen_ai.request.model": "openai/gpt-4o-mini",
				"gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300,
				"gcp.vertex.agent.llm_response": `{"usage_metadata":{"cached_content_token_count":1024,"candidates_token_count":300,"prompt_token_count":5000,"thoughts_token_count":200,"total_token_count":5300}}`,
			}, status: "priced", usd: of(t, "openai", gpt, openai)},
			{scope: "gcp.vertex.agent", name: "call_llm", kind: internal, attrs: map[string]any{
				"gen_ai.system": "gcp.vertex.agent", "gen_ai.request.model": "anthropic/claude-sonnet-4-5",
				"gen_ai.usage.input_tokens": 91_000, "gen_ai.usage.output_tokens": 400,
				"gen_ai.usage.cache_read.input_tokens": 700, "gen_ai.usage.cache_creation.input_tokens": 300,
			}, status: "priced", usd: of(t, "anthropic", sonnet, claude)},
		},
		"Strands: it names itself as the system": {
			{scope: "strands.telemetry.tracer", name: "invoke_agent a", kind: client, attrs: map[string]any{
				"gen_ai.operation.name": "invoke_agent", "gen_ai.system": "strands-agents", "gen_ai.request.model": sonnet,
				"gen_ai.usage.input_tokens": 90_000, "gen_ai.usage.output_tokens": 400,
			}, status: "rollup", reason: "agent_span"},
			{scope: "strands.telemetry.tracer", name: "chat", kind: client, parent: 1, attrs: map[string]any{
				"gen_ai.operation.name": "chat", "gen_ai.system": "strands-agents", "gen_ai.request.model": sonnet,
				"gen_ai.usage.input_tokens": 90_000, "gen_ai.usage.output_tokens": 400, "gen_ai.usage.total_tokens": 91_400,
				"gen_ai.usage.cache_read_input_tokens": 700, "gen_ai.usage.cache_write_input_tokens": 300,
			}, status: "priced", usd: of(t, "anthropic", sonnet, claude)},
		},
		"LangSmith, LangChain's details of a service tier": {{
			scope: "langsmith", name: "ChatOpenAI", kind: internal, attrs: map[string]any{
				"langsmith.span.kind": "llm", "gen_ai.system": "openai", "gen_ai.request.model": gpt, "gen_ai.usage.input_tokens": 5000,
				"gen_ai.usage.output_tokens": 300, "gen_ai.usage.input_token_details": `{"flex_cache_read":1024,"flex":3976}`,
				"gen_ai.usage.output_token_details": `{"flex_reasoning":200,"flex":100}`,
			}, status: "priced", usd: of(t, "openai", gpt, openai) / 2,
		}},
		"Google ADK for Python 2.3": {
			{scope: "gcp.vertex.agent", name: "call_llm", kind: internal, attrs: map[string]any{
				"gen_ai.system": "gcp.vertex.agent", "gen_ai.request.model": flash, "gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300,
				"gen_ai.usage.cache_read.input_tokens": 1024, "gen_ai.usage.reasoning.output_tokens": 200,
			}, status: "duplicate", reason: "child_counted"},
			{scope: "gcp.vertex.agent", name: "generate_content gemini-2.5-flash", kind: client, parent: 1, attrs: map[string]any{
				"gen_ai.operation.name": "generate_content", "gen_ai.system": "gemini", "gen_ai.request.model": flash,
				"gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300,
				"gen_ai.usage.cache_read.input_tokens": 1024, "gen_ai.usage.reasoning.output_tokens": 200,
			}, status: "priced", usd: of(t, "google", flash, billed{in: 5000, out: 500, read: 1024, reasoning: 200})},
		},
		"Claude Code, a call after two retries": {
			{scope: "com.anthropic.claude_code.tracing", name: "claude_code.interaction", kind: internal, attrs: map[string]any{
				"span.type": "interaction", "input_tokens": 1, "output_tokens": 1,
			}, status: "rollup", reason: "agent_span"},
			{scope: "com.anthropic.claude_code.tracing", name: "claude_code.llm_request", kind: internal, parent: 1, attrs: map[string]any{
				"span.type": "llm_request", "model": sonnet, "attempt": 3, "success": true, "input_tokens": 90_000, "output_tokens": 400,
				"cache_read_tokens": 700, "cache_creation_tokens": 300, "gen_ai.provider.name": "anthropic", "gen_ai.request.model": sonnet,
			}, status: "priced", usd: of(t, "anthropic", sonnet, claude)},
			{scope: "com.anthropic.claude_code.tracing", name: "claude_code.llm_request", kind: internal, parent: 1, attrs: map[string]any{
				"span.type": "llm_request", "model": sonnet, "attempt": 10, "success": false, "error": "529 overloaded",
			}, status: "free", reason: "failed"},
			{scope: "com.anthropic.claude_code.tracing", name: "claude_code.tool", kind: internal, parent: 1, attrs: map[string]any{"span.type": "tool", "tool_name": "Task"}},
			{scope: "com.anthropic.claude_code.tracing", name: "claude_code.llm_request", kind: internal, parent: 4, attrs: map[string]any{
				"span.type": "llm_request", "model": sonnet, "success": "true", "input_tokens": "12", "output_tokens": "400",
				"cache_read_tokens": "0", "cache_creation_tokens": "0",
			}, status: "priced", usd: of(t, "anthropic", sonnet, billed{in: 12, out: 400})},
		},
		"Claude Code 2.1.332: the convention's counts, inclusive, beside its own, exclusive": {{
			scope: "com.anthropic.claude_code.tracing", name: "claude_code.llm_request", kind: internal, attrs: map[string]any{
				"span.type": "llm_request", "model": sonnet, "success": true, "gen_ai.provider.name": "anthropic", "gen_ai.request.model": sonnet,
				"gen_ai.operation.name": "chat", "gen_ai.response.model": sonnet, "input_tokens": 90_000, "output_tokens": 400,
				"cache_read_tokens": 700, "cache_creation_tokens": 300, "gen_ai.usage.input_tokens": 91_000, "gen_ai.usage.output_tokens": 400,
				"gen_ai.usage.cache_read.input_tokens": 700, "gen_ai.usage.cache_write.input_tokens": 300,
			}, status: "priced", usd: of(t, "anthropic", sonnet, claude),
		}},
		"Codex, a turn of three calls": {
			{scope: "codex_cli_rs", name: "session_task.turn", kind: internal, attrs: map[string]any{
				"model": "gpt-5-mini", "codex.turn.token_usage.input_tokens": 30_000, "codex.turn.token_usage.cached_input_tokens": 20_000,
				"codex.turn.token_usage.non_cached_input_tokens": 10_000, "codex.turn.token_usage.output_tokens": 900,
				"codex.turn.token_usage.reasoning_output_tokens": 500, "codex.turn.token_usage.total_tokens": 30_900,
			}, status: "priced", usd: of(t, "openai", "gpt-5-mini", billed{in: 30_000, out: 900, read: 20_000, reasoning: 500})},
			{scope: "codex_cli_rs", name: "handle_responses", kind: internal, parent: 1, attrs: map[string]any{
				"gen_ai.usage.input_tokens": 10_000, "gen_ai.usage.output_tokens": 300, "gen_ai.usage.cache_read.input_tokens": 7000,
				"codex.usage.reasoning_output_tokens": 100,
			}, status: "rollup", reason: "agent_span"},
			{scope: "codex_cli_rs", name: "handle_responses", kind: internal, parent: 1, attrs: map[string]any{
				"gen_ai.usage.input_tokens": 20_000, "gen_ai.usage.output_tokens": 600, "gen_ai.usage.cache_read.input_tokens": 13_000,
			}, status: "rollup", reason: "agent_span"},
		},
		"Gemini CLI: thoughts beside the output": {
			{scope: "gemini-cli", name: "llm_call", kind: internal, attrs: map[string]any{
				"gen_ai.operation.name": "llm_call", "gen_ai.request.model": flash, "gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300,
				"gen_ai.usage.cache_read.input_tokens": 1024, "gen_ai.usage.reasoning.output_tokens": 200,
			}, status: "priced", usd: of(t, "google", flash, billed{in: 5000, out: 500, read: 1024, reasoning: 200})},
		},
		"Older LangChain": {
			{scope: "app", name: "agent_request:support", kind: internal, attrs: map[string]any{"request.id": "1", "agent.type": "support"}, status: "rollup", reason: "agent_span"},
			{scope: "app", name: "llm_call:openai", kind: internal, parent: 1, attrs: map[string]any{
				"llm.provider": "openai", "llm.model": gpt, "llm.usage.prompt_tokens": 5000, "llm.usage.completion_tokens": 300,
			}, status: "priced", usd: of(t, "openai", gpt, billed{in: 5000, out: 300})},
			{scope: "app", name: "tool_execution:search", kind: internal, parent: 1, attrs: map[string]any{"tool.name": "search"}},
		},
		"A remote agent": {
			{scope: "bedrock-client", name: "invoke_agent a", kind: client, attrs: map[string]any{
				"gen_ai.operation.name": "invoke_agent", "gen_ai.provider.name": "openai", "gen_ai.request.model": gpt,
				"gen_ai.usage.input_tokens": 5000, "gen_ai.usage.output_tokens": 300,
			}, status: "priced", usd: of(t, "openai", gpt, billed{in: 5000, out: 300})},
		},
		"Embeddings in a retrieval": {
			{scope: "openinference.instrumentation.langchain", name: "retriever", kind: internal, attrs: map[string]any{"openinference.span.kind": "RETRIEVER"}},
			{scope: "openinference.instrumentation.openai", name: "CreateEmbeddings", kind: internal, parent: 1, attrs: map[string]any{
				"openinference.span.kind": "EMBEDDING", "embedding.model_name": "text-embedding-3-small", "llm.token_count.prompt": 1000, "llm.token_count.total": 1000,
			}, status: "priced", usd: of(t, "openai", "text-embedding-3-small", billed{in: 1000})},
		},
		"AI SDK embeddings": {
			{scope: "ai", name: "ai.embed", kind: internal, attrs: map[string]any{
				"ai.operationId": "ai.embed", "ai.model.id": "text-embedding-3-small", "ai.model.provider": "openai.embedding", "ai.usage.tokens": 1000,
			}, status: "rollup", reason: "agent_span"},
			{scope: "ai", name: "ai.embed.doEmbed", kind: internal, parent: 1, attrs: map[string]any{
				"ai.operationId": "ai.embed.doEmbed", "ai.model.id": "text-embedding-3-small", "ai.model.provider": "openai.embedding", "ai.usage.tokens": 1000,
			}, status: "priced", usd: of(t, "openai", "text-embedding-3-small", billed{in: 1000})},
		},
		"A stream without usage inside a span with usage": {
			{scope: "openinference.instrumentation.langchain", name: "ChatOpenAI", kind: internal, attrs: map[string]any{
				"openinference.span.kind": "LLM", "llm.model_name": gpt, "llm.provider": "openai", "llm.token_count.prompt": 5000, "llm.token_count.completion": 300,
			}, status: "priced", usd: of(t, "openai", gpt, billed{in: 5000, out: 300})},
			{scope: "opentelemetry.instrumentation.openai.v1", name: "openai.chat", kind: client, parent: 1, attrs: map[string]any{
				"gen_ai.system": "openai", "gen_ai.request.model": gpt, "llm.request.type": "chat",
			}, status: "duplicate", reason: "parent_counted"},
		},
		"Counts that are no numbers": {
			{scope: "x", name: "chat", kind: client, attrs: map[string]any{
				"gen_ai.operation.name": "chat", "gen_ai.request.model": gpt, "gen_ai.usage.input_tokens": "1e308", "gen_ai.usage.output_tokens": 3,
			}, status: "unpriced", reason: "bad_usage"},
			{scope: "x", name: "chat", kind: client, attrs: map[string]any{
				"gen_ai.operation.name": "chat", "gen_ai.request.model": gpt, "gen_ai.usage.input_tokens": 5, "gen_ai.usage.output_tokens": math.Inf(1),
			}, status: "unpriced", reason: "bad_usage"},
			{scope: "x", name: "chat", kind: client, attrs: map[string]any{
				"gen_ai.operation.name": "chat", "gen_ai.request.model": gpt, "gen_ai.usage.input_tokens": []any{5}, "gen_ai.usage.output_tokens": 5,
			}, status: "unpriced", reason: "bad_usage"},
		},
	}
}
