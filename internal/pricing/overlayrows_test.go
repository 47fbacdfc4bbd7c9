package pricing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// listPrice is what a million tokens cost, in nano-USD, by a call small enough for every tier by size, and why that is a guess.
func listPrice(t *testing.T, provider, model, region string, at time.Time) (in, out int64, guess string) {
	t.Helper()
	m := Default().Find(provider, model)
	require.NotNil(t, m, "%s %s", provider, model)
	one := func(u Usage) int64 {
		c, err := m.Price(&Call{Time: at, Region: region, Usage: u}, Factor{})
		if err != nil {
			require.ErrorIs(t, err, ErrNoRate)
			return 0
		}
		guess = c.Guess
		return c.Total * 1000
	}
	return one(Usage{Input: 1000}), one(Usage{Output: 1000}), guess
}

const usd = 1_000_000_000

// What the public price pages say of models that a neighbour's row takes in, or could. A guess is right where no page says it.
func TestNeighboursHaveTheirOwnPrice(t *testing.T) {
	now := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		provider, model string
		in, out         float64 // USD for a million tokens
		guess           string
	}{
		{"cohere", "embed-multilingual-v3.0", 0.1, 0, GuessModel},
		{"cohere", "embed-v4.0", 0.12, 0, ""},
		{"voyageai", "rerank-2.5-lite", 0.02, 0, ""},
		{"aws", "amazon.titan-embed-text-v1", 0.1, 0, ""},
		{"aws", "amazon.titan-embed-text-v1:2", 0.1, 0, ""}, // a build of v1
		{"aws", "amazon.titan-embed-text-v2:0", 0.02, 0, ""},
		{"aws", "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0", 0.02, 0, ""},
		{"aws", "amazon.titan-embed-text-v3:0", 0.1, 0, GuessModel},
		{"aws", "amazon.nova-pro-v1:0", 0.8, 3.2, ""},
		{"aws", "us.amazon.nova-pro-v1:0", 0.8, 3.2, ""},
		{"aws", "amazon.nova-pro-v1:0:300k", 0.8, 3.2, GuessModel},
		{"aws", "eu.amazon.nova-pro-v1:0", 0.8, 3.2, GuessModel},
		{"aws", "apac.amazon.nova-lite-v1:0", 0.06, 0.24, GuessModel},
		{"aws", "amazon.nova-premier-v1:0", 2.5, 12.5, ""},
		{"aws", "global.amazon.nova-2-lite-v1:0", 0.3, 2.5, ""},
		{"aws", "eu.amazon.nova-2-lite-v1:0", 0.33, 2.75, ""},
		{"aws", "us.amazon.nova-2-lite-v1:0", 0.33, 2.75, ""},
		{"aws", "amazon.nova-2-lite-v1:0", 0.33, 2.75, GuessModel},
		{"aws", "us.anthropic.claude-fable-5", 11, 55, ""},
		{"aws", "eu.anthropic.claude-fable-5-1", 11, 55, ""},
		{"aws", "anthropic.claude-fable-5", 11, 55, ""},
		{"aws", "global.anthropic.claude-fable-5", 10, 50, ""},
		{"aws", "converse/us.anthropic.claude-opus-5", 5.5, 27.5, ""},
		{"aws", "us-west-2/anthropic.claude-opus-5", 5.5, 27.5, ""},
		{"aws", "openai.gpt-oss-120b", 0.15, 0.6, ""},
		{"aws", "openai.gpt-oss-20b", 0.07, 0.3, ""},
		{"aws", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", 3.3, 16.5, ""},
		{"aws", "us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", 3.3, 16.5, GuessModel},
		{"aws", "anthropic.claude-3-5-sonnet-20241022-v2:0", 3, 15, ""},
		{"aws", "anthropic.claude-sonnet-5-5-v1:0", 2.2, 11, GuessModel},
		{"aws", "eu.meta.llama3-2-1b-instruct-v1:0", 0.1, 0.1, GuessModel},
		{"anthropic", "claude-sonnet-5", 2, 10, ""},
		{"anthropic", "claude-sonnet-5-20260801", 2, 10, ""},
		{"anthropic", "claude-sonnet-5-5", 2, 10, ""},
		{"anthropic", "claude-haiku-5-5", 0.1, 0.5, ""},
		{"anthropic", "claude-haiku-5.5-20261001", 0.1, 0.5, ""},
		{"anthropic", "claude-fable-5-2", 8, 40, ""},
		{"anthropic", "claude-fable-5-2[1m]", 8, 40, ""},
		{"anthropic", "claude-haiku-5-5-latest", 0.1, 0.5, ""},
		{"gcp.vertex_ai", "claude-mythos-5-1", 10, 50, GuessModel},
		{"aws", "us.anthropic.claude-haiku-5-5-20261001-v1:0[1m]", 0.11, 0.55, GuessModel},
		{"azure", "gpt-5.3-codex-spark", 1.75, 14, GuessModel},
		{"anthropic", "claude-mythos-5-1", 10, 50, ""},
		{"gcp.vertex_ai", "claude-haiku-5-5@default", 0.1, 0.5, GuessModel},
		{"aws", "us.anthropic.claude-haiku-5-5", 0.11, 0.55, GuessModel},
		{"aws", "global.anthropic.claude-haiku-5-5-v1:0", 0.1, 0.5, GuessModel},
		{"aws", "us.openai.gpt-6-sol", 2.2, 11, GuessModel},
		{"aws", "global.openai.gpt-6-sol", 2, 10, GuessModel},
		{"x-ai", "grok-4.7", 2, 6, GuessModel},
		{"x-ai", "grok-4.7-latest", 2, 6, GuessModel},
		{"zai", "glm-4.6", 0.6, 2.2, ""},
		{"zai", "GLM-4.5-Air", 0.2, 1.1, ""},
		{"zai", "glm-5-turbo", 1.2, 4, GuessModel},
		{"cohere", "command-a-vision-07-2025", 2.5, 10, GuessModel},
		{"google", "gemini-2.5-computer-use-preview-10-2025", 1.25, 10, GuessModel},
		{"cohere", "command-a-reasoning-08-2025", 2.5, 10, GuessModel},
		{"google", "gemini-flash-latest", 0.75, 3.75, GuessModel},
		{"anthropic", "claude-sonnet-5-mini", 2, 10, GuessModel},
		{"anthropic", "claude-opus-5-5", 4, 20, ""},
		{"anthropic", "claude-opus-4-8-fast", 5, 25, GuessModel},
		{"anthropic", "claude-sonnet-4-5-20250929[1m]", 3, 15, ""},
		{"anthropic", "claude-3-5-haiku-20241022", 0.8, 4, ""},
		{"anthropic", "claude-haiku-4-5-20251001", 1, 5, ""},
		{"gcp.vertex_ai", "claude-3-5-sonnet-v2@20241022", 3, 15, ""},
		{"gcp.vertex_ai", "claude-sonnet-4-5@20250929", 3, 15, ""},
		{"gcp.vertex_ai", "claude-opus-4-1@20250805", 15, 75, ""},
		{"google", "gemini-1.5-flash-002", 0.075, 0.3, ""},
		{"google", "gemini-1.5-flash-8b-001", 0.0375, 0.15, ""},
		{"google", "gemini-2.0-flash-001", 0.1, 0.4, ""},
		{"google", "gemini-2.0-flash-exp-image-generation", 0.1, 0.4, GuessModel},
		{"google", "gemini-2.5-flash", 0.3, 2.5, ""},
		{"google", "gemini-2.5-flash-lite", 0.1, 0.4, ""},
		{"google", "gemini-2.5-flash-lite-preview-09-2025", 0.1, 0.4, ""},
		{"google", "gemini-2.5-flash-image", 0.3, 2.5, ""},
		{"google", "gemini-2.5-flash-preview-tts", 0.5, 10, ""},
		{"google", "gemini-2.5-flash-preview-05-20", 0.15, 0.6, GuessModel},
		{"google", "gemini-2.5-flash-preview-09-2025", 0.3, 2.5, ""},
		{"google", "gemini-2.5-flash-native-audio-preview-12-2025", 0.5, 2, ""},
		{"google", "gemini-2.5-pro-preview-06-05", 1.25, 10, ""},
		{"google", "gemini-2.5-pro-exp-03-25", 1.25, 10, GuessModel},
		{"google", "gemini-2.5-pro-preview-tts", 1, 20, ""},
		{"google", "gemini-3.6-flash-live-preview", 0.75, 3.75, GuessModel},
		{"google", "gemini-3.6-flash-lite", 0.75, 3.75, GuessModel},
		{"google", "gemini-3.1-pro-preview-customtools", 2, 12, ""},
		{"openai", "gpt-4o-2024-08-06", 2.5, 10, ""},
		{"openai", "o1-pro", 150, 600, ""},
		{"openai", "o3-pro-2025-06-10", 20, 80, ""},
		{"openai", "o3-deep-research", 10, 40, ""},
		{"openai", "o4-mini-deep-research-2025-06-26", 2, 8, ""},
		{"openai", "gpt-4o-transcribe", 2.5, 10, ""},
		{"openai", "gpt-4o-mini-realtime-preview-2024-12-17", 0.6, 2.4, ""},
		{"openai", "gpt-4o-realtime-preview-2024-10-01", 5, 20, ""},
		{"openai", "ft:gpt-4o-2024-08-06:acme::a1b2c3", 3.75, 15, ""},
		{"openai", "ft:gpt-4.1-2025-04-14:acme::a1b2c3", 3, 12, ""},
		{"openai", "ft:gpt-4.1-mini-2025-04-14:acme:x:a1b2c3", 0.8, 3.2, ""},
		{"openai", "ft:gpt-4.1-nano-2025-04-14:acme::a1b2c3", 0.2, 0.8, ""},
		{"openai", "ft:o4-mini-2025-04-16:acme::a1b2c3", 4, 16, ""},
		{"openai", "gpt-5-search-api", 1.25, 10, ""},
		{"openai", "gpt-oss-120b", 0.039, 0.18, GuessSeller},
		{"openai", "openai/gpt-oss-20b", 0.029, 0.14, GuessSeller},
		{"azure", "gpt-oss-120b", 0.039, 0.18, GuessModel},
		{"azure", "DeepSeek-R1", 0.55, 2.19, GuessModel},
		{"fireworks", "gpt-oss-120b", 0.15, 0.6, ""},
		{"fireworks", "fireworks_ai/kimi-k2p6", 0.95, 4, ""},
		{"fireworks", "fireworks_ai/accounts/fireworks/models/kimi-k2p6", 0.95, 4, ""},
		{"gateway", "vercel_ai_gateway/openai/gpt-4o", 2.5, 10, ""},
		{"openai", "text-embedding-3-small", 0.02, 0, ""},
		{"azure", "o4-mini", 1.1, 4.4, ""},
		{"azure", "o4-mini-2025-04-16", 1.1, 4.4, ""},
		{"azure", "o4-mini-deep-research", 2, 8, ""},
		{"azure", "my-o4-mini", 1.1, 4.4, GuessModel},
		{"groq", "openai/gpt-oss-120b", 0.15, 0.6, ""},
		{"groq", "openai/gpt-oss-safeguard-20b", 0.075, 0.3, ""},
		{"aws", "us.deepseek.v3-v1:0", 0.58, 1.68, GuessModel},
		{"aws", "minimax.minimax-m2.1", 0.3, 1.2, GuessModel},
		{"aws", "moonshot.kimi-k2-thinking", 0.6, 2.5, GuessModel},
		{"aws", "zai.glm-4.7", 0.6, 2.2, GuessModel},
		{"aws", "zai.glm-4.7-flash", 0.07, 0.4, GuessModel},
		{"aws", "openai.gpt-oss-safeguard-20b", 0.07, 0.2, GuessModel},
		{"x-ai", "grok-4.20-0309-non-reasoning", 1.25, 2.5, GuessModel},
		{"mistral", "mistral-small-latest", 0.15, 0.6, ""},
		{"mistral", "mistral-small-2506", 0.1, 0.3, ""},
		{"mistral", "devstral-medium-latest", 0.4, 2, ""},
		{"mistral", "open-mixtral-8x22b-2404", 2, 6, ""},
		{"mistral", "mistral-large-latest", 0.5, 1.5, ""},
		{"mistral", "mistral-large-2411", 2, 6, ""},
		{"mistral", "mistral-medium-3", 1.5, 7.5, GuessModel},
		{"mistral", "magistral-medium-2509", 2, 5, ""},
		{"cohere", "command-a-03-2025", 2.5, 10, ""},
		{"cohere", "command-light-nightly", 0.3, 0.6, GuessModel},
		{"x-ai", "grok-4", 3, 15, ""},
		{"x-ai", "grok-4-fast", 0.2, 0.5, ""},
		{"x-ai", "grok-4-1-fast-non-reasoning", 0.2, 0.5, ""},
		{"deepseek", "deepseek-chat-v3.1", 0.27, 1.1, GuessModel},
		{"deepseek", "deepseek-r1-distill-llama-70b", 0.55, 2.19, GuessModel},
	} {
		in, out, guess := listPrice(t, tt.provider, tt.model, "", now)
		require.InDelta(t, tt.in*usd, in, 1, "%s %s", tt.provider, tt.model)
		require.InDelta(t, tt.out*usd, out, 1, "%s %s", tt.provider, tt.model)
		require.Equal(t, tt.guess, guess, "%s %s", tt.provider, tt.model)
	}
	for _, tt := range [][2]string{ // no row, and none that is like it
		{"openai", "gpt-4o-new"},
		{"google", "gemini-2.0-flash-live-001"},
		{"google", "gemini-3-flash-live"},
		{"aws", "amazon.nova-canvas-v1:0"},
		{"aws", "arn:aws:bedrock:us-west-2:1:application-inference-profile/a1b2"},
		{"fireworks", "nothing"},
		{"cohere", "rerank-v9"},
		{"mistral", "voxtral-mini-2507"},
		{"x-ai", "grok-4-heavy"},
		{"deepseek", "deepseek-prover-v2"},
	} {
		require.Nil(t, Default().Find(tt[0], tt[1]), tt[1])
	}
}

