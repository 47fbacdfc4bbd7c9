package llmcost

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// TestFailedTools: Claude Code says of a tool's run that it failed only on a step inside it.
func TestFailedTools(t *testing.T) {
	got := map[string]int{}
	out := startProcessor(t, nil).process(t, clientCase(t, "claude-code-2.1.332/tools-of-which-two-failed"))
	eachSpan(out, func(span ptrace.Span) {
		var op genai.Operation
		if genai.ReadCanonical(span, &op); op.Kind == genai.Tool {
			got[op.Tool+" "+op.Failure.Status()+" "+op.ErrorType]++
		}
	})
	require.Equal(t, map[string]int{"Bash ok ": 1, "Bash error tool_error": 1, "Read error tool_error": 1}, got)
}

// TestCodexTools: the span of a tool's run has the tool's name as its own.
func TestCodexTools(t *testing.T) {
	runs := 0
	eachSpan(startProcessor(t, nil).process(t, clientCase(t, "codex/tools")), func(span ptrace.Span) {
		var op genai.Operation
		if genai.ReadCanonical(span, &op); op.Kind == genai.Tool {
			require.Equal(t, "exec_command", op.Tool)
			runs++
		}
	})
	require.Equal(t, 2, runs)
}
