package dialect

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// qwenCode is a fork of Gemini CLI. Newer versions have spans that follow the conventions, older ones tell usage only in logs.
var qwenCode = &client{
	name:   genai.AgentQwenCode,
	scopes: []scope{{name: "qwen-code*"}},
	events: map[string]logReader{
		"qwen-code.api_response": qwenResponse, "qwen-code.api_error": qwenError, "qwen-code.tool_call": logTool("function_name"),
	},
	traits: traits{
		localAgents: true, thoughtsApart: true,
		cacheApart: func(r *reading) bool {
			return r.overClaude() && qwenApart(r.f.tally(nInput), r.f.tally(nCacheRead), r.f.tally(nCacheWrite)) == apartSure
		},
		hides: func(r *reading, u *genai.Usage) string {
			if r.overClaude() && qwenApart(r.f.tally(nInput), r.f.tally(nCacheRead), r.f.tally(nCacheWrite)) == apartUnknown {
				return genai.ReasonUnknownOverlap
			}
			return untoldWrites(r, u)
		},
	},
}

// How an input that Qwen Code tells of Anthropic's models was made.
const (
	apartNot     = iota
	apartSure    // cached tokens are beside it
	apartUnknown // it may be their sum
)

// qwenApart: it adds Anthropic's cached tokens to the input where the input is smaller than one of the two counts of them, and else leaves
// all as it is. Both can end in an input that is not much larger than what was cached.
func qwenApart(in, read, write int64) int {
	switch cached := read + write; {
	case cached == 0:
		return apartNot
	case in < cached || in-cached >= max(read, write):
		return apartSure
	}
	return apartUnknown
}

func (r *reading) overClaude() bool { return genai.ContainsFold(r.op.Model(), "claude") }

// qwenResponse: Gemini CLI's names with OpenAI's counts, whose output holds the thoughts; the total tells where it does not.
func qwenResponse(attrs pcommon.Map, c *Call) bool {
	logCall(attrs, c, genai.OpChat, "")
	c.Provider = providerOfModel(c.RequestModel)
	u := genai.Usage{
		Input: count(attrs, "input_token_count"), Output: count(attrs, "output_token_count"),
		CacheRead: count(attrs, "cached_content_token_count"), Reasoning: count(attrs, "thoughts_token_count"),
	}
	if total := count(attrs, "total_token_count"); u.Reasoning > 0 && (u.Reasoning > u.Output || total == u.Input+u.Output+u.Reasoning) {
		u.Output += u.Reasoning
	}
	if genai.ContainsFold(c.RequestModel, "claude") {
		switch qwenApart(u.Input, u.CacheRead, 0) { // what was written to the cache is not told
		case apartSure:
			u.Input += u.CacheRead
		case apartUnknown:
			c.Doubt = genai.ReasonUnknownOverlap
		}
	}
	logUsage(c, u)
	return true
}

func qwenError(attrs pcommon.Map, c *Call) bool {
	logCall(attrs, c, genai.OpChat, "")
	c.Provider = providerOfModel(c.RequestModel)
	requestError(attrs, c)
	return true
}
