package alertnotify

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// names are what a pattern finds in a file, each once, in order.
func names(t *testing.T, file, pattern string) (all []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	for _, found := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
		all = append(all, found[1])
	}
	require.NotEmpty(t, all, file)
	slices.Sort(all)
	return slices.Compact(all)
}

// The README has every metric that the component tells of itself, and no other.
func TestTheREADMEHasTheMetrics(t *testing.T) {
	require.Equal(t, names(t, "metadata.yaml", `(?m)^    (alertnotify_\w+):$`), names(t, "README.md", "(?m)^\\| `otelcol_(alertnotify_\\w+)`"))
}
