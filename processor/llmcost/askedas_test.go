package llmcost

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAskedAs(t *testing.T) {
	for _, tt := range []struct {
		asked, answered string
		want            bool
	}{
		{"us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929", true},
		{"anthropic.claude-3-haiku-20240307-v1:0", "claude-3-haiku-20240307", true},
		{"global.anthropic.claude-opus-4-6-v1", "claude-opus-4-6", true},
		{"us.anthropic.claude-sonnet-5", "claude-sonnet-5", true},
		{"claude-sonnet-4-5@20250929", "claude-sonnet-4-5-20250929", true},
		{"us.anthropic.claude-opus-4-5-20251101-v1:0", "claude-opus-4", false},
		{"us.anthropic.claude-opus-4-5-20251101-v1:0", "gpt-4.1-nano", false},
		{"azure/gpt-4o-mini", "gpt-4o-2024-08-06", false},
		{"gpt-4o-mini", "gpt-4o-mini-2024-07-18", false},
		{"x", "", false},
	} {
		require.Equal(t, tt.want, askedAs(tt.asked, tt.answered), "%s %s", tt.asked, tt.answered)
	}
}
