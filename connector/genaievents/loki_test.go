package genaievents

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// With the defaults a record keeps Loki's rules, whatever a sender sends: names that are labels once dots are underscores, none of them the
// same then, 64 KiB of structured metadata, 256 KiB a line.
func TestRecordsKeepLokisRules(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	s := newSpans()
	attrs := map[string]any{genai.ErrorType: long, "request.id": long, "result.type": long}
	for _, key := range []string{
		genai.AgentName, genai.ToolName, genai.ConversationID, genai.ResponseID, genai.ProviderName, genai.RequestModel, genai.ResponseModel,
		genai.InputMessages, genai.OutputMessages, "gen_ai.tool.call.arguments", "gen_ai.tool.call.result", "server.address",
	} {
		attrs[key] = long
	}
	for _, op := range []string{genai.OpChat, genai.OpInvokeAgent, genai.OpExecuteTool} {
		attrs[genai.OperationName] = op
		s.add(t, noParent, attrs).Status().SetMessage(long)
	}
	r := start(t, "naming: [langchain, semconv]")
	require.NoError(t, r.ConsumeTraces(ctx, s.td))
	require.Len(t, r.records(), 7)
	for _, rec := range r.records() {
		size, labels := 0, map[string]bool{}
		for key, v := range rec.Attributes().All() {
			size += len(key) + len(v.AsString())
			require.Regexp(t, "^[a-z_][a-z0-9_.]*$", key)
			label := strings.ReplaceAll(key, ".", "_")
			require.False(t, labels[label], "%s of %s", label, rec.EventName())
			labels[label] = true
		}
		require.LessOrEqual(t, size, 64<<10)
		require.LessOrEqual(t, len(rec.Body().Str()), 256<<10)
	}
}
