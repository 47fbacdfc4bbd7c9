package pricing

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFind(t *testing.T) {
	day := "@2026-09-23"
	tests := []struct{ provider, model, want string }{
		{"openai", "gpt-4o-mini", "openai/gpt-4o-mini"},
		{"OpenAI", " GPT-4o-Mini ", "openai/gpt-4o-mini"},
		{"openai.chat", "gpt-4o-mini-2024-07-18", "openai/gpt-4o-mini"},
		{"", "gpt-4o-mini", "openai/gpt-4o-mini"},
		{"openai", "openai/gpt-4o-mini", "openai/gpt-4o-mini"},
		{"azure.ai.openai", "gpt-4o", "openai/gpt-4o"},
		{"azure.ai.inference", "phi-4", "azure/phi-4"},
		{"azure", "gpt-4o-mini", "openai/gpt-4o-mini"},
		{"azure", "gpt-5.5-2026-04-23", "openai/gpt-5.5"},
		{"gcp.gemini", "gemini-2.5-flash", "google/gemini-2.5-flash"},
		{"gcp.gen_ai", "models/gemini-2.5-flash", "google/gemini-2.5-flash"},
		{"gcp.vertex_ai", "publishers/google/models/gemini-2.5-flash", "google/gemini-2.5-flash"},
		{"vertex_ai", "vertex_ai/gemini-2.5-flash", "google/gemini-2.5-flash"},
		{"gcp.vertex_ai", "claude-sonnet-4-5@20250929", "google/claude-sonnet-4-5"},
		{
			"aws.bedrock", "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
			"aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0",
		},
		{"amazon-bedrock", "global.anthropic.claude-sonnet-4-5-20250929-v1:0", "aws/global.anthropic.claude-sonnet-4-5-20250929-v1:0"},
		{"mistral_ai", "mistral-large-2411", "mistral/mistral-large"},
		{"x_ai", "grok-3", "x-ai/grok-3"},
		{"xai.chat", "grok-3-latest", "x-ai/grok-3"},
		{"moonshot_ai", "kimi-k2", "moonshotai/kimi-k2"},
		{"groq.chat", "llama-3.3-70b-versatile", "groq/llama-3.3-70b-versatile"},
		{"litellm", "openai/gpt-4o-mini", "openai/gpt-4o-mini"},
		{"litellm", "gpt-4o-mini", "openai/gpt-4o-mini"},
		{"litellm_proxy", "gpt-4o-mini", "openai/gpt-4o-mini"},
		{"gateway", "openai/gpt-4o-mini", "openai/gpt-4o-mini"},
		{"openrouter", "openrouter/anthropic/claude-sonnet-4.5", "openrouter/anthropic/claude-sonnet-4.5"},
		{"openrouter", "claude-sonnet-4.5", "openrouter/anthropic/claude-sonnet-4.5"},
		{"groq", "groq/openai/gpt-oss-120b", "groq/openai/gpt-oss-120b"},
		{"github", "claude-opus-4.8", "github-copilot/claude-opus-4.8"},

		{"openrouter", "openai/some-new-model:free", "openrouter/*:free"},
		{"openrouter", "sonnet-4.5", ""},
		{"acme", "gpt-4o-mini", ""}, // an unknown provider has no price, whatever the model
		{"openai", "gpt-9", ""},
		{"openai", "anthropic/gpt-4o-mini", ""},
		{"", "moonshotai/Kimi-K3", ""}, // may be anybody's
		{"", "", ""},
		{"openai", "", ""},
		{"openai", strings.Repeat("gpt-4o-mini", 1000), ""},
		{strings.Repeat("openai", 1000), "gpt-4o-mini", ""},
	}
	for _, tt := range tests {
		m := Default().Find(tt.provider, tt.model)
		if tt.want == "" {
			require.Nil(t, m, "%s %s", tt.provider, clip(tt.model))
			continue
		}
		require.NotNil(t, m, "%s %s", tt.provider, tt.model)
		require.Equal(t, tt.want+day, m.Row)
	}
}

func TestProviderByURL(t *testing.T) {
	for url, want := range map[string]string{
		"https://api.openai.com/v1":                           "openai",
		"https://example--kimi-k3.modal.run/v1":               "modal",
		"https://example.modal.run.evil.test/v1":              "",
		"https://my.openai.azure.com/openai":                  "azure",
		"https://eu-aiplatform.googleapis.com/v1":             "google",
		"http://localhost:11434":                              "",
		"":                                                    "",
		"https://api.openai.com/" + strings.Repeat("x", 5000): "",
	} {
		require.Equal(t, want, Default().ProviderByURL(url), clip(url))
	}
}

