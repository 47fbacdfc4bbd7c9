package dialect

import (
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	tVoltEntity = newText()
	nVoltInput  = newTally()
	nVoltOutput = newTally()
)

// voltAgent says on the span of a run of the AI SDK what its last step used, and on the agent's span above what all of them did: that one
// counts. The model that answered and cache writes are hidden.
var voltAgent = &client{
	name:   "voltagent",
	scopes: []scope{{name: "@voltagent/*"}},
	own: join(
		texts(tSpanType, plain, "span.type"),
		texts(tVoltEntity, genAI, "entity.type"),
		texts(tRequestModel, genAI, "ai.model.name"),
		texts(tAgent, plain, "entity.name"),
		tallies(nVoltInput, "usage.prompt_tokens"),
		tallies(nVoltOutput, "usage.completion_tokens"),
		tallies(nTotal, "usage.total_tokens"),
		tallies(nCacheRead, "usage.cached_tokens", "llm.usage.cached_tokens"),
		tallies(nReasoning, "usage.reasoning_tokens"),
	),
	traits: traits{hides: func(r *reading, u *genai.Usage) string {
		switch {
		case !r.overAnthropic():
			return ""
		case u.CacheRead > 0: // version 1 has the AI SDK's counts of version 5, and the version is the app's
			return genai.ReasonUnknownOverlap
		case u.Input >= leastCached: // what was written to the cache
			return genai.ReasonHiddenTokens
		}
		return ""
	}},
	kind:  voltKind,
	mayBe: func(f *facts) bool { return f.texts[tSpanType] != "" || f.texts[tVoltEntity] != "" },
	pairs: []pair{{in: nVoltInput, out: nVoltOutput}},
}

func voltKind(r *reading) verdict {
	f := r.f
	switch f.texts[tSpanType] {
	case "":
	case "llm":
		if f.texts[tVoltEntity] == "agent" && (r.hasPair() || r.span.Status().Code() != ptrace.StatusCodeError) {
			return verdict{genai.Step, ""}
		}
		return verdict{genai.ModelCall, genai.OpChat}
	default:
		return kindWord(f.texts[tSpanType])
	}
	switch {
	case f.texts[tVoltEntity] != "agent":
		return verdict{}
	case f.tally(nVoltInput) > 0 || f.tally(nVoltOutput) > 0:
		return verdict{genai.ModelCall, genai.OpInvokeAgent}
	}
	return verdict{genai.Agent, genai.OpInvokeAgent}
}