// A row that has no rate for sound or images prices them as text, which is a guess unless it is known to be right.
func TestSoundAndImagesWithoutARate(t *testing.T) {
	sound, spoken, image := Usage{Input: 100, InputAudio: 50}, Usage{Output: 100, OutputAudio: 50}, Usage{Output: 100, OutputImage: 50}
	for _, tt := range []struct {
		provider, model string
		used            Usage
		want            int64
		guess           string
	}{
		{"openai", "gpt-4o-audio-preview", sound, 50*2500 + 50*40_000, ""},
		{"openai", "gpt-4o-audio-preview-2025-06-03", spoken, 50*10_000 + 50*80_000, ""},
		{"azure", "gpt-4o-mini-audio-preview", spoken, 50*600 + 50*20_000, ""},
		{"openai", "gpt-4o-audio-preview-2024-10-01", sound, 100 * 2500, GuessRate},
		{"openai", "gpt-4o", sound, 100 * 2500, GuessRate},
		{"openai", "gpt-4o-mini-tts", spoken, 100 * 12_000, ""}, // the price of all that it says
		{"openrouter", "google/gemini-2.5-flash", sound, 100 * 300, GuessRate},
		{"openrouter", "mistralai/voxtral-small-24b-2507", sound, 100 * 100, GuessRate},
		{"google", "gemini-2.5-pro", sound, 100 * 1250, ""}, // sound costs as much as text
		{"google", "gemini-2.5-flash", sound, 50*300 + 50*1000, ""},
		{"openrouter", "openai/gpt-5-image", image, 100 * 10_000, GuessRate},
		{"openai", "gpt-image-1", image, 100 * 40_000, ""}, // it gives nothing else
		{"google", "gemini-2.5-flash-image", image, 50*2500 + 50*30_000, ""},
	} {
		c, err := Default().Find(tt.provider, tt.model).Price(&Call{Time: time.Now(), Usage: tt.used}, Factor{})
		require.NoError(t, err)
		require.Equal(t, tt.want, c.Total, "%s %s", tt.provider, tt.model)
		require.Equal(t, tt.guess, c.Guess, "%s %s", tt.provider, tt.model)
	}
}

