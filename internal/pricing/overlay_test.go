package pricing

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// listedTier is a price of a service tier as LiteLLM lists it, with the list price beside it.
type listedTier struct {
	Provider, Model, Tier string
	Prices, Standard      map[string]json.Number
}

// at is how our table names the provider of a listed row, and the model.
func (l *listedTier) at() (string, string) {
	providers := map[string]string{
		"openai": "openai", "azure": "azure", "azure_ai": "azure", "gemini": "google", "vertex_ai": "google",
		"vertex_ai-language-models": "google", "vertex_ai-anthropic_models": "google", "bedrock_converse": "aws",
	}
	model := l.Model
	for _, prefix := range []string{"azure/", "azure_ai/", "gemini/", "vertex_ai/"} {
		model = strings.TrimPrefix(model, prefix)
	}
	return providers[l.Provider], model
}

// Where our list price is the listed one, our price in the tier must be the listed one too. Cache prices in that list are rounded to
// cents a million here and there, so only input and output are held against it.
func TestServiceTiersAsListed(t *testing.T) {
	text, err := os.ReadFile("testdata/service-tiers.json")
	require.NoError(t, err)
	var listed struct{ Rows []listedTier }
	require.NoError(t, json.Unmarshal(text, &listed))
	known := []string{"gpt-5-nano priority", "gemini-2.5-pro priority"} // one is 50 × the list price, one is the list price: no facts
	checked := 0
	for _, l := range listed.Rows {
		provider, model := l.at()
		m := Default().Find(provider, model)
		if m == nil || slices.Contains(known, model+" "+l.Tier) {
			continue
		}
		for name, unit := range map[string]Unit{"input_mtok": UnitInput, "output_mtok": UnitOutput} {
			want, listedPrice := l.Prices[name], l.Standard[name]
			if want == "" || listedPrice == "" || priceOf(t, m, unit, "") != nanoOf(t, listedPrice) {
				continue
			}
			checked++
			require.Equal(t, nanoOf(t, want), priceOf(t, m, unit, l.Tier), "%s %s %s %s", l.Provider, l.Model, l.Tier, name)
		}
	}
	t.Logf("%d listed prices checked", checked)
	require.Greater(t, checked, 250)
}

// priceOf is the price of a million tokens, charged a thousand at a time so that no tier by size holds.
func priceOf(t *testing.T, m *Model, unit Unit, tier string) int64 {
	t.Helper()
	call := Call{Time: time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC), ServiceTier: tier}
	call.Usage.Set(unit, 1000)
	c, err := m.Price(&call, Factor{})
	if err != nil {
		return -1
	}
	return c.Total * 1000
}

func nanoOf(t *testing.T, usd json.Number) int64 {
	t.Helper()
	n, ok := parseDecimal(usd.String(), 9)
	require.True(t, ok, usd)
	return n
}

// A factor such as 5/3 is only right on prices that it leaves whole.
func TestTierFactorsKeepPricesWhole(t *testing.T) {
	checked := 0
	for m := range Default().All() {
		for _, s := range m.service {
			f := s.factor.normal()
			if f.den == 1 || f.den == 2 || len(m.lists) == 0 {
				continue
			}
			for _, l := range m.lists {
				for _, r := range l.rates {
					if r.Price.Per == 1 && r.to != partFees {
						require.Zero(t, uint64(r.Price.Pico)*f.num%f.den, "%s %s %s", m.Row, s.name, r.Unit.PriceName())
						checked++
					}
				}
			}
		}
	}
	require.NotZero(t, checked)
}

func TestOverlayNamesRowsThatExist(t *testing.T) {
	d := Default().Data()
	ids := map[string]bool{}
	for _, p := range d.Providers {
		for _, m := range p.Models {
			ids[p.ID+"/"+m.ID] = true
			ids["/"+m.ID] = true
		}
	}
	for _, r := range d.Overlay.ServiceTiers {
		require.True(t, r.Provider == "" || Default().byID[r.Provider] != nil, r.Provider)
		for _, id := range r.Models {
			require.True(t, ids["/"+id], id)
		}
	}
	for _, r := range d.Overlay.MinAudio {
		for _, id := range r.Models {
			require.True(t, ids[r.Provider+"/"+id], id)
		}
	}
}

