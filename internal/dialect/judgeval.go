package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	tJudgmentKind  = newText()
	jJudgmentUsage = newText()
	jJudgmentAsked = newText()
)

// judgeval is Judgment's. Its input leaves cached tokens out, but for Google's; the provider's own usage stands beside it.
var judgeval = &client{
	name:   "judgeval",
	scopes: []scope{{name: "judgeval*"}},
	keys: join(
		texts(tJudgmentKind, genAI, "judgment.span_kind"),
		texts(tModelName, genAI, "judgment.llm.model"),
		texts(tSideProvider, genAI, "judgment.llm.provider"),
		texts(jJudgmentUsage, genAI, "judgment.usage.metadata"),
		texts(jJudgmentAsked, plain, "gen_ai.prompt"),
		texts(tConversation, plain, "judgment.session_id"),
		tallies(nOldInput, "judgment.usage.non_cached_input_tokens"),
		tallies(nOldOutput, "judgment.usage.output_tokens"),
		tallies(nCacheRead, "judgment.usage.cache_read_input_tokens"),
		tallies(nCacheWrite, "judgment.usage.cache_creation_input_tokens"),
		tallies(nOutputImage, "judgment.usage.output_image_tokens"),
		values(vCostOther, genAI, "judgment.usage.total_cost_usd"),
	),
	sum:   judgmentUnderWay,
	words: []word{{fact: tJudgmentKind}},
	json: []member{{fact: jJudgmentUsage, read: func(r *reading, s string) {
		p := scanJSON(s)
		r.f.providerUsage(&p)
	}}},
	answers: []text{jCompletion},
	traits: traits{
		localAgents: true, thoughtsApart: true,
		cacheApart: func(r *reading) bool { return !strings.HasPrefix(r.op.Model(), "gemini-") },
		hides: func(r *reading, u *genai.Usage) string {
			switch {
			case r.f.texts[jJudgmentUsage] == "":
				return hiddenThoughts(r, u)
			case r.f.texts[jCompletion] == "" && trueMember(r.f.texts[jJudgmentAsked], "stream"): // let go: the counts are those of its beginning
				return genai.ReasonHiddenTokens
			}
			return ""
		},
	},
}

// judgmentUnderWay: a span is sent while it is under way too, with its start for its end, and again when it has ended.
func judgmentUnderWay(r *reading) verdict {
	if r.span.EndTimestamp() <= r.span.StartTimestamp() {
		if _, sent := r.span.Attributes().Get("judgment.update_id"); sent {
			return verdict{genai.Other, ""}
		}
	}
	return verdict{}
}
