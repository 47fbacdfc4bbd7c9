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
	if op.ResponseModel == "" || op.ResponseID == "" || f.writesCache() || r.mayLeaveOutCache() || r.mayCharge() {
		r.answer()
	}
	named := strings.Trim(f.texts[tModelName], `"`)
	if op.ResponseModel == "" {
		op.ResponseModel = named
	}
	r.orRequest(named)
	op.RequestModel, op.ResponseModel = once(op.RequestModel), once(op.ResponseModel)
	for _, correct := range corrections {
		correct(r)
	}
	if op.ResponseID != "" && genai.NoResponseID(op.ResponseID) {
		op.ResponseID = ""
	}
}

// once is a word without its echoes: LangChain adds up the parts of a stream, and names like counts.
func once(s string) string {
	half, third := len(s)/2, len(s)/3
	switch {
	case half >= minEchoed && s[half:] == s[:half]:
		return once(s[:half])
	case third >= minEchoed && len(s) == 3*third && s[third:] == s[:2*third]:
		return s[:third]
	}
	return s
}

const minEchoed = 4

// writesCache says that the prompt cache was written to and the plain keys do not say for how long, which decides the price.
func (f *facts) writesCache() bool {
	return f.tallies[nCacheWrite] > 0 && f.tallyRanks[nCacheWrite1h] == 0
}

// mayLeaveOutCache says that cached tokens may not be part of the input, as the provider itself counts; its answer tells.
func (r *reading) mayLeaveOutCache() bool {
	return r.f.tallies[nCacheRead] > 0 && r.f.tallyRanks[nNoCache] == 0 && genai.ContainsFold(r.op.Model(), "claude")
}

// mayCharge says that the answer may hold what is billed beside its tokens: Anthropic's usage stands at its end, the items of OpenAI's
// output where they were made.
func (r *reading) mayCharge() bool {
	if !r.f.said.meets(&answerTexts) {
		return false
	}
	google := genai.ContainsFold(r.op.Model(), "gemini")
	for _, t := range answers {
		s := r.f.texts[t]
		if len(s) < len(`{"usage":{}}`) || s[0] != '{' {
			continue
		}
		if google && (strings.Contains(s, `"groundingMetadata"`) || strings.Contains(s, `"grounding_metadata"`)) { // wherever it stands
			return true
		}
		end := s[max(0, len(s)-chargeWindow):]
		for _, name := range [...]string{
			`"server_tool_use"`, `"billed_units"`, `"iterations"`, `"cost"`, `"cost_in_usd_ticks"`, `"audio_tokens"`,
			`"prompt_cache_hit_tokens"`, `"total_cost"`,
		} {
			if strings.Contains(end, name) {
				return true
			}
		}
		start := s[:min(len(s), 4*chargeWindow)]
		if strings.Contains(start, `_call"`) || strings.Contains(start, `"server_tool_use"`) || r.tellsMode(s[max(0, len(s)-modeWindow):]) {
			return true
		}
	}
	return false
}

// tellsMode says that the answer may name a mode or a region that has another price than the rest, or than the mode asked for.
func (r *reading) tellsMode(answer string) bool {
	for _, name := range [...]string{`"service_tier"`, `"serviceTier"`, `"inference_geo"`, `"speed"`} {
		_, value, found := strings.Cut(answer, name)
		if !found {
			continue
		}
		value = strings.TrimLeft(value, ": \t\r\n")
		switch word, _, _ := strings.Cut(strings.TrimPrefix(value, `"`), `"`); {
		case value == "" || value[0] != '"': // null, mostly
		case word == "default" || word == "standard":
			if r.f.texts[tRequestTier] != "" {
				return true
			}
		case word != "auto" && word != "global" && word != "not_available":
			return true
		}
	}
	return false
}

// chargeWindow is how much of an answer's end is looked at.
const chargeWindow = 1 << 10

// modeWindow is more: OpenAI's Responses have the tier before their tools and their usage.
const modeWindow = 16 << 10

func (r *reading) orRequest(model string) {
	if r.op.RequestModel == "" {
		r.op.RequestModel = model
	}
}

// answer reads model, id and service tier from the captured answer.
func (r *reading) answer() {
	if !r.f.said.meets(&answerTexts) {
		return
	}
	for _, t := range answers {
		s := r.f.texts[t]
		if s == "" || s[0] != '{' && s[0] != '[' {
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
