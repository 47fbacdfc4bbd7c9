package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	tMlflowType   = newText()
	jMlflowUsage  = newText()
	jMlflowCost   = newText()
	jMlflowInputs = newText()
	jMlflowAnswer = newText()
	nMlflowInput  = newTally()
	nMlflowOutput = newTally()
)

// mlflow writes every value as JSON, strings in quotes too. Of Anthropic's counts it told first the input alone, then the cache beside it and
// now both in one, with a total that is its own sum in all of them; its answer, where it is recorded, tells which.
var mlflow = &client{
	name:   "mlflow",
	scopes: []scope{{name: "mlflow*"}},
	keys: join(
		texts(tMlflowType, genAI, "mlflow.spanType"),
		texts(tModelName, genAI, "mlflow.llm.model"),
		texts(tSideProvider, genAI, "mlflow.llm.provider"),
		texts(jMlflowUsage, genAI, "mlflow.chat.tokenUsage"),
		texts(jMlflowCost, plain, "mlflow.llm.cost"),
		texts(jMlflowInputs, plain, "mlflow.spanInputs"),
		texts(jMlflowAnswer, plain, "mlflow.spanOutputs"),
		texts(tConversation, plain, "mlflow.trace.session"),
	),
	own:     texts(tRequestModel, plain, "model"), // of OpenAI's agents
	kind:    mlflowKind,
	words:   []word{{fact: tMlflowType}},
	json:    []member{{fact: jMlflowUsage, read: func(r *reading, s string) { r.f.readUsage(unwrap(s), nMlflowInput, nMlflowOutput) }, pair: true}},
	pairs:   []pair{{in: nMlflowInput, out: nMlflowOutput}},
	answers: []text{jMlflowAnswer},
	costs:   []cost{{in: jMlflowCost, name: "total_cost", parts: true}},
	models:  mlflowModels,
	traits:  traits{localAgents: true, hidesCache: always, cacheApart: cacheAboveInput, hides: mlflowHides},
}

// mlflowKind: to count tokens is no call of a model.
func mlflowKind(r *reading) (v verdict) {
	if strings.HasSuffix(r.span.Name(), "count_tokens") {
		v = verdict{genai.Other, ""}
	}
	return v
}

// mlflowModels: before it had an attribute for the model, the model stood in the request only.
func mlflowModels(r *reading) {
	if r.f.texts[tMlflowType] != "" {
		r.op.RequestModel = strings.Trim(r.op.RequestModel, `"`)
	}
	if s := r.f.texts[jMlflowInputs]; r.op.Model() == "" && strings.HasPrefix(s, "{") {
		r.op.RequestModel = textMember(s, "model")
	}
}

// cacheAboveInput: of a client that counted both ways, what can be no part of the input stands beside it.
func cacheAboveInput(r *reading) bool {
	f := r.f
	input := f.tally(nMlflowInput)
	if input == 0 { // translated to the conventions
		input = f.tally(nInput)
	}
	return input > 0 && f.tally(nCacheRead)+f.tally(nCacheWrite) > input && (r.soldNet() || r.overAnthropic())
}

func mlflowHides(r *reading, u *genai.Usage) string {
	if u.CacheRead+u.CacheWrite > 0 && r.f.tallyRanks[nNoCache] == 0 && (r.soldNet() || r.overAnthropic()) && !cacheAboveInput(r) {
		return genai.ReasonUnknownOverlap
	}
	return ""
}