func TestRetiredNamesKeepTheirHistory(t *testing.T) {
	for _, tt := range []struct {
		model, at string
		in, out   float64
		guess     string
	}{
		{"deepseek-chat", "2025-06-01", 0.27, 1.1, ""},
		{"deepseek-chat", "2025-09-10", 0.56, 1.68, ""},
		{"deepseek-reasoner", "2025-09-10", 0.56, 1.68, ""},
		{"deepseek-reasoner", "2025-12-01", 0.28, 0.42, ""},
		{"deepseek-chat", "2026-06-01", 0.14, 0.28, ""},
		{"deepseek-chat", "2026-09-01", 0.27, 1.1, GuessModel},
	} {
		at, err := time.Parse(time.DateOnly, tt.at)
		require.NoError(t, err)
		in, out, guess := listPrice(t, "deepseek", tt.model, "", at.Add(12*time.Hour))
		require.InDelta(t, tt.in*usd, in, 1, "%s %s", tt.model, tt.at)
		require.InDelta(t, tt.out*usd, out, 1, "%s %s", tt.model, tt.at)
		require.Equal(t, tt.guess, guess, "%s %s", tt.model, tt.at)
	}
	_, out, _ := listPrice(t, "mistral", "mistral-large-latest", "", time.Date(2025, 11, 6, 0, 0, 0, 0, time.UTC))
	require.EqualValues(t, 6*usd, out)
}

