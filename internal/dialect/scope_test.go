package dialect

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Who counts a command-line agent in one signal, and leaves it out of the others, means the spans, logs and metrics that are read in its
// dialect, and no other client's.
func TestTheScopesOfCommandLineAgents(t *testing.T) {
	found := 0
	for _, c := range known {
		want := ""
		if slices.Contains(genai.CLIAgents, c.name) {
			want, found = c.name, found+1
			assert.NotEmpty(t, c.scopes, c.name)
		}
		for _, s := range c.scopes {
			name, begins := strings.CutSuffix(s.name, "*")
			assert.Equal(t, want, genai.CLIAgent(name), name)
			if begins {
				name += ".other"
				assert.Equal(t, want, genai.CLIAgent(name), name)
			}
		}
	}
	assert.Len(t, genai.CLIAgents, found)
}
