package dialect

import (
	"math"
	"testing"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// TestUsage reads one call's usage in every dialect. Uncached tokens outnumber the cached ones throughout, so that no test of
// sizes gives an exclusive count away.
func TestUsage(t *testing.T) {
	claude := attrs{"span.type": "llm_request", "model": "claude-sonnet-4-6", "input_tokens": 3000, "output_tokens": 100, "cache_read_tokens": 500}
	anthropic := attrs{
		"gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic", "gen_ai.request.model": "claude-sonnet-4-5",
		"gen_ai.usage.input_tokens": 3000, "gen_ai.usage.output_tokens": 100,
		"gen_ai.usage.cache_read.input_tokens": 500, "gen_ai.usage.cache_creation.input_tokens": 200,
	}
	vercel := attrs{
		"ai.operationId": "ai.streamText.doStream", "ai.model.provider": "anthropic.messages", "ai.model.id": "claude-sonnet-4-5",
		"ai.usage.inputTokens": 3000, "ai.usage.outputTokens": 100,
	}
	for _, tc := range []struct {
		name, scope, span string
		attrs             attrs
		want              genai.Usage
	}{
		{
			"claude code", "com.anthropic.claude_code.tracing", "claude_code.llm_request", with(claude, attrs{"cache_creation_tokens": 200}),
			genai.Usage{Input: 3700, Output: 100, CacheRead: 500, CacheWrite: 200},
		},
		{
			"claude code, lifetimes", "com.anthropic.claude_code.tracing", "claude_code.llm_request",
			with(claude, attrs{"cache_creation_5m_tokens": 50, "cache_creation_1h_tokens": 150}),
			genai.Usage{Input: 3700, Output: 100, CacheRead: 500, CacheWrite: 200, CacheWrite1h: 150},
		},
		{
			"openllmetry js anthropic", "@traceloop/instrumentation-anthropic", "chat", anthropic,
			genai.Usage{Input: 3700, Output: 100, CacheRead: 500, CacheWrite: 200},
		},
		{
			"openllmetry python anthropic", "opentelemetry.instrumentation.anthropic", "chat", anthropic,
			genai.Usage{Input: 3000, Output: 100, CacheRead: 500, CacheWrite: 200},
		},
		{
			"openlit js anthropic", "@openlit/instrumentation-anthropic", "chat", anthropic,
			genai.Usage{Input: 3700, Output: 100, CacheRead: 500, CacheWrite: 200},
		},
		{
			"openlit python anthropic", "openlit.otel.tracing", "chat", anthropic,
			genai.Usage{Input: 3000, Output: 100, CacheRead: 500, CacheWrite: 200},
		},
		{
			"openllmetry bedrock", "@traceloop/instrumentation-bedrock", "bedrock.converse", anthropic,
			genai.Usage{Input: 3700, Output: 100, CacheRead: 500, CacheWrite: 200},
		},
		{
			"openllmetry python bedrock", "opentelemetry.instrumentation.bedrock", "bedrock.converse", anthropic,
			genai.Usage{Input: 3700, Output: 100, CacheRead: 500, CacheWrite: 200},
		},
		{"convention", "my-app", "chat", anthropic, genai.Usage{Input: 3000, Output: 100, CacheRead: 500, CacheWrite: 200}},
		{
			"anthropic sdk", "com.anthropic.sdk.typescript", "anthropic.messages.create", with(anthropic, attrs{
				"anthropic.usage.cache_creation.ephemeral_5m_input_tokens": 50, "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": 150,
			}),
			genai.Usage{Input: 3000, Output: 100, CacheRead: 500, CacheWrite: 200, CacheWrite1h: 150},
		},
		{
			"lifetimes alone", "my-app", "chat",
			attrs{
				"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 3000,
				"gen_ai.usage.output_tokens": 100, "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": 150,
			},
			genai.Usage{Input: 3000, Output: 100, CacheWrite: 150, CacheWrite1h: 150},
		},
		{
			"total tells exclusive", "my-app", "chat", with(anthropic, attrs{"gen_ai.usage.total_tokens": 3800}),
			genai.Usage{Input: 3700, Output: 100, CacheRead: 500, CacheWrite: 200},
		},
		{
			"total tells inclusive", "my-app", "chat", with(anthropic, attrs{"gen_ai.usage.total_tokens": 3100}),
			genai.Usage{Input: 3000, Output: 100, CacheRead: 500, CacheWrite: 200},
		},
		{"openinference bedrock converse", "openinference.instrumentation.bedrock", "bedrock.converse", attrs{
			"openinference.span.kind": "LLM", "llm.token_count.prompt": 3000, "llm.token_count.completion": 100,
			"llm.token_count.prompt_details.cache_read": 500,
		}, genai.Usage{Input: 3500, Output: 100, CacheRead: 500}},
		{
			"openinference bedrock model", "@arizeai/openinference-instrumentation-bedrock", "bedrock.invoke_model",
			attrs{
				"openinference.span.kind": "LLM", "llm.token_count.prompt": 3000, "llm.token_count.completion": 100,
				"llm.token_count.prompt_details.cache_write": 200,
			},
			genai.Usage{Input: 3200, Output: 100, CacheWrite: 200},
		},
		{
			"openinference bedrock stream", "openinference.instrumentation.bedrock", "bedrock.invoke_model_with_response_stream",
			attrs{
				"openinference.span.kind": "LLM", "llm.token_count.prompt": 3700, "llm.token_count.completion": 100,
				"output.value": `{"id":"msg_1","usage":{"input_tokens":3000,"cache_read_input_tokens":500,"cache_creation_input_tokens":200,"output_tokens":100}}`,
			},
			genai.Usage{Input: 3700, Output: 100, CacheRead: 500, CacheWrite: 200},
		},
		{
			"the answer tells exclusive", "@arizeai/openinference-instrumentation-langchain", "ChatAnthropic",
			attrs{
				"openinference.span.kind": "LLM", "llm.model_name": "claude-sonnet-4-5",
				"llm.token_count.prompt": 3000, "llm.token_count.completion": 100,
				"llm.token_count.prompt_details.cache_read": 500, "llm.token_count.prompt_details.cache_write": 200,
				"output.value": `{"generations":[[{"message":{"kwargs":{"id":"msg_1","response_metadata":{"model":"claude-sonnet-4-5",` +
					`"usage":{"input_tokens":3000,"cache_read_input_tokens":500,"cache_creation_input_tokens":200}},` +
					`"usage_metadata":{"input_tokens":3000,"output_tokens":100,"input_token_details":{"cache_read":500,"cache_creation":200}}}}}]]}`,
			},
			genai.Usage{Input: 3700, Output: 100, CacheRead: 500, CacheWrite: 200},
		},
		{
			"the answer tells inclusive", "@arizeai/openinference-instrumentation-langchain", "ChatAnthropic",
			attrs{
				"openinference.span.kind": "LLM", "llm.model_name": "claude-sonnet-4-5", "gen_ai.response.id": "msg_1", "gen_ai.response.model": "claude-sonnet-4-5",
				"llm.token_count.prompt": 3700, "llm.token_count.completion": 100, "llm.token_count.prompt_details.cache_read": 700,
				"output.value": `{"usage":{"input_tokens":3000,"cache_read_input_tokens":700,"cache_creation_input_tokens":0}}`,
			},
			genai.Usage{Input: 3700, Output: 100, CacheRead: 700},
		},
		{
			"the answer fits neither", "@arizeai/openinference-instrumentation-bedrock", "bedrock.invoke_model",
			attrs{
				"openinference.span.kind": "LLM", "llm.token_count.prompt": 3000, "llm.token_count.completion": 100,
				"llm.token_count.prompt_details.cache_read": 500,
				"output.value": `{"usage":{"input_tokens":1,"cache_read_input_tokens":500}}`,
			},
			genai.Usage{Input: 3500, Output: 100, CacheRead: 500},
		},
		{
			"openinference anthropic", "@arizeai/openinference-instrumentation-anthropic", "Anthropic Messages",
			attrs{
				"openinference.span.kind": "LLM", "llm.token_count.prompt": 3000, "llm.token_count.completion": 100,
				"llm.token_count.prompt_details.cache_read": 500, "llm.token_count.prompt_details.cache_write": 200,
				"llm.token_count.prompt_details.audio": 7, "llm.token_count.completion_details.audio": 9,
			},
			genai.Usage{Input: 3000, Output: 100, CacheRead: 500, CacheWrite: 200, InputAudio: 7, OutputAudio: 9},
		},
		{
			"vercel 5 anthropic stream", "ai", "ai.streamText.doStream", with(vercel, attrs{
				"ai.usage.totalTokens": 3100, "ai.usage.cachedInputTokens": 500,
				"ai.response.providerMetadata": `{"anthropic":{"usage":{"input_tokens":3000,"cache_creation_input_tokens":200,` +
					`"cache_read_input_tokens":500,"cache_creation":{"ephemeral_5m_input_tokens":50,"ephemeral_1h_input_tokens":150}},"cacheCreationInputTokens":200}}`,
			}),
			genai.Usage{Input: 3700, Output: 100, CacheRead: 500, CacheWrite: 200, CacheWrite1h: 150},
		},
		{
			"vercel 5 anthropic under the user's own scope", "my-tracer", "ai.generateText.doGenerate",
			attrs{
				"ai.operationId": "ai.generateText.doGenerate", "ai.model.provider": "vertex.anthropic.messages",
				"ai.usage.promptTokens": 3000, "ai.usage.completionTokens": 100, "ai.usage.cachedInputTokens": 500,
			},
			genai.Usage{Input: 3500, Output: 100, CacheRead: 500},
		},
		{
			"vercel 6 anthropic", "ai", "ai.streamText.doStream", with(vercel, attrs{
				"ai.usage.inputTokenDetails.noCacheTokens": 2300, "ai.usage.inputTokenDetails.cacheReadTokens": 500,
				"ai.usage.inputTokenDetails.cacheWriteTokens": 200,
			}),
			genai.Usage{Input: 3000, Output: 100, CacheRead: 500, CacheWrite: 200},
		},
		{
			"vercel 5 openai", "ai", "ai.streamText.doStream", with(vercel, attrs{
				"ai.model.provider": "openai.responses", "ai.usage.cachedInputTokens": 500, "ai.usage.reasoningTokens": 64,
			}),
			genai.Usage{Input: 3000, Output: 100, CacheRead: 500, Reasoning: 64},
		},
		{
			"vercel 5 gemini", "ai", "ai.streamText.doStream", with(vercel, attrs{
				"ai.model.provider": "google.generative-ai", "ai.usage.reasoningTokens": 64, "ai.usage.totalTokens": 3164,
			}),
			genai.Usage{Input: 3000, Output: 164, Reasoning: 64},
		},
		{
			"vercel 4 openai", "ai", "ai.generateText.doGenerate",
			attrs{
				"ai.operationId": "ai.generateText.doGenerate", "ai.usage.promptTokens": 3000, "ai.usage.completionTokens": 100,
				"ai.response.providerMetadata": `{"openai":{"reasoningTokens":64,"cachedPromptTokens":500}}`,
			},
			genai.Usage{Input: 3000, Output: 100, CacheRead: 500, Reasoning: 64},
		},
		{"vercel embeddings", "ai", "ai.embed.doEmbed", attrs{"ai.operationId": "ai.embed.doEmbed", "ai.usage.tokens": 9}, genai.Usage{Input: 9}},
		{
			"langfuse openai", "langfuse-sdk", "OpenAI.chat",
			attrs{
				"langfuse.observation.type":          "generation",
				"langfuse.observation.usage_details": `{"input":2500,"output":36,"total":3100,"input_cached_tokens":500,"input_audio_tokens":0,"output_reasoning_tokens":64}`,
			},
			genai.Usage{Input: 3000, Output: 100, CacheRead: 500, Reasoning: 64},
		},
		{
			"langfuse anthropic", "langfuse-sdk", "gen",
			attrs{
				"langfuse.observation.type":          "generation",
				"langfuse.observation.usage_details": `{"input":3000,"output":100,"cache_read_input_tokens":500,"cache_creation_input_tokens":200}`,
			},
			genai.Usage{Input: 3700, Output: 100, CacheRead: 500, CacheWrite: 200},
		},
		{
			"langfuse given a whole", "langfuse-sdk", "gen",
			attrs{
				"langfuse.observation.type":          "generation",
				"langfuse.observation.usage_details": `{"prompt_tokens":3000,"completion_tokens":100,"total_tokens":3100,"prompt_tokens_details":{"cached_tokens":500}}`,
			},
			genai.Usage{Input: 3000, Output: 100, CacheRead: 500},
		},
		{
			"langsmith", "langsmith", "ChatOpenAI", with(chat, attrs{
				"gen_ai.usage.input_token_details":  `{"audio":3,"cache_read":500,"cache_creation":200,"ephemeral_1h_input_tokens":150}`,
				"gen_ai.usage.output_token_details": `{"audio":4,"reasoning":64}`,
			}),
			genai.Usage{Input: 1200, Output: 85, CacheRead: 500, CacheWrite: 200, CacheWrite1h: 150, InputAudio: 3, Reasoning: 64, OutputAudio: 4},
		},
		{
			"langsmith, usage in JSON only", "langsmith", "ChatOpenAI",
			attrs{
				"langsmith.span.kind":      "llm",
				"langsmith.usage_metadata": `{"input_tokens":3000,"output_tokens":100,"total_tokens":3100,"input_token_details":{"cache_read":500},"output_token_details":{"reasoning":64}}`,
			},
			genai.Usage{Input: 3000, Output: 100, CacheRead: 500, Reasoning: 64},
		},
		{
			"mlflow", "mlflow", "ChatOpenAI",
			attrs{
				"mlflow.spanType":        `"CHAT_MODEL"`,
				"mlflow.chat.tokenUsage": `{"input_tokens": 3000, "output_tokens": 100, "total_tokens": 3100, "cache_read_input_tokens": 500, "cache_creation_input_tokens": 200}`,
			},
			genai.Usage{Input: 3000, Output: 100, CacheRead: 500, CacheWrite: 200},
		},
		{
			"mlflow, quoted", "mlflow", "ChatOpenAI",
			attrs{"mlflow.spanType": `"LLM"`, "mlflow.chat.tokenUsage": `"{\"input_tokens\": 30, \"output_tokens\": 10}"`},
			genai.Usage{Input: 30, Output: 10},
		},
		{
			"google adk js", "gcp.vertex.agent", "call_llm",
			attrs{
				"gen_ai.usage.input_tokens": 4200, "gen_ai.usage.output_tokens": 70,
				"gcp.vertex.agent.llm_response": `{"content":{"parts":[{"text":"{[\"'"}]},"usageMetadata":{"promptTokenCount":4200,"candidatesTokenCount":70,"totalTokenCount":4303,"cachedContentTokenCount":2048,"thoughtsTokenCount":33}}`,
			},
			genai.Usage{Input: 4200, Output: 103, CacheRead: 2048, Reasoning: 33},
		},
		{
			"google adk python", "gcp.vertex.agent", "call_llm",
			attrs{
				"gen_ai.usage.input_tokens": 4200, "gen_ai.usage.output_tokens": 70,
				"gcp.vertex.agent.llm_response": `{"usage_metadata":{"cached_content_token_count":2048,"thoughts_token_count":33}}`,
			},
			genai.Usage{Input: 4200, Output: 103, CacheRead: 2048, Reasoning: 33},
		},
		{
			"google adk over openai", "gcp.vertex.agent", "generate_content gpt-5-mini",
			attrs{
				"gen_ai.operation.name": "generate_content", "gen_ai.request.model": "gpt-5-mini", "gen_ai.usage.input_tokens": 3311,
				"gen_ai.usage.output_tokens": 381, "gen_ai.usage.cache_read.input_tokens": 2048, "gen_ai.usage.reasoning.output_tokens": 128,
			},
			genai.Usage{Input: 3311, Output: 253, CacheRead: 2048, Reasoning: 128},
		},
		{
			"google adk over openai, hardly a thought", "gcp.vertex.agent", "generate_content gpt-5-mini",
			attrs{
				"gen_ai.operation.name": "generate_content", "gen_ai.request.model": "gpt-5-mini", "gen_ai.usage.input_tokens": 3311,
				"gen_ai.usage.output_tokens": 510, "gen_ai.usage.reasoning.output_tokens": 10,
			},
			genai.Usage{Input: 3311, Output: 500, Reasoning: 10},
		},
		{
			"google adk python 1", "gcp.vertex.agent", "call_llm",
			attrs{
				"gen_ai.usage.input_tokens": 4200, "gen_ai.usage.output_tokens": 70,
				"gen_ai.usage.experimental.cached_tokens": 2048, "gen_ai.usage.experimental.reasoning_tokens": 33,
			},
			genai.Usage{Input: 4200, Output: 103, CacheRead: 2048, Reasoning: 33},
		},
		{"gemini cli", "gemini-cli", "llm_call", attrs{
			"gen_ai.operation.name": "llm_call", "gen_ai.usage.input_tokens": 4200,
			"gen_ai.usage.output_tokens": 70, "gen_ai.usage.reasoning.output_tokens": 33,
		}, genai.Usage{Input: 4200, Output: 103, Reasoning: 33}},
		{
			"codex", "codex_exec", "session_task.turn",
			attrs{
				"model": "gpt-5-mini", "codex.turn.token_usage.input_tokens": 3000,
				"codex.turn.token_usage.cached_input_tokens": 500, "codex.turn.token_usage.non_cached_input_tokens": 2500,
				"codex.turn.token_usage.output_tokens": 100, "codex.turn.token_usage.reasoning_output_tokens": 64, "codex.turn.token_usage.total_tokens": 3100,
			},
			genai.Usage{Input: 3000, Output: 100, CacheRead: 500, Reasoning: 64},
		},
		{
			"pydantic", "pydantic-ai", "chat gpt-4o", with(chat, attrs{"gen_ai.usage.details.reasoning_tokens": 64, "gen_ai.usage.details.cache_read_tokens": 500}),
			genai.Usage{Input: 1200, Output: 85, CacheRead: 500, Reasoning: 64},
		},
		{
			"sentry", "sentry.javascript.node", "chat", with(chat, attrs{"gen_ai.usage.input_tokens.cached": 500, "gen_ai.usage.input_tokens.cache_write": 20}),
			genai.Usage{Input: 1200, Output: 85, CacheRead: 500, CacheWrite: 20},
		},
		{
			"openlit details", "openlit", "chat", with(chat, attrs{"gen_ai.usage.completion_tokens_details.reasoning": 64, "gen_ai.usage.prompt_tokens_details.cache_read": 500}),
			genai.Usage{Input: 1200, Output: 85, CacheRead: 500, Reasoning: 64},
		},
		{
			"mastra", "@mastra/otel-exporter", "chat", with(chat, attrs{"gen_ai.usage.reasoning_tokens": 64, "gen_ai.usage.cached_input_tokens": 500}),
			genai.Usage{Input: 1200, Output: 85, CacheRead: 500, Reasoning: 64},
		},
		{"openllmetry of old", "opentelemetry.instrumentation.openai", "openai.chat", attrs{
			"llm.request.type": "chat", "gen_ai.system": "OpenAI",
			"gen_ai.usage.prompt_tokens": 3000, "gen_ai.usage.completion_tokens": 100, "llm.usage.total_tokens": 3100,
			"gen_ai.usage.cache_read_input_tokens": 500, "llm.usage.reasoning_tokens": 64,
		}, genai.Usage{Input: 3000, Output: 100, CacheRead: 500, Reasoning: 64}},
		{
			"openllmetry, oldest", "x", "openai.chat",
			attrs{"llm.request.type": "chat", "llm.usage.prompt_tokens": 3000, "llm.usage.completion_tokens": 100},
			genai.Usage{Input: 3000, Output: 100},
		},
		{
			"litellm", "litellm", "litellm_request", with(chat, attrs{
				"gen_ai.usage.total_tokens": 1285,
				"metadata.usage_object":     `{'completion_tokens': 85, 'prompt_tokens': 1200, 'total_tokens': 1285, 'completion_tokens_details': None, 'prompt_tokens_details': {'audio_tokens': None, 'cached_tokens': 500}}`,
			}),
			genai.Usage{Input: 1200, Output: 85, CacheRead: 500},
		},
		{
			"genkit", "genkit-tracer", "gemini",
			attrs{
				"genkit:name": "googleai/gemini-2.5-flash", "genkit:metadata:subtype": "model",
				"genkit:output": `{"message":{"role":"model"},"usage":{"inputTokens":4200,"outputTokens":70,"totalTokens":4303,"thoughtsTokens":33,"cachedContentTokens":2048}}`,
			},
			genai.Usage{Input: 4200, Output: 103, CacheRead: 2048, Reasoning: 33},
		},
		{
			"one dialect only", "x", "chat", with(chat, attrs{"llm.token_count.prompt": 9999, "gen_ai.usage.prompt_tokens": 7777, "llm.token_count.completion": 5555}),
			genai.Usage{Input: 1200, Output: 85},
		},
		{"a dialect that says 0 says nothing", "x", "chat", attrs{
			"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 0, "gen_ai.usage.output_tokens": 0,
			"llm.token_count.prompt": 30, "llm.token_count.completion": 10,
		}, genai.Usage{Input: 30, Output: 10}},
		{"a dialect that makes no sense beside one that does", "x", "chat", attrs{
			"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": math.NaN(), "gen_ai.usage.output_tokens": -1,
			"llm.token_count.prompt": 30, "llm.token_count.completion": 10,
		}, genai.Usage{Input: 30, Output: 10}},
		{
			"buckets that make no sense beside counts that do", "x", "chat", with(chat, attrs{"langfuse.observation.usage_details": `{"input":-5,"output":3}`}),
			genai.Usage{Input: 1200, Output: 85},
		},
		{"parts that are no number", "x", "chat", with(chat, attrs{
			"gen_ai.usage.cache_read.input_tokens": math.NaN(), "gen_ai.usage.reasoning.output_tokens": "undefined",
		}), genai.Usage{Input: 1200, Output: 85}},
		{"output alone", "x", "chat", attrs{"gen_ai.operation.name": "chat", "gen_ai.usage.output_tokens": 10}, genai.Usage{Output: 10}},
		{
			"an answer that says more than the attributes", "x", "chat",
			attrs{
				"openinference.span.kind": "LLM", "llm.token_count.prompt": 3700, "llm.token_count.completion": 100,
				"llm.token_count.prompt_details.cache_write": 200, "gen_ai.response.id": "r", "gen_ai.response.model": "m",
				"output.value": `{"usage":{"input_tokens":3500,"cache_creation_input_tokens":200,"cache_creation":{"ephemeral_1h_input_tokens":150}}}`,
			},
			genai.Usage{Input: 3700, Output: 100, CacheWrite: 200, CacheWrite1h: 150},
		},
		{
			"counts of any type", "x", "chat", with(chat, attrs{
				"gen_ai.usage.input_tokens": "1200", "gen_ai.usage.output_tokens": 85.0,
				"gen_ai.usage.cache_read.input_tokens": "1e3", "gen_ai.usage.reasoning.output_tokens": ` "64" `,
			}),
			genai.Usage{Input: 1200, Output: 85, CacheRead: 1000, Reasoning: 64},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			op := readAttrs(t, tc.scope, tc.span, tc.attrs)
			assert.Equal(t, genai.ModelCall, op.Kind)
			assert.Equal(t, genai.UsageKnown, op.UsageState)
			assert.Equal(t, tc.want, op.Usage)

			again := readAttrs(t, tc.scope, tc.span, filledIn(tc.attrs, &op))
			assert.Equal(t, tc.want, again.Usage, "after llmcost")
		})
	}
}

