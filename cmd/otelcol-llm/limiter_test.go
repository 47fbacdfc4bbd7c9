package main

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMemoryLimiterStandsAtTheDoor: what comes from outside meets memory_limiter first, and the gateway's own numbers never do: while it
// refuses data, they must still be told.
func TestMemoryLimiterStandsAtTheDoor(t *testing.T) {
	outside := []any{"otlp", "kafka"}
	for _, file := range shipped(t) {
		pipelines, ok := resolve(t, file).Get("service::pipelines").(map[string]any)
		require.True(t, ok, file)
		for name, pipeline := range pipelines {
			where := filepath.Base(file) + " " + name
			receivers := pipeline.(map[string]any)["receivers"].([]any)
			processors, _ := pipeline.(map[string]any)["processors"].([]any)
			if slices.ContainsFunc(receivers, func(r any) bool { return slices.Contains(outside, r) }) {
				require.Subset(t, outside, receivers, "%s mixes outside data with the gateway's own", where)
				require.Equal(t, 0, slices.Index(processors, any("memory_limiter")), where)
				continue
			}
			require.NotContains(t, processors, "memory_limiter", where)
		}
	}
}
