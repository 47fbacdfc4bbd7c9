package dialect

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

var (
	nOldInput     = newTally()
	nOldOutput    = newTally()
	nOldestInput  = newTally()
	nOldestOutput = newTally()
	vCostOther    = newValue()
	vCostMicros   = newValue()
	vCostInput    = newValue()
	vCostOutput   = newValue()
)

// older are names that the conventions had once, or that many clients made up alike. Nobody in particular writes them.
var older = &client{
	name: "older",
	keys: join(
		texts(tSystem, genAI, "llm.system"),
		texts(tAgent, plain, "agent.name"),
		texts(tTool, plain, "tool.name"),
		tallies(nOldInput, "gen_ai.usage.prompt_tokens"),
		tallies(nOldOutput, "gen_ai.usage.completion_tokens"),
		tallies(nOldestInput, "llm.usage.prompt_tokens", "llm.usage.input_tokens", "gen_ai.response.input_tokens",
			"gen_ai.response.prompt_tokens"),
		tallies(nOldestOutput, "llm.usage.completion_tokens", "llm.usage.output_tokens", "gen_ai.response.output_tokens",
			"gen_ai.response.completion_tokens"),
		tallies(nTotal, "llm.usage.total_tokens"),
		tallies(nCacheRead, "gen_ai.usage.cache_read_input_tokens", "gen_ai.usage.cached_input_tokens", "gen_ai.usage.prompt_tokens_details.cache_read",
			"gen_ai.usage.input_tokens_details.cached_tokens", "gen_ai.usage.cache_read_tokens", "gen_ai.usage.cached_tokens", "gen_ai.usage.input_cached_tokens",
			"llm.usage.cache_read_input_tokens"),
		tallies(nCacheWrite, "gen_ai.usage.cache_creation_input_tokens", "gen_ai.usage.cache_write_input_tokens",
			"gen_ai.usage.prompt_tokens_details.cache_write", "gen_ai.usage.cache_creation_tokens", "gen_ai.usage.cache_write_tokens",
			"llm.usage.cache_creation_input_tokens"),
		tallies(nReasoning, "gen_ai.usage.reasoning_tokens", "gen_ai.usage.completion_tokens_details.reasoning",
			"gen_ai.usage.output_tokens_details.reasoning_tokens", "llm.usage.reasoning_tokens"),
		tallies(nCacheWrite1h, "gen_ai.usage.cache_write_1h_input_tokens", "gen_ai.usage.cache_creation_1h_input_tokens",
			"gen_ai.usage.cache_creation.ephemeral_1h_input_tokens", "gen_ai.usage.cache_creation_1h.input_tokens",
			"gen_ai.usage.cache_creation.1h.input_tokens", "gen_ai.usage.cache_creation.input_tokens_1h",
			"gen_ai.usage.details.ephemeral_1h_input_tokens", "gen_ai.usage.details.cache_write_1h_tokens",
			"gen_ai.usage.cache_creation_1h_tokens"),
		tallies(nInputAudio, "gen_ai.usage.prompt_tokens_details.audio_tokens", "gen_ai.usage.input_tokens_details.audio_tokens", "gen_ai.usage.input_audio_tokens"),
		tallies(nOutputAudio, "gen_ai.usage.completion_tokens_details.audio_tokens", "gen_ai.usage.output_tokens_details.audio_tokens",
			"gen_ai.usage.output_audio_tokens"),
		tallies(nInputImage, "gen_ai.usage.input_image_tokens", "gen_ai.usage.prompt_tokens_details.image_tokens",
			"gen_ai.usage.input_tokens_details.image_tokens"),
		tallies(nOutputImage, "gen_ai.usage.output_image_tokens", "gen_ai.usage.completion_tokens_details.image_tokens",
			"gen_ai.usage.output_tokens_details.image_tokens"),
		tallies(nCacheAudio, "gen_ai.usage.input_cached_audio_tokens", "gen_ai.usage.cached_audio_tokens"),
		tallies(nCacheImage, "gen_ai.usage.input_cached_image_tokens", "gen_ai.usage.cached_image_tokens"),
		tallies(nWebSearches, "gen_ai.usage.web_search_requests", "gen_ai.usage.server_tool_use.web_search_requests",
			"gen_ai.usage.details.web_search_requests", "gen_ai.usage.details.web_searches", "anthropic.usage.server_tool_use.web_search_requests"),
		tallies(nSearchUnits, "gen_ai.usage.search_units"),
		values(vAudioSeconds, genAI, "gen_ai.usage.audio_seconds", "gen_ai.usage.seconds", "gen_ai.response.audio.duration", "gen_ai.request.audio_duration"),
		values(vCostUsage, genAI, genai.UsageCost),
		values(vCostOther, genAI, "gen_ai.usage.cost_usd", "gen_ai.usage.total_cost", "llm.usage.total_cost", "gen_ai.cost.usd", "gen_ai.cost.total_usd",
			"gen_ai.usage.cost.total", "llm.usage.cost", "llm.usage.cost_usd", "llm.cost_usd", "gen_ai.cost", "gen_ai.usage.total_cost_usd",
			"gen_ai.usage.cost.usd", "gen_ai.usage.estimated_cost", "gen_ai.usage.estimated_cost_usd", "gen_ai.cost.total", "gen_ai.cost_usd",
			"gen_ai.total_cost", "gen_ai.response.cost", "gen_ai.cost.total_tokens"),
		values(vCostMicros, genAI, "gen_ai.usage.cost_micro_usd", "gen_ai.usage.cost_micros", "gen_ai.usage.cost_usd_micros"),
		values(vCostInput, genAI, "gen_ai.usage.input_cost", "gen_ai.cost.input_cost", "gen_ai.usage.cost.prompt",
			"gen_ai.usage.cost.input", "gen_ai.cost.input", "gen_ai.cost.input_tokens"),
		values(vCostOutput, genAI, "gen_ai.usage.output_cost", "gen_ai.cost.output_cost", "gen_ai.usage.cost.completion",
			"gen_ai.usage.cost.output", "gen_ai.cost.output", "gen_ai.cost.output_tokens"),
	),
	pairs: []pair{{in: nOldInput, out: nOldOutput}, {in: nOldestInput, out: nOldestOutput, when: (*reading).readsByHand}},
	costs: []cost{
		{value: vCostUsage, money: true, ok: (*reading).notOurs, knows: amountIsBill},
		{value: vCostOther, money: true},
		{value: vCostMicros, money: true, micros: true},
		{value: vCostInput, and: vCostOutput, money: true},
	},
}
