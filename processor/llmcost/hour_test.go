package llmcost

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

func TestWhoKeepsPromptsForAnHour(t *testing.T) {
	for name, want := range map[[2]string]bool{
		{"aws", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"}: true,
		{"aws", "global.anthropic.claude-opus-4-6-v1"}:          true,
		{"aws", "anthropic.claude-sonnet-5"}:                    true,
		{"aws", "us.anthropic.claude-sonnet-4-20250514-v1:0"}:   false,
		{"aws", "us.anthropic.claude-opus-4-1-20250805-v1:0"}:   false,
		{"aws", "anthropic.claude-3-7-sonnet-20250219-v1:0"}:    false,
		{"aws", "amazon.nova-pro-v1:0"}:                         false,
		{"google", "claude-sonnet-4-5@20250929"}:                true,
		{"google", "claude-opus-4-8"}:                           true,
		{"google", "claude-3-haiku@20240307"}:                   false,
		{"google", "gemini-2.5-pro"}:                            false,
		{"openrouter", "anthropic/claude-sonnet-4.5"}:           true,
		{"openrouter", "openai/gpt-4o"}:                         false,
		{"github-copilot", "claude-opus-4.8"}:                   false,
	} {
		m := pricing.Default().Find(name[0], name[1])
		require.NotNil(t, m, name)
		s := sold{pricedModel: pricedModel{model: m}}
		require.Equal(t, want, s.hourElsewhere(), "%s: %s", name, m.ID)
	}
}