// filledIn is what llmcost makes of a span: the convention's keys that are missing are there, in the inclusive convention.
func filledIn(sent attrs, op *Call) attrs {
	return with(attrs{
		genai.CostStatus: genai.StatusPriced, genai.UsageInput: op.Usage.Input, genai.UsageOutput: op.Usage.Output, genai.UsageCacheRead: op.Usage.CacheRead,
		genai.UsageCacheCreated: op.Usage.CacheWrite, genai.UsageReasoning: op.Usage.Reasoning,
	}, sent)
}

func TestUsageThatMakesNoSense(t *testing.T) {
	for name, more := range map[string]attrs{
		"negative input":           {"gen_ai.usage.input_tokens": -1},
		"huge output":              {"gen_ai.usage.output_tokens": int64(math.MaxInt64)},
		"NaN":                      {"gen_ai.usage.input_tokens": math.NaN()},
		"infinite":                 {"gen_ai.usage.input_tokens": math.Inf(1)},
		"half a token":             {"gen_ai.usage.input_tokens": 1.5},
		"words":                    {"gen_ai.usage.input_tokens": "many"},
		"negative string":          {"gen_ai.usage.input_tokens": "-5"},
		"a list":                   {"gen_ai.usage.input_tokens": []any{1}},
		"bad cache count":          {"gen_ai.usage.cache_read.input_tokens": -3},
		"bad reasoning":            {"gen_ai.usage.reasoning.output_tokens": "many"},
		"audio above the input":    {"llm.token_count.prompt_details.audio": 5000},
		"sum above what is belief": {"gen_ai.usage.input_tokens": int64(genai.MaxTokens), "gen_ai.usage.cache_read.input_tokens": int64(genai.MaxTokens), "gen_ai.usage.cache_write.input_tokens": 9},
	} {
		t.Run(name, func(t *testing.T) {
			op := readAttrs(t, "x", "chat", with(chat, more))
			assert.Equal(t, genai.UsageBad, op.UsageState)
			assert.Equal(t, genai.Usage{}, op.Usage)
		})
	}
}

