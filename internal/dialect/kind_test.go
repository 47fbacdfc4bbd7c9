package dialect

import (
	"testing"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func TestKind(t *testing.T) {
	use := attrs{"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 5}
	for _, tc := range []struct {
		name, scope, span string
		attrs             attrs
		kind              genai.Kind
		op                string
	}{
		{"http server", "net/http", "GET /", attrs{"http.request.method": "GET", "server.address": "example.com", "session.id": "s"}, genai.NotGenAI, ""},
		{"codex internal", "codex_exec", "receiving", attrs{"thread.id": 4, "model": "x"}, genai.NotGenAI, ""},
		{"codex tool", "codex_exec", "exec_command", attrs{"tool_name": "exec_command", "codex.tool.phase": "dispatch"}, genai.Tool, "execute_tool"},
		{"codex tool's answer", "codex_exec", "handle_responses", attrs{"tool_name": "exec_command"}, genai.NotGenAI, ""},
		{"codex turn", "codex_cli_rs", "session_task.turn", attrs{"codex.turn.token_usage.input_tokens": 3}, genai.ModelCall, "chat"},
		{"codex turn without a call", "codex_cli_rs", "session_task.turn", attrs{"codex.turn.token_usage.input_tokens": 0}, genai.Step, ""},
		{"codex responses", "codex_exec", "handle_responses", use, genai.Step, ""},
		{"claude call", "com.anthropic.claude_code.tracing", "claude_code.llm_request", attrs{"span.type": "llm_request"}, genai.ModelCall, "chat"},
		{"claude interaction", "com.anthropic.claude_code.tracing", "claude_code.interaction", attrs{"span.type": "interaction", "gen_ai.operation.name": "invoke_agent"}, genai.Agent, "invoke_agent"},
		{"claude tool", "com.anthropic.claude_code.tracing", "claude_code.tool", attrs{"span.type": "tool", "gen_ai.operation.name": "execute_tool"}, genai.Tool, "execute_tool"},
		{"claude tool part", "com.anthropic.claude_code.tracing", "claude_code.tool.execution", attrs{"span.type": "tool.execution"}, genai.Step, ""},
		{"adk call", "gcp.vertex.agent", "call_llm", use, genai.ModelCall, "chat"},
		{"adk run", "gcp.vertex.agent", "invocation", attrs{}, genai.Workflow, "invoke_workflow"},
		{"adk agent of old", "gcp.vertex.agent", "agent_run [weather]", attrs{}, genai.Agent, "invoke_agent"},
		{"adk tool", "gcp.vertex.agent", "execute_tool w", attrs{"gen_ai.operation.name": "execute_tool"}, genai.Tool, "execute_tool"},
		{"gemini cli call", "gemini-cli", "llm_call", attrs{"gen_ai.operation.name": "llm_call"}, genai.ModelCall, "chat"},
		{"gemini cli tool", "gemini-cli", "tool_call", attrs{"gen_ai.operation.name": "tool_call"}, genai.Tool, "execute_tool"},
		{"gemini cli agent", "gemini-cli", "agent_call", attrs{"gen_ai.operation.name": "agent_call"}, genai.Agent, "invoke_agent"},
		{"vercel call", "ai", "x", attrs{"ai.operationId": "ai.generateText.doGenerate"}, genai.ModelCall, "chat"},
		{"vercel call with openinference's word", "ai", "x", attrs{"ai.operationId": "ai.generateText", "openinference.span.kind": "LLM"}, genai.Workflow, "invoke_workflow"},
		{"vercel named agent", "ai", "x", attrs{"ai.operationId": "ai.streamText", "ai.telemetry.functionId": "a", "openinference.span.kind": "AGENT"}, genai.Agent, "invoke_agent"},
		{"vercel embed", "ai", "x", attrs{"ai.operationId": "ai.embed", "ai.telemetry.functionId": "a"}, genai.Workflow, "invoke_workflow"},
		{"vercel embed call", "ai", "x", attrs{"ai.operationId": "ai.embedMany.doEmbed"}, genai.ModelCall, "embeddings"},
		{"vercel tool", "ai", "x", attrs{"ai.operationId": "ai.toolCall"}, genai.Tool, "execute_tool"},
		{"datadog's tool in JavaScript", "dd-trace-js", "fn", attrs{"gen_ai.operation.name": "tool"}, genai.Tool, "execute_tool"},
		{"datadog's request in JavaScript", "dd-trace-js", "POST", attrs{"operation.name": "http.request", "http.method": "POST"}, genai.NotGenAI, ""},
		{"vercel 7 step", "gen_ai", "step 1", attrs{"gen_ai.operation.name": "agent_step"}, genai.Step, "agent_step"},
		{"langfuse generation", "langfuse-sdk", "g", attrs{"langfuse.observation.type": "generation"}, genai.ModelCall, "chat"},
		{"langfuse's wrapper of OpenAI's embeddings", "langfuse-sdk", "OpenAI.embeddings", attrs{"langfuse.observation.type": "generation", "langfuse.observation.model.name": "text-embedding-3-small"}, genai.ModelCall, "embeddings"},
		{"laminar's embeddings are an LLM's", "lmnr.tracer", "openai.embeddings", attrs{"lmnr.span.type": "LLM", "gen_ai.request.model": "text-embedding-3-small"}, genai.ModelCall, "embeddings"},
		{"embeddings in capitals", "langfuse-sdk", "g", attrs{"langfuse.observation.type": "generation", "langfuse.observation.model.name": "Qwen/Qwen3-Embedding-8B"}, genai.ModelCall, "embeddings"},
		{"a chat that is embedded", "langfuse-sdk", "g", attrs{"langfuse.observation.type": "generation", "langfuse.observation.model.name": "my-Embedded-assistant"}, genai.ModelCall, "chat"},
		{"langfuse embedding", "langfuse-sdk", "g", attrs{"langfuse.observation.type": "embedding"}, genai.ModelCall, "embeddings"},
		{"langfuse agent", "langfuse-sdk", "g", attrs{"langfuse.observation.type": "agent"}, genai.Agent, "invoke_agent"},
		{"langfuse span", "langfuse-sdk", "g", attrs{"langfuse.observation.type": "span"}, genai.Step, ""},
		{"langfuse guardrail", "langfuse-sdk", "g", attrs{"langfuse.observation.type": "guardrail"}, genai.Evaluation, ""},
		{"openinference llm", "x", "g", attrs{"openinference.span.kind": "LLM"}, genai.ModelCall, "chat"},
		{"openinference embedding", "x", "g", attrs{"openinference.span.kind": "EMBEDDING"}, genai.ModelCall, "embeddings"},
		{"openinference agent", "x", "g", attrs{"openinference.span.kind": "AGENT"}, genai.Agent, "invoke_agent"},
		{"openinference chain", "x", "g", with(use, attrs{"openinference.span.kind": "CHAIN"}), genai.Step, ""},
		{"openinference retriever", "x", "g", attrs{"openinference.span.kind": "RETRIEVER"}, genai.Retrieval, "retrieval"},
		{"openinference reranker", "x", "g", attrs{"openinference.span.kind": "RERANKER"}, genai.Retrieval, "retrieval"},
		{"openinference evaluator", "x", "g", attrs{"openinference.span.kind": "EVALUATOR"}, genai.Evaluation, ""},
		{"openinference unknown with a name", "x", "g", attrs{"openinference.span.kind": "UNKNOWN", "gen_ai.operation.name": "chat"}, genai.ModelCall, "chat"},
		{"convention", "x", "g", attrs{"gen_ai.operation.name": "generate_content"}, genai.ModelCall, "generate_content"},
		{"completion", "x", "g", attrs{"gen_ai.operation.name": "text_completion"}, genai.ModelCall, "text_completion"},
		{"internal agent with usage", "x", "invoke_agent a", with(use, attrs{"gen_ai.operation.name": "invoke_agent"}), genai.Agent, "invoke_agent"},
		{"workflow", "x", "g", with(use, attrs{"gen_ai.operation.name": "invoke_workflow"}), genai.Workflow, "invoke_workflow"},
		{"creating an agent", "x", "g", attrs{"gen_ai.operation.name": "create_agent"}, genai.Other, "create_agent"},
		{"fetching a response", "x", "g", with(use, attrs{"gen_ai.operation.name": "fetch_response"}), genai.Other, "fetch_response"},
		{"retrieval", "x", "g", attrs{"gen_ai.operation.name": "retrieval"}, genai.Retrieval, "retrieval"},
		{"upper case", "Agent365Sdk", "GenerateContent m", attrs{"gen_ai.operation.name": "GenerateContent"}, genai.ModelCall, "generate_content"},
		{"an agent in upper case", "Agent365Sdk", "InvokeAgent a", attrs{"gen_ai.operation.name": "InvokeAgent"}, genai.Agent, "invoke_agent"},
		{"the sum of a conversation", "x", "conversation a", with(attrs{"gen_ai.operation.name": "conversation", "gen_ai.request.model": "m"}, use), genai.Workflow, "invoke_workflow"},
		{"semantic kernel", "semantic_kernel.x", "chat.completions gpt-4o", attrs{"gen_ai.operation.name": "chat.completions"}, genai.ModelCall, "chat"},
		{"a tool name makes no tool", "@openlit/instrumentation-openai", "chat", with(chat, attrs{"gen_ai.tool.name": "get_weather"}), genai.ModelCall, "chat"},
		{"traceloop workflow", "@traceloop/node-server-sdk", "w.workflow", attrs{"traceloop.span.kind": "workflow"}, genai.Workflow, "invoke_workflow"},
		{"traceloop task", "@traceloop/node-server-sdk", "t.task", attrs{"traceloop.span.kind": "task"}, genai.Step, ""},
		{"traceloop agent", "@traceloop/node-server-sdk", "a.agent", attrs{"traceloop.span.kind": "agent"}, genai.Agent, "invoke_agent"},
		{
			"openllmetry, a call that says task", "opentelemetry.instrumentation.llamaindex", "OpenAI.chat",
			attrs{"traceloop.span.kind": "task", "llm.request.type": "chat", "gen_ai.usage.input_tokens": 10},
			genai.ModelCall, "chat",
		},
		{
			"openllmetry, a task around a call", "opentelemetry.instrumentation.langchain", "x.task",
			attrs{"traceloop.span.kind": "task", "llm.request.type": "chat"},
			genai.Step, "",
		},
		{"openllmetry of old", "x", "openai.completion", attrs{"llm.request.type": "completion"}, genai.ModelCall, "text_completion"},
		{"langsmith chain", "langsmith", "c", attrs{"langsmith.span.kind": "chain", "gen_ai.operation.name": "chain"}, genai.Step, "chain"},
		{"langsmith retriever", "langsmith", "r", attrs{"langsmith.span.kind": "retriever", "gen_ai.operation.name": "embeddings"}, genai.Retrieval, "retrieval"},
		{"mlflow", "x", "m", attrs{"mlflow.spanType": `"AGENT"`}, genai.Agent, "invoke_agent"},
		{"mlflow, unquoted", "x", "m", attrs{"mlflow.spanType": "LLM"}, genai.ModelCall, "chat"},
		{"mastra generation", "@mastra/otel-exporter", "m", attrs{"gen_ai.operation.name": "model_generation", "mastra.span.type": "model_generation"}, genai.Step, "model_generation"},
		{"sentry agent", "sentry", "m", attrs{"gen_ai.operation.type": "agent"}, genai.Agent, "invoke_agent"},
		{"sentry handoff", "sentry", "m", attrs{"gen_ai.operation.type": "handoff"}, genai.Step, ""},
		{"pydantic run", "pydantic-ai", "agent run", with(use, attrs{"agent_name": "w", "gen_ai.request.model": "gpt-4o"}), genai.Agent, "invoke_agent"},
		{"pydantic run with sums", "pydantic-ai", "w", attrs{"gen_ai.aggregated_usage.input_tokens": 5, "gen_ai.operation.name": "chat"}, genai.Agent, "invoke_agent"},
		{"pydantic tool", "pydantic-ai", "running tool", attrs{"gen_ai.tool.name": "get_weather"}, genai.Tool, "execute_tool"},
		{"logfire's agents", "logfire.openai_agents", "Responses API", attrs{}, genai.ModelCall, "chat"},
		{"a run of them", "logfire.openai_agents", "Agent run: {name!r}", attrs{}, genai.Agent, "invoke_agent"},
		{"a user's span by such a name", "logfire", "Chat completion with retries", attrs{}, genai.NotGenAI, ""},
		{"a user's log by such a name", "logfire.fastapi", "Responses API answered", attrs{}, genai.NotGenAI, ""},
		{"a tool's span of AgentOps", "agentops.x", "tool_call.f", attrs{"agentops.span.kind": "AgentOpsSpanKindValues.TOOL"}, genai.Step, ""},
		{"a call of AgentOps as Python shows it", "agentops", "x", with(use, attrs{"agentops.span.kind": "AgentOpsSpanKindValues.LLM"}), genai.ModelCall, "chat"},
		{"what a user of openlit traces", "openlit", "chat with a person", attrs{}, genai.NotGenAI, ""},
		{"a name and no failure", "openlit.instrumentation.anthropic", "chat claude-sonnet-4-5", attrs{}, genai.NotGenAI, ""},
		{"pydantic tools", "pydantic-ai", "running tools", attrs{}, genai.Step, ""},
		{"litellm proxy", "litellm", "Received Proxy Server Request", with(use, attrs{"gen_ai.request.model": "gpt-4o"}), genai.ModelCall, "chat"},
		{"litellm proxy, embeddings", "litellm", "litellm_request", attrs{"llm.request.type": "aembedding", "gen_ai.request.model": "m"}, genai.ModelCall, "embeddings"},
		{"litellm proxy, no model", "litellm", "Received Proxy Server Request", attrs{"http.route": "/health"}, genai.NotGenAI, ""},
		{"litellm raw", "litellm", "raw_gen_ai_request", with(use, attrs{"llm.openai.model": "gpt-4o"}), genai.Step, ""},
		{"litellm's database", "litellm", "postgres", attrs{"service": "postgres"}, genai.NotGenAI, ""},
		{"agent framework workflow", "agent_framework", "workflow.run", attrs{"workflow.name": "w"}, genai.Workflow, "invoke_workflow"},
		{"genkit model", "genkit-tracer", "gemini", attrs{"genkit:type": "action", "genkit:metadata:subtype": "model"}, genai.ModelCall, "chat"},
		{"genkit flow", "genkit-tracer", "f", attrs{"genkit:type": "action", "genkit:metadata:subtype": "flow"}, genai.Workflow, "invoke_workflow"},
		{"older langchain call", "x", "llm_call:openai", attrs{"llm.model": "gpt-4o"}, genai.ModelCall, "chat"},
		{"older langchain agent", "x", "agent_request:support", attrs{"request.id": "1"}, genai.Agent, "invoke_agent"},
		{"older langchain tool", "x", "tool_execution:search", attrs{"request.id": "1"}, genai.Tool, "execute_tool"},
		{"usage and a model but no kind", "x", "something", with(use, attrs{"gen_ai.request.model": "m"}), genai.ModelCall, "chat"},
		{"a conversation but no kind", "x", "something", attrs{"gen_ai.system": "openai"}, genai.Other, ""},
		{"cache get", "x", "cache.get", attrs{"cache.hit": true}, genai.Cache, ""},
		{"unknown operation", "x", "g", attrs{"gen_ai.operation.name": "dance"}, genai.Other, ""},
		{"a step by its word", "x", "step 1", with(chat, attrs{"gen_ai.operation.name": "step"}), genai.Step, "step"},
		{"a step that asks a model", "x", "g", with(chat, attrs{"gen_ai.operation.name": "llm_step"}), genai.Step, "llm_step"},
		{"a run of an agent by its word", "x", "g", with(chat, attrs{"gen_ai.operation.name": "Agent.Run"}), genai.Agent, "invoke_agent"},
		{"an agent's call", "x", "g", with(chat, attrs{"gen_ai.operation.name": "agent.generate"}), genai.ModelCall, "chat"},
		{"a word with a step in it", "x", "g", with(chat, attrs{"gen_ai.operation.name": "stepwise"}), genai.ModelCall, "chat"},
		{"a step without usage", "x", "g", attrs{"gen_ai.operation.name": "step"}, genai.Other, ""},
		{"a search of a memory", "x", "g", attrs{"gen_ai.operation.name": "search_memory", "gen_ai.request.model": "m"}, genai.Other, "search_memory"},
		{"a memory's store", "x", "g", attrs{"gen_ai.operation.name": "create_memory_store"}, genai.Other, "create_memory_store"},
		{"what a model wrote down", "x", "g", with(use, attrs{"gen_ai.operation.name": "update_memory", "gen_ai.request.model": "m"}), genai.ModelCall, "chat"},
		{"what was embedded", "x", "g", with(use, attrs{"gen_ai.operation.name": "search_memory", "gen_ai.request.model": "text-embedding-3-small"}), genai.ModelCall, "embeddings"},
		{"memory", "x", "g", attrs{"gen_ai.operation.name": "plan"}, genai.Step, "plan"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			op := readAttrs(t, tc.scope, tc.span, tc.attrs)
			assert.Equal(t, tc.kind, op.Kind)
			assert.Equal(t, tc.op, op.Name)
		})
	}
}

// What failed and has a name only is a call where a library wrote it, and none where a user did.
func TestFailedByName(t *testing.T) {
	for scope, want := range map[string]genai.Kind{"openlit.instrumentation.anthropic": genai.ModelCall, "openlit": genai.NotGenAI} {
		span, s := handMade(t, "chat claude-sonnet-4-5", nil), scopeNamed(scope, nil)
		span.Status().SetCode(ptrace.StatusCodeError)
		var op Call
		Read(&s, span, &op)
		assert.Equal(t, want, op.Kind, scope)
	}
}

// TestRemoteAgent: a CLIENT invoke_agent span with usage is a call to an agent elsewhere, except from frameworks that run
// their agents themselves.
func TestRemoteAgent(t *testing.T) {
	a := with(chat, attrs{"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "researcher"})
	for _, tc := range []struct {
		scope string
		kind  ptrace.SpanKind
		more  attrs
		want  genai.Kind
	}{
		{"azure.ai.agents", ptrace.SpanKindClient, nil, genai.ModelCall},
		{"azure.ai.agents", ptrace.SpanKindInternal, nil, genai.Agent},
		{"azure.ai.agents", ptrace.SpanKindClient, attrs{"gen_ai.usage.input_tokens": nil, "gen_ai.usage.output_tokens": nil}, genai.Agent},
		{"github.copilot", ptrace.SpanKindClient, nil, genai.Agent},
		{"agent_framework", ptrace.SpanKindClient, nil, genai.Agent},
		{"Experimental.Microsoft.Agents.AI", ptrace.SpanKindClient, nil, genai.Agent},
		{"opentelemetry.instrumentation.openai_agents", ptrace.SpanKindClient, attrs{"traceloop.span.kind": "agent"}, genai.Agent},
	} {
		span := handMade(t, "invoke_agent researcher", with(a, tc.more))
		span.SetKind(tc.kind)
		scope := scopeNamed(tc.scope, nil)
		var op Call
		assert.True(t, Read(&scope, span, &op))
		assert.Equal(t, tc.want, op.Kind, "%s %s", tc.scope, tc.kind)
		assert.Equal(t, "researcher", op.Agent)
	}
}

// TestUsageOnAgent: where the agent span has the only usage it is the call, by option or because the client is known for it.
func TestUsageOnAgent(t *testing.T) {
	agent := with(chat, attrs{"gen_ai.operation.name": "invoke_agent"})
	read := func(scope string, opts *Options, a attrs) Call {
		s := scopeNamed(scope, opts)
		var op Call
		assert.True(t, Read(&s, handMade(t, "a", a), &op))
		return op
	}
	assert.Equal(t, genai.Agent, read("my-agents", nil, agent).Kind)
	opts := &Options{UsageOnAgent: []string{"other", "my-agents"}}
	op := read("my-agents", opts, agent)
	assert.Equal(t, genai.ModelCall, op.Kind)
	assert.Equal(t, genai.Usage{Input: 1200, Output: 85}, op.Usage)
	assert.Equal(t, genai.Agent, read("their-agents", opts, agent).Kind)
	assert.Equal(t, genai.Agent, read("my-agents", opts, attrs{"gen_ai.operation.name": "invoke_agent"}).Kind, "nothing to count")

	assert.Equal(t, genai.ModelCall, read("logfire.claude_agent_sdk", nil, agent).Kind)
	turn := read("logfire.claude_agent_sdk", nil, attrs{"gen_ai.operation.name": "chat", "gen_ai.usage.partial.input_tokens": 3})
	assert.Equal(t, genai.Step, turn.Kind, "a turn with partial counts")
}
