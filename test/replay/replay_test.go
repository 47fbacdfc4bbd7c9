package replay

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func spans(t *testing.T, body []byte) []ptrace.Span {
	t.Helper()
	traces, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(body)
	require.NoError(t, err)
	var all []ptrace.Span
	for _, resource := range traces.ResourceSpans().All() {
		_, team := resource.Resource().Attributes().Get("team")
		assert.True(t, team)
		for _, scope := range resource.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				all = append(all, span)
			}
		}
	}
	return all
}

// Played twice, a run has nothing by which the gateway could take its calls for those it has counted; its shape stays.
func TestPlay(t *testing.T) {
	runs, err := Read("../../internal/dialect/testdata/captures")
	require.NoError(t, err)
	require.Len(t, runs, 23)
	now := time.Date(2026, 11, 29, 3, 0, 0, 0, time.UTC)
	for _, run := range runs {
		t.Run(run.Name, func(t *testing.T) {
			first, second := run.Play(0, 10, now), run.Play(1, 10, now.Add(time.Second))
			for _, id := range run.responses {
				assert.NotContains(t, string(first), `"`+id+`"`)
			}
			one, two := spans(t, first), spans(t, second)
			require.Len(t, two, len(one))
			calm, err := run.Calm()
			require.NoError(t, err)
			assert.NotContains(t, string(calm.Play(2, 10, now)), `"fail-500-model"`)
			assert.LessOrEqual(t, len(spans(t, calm.Play(2, 10, now))), len(one))
			ids := map[string]bool{}
			var last time.Time
			for _, span := range append(one, two...) {
				assert.False(t, ids[span.SpanID().String()], "a span id twice")
				ids[span.SpanID().String()] = true
			}
			for _, span := range one {
				assert.False(t, span.EndTimestamp().AsTime().After(now))
				if end := span.EndTimestamp().AsTime(); end.After(last) {
					last = end
				}
			}
			assert.Equal(t, now, last)
		})
	}
}
