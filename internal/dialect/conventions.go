package dialect

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

// conventions are the semantic conventions of OpenTelemetry, v1.36 and later, and the attributes of ours that are read again. The first
// attribute of each fact is that of the canonical form.
var conventions = &client{
	name: "otel",
	scopes: append([]scope{
		{name: "@opentelemetry/instrumentation-*"},
		{name: "opentelemetry.instrumentation.*"},
		{name: "@opentelemetry/instrumentation-openai", traits: &traits{hidesCache: always}},
		{name: "opentelemetry.instrumentation.openai_v2", traits: &traits{hidesCache: always}},
		{name: "opentelemetry.instrumentation.botocore*", traits: &traits{hidesCache: always}},
		{name: "opentelemetry.instrumentation.genai.*", traits: &genaiPython},
		{name: "opentelemetry.instrumentation.genai.anthropic"},
		{name: "opentelemetry.instrumentation.genai.crewai", traits: &agentsOnly},
		{name: "opentelemetry.util.genai*", traits: &genaiPython},
		{name: "io.opentelemetry.openai-java*", traits: &traits{hidesCache: always}},
		{name: "io.opentelemetry.aws-sdk*", traits: &traits{hidesCache: always}},
		{name: "@elastic/opentelemetry-instrumentation-openai", traits: &traits{hidesCache: always}},
	}, googlePython...),
	keys: join(
		texts(tOperation, genAI, genai.OperationName),
		texts(tProvider, genAI, genai.ProviderName),
		texts(tSystem, genAI, "gen_ai.system"),
		texts(tRequestModel, genAI, genai.RequestModel),
		texts(tResponseModel, genAI, genai.ResponseModel),
		texts(tResponseID, genAI, genai.ResponseID),
		texts(tConversation, plain, genai.ConversationID, "session.id", "gen_ai.session.id"),
		texts(tAgent, plain, genai.AgentName),
		texts(tTool, plain, genai.ToolName),
		texts(tToolCallID, plain, "gen_ai.tool.call.id"),
		texts(tToolResult, plain, "gen_ai.tool.call.result"),
		texts(tSplunk, plain, "gen_ai.evaluation.error"),
		texts(tErrorType, plain, genai.ErrorType),
		texts(tMessage, plain, "error.message"),
		texts(tRegion, plain, "aws.region", "cloud.region"),
		texts(tServer, plain, "server.address", "net.peer.name", "peer.address"),
		texts(tURL, plain, "gen_ai.openai.api_base", "gen_ai.request.api_base", "llm.request.base_url", "url.full", "http.url"),
		texts(tResponseTier, plain, "openai.response.service_tier", "gen_ai.openai.response.service_tier",
			"gen_ai.response.service_tier", "anthropic.response.service_tier", "anthropic.usage.service_tier",
			"llm.response.service_tier", "llm.service_tier", "gen_ai.service_tier", "gen_ai.usage.service_tier", "ai.response.serviceTier",
			"aws.bedrock.response.service_tier", "aws.bedrock.service_tier"),
		texts(tRequestTier, plain, "openai.request.service_tier", "gen_ai.openai.request.service_tier",
			"gen_ai.request.service_tier", "anthropic.request.service_tier", "llm.request.service_tier", "aws.bedrock.request.service_tier"),
		texts(tInputMessages, plain, "gen_ai.input.messages"),
		texts(tCurrency, plain, "gen_ai.usage.cost.currency", "gen_ai.cost.currency", "gen_ai.usage.cost.unit"),
		texts(tCostSource, plain, "gen_ai.usage.cost.source"),
		tallies(nInput, genai.UsageInput),
		tallies(nOutput, genai.UsageOutput),
		tallies(nTotal, "gen_ai.usage.total_tokens"),
		tallies(nCacheRead, genai.UsageCacheRead),
		tallies(nCacheWrite, genai.UsageCacheWrite, genai.UsageCacheCreated),
		tallies(nReasoning, genai.UsageReasoning),
		tallies(nInputImage, "gen_ai.usage.image.input_tokens"),
		tallies(nOutputImage, "gen_ai.usage.image.output_tokens"),
		tallies(nCacheImage, "gen_ai.usage.image.cache_read.input_tokens"),
		tallies(nInputVideo, "gen_ai.usage.video.input_tokens"),
		values(vFirstChunkSeconds, plain, genai.FirstChunk, "gen_ai.client.inference.time_to_first_chunk",
			genai.MetricTimeToFirstChunk, "gen_ai.server.time_to_first_token"),
		texts(jOutputMessages, plain, "gen_ai.output.messages"),
		texts(tToolsOffered, plain, "gen_ai.tool.definitions"),
		values(vFinish, plain, "gen_ai.response.finish_reasons", "gen_ai.response.finish_reason"),
		values(vHTTPStatus, plain, "http.response.status_code", "http.status_code"),
		values(vResend, plain, genai.ResendCount),
		values(vCostAmount, genAI, "gen_ai.usage.cost.amount", "gen_ai.cost.amount"),
	),
	words: []word{{fact: tOperation, read: operationKind}},
	json:  []member{{fact: jOutputMessages, read: searchesInMessages, text: true}},
	pairs: []pair{{in: nInput, out: nOutput}},
	costs: []cost{{value: vCostAmount, money: true, knows: amountIsBill}},
}

// genaiPython is OpenTelemetry's newer ones for Python, under one scope at first: of OpenAI's chat they told no cached tokens. LlamaIndex's
// own, under their scope, tells none of anybody's, and Google's candidates. Nor does Splunk's, which says always how its judges did.
var genaiPython = traits{
	hidesCache: func(r *reading) bool {
		return r.overOpenAI() || r.overLlamaIndex() || r.f.texts[tSplunk] != ""
	},
	hides: func(r *reading, u *genai.Usage) string {
		if r.overLlamaIndex() {
			return hiddenThoughts(r, u)
		}
		return eitherOverlap(r, u)
	},
}

var tSplunk = newText()

func (r *reading) overLlamaIndex() bool { return r.f.texts[tProvider] == "llama_index" }

// ours are the attributes that llmcost has written, here or in a first tier. What it took from the client is in llm.cost.reported.
var ours = &client{
	name: "llmcost",
	keys: join(
		texts(tOurStatus, plain, genai.CostStatus),
		texts(tOurReason, plain, genai.CostReason),
		texts(tResponseTier, plain, genai.CallTier),
		texts(tOurRegion, plain, genai.CallRegion),
		texts(tRequestModel, plain, genai.CallRequestModel),
		texts(tResponseModel, plain, genai.CallResponseModel),
		texts(tResponseID, plain, genai.CallResponseID),
		tallies(nCacheWrite1h, genai.CallCacheWrite1h),
		tallies(nWebSearches, genai.CallWebSearches),
		tallies(nFileSearches, genai.CallFileSearches),
		tallies(nCodeRuns, genai.CallCodeRuns),
		values(vReported, plain, genai.CostReported),
	),
	costs: []cost{{value: vReported, money: true, ok: (*reading).isOurs, knows: amountIsBill}},
}

func (r *reading) isOurs() bool  { return r.f.texts[tOurStatus] != "" }
func (r *reading) notOurs() bool { return r.f.texts[tOurStatus] == "" }