func TestRegions(t *testing.T) {
	tests := []struct {
		provider, model, region string
		want                    string // factor
	}{
		{"gcp.vertex_ai", "claude-sonnet-4-5@20250929", "europe-west1", "1.1"},
		{"gcp.vertex_ai", "claude-opus-4-6", "us", "1.1"},
		{"gcp.vertex_ai", "claude-opus-4-6", "global", "1"},
		{"gcp.vertex_ai", "claude-opus-4-6", "", "1"},
		{"gcp.vertex_ai", "claude-opus-4-1@20250805", "europe-west1", "1"},
		{"gcp.vertex_ai", "claude-sonnet-4@20250514", "europe-west1", "1"},
		{"gcp.vertex_ai", "gemini-3.5-flash", "europe-west1", "1.1"},
		{"gcp.vertex_ai", "gemini-2.5-flash", "europe-west1", "1"},
		{"anthropic", "claude-opus-4-6", "us", "1.1"},
		{"anthropic", "claude-opus-4-6", "eu-west-1", "1"},
		{"anthropic", "claude-sonnet-4-5", "us", "1"},
		{"aws.bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "us-east-1", "1"}, // the row has it already
		{"openai", "gpt-4o", "us-east-1", "1"},
		{"openai", "gpt-5.4", "eu", "1.1"},
		{"openai", "gpt-5.4-mini-2026-03-17", "us", "1.1"},
		{"openai", "gpt-5.2", "eu", "1"},
		{"openai", "gpt-6-sol", "eu", "1.1"},
	}
	for _, tt := range tests {
		m := Default().Find(tt.provider, tt.model)
		require.NotNil(t, m, tt.model)
		e, err := m.Explain(&Call{Time: time.Now(), Region: tt.region, Usage: Usage{Input: 1}}, Factor{})
		require.NoError(t, err)
		require.Equal(t, tt.want, e.Factor, "%s %s", tt.model, tt.region)
	}
}

func TestGroqBillsTenSecondsAtLeast(t *testing.T) {
	m := Default().Find("groq", "whisper-large-v3")
	price := func(d time.Duration) int64 {
		c, err := m.Price(&Call{Usage: Usage{AudioTime: d}}, Factor{})
		require.NoError(t, err)
		return c.Total
	}
	require.Zero(t, price(0))
	require.Equal(t, price(10*time.Second), price(time.Second))
	require.Greater(t, price(11*time.Second), price(10*time.Second))
}

func TestModes(t *testing.T) {
	for _, tt := range []struct{ model, tier, factor, guess string }{
		{"claude-opus-4-8", "fast", "2", ""},
		{"claude-opus-4-6", "fast", "6", ""},
		{"claude-sonnet-4-6", "fast", "1", GuessServiceTier},
		{"claude-opus-4-8", "PROVISIONED_THROUGHPUT", "1", GuessPrepaid},
		{"claude-opus-4-8", "on_demand", "1", ""},
	} {
		m := Default().Find("anthropic", tt.model)
		call := Call{Time: time.Now(), ServiceTier: tt.tier, Usage: Usage{Input: 1}}
		e, err := m.Explain(&call, Factor{})
		require.NoError(t, err)
		require.Equal(t, tt.factor, e.Factor, "%s %s", tt.model, tt.tier)
		c, err := m.Price(&call, Factor{})
		require.NoError(t, err)
		require.Equal(t, tt.guess, c.Guess, "%s %s", tt.model, tt.tier)
	}
}

// What Google bills for its searches is in no row: by query since Gemini 3, by prompt before.
func TestFees(t *testing.T) {
	at := time.Date(2026, 9, 21, 0, 0, 0, 0, time.UTC)
	price := func(table *Table, provider, model string) Cost {
		m := table.Find(provider, model)
		require.NotNil(t, m, model)
		c, err := m.Price(&Call{Provider: provider, Model: model, Time: at, Usage: Usage{Input: 1000, WebSearches: 2}}, Factor{})
		require.NoError(t, err)
		return c
	}
	for model, fee := range map[string]int64{"gemini-3-flash-preview": 28_000_000, "gemini-2.5-flash": 70_000_000} {
		c := price(Default(), "google", model)
		require.Equal(t, fee, c.Fees, model)
		require.Equal(t, c.Total, c.InputUncached+c.Fees, model)
		require.Empty(t, c.Guess, model)
	}
	require.Equal(t, GuessFee, price(Default(), "openrouter", "google/gemini-2.5-flash").Guess)
	_, err := compileOverlay(&Overlay{Fees: []FeeRule{{Provider: "google", Rates: "input_mtok=1"}}})
	require.ErrorContains(t, err, "input_mtok is no fee")
}
