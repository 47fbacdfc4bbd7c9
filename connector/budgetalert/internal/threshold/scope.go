package threshold

import (
	"slices"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Scope is a kind of span.
type Scope uint8

// The scopes.
const (
	AgentSpan Scope = iota
	ModelSpan
	ToolSpan
	numScopes
)

var scopeNames = [numScopes]string{"agent", "llm", "tool"}

func scopeOf(name string) (Scope, bool) {
	i := slices.Index(scopeNames[:], name)
	return Scope(max(i, 0)), i >= 0 //nolint:gosec // three of them
}

// attribute names the subject of a scope's spans.
func (s Scope) attribute() string {
	return [numScopes]string{genai.AgentName, genai.RequestModel, genai.ToolName}[s]
}
