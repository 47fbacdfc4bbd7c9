package dialect

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

var tTrulensType = newText()

// trulens is TruLens', which tells of each call of an SDK what it cost by its own table, in dollars or credits of Snowflake. What judges
// answers has the sum of its calls.
var trulens = &client{
	name:   "trulens",
	scopes: []scope{{name: "trulens*"}},
	keys: join(
		texts(tTrulensType, genAI, "ai.observability.span_type"),
		texts(tModelName, genAI, "ai.observability.cost.model"),
		texts(tCurrency, plain, "ai.observability.cost.cost_currency"),
		texts(tConversation, plain, "ai.observability.conversation_id"),
		tallies(nOldInput, "ai.observability.cost.num_prompt_tokens"),
		tallies(nOldOutput, "ai.observability.cost.num_completion_tokens"),
		tallies(nTotal, "ai.observability.cost.num_tokens"),
		tallies(nReasoning, "ai.observability.cost.num_reasoning_tokens"),
		values(vCostOther, genAI, "ai.observability.cost.cost"),
	),
	words:  []word{{fact: tTrulensType, read: trulensKind}},
	traits: inputAndOutput,
}

func trulensKind(r *reading, s string) verdict {
	switch s {
	case "record_root", "nested_record_root", "workflow_step", "graph_task", "graph_node":
		return verdict{genai.Step, ""}
	case "eval", "eval_root":
		return verdict{genai.Evaluation, ""}
	case "reranking":
		return verdict{genai.Retrieval, opRerank}
	}
	if r.f.tally(nOldInput)+r.f.tally(nInput) > 0 {
		return verdict{genai.ModelCall, genai.OpChat}
	}
	if s == "generation" { // what it goes through; the SDK's call is below it
		return verdict{genai.Step, ""}
	}
	return kindWord(s)
}
