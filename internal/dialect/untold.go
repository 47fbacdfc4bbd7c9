package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// leastCached is the shortest prompt of which a provider keeps a part, but for DeepSeek.
const leastCached = 1024

// hidesCache says that the client does not tell what of the prompt a cache gave, and that this one may have come from there. Where cached
// tokens are not in the input its size says nothing.
func (r *reading) hidesCache(u *genai.Usage) bool {
	hidden := r.scope.traits.hidesCache
	if hidden == nil || r.f.has(nCacheRead) || r.f.has(nCacheWrite) || r.f.tallyRanks[nNoCache] != 0 || r.op.Name == genai.OpEmbeddings || !hidden(r) {
		return false
	}
	return u.Input >= leastCached || r.soldNet() || r.overAnthropic() || strings.HasPrefix(r.op.Provider, "deepseek") ||
		genai.ContainsFold(r.op.Model(), "deepseek")
}
