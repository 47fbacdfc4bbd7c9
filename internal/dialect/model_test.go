package dialect

import (
	"cmp"
	"strings"
	"testing"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestModelAndResponse(t *testing.T) {
	oi := attrs{"openinference.span.kind": "LLM", "llm.model_name": "gpt-4o-mini"}
	for _, tc := range []struct {
		name, scope, span         string
		attrs                     attrs
		asked, answered, id, tier string
		provider, region          string
		agent, tool, talk         string
	}{
		{
			name: "convention", scope: "x", attrs: with(chat, attrs{
				"gen_ai.conversation.id": "c", "user.id": "u", "gen_ai.agent.name": "a",
				"openai.response.service_tier": "Priority", "openai.request.service_tier": "flex",
			}),
			asked: "gpt-4o-mini", answered: "gpt-4o-mini-2024-07-18", id: "chatcmpl-1", tier: "priority", provider: "openai",
			agent: "a", talk: "c",
		},
		{
			name: "tier asked for", scope: "x", attrs: with(chat, attrs{"gen_ai.openai.request.service_tier": "flex"}),
			asked: "gpt-4o-mini", answered: "gpt-4o-mini-2024-07-18", id: "chatcmpl-1", tier: "flex", provider: "openai",
		},
		{
			name: "automatic tier", scope: "x", attrs: with(chat, attrs{"gen_ai.openai.request.service_tier": "auto"}),
			asked: "gpt-4o-mini", answered: "gpt-4o-mini-2024-07-18", id: "chatcmpl-1", provider: "openai",
		},
		{
			name: "openai's answer", scope: "x", attrs: with(oi, attrs{
				"llm.provider": "azure",
				"output.value": `{"id":"chatcmpl-2","choices":[{"message":{"id":"no","model":"no","content":"}\\\""}}],"model":"gpt-4.1-nano","service_tier":"default"}`,
			}),
			asked: "gpt-4o-mini", answered: "gpt-4.1-nano", id: "chatcmpl-2", tier: "default", provider: "azure.ai.openai",
		},
		{
			name: "an answer beside its id", scope: "x", attrs: with(oi, attrs{
				"gen_ai.response.id": "told", "output.value": `{"id":"chatcmpl-2","model":"gpt-4.1-nano"}`,
			}),
			asked: "gpt-4o-mini", answered: "gpt-4.1-nano", id: "told", provider: "openai",
		},
		{
			name: "an answer beside its model", scope: "x", attrs: with(oi, attrs{
				"gen_ai.response.model": "told", "output.value": `{"id":"chatcmpl-2","model":"gpt-4.1-nano"}`,
			}),
			asked: "gpt-4o-mini", answered: "told", id: "chatcmpl-2",
		},
		{
			name: "a tier that only the answer tells", scope: "x", attrs: with(chat, attrs{
				"output.value": `{"id":"resp_1","service_tier": "flex","tools":[{"name":"` + strings.Repeat("t", 4000) + `"}],"usage":{"input_tokens":1}}`,
			}),
			asked: "gpt-4o-mini", answered: "gpt-4o-mini-2024-07-18", id: "chatcmpl-1", tier: "flex", provider: "openai",
		},
		{
			name: "a tier that was not given", scope: "x", attrs: with(chat, attrs{
				"openai.request.service_tier": "priority", "output.value": `{"id":"chatcmpl-1","service_tier":"default","usage":{"prompt_tokens":1}}`,
			}),
			asked: "gpt-4o-mini", answered: "gpt-4o-mini-2024-07-18", id: "chatcmpl-1", tier: "default", provider: "openai",
		},
		{
			name: "a mode of Anthropic's that only the answer tells", scope: "x", attrs: with(chat, attrs{
				"output.value": `{"id":"msg_1","usage":{"input_tokens":1,"service_tier":"standard","speed":"fast"}}`,
			}),
			asked: "gpt-4o-mini", answered: "gpt-4o-mini-2024-07-18", id: "chatcmpl-1", tier: "fast", provider: "openai",
		},
		{
			name: "a region that only the answer tells", scope: "x", attrs: with(chat, attrs{
				"output.value": `{"id":"msg_1","usage":{"input_tokens":1,"service_tier":"standard","inference_geo":"us"}}`,
			}),
			asked: "gpt-4o-mini", answered: "gpt-4o-mini-2024-07-18", id: "chatcmpl-1", tier: "standard", region: "us", provider: "openai",
		},
		{
			name: "langchain's answer", scope: "x", attrs: with(oi, attrs{
				"metadata": `{"a":{"ls_provider":"no"},"ls_provider":"azure"}`, "session.id": "s",
				"output.value": `{"generations":[[{"text":"a","message":{"id":["x"],"kwargs":{"id":"chatcmpl-3","response_metadata":{"model_name":"gpt-4.1-nano","service_tier":"flex"}}}},{"message":{"kwargs":{"id":"no"}}}]]}`,
			}),
			asked: "gpt-4o-mini", answered: "gpt-4.1-nano", id: "chatcmpl-3", tier: "flex", provider: "azure.ai.openai", talk: "s",
		},
		{
			name: "langchain's stream", scope: "x", attrs: with(oi, attrs{
				"output.value": `{"generations": [[{"generationInfo": {"model_name": "gpt-4.1-nano"}, "message": {"kwargs": {"id": "run--7"}}}]]}`,
			}),
			asked: "gpt-4o-mini", answered: "gpt-4.1-nano", provider: "openai",
		},
		{
			name: "langchain python", scope: "x", attrs: with(oi, attrs{
				"output.value": `{"generations": [[{"message": {"kwargs": {"response_metadata": {"id": "chatcmpl-4", "model_name": "gpt-4.1-nano"}, "id": "run--7-0"}}}]], "llm_output": {"model_name": "x"}}`,
			}),
			asked: "gpt-4o-mini", answered: "gpt-4.1-nano", id: "chatcmpl-4", provider: "openai",
		},
		{
			name: "an answer cut short", scope: "x", attrs: with(oi, attrs{"output.value": `{"id":"chatcmpl-5","model":"gpt-4.1-na`}),
			asked: "gpt-4o-mini", answered: "gpt-4o-mini", id: "chatcmpl-5", provider: "openai",
		},
		{
			name: "plain text", scope: "x", attrs: with(oi, attrs{"output.value": "It is sunny.", "llm.system": "openai"}),
			asked: "gpt-4o-mini", answered: "gpt-4o-mini", provider: "openai",
		},
		{
			name: "langsmith", scope: "langsmith", attrs: attrs{
				"langsmith.span.kind": "llm", "gen_ai.system": "langchain", "langsmith.metadata.ls_provider": "anthropic",
				"langsmith.metadata.ls_model_name": "claude-x", "gen_ai.completion": `{"id":"msg_1","model":"claude-y"}`,
				"langsmith.metadata.session_id": "s", "langsmith.metadata.user_id": "u",
			},
			asked: "claude-x", answered: "claude-y", id: "msg_1", provider: "anthropic", talk: "s",
		},
		{
			name: "langfuse", scope: "langfuse-sdk", attrs: attrs{
				"langfuse.observation.type": "generation", "langfuse.observation.model.name": "claude-sonnet-4-6",
				"session.id": "s", "langfuse.user.id": "u",
			},
			asked: "claude-sonnet-4-6", answered: "claude-sonnet-4-6", provider: "anthropic", talk: "s",
		},
		{
			name: "vercel", scope: "ai", attrs: attrs{
				"ai.operationId": "ai.generateText.doGenerate", "ai.model.provider": "openai.responses", "gen_ai.system": "openai.responses",
				"ai.model.id": "gpt-5-mini", "ai.response.model": "gpt-5-mini-2025-08-07", "ai.response.id": "resp_1", "ai.telemetry.functionId": "f",
				"ai.telemetry.metadata.userId": "u", "ai.telemetry.metadata.sessionId": "s", "ai.response.providerMetadata": `{"openai":{"responseId":"x","serviceTier":"flex"}}`,
			},
			asked: "gpt-5-mini", answered: "gpt-5-mini-2025-08-07", id: "resp_1", tier: "flex", provider: "openai", agent: "f", talk: "s",
		},
		{
			name: "claude code", scope: "com.anthropic.claude_code.tracing", attrs: attrs{"span.type": "llm_request", "model": "claude-sonnet-4-6", "session.id": "s"},
			asked: "claude-sonnet-4-6", provider: "anthropic", talk: "s",
		},
		{
			name: "eino", scope: "github.com/cloudwego/eino-ext/callbacks/apmplus", attrs: attrs{
				"gen_ai.span.kind": "chatmodel", "gen_ai.system": "eino", "gen_ai.request.model": "gpt-5-mini", "gen_ai.session.id": "s",
				"gen_ai.usage.prompt_tokens": 10, "gen_ai.usage.completion_tokens": 5,
			},
			asked: "gpt-5-mini", provider: "openai", talk: "s",
		},
		{
			name: "litellm 1 names the deployment as asked for", scope: "litellm", attrs: attrs{
				"gen_ai.operation.name": "chat", "gen_ai.system": "azure",
				"gen_ai.request.model": "gpt-4o-mini", "gen_ai.response.model": "our-model", "gen_ai.response.id": "i", "metadata.user_api_key_user_id": "u",
			},
			asked: "gpt-4o-mini", answered: "gpt-4o-mini", id: "i", provider: "azure.ai.openai",
		},
		{
			name: "litellm 2", scope: "litellm", attrs: attrs{
				"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "litellm.call_id": "7",
				"gen_ai.request.model": "our-model", "litellm.provider.model": "gpt-4o-mini", "gen_ai.response.id": "i", "litellm.end_user.id": "u",
			},
			asked: "our-model", answered: "gpt-4o-mini", id: "i", provider: "openai",
		},
		{
			name: "mlflow", scope: "x", attrs: attrs{"mlflow.spanType": `"LLM"`, "mlflow.llm.model": `"gpt-4o-mini"`, "mlflow.llm.provider": `"openai"`},
			asked: "gpt-4o-mini", answered: "gpt-4o-mini", provider: "openai",
		},
		{
			name: "genkit", scope: "genkit-tracer", attrs: attrs{"genkit:name": "googleai/gemini-2.5-flash", "genkit:metadata:subtype": "model"},
			asked: "gemini-2.5-flash", provider: "gcp.gemini",
		},
		{
			name: "vertex by its scope's name", scope: "gcp.vertex.agent", attrs: attrs{
				"gen_ai.operation.name": "generate_content", "gen_ai.system": "gcp.vertex.agent", "gen_ai.request.model": "gemini-2.5-flash",
			},
			asked: "gemini-2.5-flash", provider: "gcp.vertex_ai",
		},
		{name: "claude code says the cloud", scope: "com.anthropic.claude_code.tracing", attrs: attrs{
			"span.type": "llm_request", "gen_ai.provider.name": "anthropic", "anthropic.provider": "vertex", "model": "claude-opus-4-8@default",
		}, asked: "claude-opus-4-8@default", provider: "gcp.vertex_ai"},
		{
			name: "region said", scope: "x", attrs: attrs{"gen_ai.operation.name": "chat", "gen_ai.request.model": "us.anthropic.claude-sonnet-4-5", "aws.region": "us-west-2"},
			asked: "us.anthropic.claude-sonnet-4-5", provider: "aws.bedrock", region: "us-west-2",
		},
		{
			name: "older langchain", scope: "x", span: "llm_call:azure", attrs: attrs{"llm.provider": "OpenAI", "llm.model": "gpt-4o", "agent.type": "support"},
			asked: "gpt-4o", provider: "openai",
		},
		{name: "older langchain, only its name", scope: "x", span: "llm_call:anthropic", provider: "anthropic"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			op := readAttrs(t, tc.scope, cmp.Or(tc.span, "chat"), tc.attrs)
			assert.Equal(t, genai.ModelCall, op.Kind)
			assert.Equal(t, tc.asked, op.RequestModel, "asked")
			assert.Equal(t, tc.answered, op.ResponseModel, "answered")
			assert.Equal(t, tc.id, op.ResponseID)
			assert.Equal(t, tc.tier, op.ServiceTier)
			assert.Equal(t, tc.provider, op.Provider)
			assert.Equal(t, tc.region, op.Region)
			assert.Equal(t, tc.agent, op.Agent)
			assert.Equal(t, tc.tool, op.Tool)
			assert.Equal(t, tc.talk, op.Conversation)
		})
	}
}

