package llmcost

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// A report without usage is the twin of the one report with usage that it can be of, where that is known; where several can be, it is a call.
func TestTwinsWithoutUsage(t *testing.T) {
	with := func(more map[string]any) map[string]any {
		attrs := map[string]any{genai.UsageInput: nil, genai.UsageOutput: nil, genai.OperationName: genai.OpChat}
		for k, v := range more {
			attrs[k] = v
		}
		return attrs
	}
	empty := func(by string, from, to int) byLibrary {
		return byLibrary{by: by, from: from, to: to, attrs: with(nil)}
	}
	first := byLibrary{by: strandsAgent, from: 0, to: 900}
	for name, tc := range map[string]struct {
		also     []byLibrary
		unpriced int
	}{
		"within":             {[]byLibrary{empty(anthropics, 20, 880)}, 0},
		"around":             {[]byLibrary{empty(anthropics, -20, 990)}, 0},
		"another model":      {[]byLibrary{{by: anthropics, from: 20, to: 880, attrs: with(map[string]any{genai.RequestModel: "claude-haiku-4-5"})}}, 1},
		"another service":    {[]byLibrary{{by: anthropics, service: "2", from: 20, to: 880, attrs: with(nil)}}, 1},
		"one library":        {[]byLibrary{empty(strandsAgent, 20, 880)}, 1},
		"nobody knows it":    {[]byLibrary{empty("my.app", 20, 880)}, 1},
		"only overlapping":   {[]byLibrary{empty(anthropics, 300, 1300)}, 1},
		"the next call":      {[]byLibrary{empty(anthropics, 1000, 1800)}, 1},
		"two empty ones":     {[]byLibrary{empty(anthropics, 20, 400), empty(anthropics, 410, 880)}, 1},
		"two calls at once":  {[]byLibrary{{by: strandsAgent, from: 5, to: 905, attrs: map[string]any{genai.UsageOutput: 81}}, empty(anthropics, 20, 880)}, 1},
		"told with usage":    {[]byLibrary{{by: anthropics, from: 10, to: 890}, empty(anthropics, 20, 880)}, 1},
		"embeddings in time": {[]byLibrary{{by: anthropics, from: 20, to: 880, attrs: with(map[string]any{genai.OperationName: genai.OpEmbeddings})}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			reports := []ptrace.Traces{first.span(1)}
			for i, r := range tc.also {
				reports = append(reports, r.span(byte(i+2)))
			}
			apart := startProcessor(t, nil)
			for i, by := range []string{strandsAgent, anthropics} { // it knows that there are two
				apart.process(t, byLibrary{by: by, from: -9000 * (i + 1), to: -9000*i - 500}.span(byte(90+i)))
			}
			var one []ptrace.Traces
			for _, td := range reports {
				one = append(one, apart.process(t, copyOf(td)))
			}
			require.Equal(t, tc.unpriced, sumOf(one...).statuses[genai.StatusUnpriced], "one by one, the empty one last")
			permute(reports, func(order []ptrace.Traces) {
				all := ptrace.NewTraces()
				for _, td := range order {
					copyOf(td).ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
				}
				require.Equal(t, tc.unpriced, sumOf(startProcessor(t, nil).process(t, all)).statuses[genai.StatusUnpriced], "in one request")
			})
		})
	}
}
