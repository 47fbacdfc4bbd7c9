package llmcost

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// A remote agent's own spans and the caller's sum of them are the same calls, in any order in a request.
func TestRemoteAgentWithItsOwnSpans(t *testing.T) {
	call := func(parent int, in int64) told {
		return told{scope: "theirs", name: "chat", kind: client, parent: parent, attrs: map[string]any{
			genai.OperationName: "chat", genai.ProviderName: "openai", genai.RequestModel: "gpt-4o-mini",
			genai.UsageInput: in, genai.UsageOutput: 100,
		}}
	}
	remote := map[string]any{
		genai.OperationName: "invoke_agent", genai.ProviderName: "openai", genai.RequestModel: "gpt-4o-mini", genai.UsageInput: 3000, genai.UsageOutput: 200,
	}
	agent := map[string]any{genai.OperationName: "invoke_agent", genai.AgentName: "a"}
	spans := []told{
		{scope: "ours", name: "invoke_agent a", kind: client, attrs: remote},
		{scope: "http", name: "POST", kind: client, parent: 1},
		{scope: "http", name: "POST /agent", kind: server, parent: 2},
		{scope: "theirs", name: "invoke_agent a", kind: internal, parent: 3, attrs: agent},
		call(4, 1000), call(4, 2000),
		{scope: "ours", name: "invoke_agent b", kind: client, attrs: remote}, // whose own spans go elsewhere
		call(0, 500),
	}
	want := price(t, "openai", "gpt-4o-mini", billed{in: 6500, out: 500})
	for i := range uint64(30) {
		td := shuffled(traceOf(t, spans), rand.New(rand.NewPCG(i, 8)))
		got := sumOf(startProcessor(t, nil).process(t, td))
		require.Equal(t, want, got.nano)
		require.Equal(t, map[string]int{"priced": 4, "duplicate": 1, "rollup": 1}, got.statuses)
	}
}
