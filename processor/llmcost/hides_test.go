package llmcost

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// A price is called one only where the sender would have told the cached tokens, or where there can be none.
func TestACacheThatIsNeverToldMakesAnEstimate(t *testing.T) {
	hiding := map[string]string{ // scopes and their versions
		"strands.telemetry.tracer": "", "io.quarkus.opentelemetry": "", "org.springframework.boot": "3.5.6", "mlflow.tracing.provider": "",
		"langwatch": "0.9.0", "litellm": "", "dify": "", "opentelemetry.instrumentation.openai_v2": "2.3b0",
		"opentelemetry.instrumentation.botocore.bedrock-runtime": "0.58b0", "@opentelemetry/instrumentation-openai": "0.9.0",
		"@opentelemetry/instrumentation-aws-sdk": "0.60.0", "semantic_kernel.connectors": "", "@traceloop/instrumentation-openai": "0.27.0",
		"opentelemetry.instrumentation.groq": "0.61.0", "openinference.instrumentation.mistralai": "0.1.0",
	}
	for scope, version := range hiding {
		for _, c := range []struct {
			provider, model string
			input           int64
			hides           bool
		}{
			{"openai", "gpt-4.1-mini", 1023, false},
			{"openai", "gpt-4.1-mini", 1024, true},
			{"openai", "gpt-4-turbo", 5000, false}, // OpenAI keeps no prompts for it
			{"deepseek", "deepseek-v4-flash", 100, true},
			{"anthropic", "claude-sonnet-4-5", 100, true}, // cached tokens would stand beside these
			{"anthropic", "claude-sonnet-4-5", 5000, true},
		} {
			for _, told := range []bool{false, true} {
				attrs := map[string]any{
					genai.OperationName: "chat", genai.ProviderName: c.provider, genai.RequestModel: c.model, genai.UsageInput: c.input,
					genai.UsageOutput: 10,
				}
				if told {
					attrs[genai.UsageCacheRead] = 0
				}
				td := spanWith(attrs)
				td.ResourceSpans().At(0).ScopeSpans().At(0).Scope().SetName(scope)
				td.ResourceSpans().At(0).ScopeSpans().At(0).Scope().SetVersion(version)
				got := attributesOf(startProcessor(t, nil).process(t, td))
				status, reason := genai.StatusPriced, any(nil)
				if c.hides && !told {
					status, reason = genai.StatusEstimated, genai.ReasonHiddenTokens
				}
				require.Equal(t, status, got[genai.CostStatus], "%s %+v told %v: %v", scope, c, told, got[genai.CostReason])
				require.Equal(t, reason, got[genai.CostReason], "%s %+v told %v", scope, c, told)
			}
		}
	}
}

// What was written to a prompt cache has a price of its own for an hour, so for how long it was kept must be told.
func TestWritesOfAnUnknownLifetimeMakeAnEstimate(t *testing.T) {
	for name, c := range map[string]struct {
		more   map[string]any
		reason any
	}{
		"one number":          {nil, genai.ReasonUnknownLifetime},
		"an hour":             {map[string]any{"anthropic.usage.cache_creation.ephemeral_1h_input_tokens": 2000}, nil},
		"five minutes":        {map[string]any{"anthropic.usage.cache_creation.ephemeral_5m_input_tokens": 2000}, nil},
		"none for an hour":    {map[string]any{"gen_ai.usage.cache_write_1h_input_tokens": 0}, nil},
		"nothing was written": {map[string]any{genai.UsageCacheWrite: 0}, nil},
	} {
		attrs := map[string]any{
			genai.OperationName: "chat", genai.ProviderName: "anthropic", genai.RequestModel: "claude-sonnet-4-5", genai.UsageInput: 5000,
			genai.UsageOutput: 10, genai.UsageCacheWrite: 2000, "gen_ai.usage.total_tokens": 5010,
		}
		for key, value := range c.more {
			attrs[key] = value
		}
		td := spanWith(attrs)
		td.ResourceSpans().At(0).ScopeSpans().At(0).Scope().SetName("com.anthropic.sdk.typescript")
		got := attributesOf(startProcessor(t, nil).process(t, td))
		require.Equal(t, c.reason, got[genai.CostReason], name)
		require.Equal(t, c.reason == nil, got[genai.CostStatus] == genai.StatusPriced, name)
	}
}