// Above 128,000 tokens Grok 4 costs twice as much; what its cache costs then nobody tells.
func TestLongRequestsOfGrok(t *testing.T) {
	m := Default().Find("x-ai", "grok-4-fast")
	for n, want := range map[int64]int64{128_000: 25_600_000, 128_001: 51_200_400} {
		c, err := m.Price(&Call{Time: time.Now(), Usage: Usage{Input: n}}, Factor{})
		require.NoError(t, err)
		require.Equal(t, want, c.Total)
		require.Equal(t, n > 128_000, c.Guess == GuessModel)
	}
}

// Bedrock's prices differ by region but for Claude's, whose profiles have rows of their own.
func TestRegionsOfBedrock(t *testing.T) {
	for _, tt := range []struct{ model, region, guess string }{
		{"amazon.nova-pro-v1:0", "us-east-1", ""},
		{"amazon.nova-pro-v1:0", "us-west-2", ""},
		{"amazon.nova-pro-v1:0", "", ""},
		{"us.amazon.nova-pro-v1:0", "us-west-1", ""},
		{"amazon.nova-pro-v1:0", "eu-west-1", GuessRegion},
		{"meta.llama3-70b-instruct-v1:0", "ap-south-1", GuessRegion},
		{"global.anthropic.claude-sonnet-4-5-20250929-v1:0", "eu-west-1", ""},
		{"eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "eu-west-1", ""},
		{"anthropic.claude-3-haiku-20240307-v1:0", "eu-central-1", ""},
		{"anthropic.claude-3-haiku-20240307-v1:0", "us-gov-west-1", GuessRegion},
	} {
		_, _, guess := listPrice(t, "aws", tt.model, tt.region, time.Now())
		require.Equal(t, tt.guess, guess, "%s %s", tt.model, tt.region)
	}
}

func TestOverlayRowsHaveAProviderAndADoubtAMatch(t *testing.T) {
	o := &Default().Data().Overlay
	for i := range o.Rows {
		r := &o.Rows[i]
		require.NotNil(t, Default().byID[r.Provider], r.ID)
		require.Equal(t, r.Read, Default().Find(r.Provider, r.ID).Row[len(r.Provider)+len(r.ID)+2:])
	}
	for i := range o.Doubts {
		require.NotNil(t, Default().byID[o.Doubts[i].Provider], o.Doubts[i].Source)
		require.NotEmpty(t, o.Doubts[i].Source)
	}
}

func TestDecodeRefusesBadOverlayRows(t *testing.T) {
	for want, overlay := range map[string]string{
		"no source":           `"rows":[{"provider":"p","id":"m","match":{"equals":"m"},"prices":[{"rates":""}],"read":"2026-01-02"}]`,
		"cannot parse":        `"rows":[{"provider":"p","id":"m","match":{"equals":"m"},"prices":[{"rates":""}],"source":"s"}]`,
		"needs exactly one":   `"rows":[{"provider":"p","id":"m","match":{},"prices":[{"rates":""}],"source":"s","read":"2026-01-02"}]`,
		"doubt of p":          `"doubts":[{"provider":"p","from":"soon"}]`,
		"error parsing regex": `"doubts":[{"provider":"p","match":{"regex":"("}}]`,
	} {
		_, err := Decode(pack(t, `{"released":"2026-01-02","providers":[{"id":"p","models":[]}],"overlay":{`+overlay+`}}`))
		require.ErrorContains(t, err, want)
	}
}

// What follows the name of a model at OpenRouter chooses another host, or adds a search: its price is then a guess.
func TestVariantsAtOpenRouter(t *testing.T) {
	now := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	in, out, guess := listPrice(t, "openrouter", "deepseek/deepseek-v3.2", "", now)
	require.Empty(t, guess)
	for variant, want := range map[string]string{
		"nitro": GuessModel, "floor": GuessModel, "exacto": GuessModel, "extended": GuessModel, "thinking": GuessModel, "online": GuessFee,
		"nitro:online": GuessModel,
	} {
		gotIn, gotOut, guess := listPrice(t, "openrouter", "deepseek/deepseek-v3.2:"+variant, "", now)
		require.Equal(t, []any{in, out, want}, []any{gotIn, gotOut, guess}, variant)
	}
	m := Default().Find("openrouter", "deepseek/deepseek-v3.2:free:online")
	require.True(t, m.Free())
	require.Nil(t, Default().Find("openrouter", "deepseek/deepseek-v3.2:other"))
	require.Nil(t, Default().Find("openrouter", "acme/nothing:nitro"))
	require.Nil(t, Default().Find("openai", "gpt-4o:nitro"))
}

// What the source has no price for, or an old one, is a guess: searches with more than one price, and long context.
func TestDoubts(t *testing.T) {
	long, short := Usage{Input: 200_001}, Usage{Input: 200_000}
	searched := Usage{Input: 1000, WebSearches: 1}
	for _, tt := range []struct {
		provider, model string
		usage           Usage
		guess           string
	}{
		{"openai", "gpt-4o", searched, GuessFee},
		{"openai", "gpt-4.1-mini", searched, GuessFee},
		{"openai", "gpt-4o-mini-search-preview", searched, GuessFee},
		{"openai", "gpt-5", searched, ""},
		{"openai", "o3", searched, ""},
		{"openai", "gpt-5.3", searched, GuessFee}, // its row has none
		{"openai", "gpt-4o", Usage{Input: 1000}, ""},
		{"azure", "gpt-5", searched, GuessFee},
		{"anthropic", "claude-sonnet-4-5", searched, ""},
		{"google", "claude-sonnet-4-5@20250929", searched, GuessFee},
		{"mistral", "mistral-large-2512", searched, GuessFee},
		{"x-ai", "grok-4.5", searched, GuessFee},
		{"anthropic", "claude-sonnet-4-20250514", long, GuessModel},
		{"anthropic", "claude-sonnet-4-20250514", short, ""},
		{"anthropic", "claude-sonnet-4-5", long, ""},
		{"anthropic", "claude-sonnet-4-6", long, ""},
		{"google", "claude-opus-4-6", long, GuessModel},
		{"google", "claude-opus-4-6", short, ""},
		{"aws", "us.anthropic.claude-sonnet-4-20250514-v1:0", long, GuessModel},
		{"google", "gemini-3-pro-preview", long, ""},
		{"openai", "gpt-5.5", Usage{Input: 300_000}, ""},
	} {
		c, err := Default().Find(tt.provider, tt.model).Price(&Call{Time: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), Usage: tt.usage}, Factor{})
		require.NoError(t, err)
		require.Equal(t, tt.guess, c.Guess, "%s %s", tt.provider, tt.model)
	}
}

