package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// langchain is the older dialect of LangChain agents: the kind is in the name of the span (hint.go knows its beginnings).
var langchain = &client{
	name: "langchain",
	keys: join(
		texts(tRequestModel, genAI, "llm.model"),
		texts(tAgentType, plain, "agent.type"),
		values(vAttempt, plain, "attempt"),
	),
	provider: func(r *reading) string {
		rest, _ := strings.CutPrefix(r.span.Name(), "llm_call:")
		if rest == r.span.Name() {
			return ""
		}
		return canonical(rest)
	},
}

// cached reads a message's usage: LangChain's cache puts a cost of 0 beside the counts of the answer that it had kept.
func (f *facts) cached(usage string) {
	if usd, ok := memberNumber(usage, "total_cost"); ok && usd == 0 {
		f.kept = true
	}
}

func langchainKind(name string) verdict {
	switch {
	case strings.HasPrefix(name, "llm_call:"):
		return verdict{genai.ModelCall, genai.OpChat}
	case strings.HasPrefix(name, "agent_request:"):
		return verdict{genai.Agent, genai.OpInvokeAgent}
	case strings.HasPrefix(name, "tool_execution:"):
		return verdict{genai.Tool, genai.OpExecuteTool}
	}
	return verdict{}
}

// applicationCache is how an application tells of the cache in front of its models.
var applicationCache = &client{
	name: "cache",
	keys: join(
		texts(tCacheOperation, plain, "cache.operation"),
		texts(tCacheResult, plain, "cache.result"),
		values(vCacheHit, plain, "cache.hit"),
	),
}
