package dialect

import (
	"cmp"
	"strings"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Clients that follow the conventions; what is known of them is that their agents are their own, and what they pass on as it came.

var agentFramework = &client{ // Microsoft's, and Semantic Kernel
	name: "agent-framework",
	scopes: []scope{
		{name: "agent_framework*", traits: &agentFrameworkPython},
		{name: "Microsoft.Agents*"},
		{name: "Experimental.Microsoft.Agents*"},
		{name: "Microsoft.SemanticKernel*", traits: &hidesThoughts},
		{name: "semantic_kernel*", traits: &hidesThoughts},
		{name: "SemanticKernel", traits: &hidesThoughts}, // Java's
	},
	keys:   texts(tWorkflow, plain, "workflow.name"),
	mayBe:  func(f *facts) bool { return f.texts[tWorkflow] != "" },
	traits: traits{localAgents: true},
}

var copilotCLI = &client{ // github.copilot.cost is in premium requests, not in USD; VS Code's tells no cache writes
	name:   "copilot",
	scopes: []scope{{name: "github.copilot*"}, {name: "copilot-chat*", traits: &traits{localAgents: true, hides: untoldWrites}}},
	keys:   values(vFirstChunkMillis, plain, "copilot_chat.time_to_first_token"),
	traits: traits{localAgents: true},
}

// ellmer is Posit's for R. It adds the cached tokens to the input, and of what was written a quarter more, which is what that costs.
var ellmer = &client{
	name:   "ellmer",
	scopes: []scope{{name: "co.posit.r-package.ellmer"}},
	traits: traits{localAgents: true, hides: hiddenThoughts},
}

// In Python the Agent Framework has the counts of Anthropic, Amazon and Google as they came.
var agentFrameworkPython = traits{localAgents: true, thoughtsApart: true, cacheApart: (*reading).soldNet}

// hidesThoughts is of clients that tell Google's candidates and neither the thoughts nor a total, and nothing of any cache.
var hidesThoughts = traits{localAgents: true, hides: hiddenThoughts, hidesCache: always}

// springAI is Spring's AI, whose spans Spring Boot makes; it passes on the input of Anthropic and Amazon, and makes a total of its own.
// What Google's models thought is in its total. LangChain4j's observations come the same way, without a total and without a cache. Before
// version 2 it told of no cache either, and a call after a tool's had the counts of the calls before it in its own.
var springAI = &client{
	name:   "spring-ai",
	scopes: []scope{{name: "org.springframework.boot*"}},
	keys:   texts(tSpringTools, plain, "spring.ai.model.request.tool.names"),
	traits: traits{cacheApart: (*reading).soldNet, hidesCache: always, hides: func(r *reading, u *genai.Usage) string {
		if r.f.texts[tSpringTools] != "" && !r.f.has(nCacheRead) && !r.f.has(nCacheWrite) {
			return genai.ReasonUnknownOverlap
		}
		return hiddenThoughts(r, u)
	}},
}

var tSpringTools = newText()

// servers are programs that run models; their own spans lie in those of their callers and name nobody who would bill.
var servers = &client{
	name:   "servers",
	scopes: []scope{{name: "vllm*"}, {name: "sglang*"}},
	provider: func(r *reading) string {
		if r.scope.client.name != "servers" {
			return ""
		}
		name, _, _ := strings.Cut(r.scope.name, ".")
		return name
	},
}

// vendors are what makers and clouds say themselves of the calls of their SDKs: input and output and no more.
var vendors = &client{
	name: "vendors",
	scopes: []scope{
		{name: "OpenAI.*"},
		{name: "mistralai_sdk_tracer"},
		{name: "azure.ai.*"},
		{name: "azure.core.*"},
		{name: "azure-ai-*"},
		{name: "Azure.AI.*"},
		{name: "@azure*"},
	},
	failed: mistralFailed,
	traits: traits{hidesCache: always},
}

// mistralFailed: of a call that failed Mistral's own say nothing, and of every answer its status.
func mistralFailed(r *reading) bool {
	_, answered := r.f.value(vHTTPStatus)
	return r.scope.name == "mistralai_sdk_tracer" && r.op.Kind == genai.ModelCall && !answered && r.span.Status().Code() == ptrace.StatusCodeUnset &&
		r.op.UsageState == genai.UsageNone
}

// extensionsAI is Microsoft's for .NET, which passes on what the client beneath it counts; it told nothing of caches before its version 10. Its
// scope may have any name. Where it tells of calls on both sides of what invokes functions, the outer one adds up what the inner ones used.
var extensionsAI = &client{
	name:   "extensions-ai",
	scopes: []scope{{name: "Experimental.Microsoft.Extensions.AI*"}, {name: "Microsoft.Extensions.AI*"}},
	sign:   invokesFunctions,
	kind: func(r *reading) verdict {
		if invokesFunctions(r) {
			return verdict{genai.Step, ""}
		}
		return verdict{}
	},
	passes: invokesFunctions,
	traits: traits{hidesCache: always, hides: func(r *reading, u *genai.Usage) string {
		return cmp.Or(eitherOverlap(r, u), hiddenThoughts(r, u))
	}},
}

// invokesFunctions knows a span that has no attributes but sums, in the words of its newest and its older versions.
func invokesFunctions(r *reading) bool {
	name := r.span.Name()
	return name == "orchestrate_tools" || name == "FunctionInvokingChatClient"
}

// eitherOverlap is for senders that pass on what they are given: of models whose makers leave cached tokens out of the input, some of those
// beneath add them and some do not. A count of what was not cached says which.
func eitherOverlap(r *reading, u *genai.Usage) string {
	if u.CacheRead+u.CacheWrite > 0 && r.f.tallyRanks[nNoCache] == 0 && (r.soldNet() || r.overAnthropic()) {
		return genai.ReasonUnknownOverlap
	}
	return ""
}

// rubyLLM leaves cached tokens out of every input, and tells none to 0.4; older versions of the library beneath did so of Anthropic's only.
var rubyLLM = &client{
	name:   "ruby-llm",
	scopes: []scope{{name: "OpenTelemetry::Instrumentation::RubyLLM"}},
	traits: traits{localAgents: true, cacheApart: always, hidesCache: upTo("0.4.0"), hides: func(r *reading, u *genai.Usage) string {
		if cached := u.CacheRead + u.CacheWrite; cached > 0 && cached <= r.f.tally(nInput) && !r.soldNet() {
			return genai.ReasonUnknownOverlap
		}
		return ""
	}},
}

// overOpenAI says that OpenAI's API answered, whose caches are told by the details of its usage.
func (r *reading) overOpenAI() bool { return genai.ContainsFold(r.saidProvider(), "openai") }

// agentScope is Alibaba's, which passes on the input of Anthropic.
var agentScope = &client{
	name:   "agentscope",
	scopes: []scope{{name: "agentscope*"}, {name: "io.agentscope", traits: &agentScopeJava}},
	traits: traits{localAgents: true, cacheApart: (*reading).soldNet},
}

// Java's tells input and output only: of Anthropic and Amazon as they count, and of Google's models less than they do.
var agentScopeJava = traits{localAgents: true, cacheApart: (*reading).soldNet, hidesCache: always, hides: hiddenThoughts}

// zeroClaw tells input and output of its calls, which hold all parts, and no cache; a turn has their sum.
var zeroClaw = &client{
	name:   "zeroclaw",
	scopes: []scope{{name: "zeroclaw"}},
	traits: traits{localAgents: true, hidesCache: always},
}

var nRigTools = newTally()

// grafana is Grafana's SDKs of agent observability. Some pass on Anthropic's input and some add its cached tokens; all pass on Google's candidates.
var grafana = &client{
	name:   "grafana",
	scopes: []scope{{name: "github.com/grafana/agento11y*"}, {name: "github.com/grafana/sigil*"}, {name: "agento11y*"}},
	keys:   tallies(nTotal, "agento11y.gen_ai.usage.total_tokens"),
	traits: traits{localAgents: true, thoughtsApart: true, hides: eitherOverlap},
}

// flowise is Flowise, which makes a name for each tracer.
var flowise = &client{
	name:   "flowise",
	scopes: []scope{{name: "arize-tracer-*"}, {name: "phoenix-tracer-*"}, {name: "opik-tracer-*"}},
	traits: traits{localAgents: true, hidesCache: always},
}

// eino is ByteDance's for Go, as its callbacks for APMPlus tell: all parts are in the counts, and no cached tokens are told.
var eino = &client{
	name:   "eino",
	scopes: []scope{{name: "github.com/cloudwego/eino-ext/callbacks/apmplus"}, {name: "apmplus-eino-callback"}},
	traits: traits{localAgents: true, hidesCache: always},
}

// elixirLangchain is LangChain for Elixir, under a name that others may have; it passes on Anthropic's input and Google's candidates.
var elixirLangchain = &client{
	name:   "langchain-elixir",
	scopes: []scope{{name: "langchain"}},
	traits: traits{
		localAgents: true, cacheApart: (*reading).soldNet, hides: asCounted,
		hidesCache: func(r *reading) bool { return strings.HasPrefix(r.op.Provider, "gcp.") },
	},
}

var tKoogEvent = newText()

// koog is JetBrains' for Kotlin, under the name of the application's service; each of its spans has the id of an event. It adds up the
// messages of an answer, each of which may have the counts of the whole, and calls the model that was asked for the one that answered.
var koog = &client{
	name:   "koog",
	scopes: []scope{{name: "ai.koog*"}},
	sign:   func(r *reading) bool { return r.f.texts[tKoogEvent] != "" },
	keys:   texts(tKoogEvent, plain, "koog.event.id"),
	traits: traits{localAgents: true, hidesCache: always, guess: func(*reading, *genai.Usage) bool { return true }},
}

// rig is Rust's, under whatever scope the application has, and tells always how much of a prompt tools made. It passes on the input of
// Anthropic and Amazon, and Google's candidates, and leaves out of Google's input what tools made.
var rig = &client{
	name: "rig",
	sign: func(r *reading) bool { return r.f.has(nRigTools) },
	keys: tallies(nRigTools, "gen_ai.usage.tool_use_prompt_tokens"),
	traits: traits{
		localAgents: true, thoughtsApart: true, cacheApart: (*reading).soldNet,
		corrects: func(r *reading, c *counts) {
			if strings.HasPrefix(r.op.Provider, "gcp.") {
				c.in += r.f.tally(nRigTools)
			}
		},
	},
}

// hidesWrites is for senders that tell of Anthropic's cache only what was read from it. Their prompts must have so many tokens to be written there.
func hidesWrites(least int64) func(*reading, *genai.Usage) string {
	return func(r *reading, u *genai.Usage) string {
		if (r.soldNet() || r.overAnthropic()) && !r.f.has(nCacheWrite) && u.Input >= least {
			return genai.ReasonHiddenTokens
		}
		return ""
	}
}

// untoldWrites: what is shorter than a cache takes was not written there.
var untoldWrites = hidesWrites(leastCached)

// quarkus is Quarkus' LangChain4j, which tells input and output and no more.
var quarkus = &client{
	name:   "quarkus",
	scopes: []scope{{name: "io.quarkus.opentelemetry*"}},
	traits: traits{hides: hiddenThoughts, hidesCache: always},
}

// soldNet says that Anthropic or Amazon answered, whose own input leaves out cached tokens.
func (r *reading) soldNet() bool {
	said := r.saidProvider()
	return genai.ContainsFold(said, "anthropic") || genai.ContainsFold(said, "bedrock") || strings.HasPrefix(said, "aws")
}

// soldNetOrGoogle says the same of Claude's models at Google too.
func (r *reading) soldNetOrGoogle() bool {
	return r.soldNet() || r.overAnthropic() && strings.HasPrefix(r.op.Provider, "gcp.")
}

// Python's instrumentations of Google's SDKs: that of Vertex says nothing of thoughts; the other counts them in since 0.8. Traceloop's have
// the same name, and a total.
var googlePython = []scope{
	{name: "opentelemetry.instrumentation.vertexai", traits: &traits{localAgents: true, hides: hiddenThoughts, hidesCache: always}},
	{name: "opentelemetry.instrumentation.google_genai", traits: &traits{localAgents: true, hidesCache: always, hides: func(r *reading, u *genai.Usage) string {
		if r.between("0.8", "") {
			return ""
		}
		return hiddenThoughts(r, u)
	}}},
}
