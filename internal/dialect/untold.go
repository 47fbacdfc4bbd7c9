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
	if r.f.has(nCacheRead) || r.f.has(nCacheWrite) || r.f.tallyRanks[nNoCache] != 0 || r.op.Name == genai.OpEmbeddings {
		return false
	}
	if hidden := r.scope.traits.hidesCache; (hidden == nil || !hidden(r)) && !r.cutAnswer() {
		return false
	}
	if beside := r.scope.traits.cacheApart; beside != nil && beside(r) {
		return true
	}
	return u.Input >= leastCached || r.soldNet() || r.overAnthropic() || strings.HasPrefix(r.op.Provider, "deepseek") ||
		genai.ContainsFold(r.op.Model(), "deepseek")
}

// inputAndOutput is for clients that tell no more than these two, and sum up the output as the provider does.
var inputAndOutput = traits{localAgents: true, hidesCache: always, hides: hiddenThoughts}

// whole says that a captured text is an object or a list in JSON and there to its end: nobody left it out, and no limit on the length of
// attributes cut it off.
func whole(s string) bool { return len(s) > len("{}") && begins(s) && !endless(s) }

// endless says that JSON ends before its end.
func endless(s string) bool {
	if !begins(s) {
		return false
	}
	s = strings.TrimRight(s, " \t\r\n")
	return s[len(s)-1] != s[0]+2 // the brackets are two apart
}

// begins says that a text may be JSON: prose begins with a bracket too.
func begins(s string) bool {
	return s != "" && (s[0] == '{' || strings.HasPrefix(s, "[{") || strings.HasPrefix(s, "[["))
}

// cutAnswer says that the provider's answer lacks its end, where its usage may stand.
func (r *reading) cutAnswer() bool {
	if !r.f.said.meets(&answerTexts) {
		return false
	}
	for _, t := range answers {
		if endless(r.f.texts[t]) {
			return true
		}
	}
	return false
}

// cutUsage says that JSON with usage lacks its end.
func (r *reading) cutUsage() bool {
	if !r.f.said.meets(&memberTexts) {
		return false
	}
	for i := range members {
		if t := members[i].fact; t != jMetadata && !members[i].text && endless(unwrap(r.f.texts[t])) {
			return true
		}
	}
	return false
}
