package inturn

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/featuregate"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/xpdata/pref"
	"go.opentelemetry.io/collector/pipeline"
)

// TestPooling: spans are not emptied by the Collector when a pipeline that only reads them has them seen.
func TestPooling(t *testing.T) {
	const gate = "pdata.useProtoPooling"
	require.NoError(t, featuregate.GlobalRegistry().Set(gate, true))
	t.Cleanup(func() { require.NoError(t, featuregate.GlobalRegistry().Set(gate, false)) })
	td := ptrace.NewTraces()
	td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty().SetName("call")
	seen := 0
	look := func(got ptrace.Traces) error {
		if pref.MarkPipelineOwnedTraces(got) { // as the Collector does before each pipeline
			defer pref.UnrefTraces(got)
		}
		require.Equal(t, "call", got.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Name())
		seen++
		return nil
	}
	c, err := create(t, []pipeline.ID{first, other, last}, map[pipeline.ID]consumer.Traces{
		first: visit(t, false, look), other: visit(t, false, look), last: visit(t, true, look),
	})
	require.NoError(t, err)
	require.NoError(t, c.ConsumeTraces(t.Context(), td))
	require.Equal(t, 3, seen)
}