func TestUsageMissing(t *testing.T) {
	bare := attrs{"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini"}
	for name, a := range map[string]attrs{
		"none":                    bare,
		"zeros":                   with(bare, attrs{"gen_ai.usage.input_tokens": 0, "gen_ai.usage.output_tokens": 0}),
		"empty strings":           with(bare, attrs{"gen_ai.usage.input_tokens": "", "gen_ai.usage.output_tokens": nil}),
		"sub-counts only":         with(bare, attrs{"gen_ai.usage.cache_read.input_tokens": 5}),
		"bare keys of nobody":     with(bare, attrs{"input_tokens": 5, "output_tokens": 6, "cache_read_tokens": 7}),
		"vercel keys of nobody":   with(bare, attrs{"ai.usage.inputTokens": 5}),
		"a cut JSON":              with(bare, attrs{"langsmith.usage_metadata": `{"input_token_details":{"cache_`}),
		"a total of a chat":       with(bare, attrs{"gen_ai.usage.total_tokens": 7}),
		"fetch_response has none": {"gen_ai.operation.name": "fetch_response", "gen_ai.usage.input_tokens": 5, "gen_ai.usage.output_tokens": 5},
	} {
		op := readAttrs(t, "x", "chat", a)
		assert.Equal(t, genai.UsageNone, op.UsageState, name)
		assert.Equal(t, genai.Usage{}, op.Usage, name)
	}
}

