package llmcost

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Calls that differ in one thing that decides who sold them are not taken for one another; calls that do not are.
func TestRecallTellsCallsApart(t *testing.T) {
	call := func(change func(*dialect.Call)) *dialect.Call {
		c := &dialect.Call{
			Operation: genai.Operation{Provider: "openai", ResponseModel: "gpt-4o-2024-08-06", RequestModel: "gpt-4o"},
			Server:    "api.openai.com", URL: "https://api.openai.com/v1",
		}
		change(c)
		return c
	}
	calls := []*dialect.Call{
		call(func(*dialect.Call) {}),
		call(func(c *dialect.Call) { c.Provider = "azure.ai.openai" }),
		call(func(c *dialect.Call) { c.ResponseModel = "gpt-4o-2024-05-06" }),
		call(func(c *dialect.Call) { c.RequestModel = "gpt-4p" }),
		call(func(c *dialect.Call) { c.Server = "127.0.0.1" }),
		call(func(c *dialect.Call) { c.URL = "https://openrouter.ai/api/v1" }),
		call(func(c *dialect.Call) { c.Sure = true }),
	}
	var seen recall
	for _, first := range calls {
		for _, second := range calls {
			seen.forget()
			x, known := seen.of(first)
			require.False(t, known)
			x.sold.seller = "first"
			y, known := seen.of(second)
			require.Equal(t, first == second, known)
			if known {
				require.Equal(t, "first", y.sold.seller)
			}
		}
	}
	seen.forget()
	require.Equal(t, recall{}, seen, "nothing of the spans is kept")
}
