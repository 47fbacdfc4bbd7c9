package llmcost

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// What llmcost fills in must not change what the span says: a second tier that does not trust the first, and genaimetrics, read
// the same usage and the same cost.
func TestWhatIsWrittenReadsTheSame(t *testing.T) {
	same := func(t *testing.T, td ptrace.Traces) {
		t.Helper()
		before := usages(td)
		once := startProcessor(t, nil).process(t, td)
		require.Equal(t, before, usages(once))
		first := sumOf(once)
		require.Equal(t, first, sumOf(startProcessor(t, nil).process(t, once)))
	}
	for name, td := range clientCases(t) {
		t.Run(name, func(t *testing.T) { same(t, td) })
	}
	all := truths(t)
	for _, client := range slices.Sorted(maps.Keys(all)) {
		for k, s := range scenarios {
			t.Run(client+"/"+s.name, func(t *testing.T) {
				td := capture(t, client)
				newOtherRun(all[client], s, otherModels[0], uint64(k)).rewrite(td) //nolint:gosec // few scenarios
				same(t, td)
			})
		}
	}
}

func usages(td ptrace.Traces) []genai.Usage {
	var out []genai.Usage
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			scope := dialect.NewScope(ss.Scope(), rs.Resource(), nil)
			for _, span := range ss.Spans().All() {
				var op dialect.Call
				dialect.Read(&scope, span, &op)
				out = append(out, op.Usage)
			}
		}
	}
	return out
}
