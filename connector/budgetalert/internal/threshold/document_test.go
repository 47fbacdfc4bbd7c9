package threshold

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// The document's examples can be used as they are; the first one is the default.
func TestDocument(t *testing.T) {
	text, err := os.ReadFile("../../thresholds.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	require.Len(t, blocks, 2)
	for _, block := range blocks {
		_, err := New(parseConfig(t, block[1]), ledger.NewMemory(ledger.Options{}), Options{})
		require.NoError(t, err)
	}
	require.Equal(t, Defaults(), parseConfig(t, blocks[0][1]))
	full := parseConfig(t, blocks[1][1])[0]
	require.Equal(t, withDefaults(Config{
		Name: full.Name, Metric: full.Metric, Where: full.Where, Above: full.Above, Unit: full.Unit, ResolveBelow: full.ResolveBelow,
		For: defaultFor, MinCount: full.MinCount,
	}), full, "what is shown as a default is one")
	require.InDelta(t, newRule(Config{Metric: "m", Above: full.Above}).resolve, *full.ResolveBelow, 1e-9)
}
