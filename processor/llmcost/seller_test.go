package llmcost

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// call is what is asked about: the provider's name, the two addresses, the model.
type evidence struct{ provider, server, url, model string }

func (e evidence) attributes(more map[string]any) map[string]any {
	attrs := map[string]any{
		genai.ProviderName: e.provider, genai.RequestModel: e.model, "server.address": e.server, "url.full": e.url,
	}
	for k, v := range attrs {
		if v == "" {
			attrs[k] = nil
		}
	}
	for k, v := range more {
		attrs[k] = v
	}
	return attrs
}

func TestWhoSold(t *testing.T) {
	for name, tc := range map[string]struct {
		evidence
		price, status, reason, provider string // provider: as llm.cost.call.provider; "" is the span's own
	}{
		"the SDK's own server":           {evidence{"openai", "api.openai.com", "", "gpt-4o"}, "openai/gpt-4o", "priced", "", ""},
		"no address":                     {evidence{"openai", "", "", "gpt-4o"}, "openai/gpt-4o", "priced", "", ""},
		"another server":                 {evidence{"openai", "api.groq.com", "", "openai/gpt-oss-120b"}, "groq/openai/gpt-oss-120b", "priced", "", "groq"},
		"by its URL":                     {evidence{"openai", "", "https://openrouter.ai/api/v1", "anthropic/claude-sonnet-4.5"}, "openrouter/anthropic/claude-sonnet-4.5", "priced", "", "openrouter"},
		"Azure, at OpenAI's row":         {evidence{"openai", "x.openai.azure.com", "", "gpt-4o"}, "openai/gpt-4o", "estimated", "model_guessed", "azure.ai.openai"},
		"Vertex, by its host":            {evidence{"anthropic", "us-east5-aiplatform.googleapis.com", "", "claude-sonnet-4-5@20250929"}, "google/claude-sonnet-4-5", "priced", "", "gcp.vertex_ai"},
		"Gemini's OpenAI server":         {evidence{"openai", "generativelanguage.googleapis.com", "", "gemini-2.5-flash-lite"}, "google/gemini-2.5-flash-lite", "priced", "", "gcp.gemini"},
		"Bedrock, by the model's id":     {evidence{"anthropic", "", "", "us.anthropic.claude-opus-4-5-20251101-v1:0"}, "aws/regional.anthropic.claude-opus-4-5-v1:0", "priced", "", "aws.bedrock"},
		"the address beats the id":       {evidence{"anthropic", "openrouter.ai", "", "us.anthropic.claude-opus-4-5-20251101-v1:0"}, "", "unpriced", "unknown_model", "openrouter"},
		"a provider nobody knows":        {evidence{"fakeoa.chat", "", "", "gpt-4o"}, "openai/gpt-4o", "estimated", "provider_guessed", ""},
		"GitHub":                         {evidence{"github", "", "", "claude-opus-4.8"}, "github-copilot/claude-opus-4.8", "priced", "", ""},
		"a model that it cannot have":    {evidence{"anthropic", "", "", "kimi-k2-0905-preview"}, "moonshotai/kimi-k2-0905-preview", "estimated", "provider_guessed", ""},
		"a server that nobody knows":     {evidence{"openai", "llm.example.com", "", "gpt-4o"}, "openai/gpt-4o", "estimated", "provider_guessed", ""},
		"Groq's own SDK at a server":     {evidence{"groq", "llm.example.com", "", "openai/gpt-oss-120b"}, "groq/openai/gpt-oss-120b", "priced", "", ""},
		"two servers":                    {evidence{"openai", "api.openai.com", "https://api.groq.com/openai/v1", "openai/gpt-oss-120b"}, "openai/gpt-oss-120b", "estimated", "provider_guessed", ""},
		"a proxy here, a server behind":  {evidence{"openai", "localhost", "https://api.groq.com/openai/v1", "openai/gpt-oss-120b"}, "groq/openai/gpt-oss-120b", "priced", "", "groq"},
		"this machine, a closed model":   {evidence{"openai", "127.0.0.1", "", "gpt-4o"}, "openai/gpt-4o", "estimated", "local_server", ""},
		"this machine, open weights":     {evidence{"openai", "localhost", "", "openai/gpt-oss-20b"}, "", "unpriced", "local_server", ""},
		"a cluster, open weights":        {evidence{"openai", "vllm.models.svc", "", "deepseek-r1"}, "", "unpriced", "local_server", ""},
		"this machine, a house's model":  {evidence{"openai", "localhost", "", "house-llm-7"}, "", "unpriced", "unknown_model", ""},
		"this machine, a cloud's id":     {evidence{"openai", "litellm:4000", "", "eu.anthropic.claude-sonnet-4-6-v1:0"}, "aws/regional.anthropic.claude-sonnet-4-6-v1:0", "estimated", "local_server", "aws.bedrock"},
		"xAI in a region":                {evidence{"openai", "eu-west-1.api.x.ai", "", "grok-3"}, "x-ai/grok-3", "priced", "", "x_ai"},
		"a name with its seller":         {evidence{"openai", "", "", "groq/openai/gpt-oss-120b"}, "groq/openai/gpt-oss-120b", "priced", "", "groq"},
		"a name with its cloud":          {evidence{"openai", "", "", "vertex_ai/gemini-2.5-flash"}, "google/gemini-2.5-flash", "priced", "", "gcp.vertex_ai"},
		"Azure in front":                 {evidence{"openai", "", "", "azure/gpt-4o"}, "openai/gpt-4o", "estimated", "model_guessed", "azure.ai.openai"},
		"a maker's name in front":        {evidence{"house", "", "", "anthropic/claude-sonnet-4.5"}, "anthropic/claude-sonnet-4-5", "estimated", "provider_guessed", ""},
		"a model that nobody knows":      {evidence{"openai", "", "", "house-llm-7"}, "", "unpriced", "unknown_model", ""},
		"weights that OpenAI gives away": {evidence{"openai", "", "", "gpt-oss-20b"}, "openai/gpt-oss-20b", "estimated", "provider_guessed", ""},
		"OpenRouter in the EU":           {evidence{"openai", "eu.openrouter.ai", "", "anthropic/claude-sonnet-4.6"}, "openrouter/anthropic/claude-sonnet-4.6", "estimated", "unknown_region", "openrouter"},
		"Vercel's gateway":               {evidence{"openai", "ai-gateway.vercel.sh", "", "anthropic/claude-sonnet-4.5"}, "anthropic/claude-sonnet-4-5", "priced", "", "gateway"},
		"Vercel's gateway, LiteLLM's":    {evidence{"openai", "", "", "vercel_ai_gateway/openai/gpt-4o"}, "openai/gpt-4o", "priced", "", "gateway"},
		"behind Cloudflare's gateway":    {evidence{"openai", "gateway.ai.cloudflare.com", "https://gateway.ai.cloudflare.com/v1/a/g/groq/chat/completions", "openai/gpt-oss-120b"}, "groq/openai/gpt-oss-120b", "priced", "", "groq"},
		"behind Helicone":                {evidence{"openai", "oai.helicone.ai", "", "gpt-4o"}, "openai/gpt-4o", "priced", "", ""},
		"GitHub's models":                {evidence{"openai", "models.inference.ai.azure.com", "", "gpt-4o"}, "openai/gpt-4o", "estimated", "provider_guessed", "github-models"},
		"GitHub's models, LiteLLM's":     {evidence{"openai", "", "", "github/gpt-4o"}, "openai/gpt-4o", "estimated", "provider_guessed", "github-models"},
		"a server of LiteLLM's":          {evidence{"", "", "", "hosted_vllm/openai/gpt-oss-20b"}, "", "unpriced", "local_server", ""},
		"a Mac, by LiteLLM":              {evidence{"openai", "", "", "lm_studio/gpt-oss-20b"}, "", "unpriced", "local_server", ""},
		"a Mac, by the AI SDK":           {evidence{"lmstudio.chat", "", "", "gpt-oss-20b"}, "", "unpriced", "local_server", ""},
		"free at OpenRouter":             {evidence{"openai", "openrouter.ai", "", "openai/gpt-oss-20b:free"}, "openrouter/openai/gpt-oss-20b:free", "free", "", "openrouter"},
	} {
		t.Run(name, func(t *testing.T) {
			got := attributesOf(startProcessor(t, nil).process(t, chat(tc.attributes(nil))))
			require.Equal(t, tc.status, got[genai.CostStatus], got)
			require.Equal(t, tc.reason, fmt.Sprint(orEmpty(got[genai.CostReason])), got)
			price := fmt.Sprint(orEmpty(got[genai.CostPrice]))
			if tc.price != "" {
				tc.price += "@2026-09-23"
			}
			require.Equal(t, tc.price, price)
			require.Equal(t, tc.provider, fmt.Sprint(orEmpty(got[genai.CallProvider])))
		})
	}
}

