package dialect

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// A part of the counts is understood under a name that nobody has listed; what only looks like one is left alone.
func TestPartsUnderNamesThatNobodyListed(t *testing.T) {
	base := genai.Usage{Input: 9000, Output: 400}
	with := func(set func(*genai.Usage)) genai.Usage {
		u := base
		set(&u)
		return u
	}
	read := with(func(u *genai.Usage) { u.CacheRead = 6000 })
	written := with(func(u *genai.Usage) { u.CacheWrite = 6000 })
	hour := with(func(u *genai.Usage) { u.CacheWrite, u.CacheWrite1h = 6000, 6000 })
	for key, want := range map[string]genai.Usage{
		"gen_ai.usage.cached_prompt_tokens":                   read,
		"gen_ai.usage.prompt_tokens_cached":                   read,
		"openai.usage.prompt_tokens_details.cached_tokens":    read,
		"gen_ai.usage.promptCacheHitTokens":                   read,
		"llm.usage.cached_tokens":                             read,
		"llm.token_count.prompt_details.cached":               read,
		"gen_ai.usage.cacheWriteInputTokens":                  written,
		"gen_ai.usage.prompt_cache_creation":                  written,
		"gen_ai.usage.ephemeral_1h_input_tokens":              hour,
		"llm.token_count.prompt_details.cache_write_1h":       hour,
		"house.usage.cache.written.one_hour":                  hour,
		"gen_ai.usage.prompt_cache_miss_tokens":               base,
		"gen_ai.usage.uncached_input_tokens":                  base,
		"gen_ai.usage.cache_read_cost":                        base,
		"gen_ai.usage.cached_token_rate":                      base,
		"gen_ai.session.usage.cache_read_tokens":              base,
		"gen_ai.request.cache_tokens_limit":                   base,
		"gen_ai.usage.completion_tokens.accepted_prediction":  base,
		"gen_ai.usage.cached_text_tokens":                     base,
		"app.messages.cached":                                 base,
		"gen_ai.usage.partial.house_cache_read.input_tokens":  base,
		"gen_ai.aggregated_usage.house_cache.input_tokens":    base,
		"gen_ai.usage.input_tokens_house":                     base,
		"llm.input_messages.0.message.content.cache_token":    base,
		"usage.prompt_context.cache_tokens_estimated":         base,
		"gen_ai.usage.server_side_cache_savings_token_number": base,
	} {
		require.Equal(t, want, usageOf(t, func(m pcommon.Map) { m.PutInt(key, 6000) }), key)
	}
	require.Equal(t, read, usageOf(t, func(m pcommon.Map) { m.PutStr("gen_ai.usage.cached_prompt_tokens", "6000") }))
	require.Equal(t, read, usageOf(t, func(m pcommon.Map) { // what was not cached says whether the input holds the rest
		m.PutInt("gen_ai.usage.cached_prompt_tokens", 6000)
		m.PutInt("house.usage.input_tokens.non_cached", 3000)
	}))
	require.Equal(t, with(func(u *genai.Usage) { u.Input, u.CacheRead = 15000, 6000 }), usageOf(t, func(m pcommon.Map) {
		m.PutInt("gen_ai.usage.cached_prompt_tokens", 6000)
		m.PutInt("house.usage.input_tokens.non_cached", 9000)
	}))
	require.Equal(t, base, usageOf(t, func(m pcommon.Map) { m.PutInt("gen_ai.usage.cached_prompt_tokens", -1) }))
	require.Equal(t, base, usageOf(t, func(m pcommon.Map) { m.PutBool("gen_ai.usage.cached_prompt_tokens", true) }))
	require.Equal(t, read, usageOf(t, func(m pcommon.Map) { // a name that is known says it better
		m.PutInt(genai.UsageCacheRead, 6000)
		m.PutInt("gen_ai.usage.cached_prompt_tokens", 5000)
	}))
}

// So are a provider's usage object and its details, in JSON or as a map.
func TestUsageObjectsUnderNamesThatNobodyListed(t *testing.T) {
	const object = `{"prompt_tokens": 9000, "completion_tokens": 400, "prompt_tokens_details": {"cached_tokens": 6000}}`
	want := genai.Usage{Input: 9000, Output: 400, CacheRead: 6000}
	for _, key := range []string{"gen_ai.usage", "llm.usage", "gen_ai.response.usage", "gen_ai.usage_metadata", "gen_ai.usage.raw"} {
		put := func(m pcommon.Map) { m.PutStr(key, object) }
		require.Equal(t, want, usageOf(t, put), key)
		require.Equal(t, want, usageOf(t, func(m pcommon.Map) {
			m.Remove(genai.UsageInput)
			m.Remove(genai.UsageOutput)
			put(m)
		}), key)
	}
	for _, key := range []string{"gen_ai.usage.prompt_tokens_details", "llm.usage.input_tokens_details"} {
		require.Equal(t, want, usageOf(t, func(m pcommon.Map) { m.PutStr(key, `{"cached_tokens": 6000, "input_tokens": 7}`) }), key)
		require.Equal(t, want, usageOf(t, func(m pcommon.Map) { m.PutEmptyMap(key).PutInt("cached_tokens", 6000) }), key)
	}
	require.Equal(t, want, usageOf(t, func(m pcommon.Map) {
		m.Remove(genai.UsageInput)
		m.Remove(genai.UsageOutput)
		u := m.PutEmptyMap("gen_ai.usage")
		u.PutInt("input_tokens", 9000)
		u.PutInt("output_tokens", 400)
		u.PutEmptyMap("input_tokens_details").PutInt("cached_tokens", 6000)
	}))
}

func usageOf(t *testing.T, set func(pcommon.Map)) genai.Usage {
	t.Helper()
	span := ptrace.NewSpan()
	m := span.Attributes()
	m.PutStr(genai.OperationName, "chat")
	m.PutStr(genai.ProviderName, "openai")
	m.PutStr(genai.RequestModel, "gpt-4o")
	m.PutInt(genai.UsageInput, 9000)
	m.PutInt(genai.UsageOutput, 400)
	set(m)
	scope := NewScope(pcommon.NewInstrumentationScope(), pcommon.NewResource(), nil)
	var c Call
	require.True(t, Read(&scope, span, &c))
	return c.Usage
}
