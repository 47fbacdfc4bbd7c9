package priceimport

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// one is an export with one provider and one row.
func one(match, prices string) []byte {
	return fmt.Appendf(nil, `{"name":"n","version":"1","providers":[{"id":"p","api_pattern":"x","models":[{"id":"m","match":%s,"prices":%s}]}]}`, match, prices)
}

func imported(t *testing.T, match, prices string) *pricing.Table {
	t.Helper()
	d, _, err := Import(one(match, prices), pricing.Overlay{}, "2026-01-02")
	require.NoError(t, err)
	b, err := pricing.Encode(d)
	require.NoError(t, err)
	table, err := pricing.Decode(b)
	require.NoError(t, err)
	return table
}

func TestLookaheadBecomesAndNot(t *testing.T) {
	for _, tt := range []struct {
		pattern string
		yes, no []string
	}{
		{`^(?!.*-[tT][tT][sS](?:$|-))`, []string{"gemini", "gemini-ttsx"}, []string{"gemini-tts", "gemini-tts-preview"}},
		{`^(?![^/]+/)(?:labs-)?(?:mistral|open-(?:mixtral))`, []string{"mistral-x", "labs-open-mixtral"}, []string{"org/mistral", "xmistral"}},
	} {
		table := imported(t, fmt.Sprintf(`{"regex":%q}`, tt.pattern), `{}`)
		for _, name := range tt.yes {
			require.NotNil(t, table.Find("p", name), name)
		}
		for _, name := range tt.no {
			require.Nil(t, table.Find("p", name), name)
		}
	}
}

func TestRefusesOtherPatterns(t *testing.T) {
	for _, pattern := range []string{`a(?!b)`, `(?<=a)b`, `^(?=a)`, `(a)\1`, `^(?!a)(?!b)c`, `^(?!(`} {
		_, _, err := Import(one(fmt.Sprintf(`{"or":[{"equals":"x"},{"regex":%q}]}`, pattern), `{}`), pricing.Overlay{}, "2026-01-02")
		require.ErrorContains(t, err, "p/m: ", pattern)
	}
}

func TestPrices(t *testing.T) {
	for prices, want := range map[string]string{
		`{"output_mtok":0.6,"input_mtok":1e-1}`:                                           "input_mtok=100000 output_mtok=600000",
		`{"input_mtok":{"base":1,"tiers":[{"start":9,"price":3},{"start":5,"price":2}]}}`: "input_mtok=1000000,5:2000000,9:3000000",
		`{"cache_write_mtok":0.08333333333333334,"input_mtok":1}`:                         "input_mtok=1000000 cache_write_mtok=250000/3",
		`{"audio_hours":0.36,"requests_kcount":5}`:                                        "requests_kcount=5000000000 audio_hours=360000000000",
		`{}`: "",
	} {
		d, warnings, err := Import(one(`{"equals":"m"}`, prices), pricing.Overlay{}, "2026-01-02")
		require.NoError(t, err)
		require.Empty(t, warnings)
		require.Equal(t, want, d.Providers[0].Models[0].Prices[0].Rates)
	}
	for prices, want := range map[string]string{
		`{"input_mtok":-1}`:                            "price is negative",
		`{"input_mtok":0.12345678901}`:                 "whole number of pico-USD",
		`{"input_mtok":"1"}`:                           "whole number of pico-USD",
		`{"input_mtok":{"base":1,"steps":[]}}`:         "unknown field",
		`[{"constraint":{"type":"moon"},"prices":{}}]`: `unknown constraint "moon"`,
		`{"output_reasoning_mtok":1}`:                  "needs output_mtok",
		`7`:                                            "cannot unmarshal",
	} {
		_, _, err := Import(one(`{"equals":"m"}`, prices), pricing.Overlay{}, "2026-01-02")
		require.ErrorContains(t, err, want)
	}
	_, warnings, err := Import(one(`{"equals":"m"}`, `{"input_mtok":1,"new_mtok":2}`), pricing.Overlay{}, "2026-01-02")
	require.NoError(t, err)
	require.Equal(t, []string{"p/m: unknown price key new_mtok"}, warnings)
}

func TestOverlayIsStrict(t *testing.T) {
	_, err := ReadOverlay([]byte(`{"service_tier":[]}`))
	require.ErrorContains(t, err, "unknown field")
}