func orEmpty(v any) any {
	if v == nil {
		return ""
	}
	return v
}

// Azure's contract holds where Azure answered, whatever the SDK calls itself, and the region's surcharge where the host has one.
func TestFactorAndRegionOfTheSeller(t *testing.T) {
	azure := evidence{"openai", "contoso.openai.azure.com", "", "gpt-4o"}
	p := startProcessor(t, func(c *Config) { c.PriceFactor = map[string]float64{"azure": 0.5, "openai": 3} })
	got := attributesOf(p.process(t, chat(azure.attributes(nil))))
	require.Equal(t, (1000*2.5+100*10)/2/1e6, got[genai.CostTotal])
	eu := evidence{"openai", "eu.api.openai.com", "", "gpt-5.4"}
	got = attributesOf(startProcessor(t, nil).process(t, chat(eu.attributes(nil))))
	require.Equal(t, 0.0044, got[genai.CostTotal])
	require.Equal(t, genai.StatusPriced, got[genai.CostStatus])
}

func TestLocalServers(t *testing.T) {
	for setting, want := range map[string][2][2]any{
		"estimate": {{"estimated", "local_server"}, {"unpriced", "local_server"}},
		"price":    {{"priced", nil}, {"estimated", "provider_guessed"}}, // OpenAI, which the span names, does not sell it
		"free":     {{"free", "local_server"}, {"free", "local_server"}},
		"unpriced": {{"unpriced", "local_server"}, {"unpriced", "local_server"}},
	} {
		p := startProcessor(t, func(c *Config) {
			c.LocalServers = setting
			c.Prices.Models = []any{map[string]any{"match": map[string]any{"equals": "ours"}, "prices": map[string]any{"input_mtok": 1}}}
		})
		for i, model := range []string{"gpt-4o", "gpt-oss-20b"} {
			got := attributesOf(p.process(t, chat(evidence{"openai", "10.0.0.7", "", model}.attributes(nil))))
			answer := [2]any{got[genai.CostStatus], got[genai.CostReason]}
			require.Equal(t, want[i], answer, "%s %s", setting, model)
		}
		got := attributesOf(p.process(t, chat(evidence{"openai", "10.0.0.7", "", "ours"}.attributes(nil))))
		require.Equal(t, [2]any{"priced", 0.001}, [2]any{got[genai.CostStatus], got[genai.CostTotal]}, "your own row holds anywhere")
		got = attributesOf(p.process(t, chat(evidence{"openai", "10.0.0.7", "", "x"}.attributes(map[string]any{
			"gen_ai.usage.cost.amount": 0.5, "gen_ai.usage.cost.currency": "USD", "gen_ai.usage.cost.source": "provider",
		}))))
		require.Equal(t, "reported", got[genai.CostStatus], "a bill is a bill")
	}
	cfg := createDefaultConfig().(*Config)
	cfg.LocalServers = "maybe"
	require.ErrorContains(t, cfg.Validate(), `local_servers: must be one of estimate, price, free, unpriced, got "maybe"`)
}

