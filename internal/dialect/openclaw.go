package dialect

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

var tOpenClawAgent = newText()

// openClaw is OpenClaw, which tells of a run's usage on a span beside its calls. Since that span names the agent, its calls tell their own
// usage as well. At first it had names of its own only, of which the input leaves cached tokens out. What Claude Code or Codex did for it is
// one call of its, by the word an agent's, and the only place of its usage.
var openClaw = &client{
	name:   "openclaw",
	scopes: []scope{{name: "openclaw*"}},
	own: join(
		texts(tOpenClawAgent, plain, "openclaw.agent"),
		texts(tModelName, plain, "openclaw.model"),
		texts(tSideProvider, plain, "openclaw.provider"),
		tallies(nOldInput, "openclaw.tokens.input"),
		tallies(nOldOutput, "openclaw.tokens.output"),
		tallies(nCacheRead, "openclaw.tokens.cache_read"),
		tallies(nCacheWrite, "openclaw.tokens.cache_write"),
	),
	mayBe: func(f *facts) bool { return f.has(nOldInput) },
	kind: func(r *reading) (v verdict) {
		switch {
		case r.f.texts[tOperation] == genai.OpInvokeAgent && r.isOpenClawTurn():
			v = verdict{genai.ModelCall, genai.OpChat}
		case r.span.Name() != "openclaw.model.usage":
		case r.f.texts[tOpenClawAgent] != "":
			v = verdict{genai.Step, ""}
		default:
			v = verdict{genai.ModelCall, genai.OpChat}
		}
		return v
	},
	ofRun:  func(r *reading) bool { return r.isOpenClawTurn() || r.span.Name() == "openclaw.model.usage" },
	traits: traits{localAgents: true, cacheApart: func(r *reading) bool { return r.f.has(nOldInput) && (!r.f.has(nInput) || r.isOurs()) }},
}

func (r *reading) isOpenClawTurn() bool {
	unit, told := r.span.Attributes().Get("openclaw.model_call.observation_unit")
	return told && unit.Str() == "turn"
}
