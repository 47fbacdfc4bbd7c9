package dialect

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMakersOnBedrock(t *testing.T) {
	for told, want := range map[string]string{
		"nova-2-lite-v1:0":               "amazon.nova-2-lite-v1:0",
		"v3-v1:0":                        "deepseek.v3-v1:0",
		"v3.2":                           "deepseek.v3.2",
		"minimax-m2":                     "minimax.minimax-m2",
		"kimi-k2-thinking":               "moonshot.kimi-k2-thinking",
		"glm-4.7":                        "zai.glm-4.7",
		"claude-sonnet-4-5-20250929":     "claude-sonnet-4-5-20250929",
		"anthropic.claude-sonnet-4-5":    "claude-sonnet-4-5",
		"anthropic.claude-3-haiku-v1:0":  "anthropic.claude-3-haiku-v1:0",
		"amazon.nova-2-lite-v1:0":        "amazon.nova-2-lite-v1:0",
		"an-imported-model-of-one's-own": "an-imported-model-of-one's-own",
	} {
		op := readAttrs(t, "opentelemetry.instrumentation.bedrock", "chat", with(chat, attrs{"gen_ai.request.model": told, "gen_ai.response.model": told}))
		assert.Equal(t, want, op.RequestModel)
		assert.Equal(t, want, op.ResponseModel)
	}
}