// Over any combination of evidence: the harder piece decides who sold, and what rests on a guess or a contradiction is never `priced`.
func TestHarderEvidenceWins(t *testing.T) {
	table := pricing.Default()
	pick := func(rnd *rand.Rand, from ...string) string { return from[rnd.IntN(len(from))] }
	rnd := rand.New(rand.NewPCG(9, 1))
	p := startProcessor(t, nil)
	priced := 0
	for range 20_000 {
		e := evidence{
			provider: pick(rnd, "openai", "anthropic", "groq", "house", "aws.bedrock", "gcp.vertex_ai", ""),
			server:   pick(rnd, "", "", "api.openai.com", "api.anthropic.com", "api.groq.com", "openrouter.ai", "localhost", "x.example.com", "bedrock-runtime.us-east-1.amazonaws.com"),
			url:      pick(rnd, "", "", "", "https://api.openai.com/v1", "https://api.groq.com/openai/v1", "http://127.0.0.1:80/v1"),
			model: pick(rnd, "gpt-4o", "openai/gpt-oss-120b", "groq/openai/gpt-oss-120b", "claude-sonnet-4-5", "anthropic/claude-sonnet-4.5",
				"us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5@20250929", "house-llm"),
		}
		got := attributesOf(p.process(t, chat(e.attributes(nil))))
		if got[genai.CostStatus] != genai.StatusPriced {
			continue
		}
		priced++
		a, b := table.SellerAt(e.server), table.SellerAt(e.url)
		shape := table.SellerByName(e.model)
		want := ""
		switch {
		case a.Provider != "" && b.Provider != "":
			require.Equal(t, a.Provider, b.Provider, "two sellers: %v %v", e, got)
			want = a.Provider
		case a.Provider+b.Provider != "":
			want = a.Provider + b.Provider
			require.False(t, a.Provider != "" && b.Local, "a server that answered and a URL of this machine: %v", e)
		case a.Local || b.Local:
			require.Fail(t, "priced on this machine", "%v %v", e, got)
		case shape.Provider != "":
			want = shape.Provider
		case e.provider != "":
			want = table.Provider(e.provider)
			require.True(t, table.Sells(e.provider), "%v %v", e, got)
			require.False(t, e.server+e.url != "" && sdkNames[e.provider], "at an address that nobody knows: %v", e)
		default:
			continue
		}
		said := got[genai.CallProvider]
		if said == nil {
			said = got[genai.ProviderName]
		}
		require.Equal(t, want, table.Provider(fmt.Sprint(said)), "%v %v", e, got)
	}
	require.Greater(t, priced, 1000)
}

