package llmcost

import (
	"slices"
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
		either   bool // whose report the empty one is depends on what came before it
	}{
		"within":             {[]byLibrary{empty(anthropics, 20, 880)}, 0, false},
		"around":             {[]byLibrary{empty(anthropics, -20, 990)}, 0, false},
		"another model":      {[]byLibrary{{by: anthropics, from: 20, to: 880, attrs: with(map[string]any{genai.RequestModel: "claude-haiku-4-5"})}}, 1, false},
		"another service":    {[]byLibrary{{by: anthropics, service: "2", from: 20, to: 880, attrs: with(nil)}}, 1, false},
		"one library":        {[]byLibrary{empty(strandsAgent, 20, 880)}, 1, false},
		"nobody knows it":    {[]byLibrary{empty("my.app", 20, 880)}, 1, false},
		"only overlapping":   {[]byLibrary{empty(anthropics, 300, 1300)}, 1, false},
		"the next call":      {[]byLibrary{empty(anthropics, 1000, 1800)}, 1, false},
		"two empty ones":     {[]byLibrary{empty(anthropics, 20, 400), empty(anthropics, 410, 880)}, 1, true},
		"two calls at once":  {[]byLibrary{{by: strandsAgent, from: 5, to: 905, attrs: map[string]any{genai.UsageOutput: 81}}, empty(anthropics, 20, 880)}, 1, true},
		"told with usage":    {[]byLibrary{{by: anthropics, from: 10, to: 890}, empty(anthropics, 20, 880)}, 1, true},
		"embeddings in time": {[]byLibrary{{by: anthropics, from: 20, to: 880, attrs: with(map[string]any{genai.OperationName: genai.OpEmbeddings})}}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			reports := []ptrace.Traces{first.span(1)}
			for i, r := range tc.also {
				reports = append(reports, r.span(byte(i+2)))
			}
			var before []ptrace.Traces // it knows that there are two
			for i, by := range []string{strandsAgent, anthropics} {
				before = append(before, byLibrary{by: by, from: -9000 * (i + 1), to: -9000*i - 500}.span(byte(90+i)))
			}
			apart := startProcessor(t, nil)
			var one []ptrace.Traces
			for _, td := range append(slices.Clone(before), reports...) {
				one = append(one, apart.process(t, copyOf(td)))
			}
			require.Equal(t, tc.unpriced, sumOf(one...).statuses[genai.StatusUnpriced], "one by one, the empty one last")
			calls := toldOf(t, append(slices.Clone(before), reports...)...)
			permute(reports, func(order []ptrace.Traces) {
				if !tc.either {
					require.Equal(t, calls, toldOf(t, append(slices.Clone(before), order...)...), "one by one")
				}
				all := ptrace.NewTraces()
				for _, td := range order {
					copyOf(td).ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
				}
				require.Equal(t, tc.unpriced, sumOf(startProcessor(t, nil).process(t, all)).statuses[genai.StatusUnpriced], "in one request")
			})
		})
	}
}