func TestProviderNames(t *testing.T) {
	for said, want := range map[string]string{
		"openai": "openai", "OpenAI": "openai", "openai.chat": "openai", "openai.embedding": "openai", "az.ai.openai": "azure.ai.openai",
		"azure": "azure.ai.openai", "azure.chat": "azure.ai.openai", "az.ai.inference": "azure.ai.inference", "Anthropic": "anthropic",
		"anthropic.messages": "anthropic", "AWS": "aws.bedrock", "amazon-bedrock": "aws.bedrock", "bedrock_converse": "aws.bedrock",
		"vertex_ai": "gcp.vertex_ai", "gcp.vertex.agent": "gcp.vertex_ai", "google.vertex.chat": "gcp.vertex_ai", "google.generative-ai": "gcp.gemini",
		"gcp.gen_ai": "gcp.gen_ai", "Gemini": "gcp.gemini", "mistral.chat": "mistral_ai", "MistralAI": "mistral_ai", "xai.chat": "x_ai",
		"groq.chat": "groq", "deepseek.chat": "deepseek", "my-own": "my-own", "langchain": "", "": "",
	} {
		assert.Equal(t, want, canonical(said), said)
	}
}

func TestAgentAndToolNames(t *testing.T) {
	for _, tc := range []struct {
		scope, span string
		attrs       attrs
		agent, tool string
	}{
		{"x", "execute_tool w", attrs{"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "w", "gen_ai.agent.name": "a"}, "a", "w"},
		{"x", "execute_tool w", attrs{"gen_ai.operation.name": "execute_tool"}, "", "w"},
		{"x", "invoke_agent a", attrs{"gen_ai.operation.name": "invoke_agent"}, "a", ""},
		{"ai", "ai.toolCall", attrs{"ai.operationId": "ai.toolCall", "ai.toolCall.name": "w"}, "", "w"},
		{"langfuse-sdk", "get_weather", attrs{"langfuse.observation.type": "tool"}, "", "get_weather"},
		{"langfuse-sdk", "planner", attrs{"langfuse.observation.type": "agent"}, "planner", ""},
		{"x", "get_weather", attrs{"openinference.span.kind": "TOOL", "tool.name": "w"}, "", "w"},
		{"x", "run", attrs{"openinference.span.kind": "AGENT", "graph.node.id": "n"}, "n", ""},
		{"x", "w.tool", attrs{"traceloop.span.kind": "tool", "traceloop.entity.name": "w"}, "", "w"},
		{"x", "a.agent", attrs{"traceloop.span.kind": "agent", "traceloop.entity.name": "a"}, "a", ""},
		{"x", "agent_request:support", attrs{}, "support", ""},
		{"x", "agent_request:support", attrs{"agent.type": "helpdesk"}, "helpdesk", ""},
		{"x", "tool_execution:search", attrs{}, "", "search"},
		{"x", "tool_execution:search", attrs{"tool.name": "google"}, "", "google"},
		{"com.anthropic.claude_code.tracing", "claude_code.tool", attrs{"span.type": "tool", "tool_name": "Bash"}, "", "Bash"},
	} {
		op := readAttrs(t, tc.scope, tc.span, tc.attrs)
		assert.Equal(t, tc.agent, op.Agent, tc.span)
		assert.Equal(t, tc.tool, op.Tool, tc.span)
	}
}

func TestNamesWithoutTheirEchoes(t *testing.T) {
	for _, name := range []string{"gpt-4o-mini", "claude-sonnet-4-5", "o3-mini", "flex"} {
		for n := 1; n <= 4; n++ {
			require.Equal(t, name, once(strings.Repeat(name, n)), "%d times", n)
		}
	}
	for _, name := range []string{"", "o1o1", "123123", "abcdabcdabc", "abcdabcdabcda"} {
		require.Equal(t, name, once(name))
	}
}