// A deployment of Azure is named by its owner; the model that answered is the provider's word.
func TestDeploymentsOfAzure(t *testing.T) {
	for _, tt := range []struct {
		asked, answered, status string
		reason                  any
	}{
		{"gpt-4o", "", "estimated", "model_guessed"},
		{"gpt-4o-mini", "gpt-4o-2024-08-06", "priced", nil},
		{"gpt-4o", "gpt-4o-2024-08-06", "priced", nil},
		{"gpt-4o", "chatty", "estimated", "model_guessed"},
		{"chatty", "gpt-4o-2024-08-06", "priced", nil},
		{"chatty", "", "unpriced", "unknown_model"},
	} {
		attrs := map[string]any{genai.ProviderName: "azure.ai.openai", genai.RequestModel: tt.asked}
		if tt.answered != "" {
			attrs[genai.ResponseModel] = tt.answered
		}
		got := attributesOf(startProcessor(t, nil).process(t, chat(attrs)))
		require.Equal(t, [2]any{tt.status, tt.reason}, [2]any{got[genai.CostStatus], got[genai.CostReason]}, "%+v", tt)
	}
}

func TestVariantsAtOpenRouter(t *testing.T) {
	for model, want := range map[string][2]any{
		"openai/gpt-4o":             {"priced", nil},
		"openai/gpt-4o:nitro":       {"estimated", "model_guessed"},
		"openai/gpt-4o:online":      {"estimated", "unknown_fee"},
		"openai/gpt-oss-20b:free":   {"free", nil},
		"acme/unheard-of:free":      {"free", nil},
		"openai/gpt-oss-20b:online": {"estimated", "unknown_fee"},
		"acme/any:free:online":      {"estimated", "unknown_fee"},
	} {
		attrs := map[string]any{genai.ProviderName: "openrouter", genai.RequestModel: model}
		got := attributesOf(startProcessor(t, nil).process(t, chat(attrs)))
		require.Equal(t, want, [2]any{got[genai.CostStatus], got[genai.CostReason]}, model)
	}
}
