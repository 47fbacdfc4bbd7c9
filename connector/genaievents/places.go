package genaievents

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

// place is what an attribute says of which text. Of several for one text the one of the lowest rank wins.
type place struct {
	text text
	rank uint8 // from 1
	says says
}

// says is what a place holds.
type says uint8

const (
	saysNothing says = iota
	saysText
	saysLength // of a text
	saysKind   // of a tool's result
)

// places are the attributes in which clients put texts, or say how long they are. Of several on one span the conventions' wins, then what says
// most.
var places = map[string]place{}

// placesOf adds those of one rank.
func placesOf(p place, keys ...string) {
	for _, key := range keys {
		places[key] = p
		placeLengths[key[0]] |= 1 << len(key)
	}
}

// placeLengths are how long the places are that begin with a byte: what most attributes are asked.
var placeLengths [256]uint64

// mayBePlace is true for every place and few other keys.
func mayBePlace(key string) bool {
	return key != "" && placeLengths[key[0]]&(1<<len(key)) != 0
}

func init() { //nolint:gochecknoinits // the tables are constants that Go cannot express
	placesOf(place{textInput, 1, saysText}, genai.InputMessages)
	placesOf(place{textInput, 2, saysText}, "gen_ai.prompt", "ai.prompt", "langfuse.observation.input", "traceloop.entity.input", "genkit:input",
		"mastra.agent_run.input", "mastra.model_generation.input", "gcp.vertex.agent.llm_request", "mlflow.spanInputs", "langwatch.input")
	placesOf(place{textInput, 3, saysText}, "ai.prompt.messages", "agent.messages", "llm.messages")
	placesOf(place{textInput, 4, saysText}, "input.value")
	placesOf(place{textInput, 5, saysText}, "input", "user_prompt", "ai.value")
	placesOf(place{textAnswer, 1, saysText}, genai.OutputMessages)
	placesOf(place{textAnswer, 2, saysText}, "gen_ai.completion", "ai.response.text", "langfuse.observation.output", "traceloop.entity.output",
		"genkit:output", "mastra.agent_run.output", "mastra.model_generation.output", "gcp.vertex.agent.llm_response", "mlflow.spanOutputs",
		"langwatch.output")
	placesOf(place{textAnswer, 4, saysText}, "output.value")
	placesOf(place{textAnswer, 5, saysText}, "output", "ai.response.object")
	placesOf(place{textArguments, 1, saysText}, "gen_ai.tool.call.arguments")
	placesOf(place{textArguments, 2, saysText}, "ai.toolCall.args", "gen_ai.tool.args", "gcp.vertex.agent.tool_call_args", "tool.parameters",
		"tool.input", "tool.arguments", "mastra.tool_call.input", "tool_input")
	placesOf(place{textResult, 1, saysText}, "gen_ai.tool.call.result")
	placesOf(place{textResult, 2, saysText}, "ai.toolCall.result", "gcp.vertex.agent.tool_response", "tool.output", "tool.result",
		"mastra.tool_call.output", "tool_output")

	placesOf(place{text: textInput, says: saysLength}, "input.length", "input_length")
	placesOf(place{text: textAnswer, says: saysLength}, "response.length", "response_length", "output.length", "output_length")
	placesOf(place{text: textResult, says: saysLength}, "result.size", "result_size", "tool.result_size")
	placesOf(place{says: saysKind}, "result.type", "tool.result_type")
}