// A fine-tuned model's cached tokens cost half or a quarter, as its base model's do; Groq's flex tier costs what its others do.
func TestCachedTokensOfFineTunedModels(t *testing.T) {
	for model, want := range map[string]int64{
		"ft:gpt-4o-2024-11-20:acme::a1": 1_875_000, "ft:gpt-4o-mini-2024-07-18:acme::a1": 150_000,
		"ft:gpt-4.1-2025-04-14:acme::a1": 750_000, "ft:o4-mini-2025-04-16:acme::a1": 1_000_000,
	} {
		c, err := Default().Find("openai", model).Price(&Call{Time: time.Now(), Usage: Usage{Input: 1000, CacheRead: 1000}}, Factor{})
		require.NoError(t, err)
		require.Equal(t, want, c.Total, model)
	}
}

func TestTiersOfGroq(t *testing.T) {
	for tier, guess := range map[string]string{"flex": "", "on_demand": "", "performance": GuessPrepaid} {
		c, err := Default().Find("groq", "llama-3.3-70b-versatile").Price(
			&Call{Time: time.Now(), ServiceTier: tier, Usage: Usage{Input: 1_000_000}}, Factor{})
		require.NoError(t, err)
		require.EqualValues(t, 590_000_000, c.Total, tier)
		require.Equal(t, guess, c.Guess, tier)
	}
}

