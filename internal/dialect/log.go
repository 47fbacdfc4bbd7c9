package dialect

import (
	"cmp"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// logReader reads the operation that one event of a client tells of; false is an event that tells none.
type logReader func(attrs pcommon.Map, c *Call) bool

// ReadLog fills c (all of it) from a log record of a client that tells of its calls in events, and says whether this one does.
func ReadLog(scope *Scope, rec plog.LogRecord, c *Call) bool {
	*c = Call{}
	read := scope.client.events[eventName(rec)]
	attrs := rec.Attributes()
	if read == nil || !read(attrs, c) {
		return false
	}
	if ms, ok := number(attrs, "duration_ms"); ok && ms >= 0 {
		c.Seconds = ms / 1000
	}
	c.halfTold()
	c.overrule(attrs)
	return true
}

// halfTold: no answer costs nothing on one side. A stream that broke off may tell its prompt only (Gemini CLI).
func (c *Call) halfTold() {
	u := &c.Usage
	if c.Doubt == "" && c.UsageState == genai.UsageKnown && talks(c.Name) && (u.Input == 0 || u.Output == 0) {
		c.Doubt = genai.ReasonHiddenTokens
	}
}

// overrule says that whatever the client says in the conventions' words is not what was read.
func (c *Call) overrule(attrs pcommon.Map) {
	c.Keys = keysOf(attrs)
	c.Stale = c.Keys &^ (HasOwnedCost | HasUsageCostFamily)
	if c.TimeToFirstChunk > 0 {
		c.Stale |= HasFirstChunk
	}
	if c.Attempt > 0 {
		c.Stale |= HasAttempt
	}
	if c.Failure != genai.Succeeded {
		c.Stale |= HasFailure
	}
}

// eventName is the name of an event, under any of the places where senders put it.
func eventName(rec plog.LogRecord) string {
	if name := cmp.Or(genai.TextOf(rec.Attributes(), genai.EventName), rec.EventName()); name != "" {
		return name
	}
	return rec.Body().Str()
}

// OwnsCost says whether a record or point carries attributes that only llmcost may write.
func OwnsCost(attrs pcommon.Map) bool { return keysOf(attrs)&HasOwnedCost != 0 }

func keysOf(attrs pcommon.Map) (keys KeySet) {
	for key := range attrs.All() {
		if at := lookup(key); at != 0 {
			keys |= entries[at].keys
		} else {
			keys |= unread(key)
		}
	}
	return keys
}

// logCall begins a model call.
func logCall(attrs pcommon.Map, c *Call, name, provider string) {
	*c = Call{Operation: genai.Operation{
		Kind: genai.ModelCall, Name: name, Provider: provider, RequestModel: genai.TextOf(attrs, "model"), Conversation: genai.TextOf(attrs, "session.id"),
	}}
}

// logUsage says what is known of usage.
func logUsage(c *Call, u genai.Usage) {
	c.UsageState = genai.UsageOf(u.Input, u.Output)
	switch {
	case c.UsageState != genai.UsageNone && !u.Valid():
		c.UsageState = genai.UsageBad
	case c.UsageState == genai.UsageKnown:
		c.Usage = u
	}
}

// logFailure makes a call a failed one.
func logFailure(c *Call, code string) {
	c.Failure, c.ErrorType = genai.FailureOf(true, code)
	if c.ErrorType == "" {
		c.ErrorType = genai.ErrorOther
	}
}

// logTool reads a tool execution whose name is in the given attribute.
func logTool(name string) logReader {
	return func(attrs pcommon.Map, c *Call) bool {
		*c = Call{Operation: genai.Operation{
			Kind: genai.Tool, Name: genai.OpExecuteTool, Tool: genai.TextOf(attrs, name), Conversation: genai.TextOf(attrs, "session.id"),
		}}
		if genai.TextOf(attrs, "success") == "false" {
			logFailure(c, genai.TextOf(attrs, "error_type"))
			c.Failure = genai.Failed
		}
		return c.Tool != ""
	}
}

// logAttempt reads which attempt this was; first is the number of a first one.
func logAttempt(attrs pcommon.Map, c *Call, first int64) {
	const most = 1000
	if n := count(attrs, "attempt"); n > first {
		c.Attempt = int(min(n-first, most))
	}
}

// hasAny says whether one of these attributes is there.
func hasAny(attrs pcommon.Map, names ...string) bool {
	for _, name := range names {
		if _, ok := attrs.Get(name); ok {
			return true
		}
	}
	return false
}

// number reads a finite number, whatever type the client gave it.
func number(attrs pcommon.Map, name string) (float64, bool) {
	v, ok := attrs.Get(name)
	if !ok {
		return 0, false
	}
	return genai.Number(v)
}

// count reads a number of tokens or attempts; missing is 0. What cannot be one is so far below 0 that no sum with it passes
// Usage.Valid.
func count(attrs pcommon.Map, name string) int64 {
	v, ok := attrs.Get(name)
	if !ok {
		return 0
	}
	n, _ := genai.Count(v)
	if n < 0 {
		return -genai.MaxTokens * 8
	}
	return n
}
