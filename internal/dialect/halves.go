package dialect

import (
	"slices"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Calls of which a half is not told. No model answers without reading or writing anything, so a 0 is none of the provider's.

// otherHalf finds what was not told of input and output in the total of both.
func (r *reading) otherHalf(c *counts) {
	if c.total <= 0 || c.total > genai.MaxTokens || c.read+c.write > 0 || !talks(r.op.Name) {
		return
	}
	switch {
	case c.out == 0 && c.in > 0 && c.total > c.in:
		c.out = c.total - c.in
	case c.in == 0 && c.out > 0 && c.total > c.out:
		c.in = c.total - c.out
	}
}

// talks says of an operation's name that its model reads and writes.
func talks(name string) bool {
	switch name {
	case genai.OpChat, genai.OpTextCompletion, genai.OpGenerateContent:
		return true
	}
	return false
}

// hiddenHalf: one of the two is not told, or was not when the call broke off; what was told then is that of its beginning.
func (r *reading) hiddenHalf(early bool) {
	op := r.op
	if op.Doubt != "" || op.UsageState != genai.UsageKnown || !talks(op.Name) {
		return
	}
	u := &op.Usage
	switch {
	case u.Input == 0, r.f.unended, op.Failure == genai.Succeeded && u.Output == 0, op.Failure != genai.Succeeded && (u.Output <= 1 || early):
		op.Doubt = genai.ReasonHiddenTokens
	}
}

// BrokeOff says that the model had begun to answer when the call failed, or that whoever asked let it go: what it wrote until then is billed. So is,
// at Azure, the prompt that its content filter refused.
func (c *Call) BrokeOff() bool {
	return c.Failure != genai.Succeeded && (c.TimeToFirstChunk > 0 || c.EndedEarly || genai.UniqueResponseID(c.ResponseID) || letGo(c.ErrorType) ||
		c.Filtered && strings.HasPrefix(c.Provider, "azure"))
}

// filtered says of an error's message that a content filter refused the prompt.
func filtered(message string) bool {
	return strings.Contains(message, "content_filter") || strings.Contains(message, "content management policy")
}

// endedEarly says of an error's message that it is about an answer which had begun: what HTTP clients say of a body that ends before its end,
// and Go, whose error has no name, of a call that was let go.
func endedEarly(message string) bool {
	if message == "terminated" || message == "TypeError: terminated" {
		return true
	}
	for _, words := range [...]string{
		"premature close", "successful response", "incomplete chunked read", "incompleteread", "payload is not completed",
		"response ended prematurely", "complete message body", "context canceled",
	} {
		if genai.ContainsFold(message, words) {
			return true
		}
	}
	return false
}

// answered says of a call that failed that words of an answer are on its span, or why the answer ended: it timed out in the middle, or what was
// made of the answer failed.
func (r *reading) answered() bool {
	if hasWords(r.f.texts[jOutputMessages]) {
		return true
	}
	v, ok := r.f.value(vFinish)
	return ok && listed(v, func(s string) bool {
		switch s {
		case "stop", "length", "tool_calls", "tool_use", "end_turn", "max_tokens", "STOP", "MAX_TOKENS", `["stop"]`, `["length"]`, `["tool_calls"]`:
			return true
		}
		return false
	})
}

// hasWords says whether messages have a content that is not empty, as Mastra's of a model that does not exist is.
func hasWords(messages string) bool {
	return slices.ContainsFunc([]string{`"content":"`, `"content": "`}, func(mark string) bool {
		return strings.Count(messages, mark) > strings.Count(messages, mark+`"`)
	})
}

// letGo says of an error that whoever asked did not wait for the end.
func letGo(errType string) bool {
	return genai.ContainsFold(errType, "cancel") || genai.ContainsFold(errType, "abort") || genai.ContainsFold(errType, "generatorexit")
}

// brokeOff says of an error that it ended a call that had begun to answer.
func brokeOff(errType string) bool {
	for _, word := range [...]string{"cancel", "abort", "timeout", "generatorexit", "disconnect", "closed", "reset"} {
		if genai.ContainsFold(errType, word) {
			return true
		}
	}
	return strings.Contains(errType, "499")
}