// What was read from the cache is priced as new where the row has no rate for it: then that is a guess, but for rows of one's own.
func TestCachedTokensWithoutARate(t *testing.T) {
	for _, tt := range []struct {
		provider, model string
		use             Usage
		guess           string
	}{
		{"openrouter", "anthropic/claude-3.7-sonnet", Usage{Input: 100, CacheRead: 90, Output: 1}, GuessRate},
		{"openrouter", "openai/gpt-4o-2024-08-06", Usage{Input: 100, CacheRead: 1}, GuessRate},
		{"openrouter", "openai/gpt-4o-2024-08-06", Usage{Input: 100, Output: 1}, ""},
		{"openrouter", "anthropic/claude-3.7-sonnet", Usage{Input: 100, CacheWrite: 90}, GuessRate},
		{"openai", "gpt-4o", Usage{Input: 100, CacheWrite: 90}, ""},
		{"openrouter", "mistralai/mistral-small-3.2-24b-instruct:free", Usage{Input: 100, CacheRead: 90}, ""},
		{"openai", "gpt-4o", Usage{Input: 100, CacheRead: 90}, ""},
	} {
		c, err := Default().Find(tt.provider, tt.model).Price(&Call{Usage: tt.use}, Factor{})
		require.NoError(t, err, tt.model)
		require.Equal(t, tt.guess, c.Guess, "%s %s", tt.provider, tt.model)
	}
}