// A row with a price for the input alone does not say what the output costs.
func TestOutputWithoutARateMakesAnEstimate(t *testing.T) {
	got := attributesOf(startProcessor(t, nil).process(t, spanWith(map[string]any{
		genai.OperationName: "text_completion", genai.ProviderName: "azure.ai.openai", genai.RequestModel: "davinci-002",
		genai.ResponseModel: "davinci-002", genai.UsageInput: 100, genai.UsageOutput: 10,
	})))
	require.Equal(t, [2]any{genai.StatusEstimated, genai.ReasonNoRate}, [2]any{got[genai.CostStatus], got[genai.CostReason]})
}

// Nor does a row without a rate for what was read from the cache, which was priced as new, say what that costs.
func TestCacheWithoutARateMakesAnEstimate(t *testing.T) {
	got := attributesOf(startProcessor(t, nil).process(t, spanWith(map[string]any{
		genai.OperationName: "chat", genai.ProviderName: "openrouter", genai.RequestModel: "openai/gpt-4o-2024-08-06",
		genai.ResponseModel: "openai/gpt-4o-2024-08-06", genai.UsageInput: 100_000, genai.UsageCacheRead: 90_000, genai.UsageOutput: 10,
	})))
	require.Equal(t, [2]any{genai.StatusEstimated, genai.ReasonNoRate}, [2]any{got[genai.CostStatus], got[genai.CostReason]})
}

// Of a client that nobody knows, a model of Google's that thinks has told its thoughts, or a total that has them, or its output may lack them.
func TestUnlistedSendersOfThinkingModelsOfGoogles(t *testing.T) {
	for _, tt := range []struct {
		provider, model string
		more            map[string]any
		hidden          bool
	}{
		{"gcp.gemini", "gemini-2.5-flash", nil, true},
		{"gcp.vertex_ai", "gemini-3-flash-preview", nil, true},
		{"", "gemini-2.5-pro", nil, true},
		{"gcp.gemini", "gemini-2.5-flash-lite", nil, false}, // does not think unless it is told to
		{"gcp.gemini", "gemini-2.0-flash", nil, false},
		{"gcp.gemini", "gemini-2.5-flash", map[string]any{"gen_ai.usage.total_tokens": 1150}, false},
		{"gcp.gemini", "gemini-2.5-flash", map[string]any{"gen_ai.usage.reasoning.output_tokens": 0}, false},
		{"openrouter", "google/gemini-2.5-flash", nil, false}, // counts thoughts into the output
		{"gcp.gemini", "gemini-embedding-001", nil, false},
	} {
		attrs := map[string]any{genai.RequestModel: tt.model, genai.UsageInput: 1000, genai.UsageOutput: 100}
		if tt.provider != "" {
			attrs[genai.ProviderName] = tt.provider
		}
		for k, v := range tt.more {
			attrs[k] = v
		}
		td := chat(attrs)
		td.ResourceSpans().At(0).ScopeSpans().At(0).Scope().SetName("a.house.own")
		got := attributesOf(startProcessor(t, nil).process(t, td))
		require.Equal(t, tt.hidden, got[genai.CostReason] == genai.ReasonHiddenTokens, "%s %s %v: %v", tt.provider, tt.model, tt.more, got[genai.CostReason])
	}
}

// On Bedrock too an hour in the cache costs more than five minutes, and few of its rows say what.
func TestAnHourWithoutARateMakesAnEstimate(t *testing.T) {
	for model, reason := range map[string]any{
		"global.anthropic.claude-sonnet-4-5-20250929-v1:0": genai.ReasonNoRate, "global.anthropic.claude-opus-5-5": nil,
	} {
		td := chat(map[string]any{
			genai.ProviderName: "aws.bedrock", genai.RequestModel: model, genai.UsageInput: 5000, genai.UsageCacheRead: 0, genai.UsageCacheWrite: 2000,
			"gen_ai.usage.cache_write_1h_input_tokens": 2000, "gen_ai.usage.total_tokens": 5100,
		})
		td.ResourceSpans().At(0).ScopeSpans().At(0).Scope().SetName("com.anthropic.sdk.typescript")
		got := attributesOf(startProcessor(t, nil).process(t, td))
		require.Equal(t, reason, got[genai.CostReason], "%s: %v", model, got)
	}
}