func TestUsageGuessed(t *testing.T) {
	few := attrs{
		"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 6,
		"gen_ai.input.messages": `[{"role":"system","parts":[]},{"role":"user","parts":[]}]`,
	}
	assert.Equal(t, genai.UsageGuessed, readAttrs(t, "@traceloop/instrumentation-openai", "chat", few).UsageState)
	assert.Equal(t, genai.UsageGuessed, readAttrs(t, "@openlit/instrumentation-openai", "chat", few).UsageState)
	assert.Equal(t, genai.UsageKnown, readAttrs(t, "@opentelemetry/instrumentation-openai", "chat", few).UsageState, "another client")
	few["gen_ai.usage.input_tokens"] = 11
	assert.Equal(t, genai.UsageKnown, readAttrs(t, "@traceloop/instrumentation-openai", "chat", few).UsageState, "as many as two messages need")
	few["gen_ai.usage.input_tokens"] = 10
	for what, more := range map[string]attrs{
		"an embedding has no framing": {"gen_ai.operation.name": "embeddings"}, "a tokenizer knows no cache": {"gen_ai.usage.cache_read.input_tokens": 1},
	} {
		assert.Equal(t, genai.UsageKnown, readAttrs(t, "@traceloop/instrumentation-openai", "chat", with(few, more)).UsageState, what)
	}
}

