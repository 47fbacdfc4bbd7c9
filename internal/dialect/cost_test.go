package dialect

import (
	"testing"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

func TestReportedCost(t *testing.T) {
	for _, tc := range []struct {
		name, scope, span string
		attrs             attrs
		usd               float64
		source            CostSource
	}{
		{"nothing", "x", "chat", nil, 0, CostNone},
		{"provider's amount", "x", "chat", attrs{"gen_ai.usage.cost.amount": 0.5, "gen_ai.usage.cost.currency": "USD", "gen_ai.usage.cost.source": "provider"}, 0.5, CostBill},
		{"estimated amount", "x", "chat", attrs{"gen_ai.usage.cost.amount": 0.5, "gen_ai.usage.cost.currency": "usd", "gen_ai.usage.cost.source": "estimated"}, 0.5, CostClient},
		{"euros", "x", "chat", attrs{"gen_ai.usage.cost.amount": 0.5, "gen_ai.usage.cost.currency": "EUR", "gen_ai.usage.cost.source": "provider"}, 0, CostNone},
		{
			"no currency means dollars", "x", "chat",
			attrs{"gen_ai.usage.cost.amount": 0.5, "gen_ai.usage.cost.source": "provider"},
			0.5, CostBill,
		},
		{"euros beside dollars", "x", "chat", attrs{"gen_ai.usage.cost.amount": 0.5, "gen_ai.usage.cost.currency": "EUR", "operation.cost": 0.25}, 0.25, CostClient},
		{"litellm 2", "litellm", "chat", attrs{"litellm.cost.total": 0.5}, 0.5, CostBill},
		{"litellm proxy", "litellm", "Received Proxy Server Request", attrs{"gen_ai.cost.total_cost": 0.5}, 0.5, CostBill},
		{"litellm proxy's own span", "litellm", "litellm_request", attrs{"gen_ai.cost.total_cost": "0.5", "metadata.user_api_key_hash": "h"}, 0.5, CostBill},
		{"litellm library", "litellm", "litellm_request", attrs{"gen_ai.cost.total_cost": 0.5}, 0.5, CostClient},
		{"litellm answer from its cache", "litellm", "litellm_request", attrs{"litellm.cost.total": 0.5, "hidden_params": `{"model_id":null,"cache_key":"abc"}`}, 0, CostNone},
		{"openinference", "x", "chat", attrs{"llm.cost.total": 0.5, "gen_ai.usage.cost": 0.7}, 0.5, CostClient},
		{"langfuse", "langfuse-sdk", "chat", attrs{"langfuse.observation.cost_details": `{"input":0.1,"output":0.4,"total":0.5}`}, 0.5, CostClient},
		{"pydantic", "pydantic-ai", "chat", attrs{"operation.cost": 0.5}, 0.5, CostClient},
		{"mlflow", "x", "chat", attrs{"mlflow.llm.cost": `{"input_cost":0.1,"total_cost":0.5}`}, 0.5, CostClient},
		{"openlit", "openlit", "chat", attrs{"gen_ai.usage.cost": 0.5}, 0.5, CostClient},
		{"openlit without a price", "openlit", "chat", attrs{"gen_ai.usage.cost": 0}, 0, CostNone},
		{"in the wild", "x", "chat", attrs{"gen_ai.usage.cost_usd": 0.5}, 0.5, CostClient},
		{"in the wild, in millionths", "x", "chat", attrs{"gen_ai.usage.cost_micro_usd": 500_000}, 0.5, CostClient},
		{"genai_otel", "genai_otel.instrumentors.openai_instrumentor", "chat", attrs{"gen_ai.usage.cost.total": 0.5, "gen_ai.usage.cost.prompt": 0.2}, 0.5, CostClient},
		{"genai_otel's parts", "x", "chat", attrs{"gen_ai.usage.cost.prompt": 0.2, "gen_ai.usage.cost.completion": 0.3}, 0.5, CostClient},
		{"its euros", "x", "chat", attrs{"gen_ai.usage.cost.total": 0.5, "gen_ai.usage.cost.currency": "EUR"}, 0, CostNone},
		{"trulens", "trulens.otel", "chat", attrs{"ai.observability.cost.cost": 0.5, "ai.observability.cost.cost_currency": "USD"}, 0.5, CostClient},
		{"trulens in Snowflake's credits", "trulens.otel", "chat", attrs{"ai.observability.cost.cost": 0.5, "ai.observability.cost.cost_currency": "Snowflake credits"}, 0, CostNone},
		{"langsmith", "langsmith", "chat", attrs{"langsmith.usage_metadata": `{"input_tokens":1,"output_tokens":2,"total_cost":0.5}`}, 0.5, CostClient},
		{"copilot's premium requests", "github.copilot", "chat", attrs{"github.copilot.cost": 3}, 0, CostNone},
		{"negative", "x", "chat", attrs{"gen_ai.usage.cost": -1}, 0, CostNone},
		{"not a number", "x", "chat", attrs{"gen_ai.usage.cost": "NaN"}, 0, CostNone},
		{"openrouter through the AI SDK", "ai", "chat", attrs{"ai.response.providerMetadata": `{"openrouter":{"usage":{"promptTokens":3,"cost":0.5}}}`}, 0.5, CostBill},
		{"the AI gateway", "ai", "chat", attrs{"ai.response.providerMetadata": `{"gateway":{"routing":{},"cost":"0.5"}}`}, 0.5, CostBill},
		{"our own", "x", "chat", attrs{"llm.cost.status": "priced", "llm.cost.total": 0.9, "gen_ai.usage.cost": 0.9}, 0, CostNone},
		{"our own, with what the client said", "x", "chat", attrs{"llm.cost.status": "priced", "llm.cost.total": 0.9, "llm.cost.reported": 0.5}, 0.5, CostClient},
		{"our own, taken from a bill that is gone", "x", "chat", attrs{"llm.cost.status": "reported", "llm.cost.total": 0.5, "llm.cost.reported": 0.5}, 0.5, CostClient},
	} {
		t.Run(tc.name, func(t *testing.T) {
			op := readAttrs(t, tc.scope, tc.span, with(chat, tc.attrs))
			assert.Equal(t, genai.ModelCall, op.Kind)
			assert.InDelta(t, tc.usd, op.ReportedUSD, 0)
			assert.Equal(t, tc.source, op.CostSource)
		})
	}
}

func TestOpenRouterBroadcast(t *testing.T) {
	resource := pcommon.NewResource()
	resource.Attributes().PutStr("service.name", "openrouter")
	scope := NewScope(pcommon.NewInstrumentationScope(), resource, nil)
	var op Call
	assert.True(t, Read(&scope, handMade(t, "chat", with(chat, attrs{"gen_ai.usage.total_cost": 0.5})), &op))
	assert.Equal(t, CostBill, op.CostSource)
	assert.InDelta(t, 0.5, op.ReportedUSD, 0)
}

func TestWhatLlmcostWrote(t *testing.T) {
	op := readAttrs(t, "x", "chat", with(chat, attrs{"llm.cost.status": "priced", "llm.cost.reason": "client_estimate", "llm.cost.total": 0.9, "llm.cost.saved": 0.1}))
	assert.Equal(t, "priced", op.Status)
	assert.Equal(t, "client_estimate", op.Reason)
	assert.True(t, op.Counts())
	assert.Empty(t, readAttrs(t, "x", "chat", with(chat, attrs{"llm.cost.total": 0.9})).Status)
}
