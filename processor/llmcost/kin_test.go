package llmcost

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// A model is the same whoever sells it and however its version is written, and another is another.
func TestKinOf(t *testing.T) {
	for _, same := range [][]string{
		{"gpt-4o", "openai/gpt-4o", "gpt-4o-2024-08-06", "azure/gpt-4o", "gpt-4o-latest"},
		{"claude-sonnet-4-5", "anthropic/claude-sonnet-4.5", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5@20250929"},
		{"gemini-2.5-flash", "google/gemini-2.5-flash", "gemini-2.5-flash-preview-09-2025"},
		{"meta.llama3-1-8b-instruct-v1:0", "llama3-1-8b-instruct"},
	} {
		for _, id := range same {
			assert.Equal(t, kinOf(same[0]), kinOf(id), id)
		}
	}
	seen := map[kin]string{}
	for _, id := range []string{
		"gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "o3", "o3-mini", "claude-sonnet-4-5", "claude-sonnet-4", "claude-haiku-4-5", "claude-3-5-haiku",
		"gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.5-pro", "llama-guard-3-8b", "llama-3.1-8b-instant",
	} {
		assert.Empty(t, seen[kinOf(id)], id)
		assert.GreaterOrEqual(t, kinOf(id), firstKin)
		seen[kinOf(id)] = id
	}
	for provider, name := range map[string]string{"openai": "gpt-4o-mini-2024-07-18", "azure": "gpt-4o-mini", "openrouter": "openai/gpt-4o-mini"} {
		assert.Equal(t, kinOf("gpt-4o-mini"), kinOf(pricing.Default().Find(provider, name).ID), provider)
	}
}

// Of the calls inside a span two models are remembered; of a third, or one that is not known, w may be a report.
func TestModelsInsideASpan(t *testing.T) {
	main := &witness{kin: 9, print: 5}
	for name, c := range map[string]struct {
		inside []kin
		print  uint32
		others bool
	}{
		"none":            {nil, 0, false},
		"another":         {[]kin{7}, 3, true},
		"two others":      {[]kin{7, 8, 7}, mixed, true},
		"three others":    {[]kin{6, 7, 8}, mixed, false},
		"its own":         {[]kin{9}, 3, false},
		"also its own":    {[]kin{7, 9}, mixed, false},
		"not known":       {[]kin{noKin}, 3, false},
		"also not known":  {[]kin{7, noKin}, mixed, false},
		"with its tokens": {[]kin{7}, 5, false},
	} {
		f := spanRecord{print: c.print}
		for _, k := range c.inside {
			f.hears(k)
		}
		assert.Equal(t, c.others, f.others(main), name)
		assert.False(t, f.others(&witness{print: 6}), "%s: a report that tells no model", name)
	}
}