func TestUserRowsComeFirst(t *testing.T) {
	price := func(pico int64) []PriceList {
		return []PriceList{{Rates: []Rate{{Unit: UnitInput, Price: Price{pico, 1}}}}}
	}
	table, err := Default().With([]Row{
		{Provider: "azure", ID: "mine", Origin: "p.yaml:1", Match: Clause{Equals: "GPT-4o"}, Prices: price(7)},
		{ID: "local", Origin: "p.yaml:5", Match: Clause{StartsWith: "llama-local"}, Prices: []PriceList{{}}},
		{
			Provider: "openai", ID: "ft", Origin: "p.yaml:9", Match: Clause{StartsWith: "ft:"}, Prices: price(8_000),
			Tiers: map[string][]Rate{"priority": {{Unit: UnitInput, Price: Price{9_000, 1}}}},
		},
	})
	require.NoError(t, err)

	require.Equal(t, "azure/mine@p.yaml:1", table.Find("azure.ai.openai", "gpt-4o").Row)
	require.Equal(t, "openai/gpt-4o@2026-09-23", table.Find("openai", "gpt-4o").Row)
	require.True(t, table.Find("acme", "llama-local-7b").Free(), "a row without a provider holds even where the provider is unknown")
	require.Equal(t, "local@p.yaml:5", table.Find("", "llama-local-7b").Row)

	ft := table.Find("openai", "ft:gpt-4o:me")
	for tier, want := range map[string]int64{"": 8_000, "batch": 4_000, "priority": 9_000} {
		c, err := ft.Price(&Call{ServiceTier: tier, Usage: Usage{Input: 1000}}, Factor{})
		require.NoError(t, err)
		require.Equal(t, want, c.Total, tier)
	}
	c, err := ft.Price(&Call{ServiceTier: "priority", Usage: Usage{Input: 1}}, Factor{})
	require.NoError(t, err)
	require.Equal(t, "openai/ft@p.yaml:9+priority", c.Row)
}

func TestWithRefusesBadRows(t *testing.T) {
	_, err := Default().With([]Row{
		{Origin: "a:1", Match: Clause{Regex: "("}, Prices: []PriceList{{}}},
		{Origin: "a:2", Match: Clause{Equals: "x"}},
		{Origin: "a:3", Match: Clause{Equals: "x"}, Prices: []PriceList{{Rates: []Rate{{Unit: UnitCacheRead}}}}},
		{Origin: "a:4", Match: Clause{Equals: "x", Contains: "y"}, Prices: []PriceList{{Rates: []Rate{{Unit: UnitInput}, {Unit: UnitInput}}}}},
	})
	for _, want := range []string{
		"a:1: regex: ", "a:2: no prices", "a:3: cache_read_mtok needs input_mtok", "a:4: a match needs exactly one", "input_mtok is priced twice",
	} {
		require.ErrorContains(t, err, want)
	}
}

func TestDashedDates(t *testing.T) {
	for in, want := range map[string]string{
		"gpt-4o-20240806":              "gpt-4o-2024-08-06",
		"gpt-4o-20240806:ft":           "gpt-4o-2024-08-06:ft",
		"a-20240806-20250101-b":        "a-2024-08-06-2025-01-01-b",
		"gpt-4o-20240231":              "gpt-4o-20240231",
		"gpt-4o-202408061":             "gpt-4o-202408061",
		"gpt-4o-19990806":              "gpt-4o-19990806",
		"20240806":                     "20240806",
		"":                             "",
		"gpt-4o-2024-08-06":            "gpt-4o-2024-08-06",
		"mistral-large-20241301-x":     "mistral-large-20241301-x",
		"claude-sonnet-4-20250514-v10": "claude-sonnet-4-2025-05-14-v10",
	} {
		require.Equal(t, want, dashedDates(in))
	}
}

func BenchmarkFindAndPrice(b *testing.B) {
	table := Default()
	calls := []Call{
		{Provider: "openai", Model: "gpt-4o-mini-2024-07-18"},
		{Provider: "anthropic", Model: "claude-sonnet-4-5-20250929"},
		{Provider: "gcp.gemini", Model: "gemini-2.5-flash"},
		{Provider: "openrouter", Model: "moonshotai/kimi-k2.7-code"},
	}
	for i := range calls {
		calls[i].Time = time.Unix(1_790_000_000, 0)
		calls[i].Usage = Usage{Input: 1200, CacheRead: 1024, Output: 85}
	}
	models := make([]*Model, len(calls))
	for i := range calls {
		models[i] = table.Find(calls[i].Provider, calls[i].Model)
	}
	b.Run("find+price", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			c := &calls[i%len(calls)]
			if _, err := table.Find(c.Provider, c.Model).Price(c, Factor{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("price", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := models[i%len(calls)].Price(&calls[i%len(calls)], Factor{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			d, err := decodeData(embedded)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := newTable(d); err != nil {
				b.Fatal(err)
			}
		}
	})
}
