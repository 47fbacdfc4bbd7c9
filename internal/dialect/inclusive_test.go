package dialect

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// What a total, the parts and what is known of the sender together make of the counts. The rows keep apart rules of which one alone would
// give most spans the same answer.
func TestCountsAndTheirTotal(t *testing.T) {
	sent := func(in, out int64, more attrs) attrs {
		return with(attrs{
			"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": in, "gen_ai.usage.output_tokens": out,
		}, more)
	}
	answered := func(total, tools int64) attrs { // by Google
		return attrs{
			"openinference.span.kind": "LLM", "llm.provider": "google", "llm.model_name": "m", "llm.token_count.prompt": 100, "llm.token_count.completion": 50,
			"llm.token_count.total": total, "output.value": fmt.Sprintf(`{"usage_metadata":{"tool_use_prompt_token_count":%d}}`, tools),
		}
	}
	const (
		total, thoughts, read = "gen_ai.usage.total_tokens", "gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.cache_read.input_tokens"
		provider, google      = "gen_ai.provider.name", "gcp.gemini"
		uncached              = "ai.usage.inputTokenDetails.noCacheTokens"
		langchain             = "openinference.instrumentation.langchain"
	)
	type want struct {
		usage genai.Usage
		state genai.UsageState
		doubt string
	}
	known := func(u genai.Usage, doubt string) want { return want{u, genai.UsageKnown, doubt} }
	for name, c := range map[string]struct {
		scope string
		sent  attrs
		want  want
	}{
		"a total below the counts is no number of thoughts": {
			"", sent(100, 50, attrs{provider: google, total: 120}), known(genai.Usage{Input: 100, Output: 50}, genai.ReasonUnexplainedTotal),
		},
		"what Google's total has above the counts are thoughts": {
			"", sent(100, 50, attrs{provider: google, total: 180}), known(genai.Usage{Input: 100, Output: 80, Reasoning: 30}, ""),
		},
		"but not where thoughts are told": {
			"", sent(100, 50, attrs{provider: google, total: 180, thoughts: 10}),
			known(genai.Usage{Input: 100, Output: 50, Reasoning: 10}, genai.ReasonUnexplainedTotal),
		},
		"nor of others": {
			"", sent(100, 50, attrs{provider: "openai", total: 180}), known(genai.Usage{Input: 100, Output: 50}, genai.ReasonUnexplainedTotal),
		},
		"one who tells some of the thoughts in the total only": {
			langchain, sent(100, 50, attrs{provider: google, total: 180, thoughts: 10}), known(genai.Usage{Input: 100, Output: 80, Reasoning: 40}, ""),
		},
		"one who tells cached tokens in the total only": {
			langchain, sent(100, 50, attrs{provider: "aws.bedrock", total: 180}), want{genai.Usage{Input: 130, Output: 50}, genai.UsageGuessed, ""},
		},
		"but not beside cached tokens": {
			langchain, sent(100, 50, attrs{provider: "aws.bedrock", total: 180, read: 10}),
			known(genai.Usage{Input: 100, Output: 50, CacheRead: 10}, genai.ReasonUnexplainedTotal),
		},
		"the sum of both counts says that thoughts are in, of a sender that is known": {
			"gemini-cli", sent(100, 50, attrs{provider: google, total: 150, thoughts: 50}), known(genai.Usage{Input: 100, Output: 50, Reasoning: 50}, ""),
		},
		"unless they do not fit": {
			"gemini-cli", sent(100, 50, attrs{provider: google, total: 150, thoughts: 60}), known(genai.Usage{Input: 100, Output: 110, Reasoning: 60}, ""),
		},
		"thoughts as large as the output fit": {
			"", sent(100, 50, attrs{provider: "openai", thoughts: 50}), known(genai.Usage{Input: 100, Output: 50, Reasoning: 50}, ""),
		},
		"what nobody looked at, of the maker's name": {
			"", sent(100, 50, attrs{provider: "anthropic", read: 40}), known(genai.Usage{Input: 100, Output: 50, CacheRead: 40}, genai.ReasonUnknownOverlap),
		},
		"of the model's name": {
			"", sent(100, 50, attrs{provider: "reseller", "gen_ai.request.model": "Claude-9", read: 40}),
			known(genai.Usage{Input: 100, Output: 50, CacheRead: 40}, genai.ReasonUnknownOverlap),
		},
		"thoughts of Google's that nobody looked at": {
			"", sent(100, 50, attrs{provider: google, thoughts: 10}), known(genai.Usage{Input: 100, Output: 50, Reasoning: 10}, genai.ReasonUnknownOverlap),
		},
		"nor does the sum of both counts say more": {
			"", sent(100, 50, attrs{provider: google, thoughts: 10, total: 150}),
			known(genai.Usage{Input: 100, Output: 50, Reasoning: 10}, genai.ReasonUnknownOverlap),
		},
		"of a sender that is known they are in": {
			"pydantic-ai", sent(100, 50, attrs{provider: google, thoughts: 10}), known(genai.Usage{Input: 100, Output: 50, Reasoning: 10}, ""),
		},
		"of Google's models in OpenAI's protocol neither": {
			"pydantic-ai", sent(100, 50, attrs{provider: "openai", "gen_ai.request.model": "gemini-9", thoughts: 10}),
			known(genai.Usage{Input: 100, Output: 50, Reasoning: 10}, genai.ReasonUnknownOverlap),
		},
		"unless there is a total, of a sender that is known": {
			"pydantic-ai", sent(100, 50, attrs{provider: "openai", "gen_ai.request.model": "gemini-9", thoughts: 10, total: 150}),
			known(genai.Usage{Input: 100, Output: 50, Reasoning: 10}, ""),
		},
		"a total that has the output without them says that they are in": {
			"", sent(100, 50, attrs{provider: google, thoughts: 10, total: 140}), known(genai.Usage{Input: 100, Output: 50, Reasoning: 10}, ""),
		},
		"in OpenAI's protocol too": {
			"pydantic-ai", sent(100, 50, attrs{provider: "openai", "gen_ai.request.model": "gemini-9", thoughts: 10, total: 140}),
			known(genai.Usage{Input: 100, Output: 50, Reasoning: 10}, ""),
		},
		"a cache without an input": {
			"", sent(0, 50, attrs{provider: "openai", read: 40}), want{genai.Usage{Input: 40, Output: 50, CacheRead: 40}, genai.UsageGuessed, ""},
		},
		"the client's own count without the cache is believed": {
			"ai", sent(100, 50, attrs{provider: "openai", read: 40, uncached: 50, total: 190}),
			known(genai.Usage{Input: 100, Output: 50, CacheRead: 40}, ""),
		},
		"but not where the cache is larger": {
			"ai", sent(100, 50, attrs{provider: "openai", read: 120, uncached: 50}),
			want{genai.Usage{Input: 220, Output: 50, CacheRead: 120}, genai.UsageGuessed, ""},
		},
		"an answer whose parts make the input, of a sender who leaves the cache out": {
			"openinference.instrumentation.bedrock",
			attrs{
				"openinference.span.kind": "LLM", "llm.model_name": "m", "llm.token_count.prompt": 100, "llm.token_count.completion": 50,
				"llm.token_count.prompt_details.cache_read": 40, "output.value": `{"usage":{"input_tokens":60,"cache_read_input_tokens":40}}`,
			},
			known(genai.Usage{Input: 100, Output: 50, CacheRead: 40}, ""),
		},
		"what tools put into the prompt":     {"", answered(170, 20), known(genai.Usage{Input: 120, Output: 50}, "")},
		"some of what the total has":         {"", answered(170, 15), known(genai.Usage{Input: 115, Output: 55, Reasoning: 5}, "")},
		"more than the total has is no part": {"", answered(170, 21), known(genai.Usage{Input: 100, Output: 70, Reasoning: 20}, "")},
	} {
		t.Run(name, func(t *testing.T) {
			op := readAttrs(t, c.scope, "chat", c.sent)
			require.Equal(t, c.want, want{op.Usage, op.UsageState, op.Doubt})
		})
	}
}
