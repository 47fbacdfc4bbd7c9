package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// models fills RequestModel, ResponseModel and ResponseID. The answer's own JSON is read only for what plain keys leave open.
func (r *reading) models() {
	f, op := r.f, r.op
	op.ResponseModel = f.texts[tResponseModel]
	op.ResponseID = f.texts[tResponseID]
	op.RequestModel = f.texts[tRequestModel]
	if f.texts[tBareModel] != "" && (r.scope.client == claudeCode || r.scope.client == codex || r.scope.client == geminiCLI) {
		r.orRequest(f.texts[tBareModel])
	}
	if op.ResponseModel == "" || op.ResponseID == "" || f.writesCache() || r.mayLeaveOutCache() {
		r.answer()
	}
	named := strings.Trim(f.texts[tModelName], `"`)
	if op.ResponseModel == "" {
		op.ResponseModel = named
	}
	r.orRequest(named)
	if r.scope.client == litellmProxy {
		r.litellmModel()
	}
	if name := f.texts[jGenkitName]; name != "" && op.Kind == genai.ModelCall && op.Model() == "" {
		op.RequestModel = name[strings.IndexByte(name, '/')+1:]
	}
}

// writesCache says that the prompt cache was written to and the plain keys do not say for how long, which decides the price.
func (f *facts) writesCache() bool {
	return f.tallies[nCacheWrite] > 0 && f.tallyRanks[nCacheWrite1h] == 0
}

// mayLeaveOutCache says that cached tokens may not be part of the input, as the provider itself counts; its answer tells.
func (r *reading) mayLeaveOutCache() bool {
	return r.f.tallies[nCacheRead] > 0 && r.f.tallyRanks[nNoCache] == 0 && genai.ContainsFold(r.op.Model(), "claude")
}

func (r *reading) orRequest(model string) {
	if r.op.RequestModel == "" {
		r.op.RequestModel = model
	}
}

// litellmModel: the proxy answers with the alias the caller asked for and says as request model what it called; that one is billed.
func (r *reading) litellmModel() {
	if m := r.f.texts[tLitellmModel]; m != "" {
		r.op.ResponseModel = m
	} else if m := r.f.texts[tRequestModel]; m != "" {
		r.op.ResponseModel = m
	}
}

// answer reads model, id and service tier from the captured answer.
func (r *reading) answer() {
	for _, t := range [...]text{jOutput, jCompletion} {
		s := r.f.texts[t]
		if s == "" || s[0] != '{' {
			continue
		}
		a := readAnswer(s, r.f)
		if r.op.ResponseModel == "" {
			r.op.ResponseModel = a.model
		}
		if r.op.ResponseID == "" {
			r.op.ResponseID = a.id
		}
		r.f.setText(tResponseTier, a.tier)
	}
}