// Where only events have the usage, it is in the last that has all of it.
func TestUsageOfEvents(t *testing.T) {
	span := handMade(t, "chat", attrs{"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"})
	scope := scopeNamed("x", nil)
	for _, a := range []attrs{{}, {"gen_ai.usage.output_tokens": 99}, {"gen_ai.usage.input_tokens": 30, "gen_ai.usage.output_tokens": 4}, {"gen_ai.usage.input_tokens": 30, "gen_ai.usage.output_tokens": 10}, {"gen_ai.usage.input_tokens": 1}} {
		require.NoError(t, span.Events().AppendEmpty().Attributes().FromRaw(a))
	}
	var op Call
	assert.True(t, Read(&scope, span, &op))
	assert.Equal(t, genai.Usage{Input: 30, Output: 10}, op.Usage)
}

// TestSameKeyTwice: of two attributes with one key the first that fits counts, as everywhere in the Collector. Codex sends
// thread.id as an integer and as the conversation.
func TestSameKeyTwice(t *testing.T) {
	var u ptrace.JSONUnmarshaler
	td, err := u.UnmarshalTraces([]byte(`{"resourceSpans":[{"scopeSpans":[{"scope":{"name":"codex_exec"},"spans":[{"name":"session_task.turn","attributes":[
		{"key":"thread.id","value":{"intValue":"3"}},
		{"key":"thread.id","value":{"stringValue":"conversation-1"}},
		{"key":"codex.turn.token_usage.input_tokens","value":{"intValue":"10"}},
		{"key":"codex.turn.token_usage.input_tokens","value":{"intValue":"99"}},
		{"key":"codex.turn.token_usage.output_tokens","value":{"intValue":"5"}}]}]}]}]}`))
	require.NoError(t, err)
	eachSpan(td, func(scope *Scope, span ptrace.Span) {
		var op Call
		assert.True(t, Read(scope, span, &op))
		assert.Equal(t, "conversation-1", op.Conversation)
		assert.Equal(t, genai.Usage{Input: 10, Output: 5}, op.Usage)
	})
}

