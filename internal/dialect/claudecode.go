package dialect

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	tClaudeCloud  = newText()
	tClaudeSource = newText()
	tSpeed        = newText()
	nClaudeInput  = newTally()
	nClaudeOutput = newTally()
	vSuccess      = newValue()
)

// claudeCode says its counts under plain names, without cached tokens; from 2.1.332 on also under the conventions' names, with them.
// Whether a cache write was for an hour only its logs say.
var claudeCode = &client{
	name:   genai.AgentClaudeCode,
	scopes: []scope{{name: "com.anthropic.claude_code*"}},
	own: join(
		texts(tSpanType, plain, "span.type"),
		texts(tRequestModel, plain, "model"),
		texts(tTool, plain, "tool_name"),
		tallies(nClaudeInput, "input_tokens"),
		tallies(nClaudeOutput, "output_tokens"),
		tallies(nCacheRead, "cache_read_tokens"),
		tallies(nCacheWrite, "cache_creation_tokens"),
		tallies(nCacheWrite5m, "cache_creation_5m_tokens"),
		tallies(nCacheWrite1h, "cache_creation_1h_tokens"),
		texts(tSpeed, plain, "speed"),
		texts(tClaudeSource, plain, "query_source_safe"),
		values(vHTTPStatus, plain, "status_code"),
		values(vFirstChunkMillis, plain, "ttft_ms"),
		values(vSuccess, plain, "success"),
	),
	keys:   texts(tClaudeCloud, plain, "anthropic.provider"),
	soldBy: func(r *reading) string { return cloudOfClaude[r.f.texts[tClaudeCloud]] },
	kind:   func(r *reading) verdict { return claudeKind(r.f.texts[tSpanType]) },
	step:   claudeStep,
	mayBe:  func(f *facts) bool { return f.texts[tSpanType] != "" },
	failed: func(r *reading) bool { v, ok := r.f.value(vSuccess); return ok && saysFalse(v) },
	pairs:  []pair{{in: nClaudeInput, out: nClaudeOutput, apart: always}},
	events: map[string]logReader{ // it leaves its name out of event.name
		"api_request": claudeRequest, "claude_code.api_request": claudeRequest,
		"api_error": claudeError, "claude_code.api_error": claudeError,
		"tool_result": logTool("tool_name"), "claude_code.tool_result": logTool("tool_name"),
	},
	metrics: map[string]pointReader{
		"claude_code.cost.usage": pointUSD(claudePoint),
		"claude_code.token.usage": pointTokens(claudePoint, "type", map[string]string{
			"input": genai.TokensInputUncached, "cacheRead": genai.TokensCacheRead, "cacheCreation": genai.TokensCacheWrite, "output": genai.TokensOutput,
		}),
	},
	traits: traits{localAgents: true, allAttempts: true, driven: true, hides: claudeHides},
}

// claudeSearch is what it says of a call in which Anthropic searches the web: how often, it does not say.
const claudeSearch = "web_search_tool"

// claudeHides: a stream that broke off is billed, and asked for again within the span of the answer that came in the end.
func claudeHides(r *reading, _ *genai.Usage) string {
	switch {
	case r.f.texts[tClaudeSource] == claudeSearch:
		return genai.ReasonUnknownFee
	case r.brokenTries():
		return genai.ReasonHiddenTokens
	}
	return ""
}

// brokenTries says that more was asked than the attempt of the answer tells: a refused request counts as one, a stream that broke off does not.
func (r *reading) brokenTries() bool {
	tries := 0
	for e := range eventsOf(r.span) {
		if e.Name() == "gen_ai.request.attempt" {
			tries++
		}
	}
	v, ok := r.f.value(vAttempt)
	return ok && tries > max(small(v), 1)
}

// cloudOfClaude is what Claude Code says of where its calls go; "firstParty" may be any server that speaks Anthropic's protocol.
var cloudOfClaude = map[string]string{"bedrock": "aws.bedrock", "vertex": "gcp.vertex_ai", "foundry": "azure.ai.openai"}

// claudeStep: the part of a tool's span in which it runs alone tells that it failed.
func claudeStep(r *reading) { r.op.FailsTool = r.f.texts[tSpanType] == "tool.execution" }

func claudeKind(t string) verdict {
	switch t {
	case "llm_request":
		return verdict{genai.ModelCall, genai.OpChat}
	case "interaction":
		return verdict{genai.Agent, genai.OpInvokeAgent}
	case "tool":
		return verdict{genai.Tool, genai.OpExecuteTool}
	case "":
		return verdict{}
	}
	return verdict{genai.Step, ""}
}

// claudeCall begins a call in a log or metric.
func claudeCall(attrs pcommon.Map, c *Call, name string) {
	logCall(attrs, c, name, "anthropic")
	if cloud := cloudOfClaude[genai.TextOf(attrs, "anthropic.provider")]; cloud != "" {
		c.Provider = cloud
	}
}

// claudePoint: what the tokens of one metric cost is in the other.
func claudePoint(attrs pcommon.Map, c *Call) {
	claudeCall(attrs, c, "")
	c.CostSource = CostClient
}

func claudeRequest(attrs pcommon.Map, c *Call) bool {
	claudeCall(attrs, c, genai.OpChat)
	read, write, hour := count(attrs, "cache_read_tokens"), count(attrs, "cache_creation_tokens"), count(attrs, "cache_creation_1h_tokens")
	write = max(write, hour+count(attrs, "cache_creation_5m_tokens"))
	logUsage(c, genai.Usage{ // its input leaves the cached tokens out
		Input: count(attrs, "input_tokens") + read + write, Output: count(attrs, "output_tokens"), CacheRead: read, CacheWrite: write, CacheWrite1h: hour,
	})
	c.Untold.Lifetime = write > 0 && !hasAny(attrs, "cache_creation_1h_tokens", "cache_creation_5m_tokens")
	if genai.TextOf(attrs, "speed") == "fast" {
		c.ServiceTier = "fast"
	}
	if genai.TextOf(attrs, "query_source") == claudeSearch {
		c.Doubt = genai.ReasonUnknownFee
	}
	c.CostTells = genai.ContainsFold(c.RequestModel, "claude") // of a model that it does not know it believes anything
	if usd, ok := number(attrs, "cost_usd"); ok && usable(usd) {
		c.CostSource, c.ReportedUSD = CostClient, usd
	}
	ms, _ := number(attrs, "ttft_ms")
	c.TimeToFirstChunk = ms / 1000
	logAttempt(attrs, c, 1)
	return true
}

func claudeError(attrs pcommon.Map, c *Call) bool {
	claudeCall(attrs, c, genai.OpChat)
	logAttempt(attrs, c, 1)
	logFailure(c, genai.TextOf(attrs, "status_code"))
	return true
}