// Haiku 5.5 costs five times as much where the prompt is longer than 100,000 tokens, what was read from the cache and written to it with it.
func TestHaikusLongPrompts(t *testing.T) {
	m := Default().Find("anthropic", "claude-haiku-5-5")
	require.NotNil(t, m)
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for prompt, times := range map[int64]int64{100_000: 1, 100_001: 5} {
		u := Usage{Input: prompt, CacheRead: 50_000, CacheWrite: 20_000, CacheWrite1h: 10_000, Output: 1000}
		c, err := m.Price(&Call{Time: at, Usage: u}, Factor{})
		require.NoError(t, err)
		require.Empty(t, c.Guess)
		fresh := prompt - u.CacheRead - u.CacheWrite
		require.Equal(t, times*(fresh*100+50_000*10+10_000*125+10_000*200+1000*500), c.Total, "nano-USD of a prompt of %d", prompt)
	}
}

// What Claude Code appends to a model's name for its long window leaves it the row of that model, with its price of cached tokens.
func TestALongWindowIsTheSameModel(t *testing.T) {
	for _, name := range []string{"claude-sonnet-5-5", "claude-sonnet-5-5[1m]", "claude-sonnet-5-5-20261015[1m]", "claude-sonnet-5-5-latest"} {
		m := Default().Find("anthropic", name)
		require.NotNil(t, m, name)
		c, err := m.Price(&Call{Time: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC), Usage: Usage{Input: 1000, CacheRead: 1000}}, Factor{})
		require.NoError(t, err)
		require.Empty(t, c.Guess, name)
		require.EqualValues(t, 100_000, c.Total, name)
	}
}
