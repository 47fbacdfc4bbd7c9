package llmcost

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every answer that a span can be given is explained to who reads it.
func TestEveryAnswerIsExplained(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "how-a-span-is-read.md"))
	require.NoError(t, err)
	for _, a := range answers {
		row := fmt.Sprintf("\n| `%s` | `%s` | ", a.status, a.reason)
		if a.reason == "" {
			row = fmt.Sprintf("\n| `%s` | | ", a.status)
		}
		require.Contains(t, string(page), row)
	}
}