// What nothing but the size of the numbers tells is a guess: a client that is not known, no total, and a part larger than the whole.
func TestGuessFromNumbersAlone(t *testing.T) {
	for name, tc := range map[string]struct {
		attrs attrs
		want  genai.Usage
		state genai.UsageState
	}{
		"reasoning above the output": {
			attrs{"gen_ai.usage.reasoning.output_tokens": 100}, genai.Usage{Input: 1200, Output: 185, Reasoning: 100}, genai.UsageGuessed,
		},
		"cache above the input": {
			attrs{"gen_ai.usage.cache_read.input_tokens": 1201}, genai.Usage{Input: 2401, Output: 85, CacheRead: 1201}, genai.UsageGuessed,
		},
		"cache as large as the input": {
			attrs{"gen_ai.usage.cache_read.input_tokens": 1200}, genai.Usage{Input: 1200, Output: 85, CacheRead: 1200}, genai.UsageKnown,
		},
		"a total that holds the cache": {
			attrs{"gen_ai.usage.cache_read.input_tokens": 1201, "gen_ai.usage.total_tokens": 2486},
			genai.Usage{Input: 2401, Output: 85, CacheRead: 1201},
			genai.UsageKnown,
		},
		"a total that holds the cache and the thoughts": {
			attrs{"gen_ai.usage.cache_read.input_tokens": 100, "gen_ai.usage.reasoning.output_tokens": 64, "gen_ai.usage.total_tokens": 1449},
			genai.Usage{Input: 1300, Output: 149, CacheRead: 100, Reasoning: 64},
			genai.UsageKnown,
		},
		"a total that holds the thoughts, as many as are cached": {
			attrs{"gen_ai.usage.cache_read.input_tokens": 64, "gen_ai.usage.reasoning.output_tokens": 64, "gen_ai.usage.total_tokens": 1349},
			genai.Usage{Input: 1200, Output: 85, CacheRead: 64, Reasoning: 64},
			genai.UsageKnown,
		},
	} {
		op := readAttrs(t, "x", "chat", with(chat, tc.attrs))
		assert.Equal(t, tc.want, op.Usage, name)
		assert.Equal(t, tc.state, op.UsageState, name)
	}
}
