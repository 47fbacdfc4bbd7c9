package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// byHand is whoever writes spans by hand and makes up names for what no convention was looked up for. Nobody knows how such a sender counts,
// nor whether a span with counts is a call or sums up those that lie in it, which is left to its name and to the calls that are told there.
var byHand = &client{
	name: "by-hand",
	sign: func(r *reading) bool { return r.f.namedByHand() },
	keys: join(
		tallies(nOldestInput, firstByHand, "llm.tokens.input", "llm.tokens.in", "llm.tokens_in", "llm.token.input", "llm.token_count.input",
			"llm.input_tokens", "llm.prompt_tokens", "llm.usage.prompt", "llm.usage.input", "ai.tokens.input", "ai.tokens.prompt", "ai.input_tokens",
			"ai.prompt_tokens", "ai.usage.input_tokens", "ai.usage.prompt_tokens", "llm.response.usage.prompt_tokens", "llm.response.usage.input_tokens",
			"gen_ai.tokens.input", "gen_ai.tokens.prompt", "gen_ai.input_tokens", "gen_ai.prompt_tokens", "gen_ai.usage.input", "gen_ai.usage.prompt",
			"gen_ai.usage.inputTokens", "gen_ai.usage.promptTokens", "gen_ai.usage.tokens.input", "gen_ai.usage.tokens.prompt",
			"gen_ai.usage.input_token_count", "gen_ai.usage.prompt_token_count", "gen_ai.usage.total_input_tokens", "gen_ai.response.usage.input_tokens",
			"gen_ai.response.usage.prompt_tokens", "gen_ai.token.usage.input", "gen_ai.token.usage.prompt", "gen_ai.token_usage.input",
			"gen_ai.token_usage.prompt", "gen_ai.token.input", "gen_ai.token_count.input", "gen_ai.token_count.prompt"),
		tallies(nOldestOutput, "llm.tokens.completion", "llm.tokens.output", "llm.tokens.out", "llm.tokens_out", "llm.token.output",
			"llm.token_count.output", "llm.output_tokens", "llm.completion_tokens", "llm.usage.completion", "llm.usage.output", "ai.tokens.output",
			"ai.tokens.completion", "ai.output_tokens", "ai.completion_tokens", "gen_ai.tokens.output", "gen_ai.output_tokens",
			"ai.usage.output_tokens", "ai.usage.completion_tokens", "llm.response.usage.completion_tokens", "llm.response.usage.output_tokens",
			"gen_ai.tokens.completion", "gen_ai.completion_tokens", "gen_ai.usage.output", "gen_ai.usage.completion", "gen_ai.usage.outputTokens",
			"gen_ai.usage.completionTokens", "gen_ai.usage.tokens.output", "gen_ai.usage.tokens.completion", "gen_ai.usage.output_token_count",
			"gen_ai.usage.candidates_token_count", "gen_ai.usage.total_output_tokens", "gen_ai.response.usage.output_tokens",
			"gen_ai.response.usage.completion_tokens", "gen_ai.token.usage.output", "gen_ai.token.usage.completion", "gen_ai.token_usage.output",
			"gen_ai.token_usage.completion", "gen_ai.token.output", "gen_ai.token_count.output", "gen_ai.token_count.completion"),
		texts(tModelName, plain, "ai.model", "ai.model_id", "gen_ai.model", "llm.model_id", "llm.model.name"),
		texts(tSideProvider, plain, "ai.provider", "gen_ai.provider", "llm.model_provider", "llm.model.provider"),
		values(vCostOther, plain, "ai.cost_usd", "ai.cost.usd"),
	),
	traits: traits{
		localAgents: true, agentsOnly: true, loose: true, hides: asCounted, hidesCache: always,
		guess: func(*reading, *genai.Usage) bool { return true },
	},
}

// firstByHand is the first of the names, whose rank is below those of names that are written by somebody in particular.
const firstByHand = "llm.tokens.prompt"

// namedByHand says that the span's counts have such names.
func (f *facts) namedByHand() bool {
	in, out := f.tallyRanks[nOldestInput], f.tallyRanks[nOldestOutput]
	if in == 0 && out == 0 { // nearly every span
		return false
	}
	first := entries[lookup(firstByHand)].rank
	return in >= first && in < spelledRank || out >= first && out < spelledRank
}

// readsByHand: under the scope of a client that is known, such names are the application's.
func (r *reading) readsByHand() bool { return r.scope.traits.loose || !r.f.namedByHand() }

// kindByHand is what the span's name says of a span that nobody else gave a kind.
func (r *reading) kindByHand() verdict { return partOfRun(r, strings.ToLower(r.span.Name())) }
