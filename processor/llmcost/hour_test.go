package llmcost

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

func TestWhoKeepsPromptsForAnHourAtBedrock(t *testing.T) {
	for name, want := range map[string]bool{
		"us.anthropic.claude-sonnet-4-5-20250929-v1:0": true,
		"global.anthropic.claude-opus-4-6-v1":          true,
		"anthropic.claude-sonnet-5":                    true,
		"us.anthropic.claude-sonnet-4-20250514-v1:0":   false,
		"us.anthropic.claude-opus-4-1-20250805-v1:0":   false,
		"anthropic.claude-3-7-sonnet-20250219-v1:0":    false,
		"amazon.nova-pro-v1:0":                         false,
	} {
		m := pricing.Default().Find("aws", name)
		require.NotNil(t, m, name)
		s := sold{pricedModel: pricedModel{model: m}}
		require.Equal(t, want, s.hourOnBedrock(), "%s: %s", name, m.ID)
	}
}
