package house

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// contentKeys are the attributes of the runs, and of events in their spans, that hold prompts, answers, arguments and results.
var contentKeys = []string{
	"input", "output", "prompt", "completion", "message", "content", "arguments", "args", "parameters", "system_instructions", "result", "body",
	"ai.response", "llm_request", "llm_response", "definitions", "json_schema", "tool.description", "stateSnapshot", "ai.values", "ai.value",
}

// With content none no twelve letters of a prompt, an answer or an argument of any run are in the bytes that go out.
func TestNoContentGoesOut(t *testing.T) {
	const letters = 12
	with := 0
	for name, td := range runs(t) {
		t.Run(name, func(t *testing.T) {
			private := map[string]bool{}
			note := func(attrs pcommon.Map) {
				for key, v := range attrs.All() {
					if isContent(key, v) {
						for _, text := range prose(v.AsString()) {
							noteParts(private, text, letters)
						}
					}
				}
			}
			eachSpan(td, func(span ptrace.Span) {
				note(span.Attributes())
				for _, e := range span.Events().All() {
					if e.Name() != genai.ExceptionEvent {
						note(e.Attributes())
					}
				}
			})
			if len(private) > 0 {
				with++
			}
			for _, part := range public(td) {
				for _, around := range []string{`"`, " ", "\n\n"} { // a prompt that names an agent says no more than its name
					forget(private, around+part+around, letters)
				}
			}
			for _, body := range []string{"logfmt", "json", "message"} {
				out := written(t, "naming: [langchain, semconv]\nbody: "+body, priced(t, "", td)...)
				eachRecord(out, func(rec plog.LogRecord) {
					for key := range rec.Attributes().All() {
						forget(private, key, letters)
					}
				})
				for _, ld := range out {
					raw, err := (&plog.ProtoMarshaler{}).MarshalLogs(ld)
					require.NoError(t, err)
					for i := 0; i+letters <= len(raw); i++ {
						require.False(t, private[string(raw[i:i+letters])], "%q goes out", raw[max(0, i-40):min(len(raw), i+60)])
					}
				}
			}
		})
	}
	require.Equal(t, 25, with, "runs with content; the others' clients send none")
}

// prose is the texts that somebody wrote in what an attribute holds, which is often JSON with names and ids around them: those of several
// words, and arguments, which are JSON in a text.
func prose(s string) []string {
	var parsed any
	if json.Unmarshal([]byte(s), &parsed) != nil {
		parsed = s
	}
	var all []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			var inner any
			if strings.HasPrefix(v, "{") || strings.HasPrefix(v, "[") {
				if json.Unmarshal([]byte(v), &inner) == nil {
					walk(inner)
				}
				if len(v) < 100 {
					all = append(all, v)
				}
			} else if strings.ContainsAny(v, " \"") {
				all = append(all, v)
			}
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			for _, item := range v {
				walk(item)
			}
		}
	}
	walk(parsed)
	return all
}

func isContent(key string, v pcommon.Value) bool {
	if v.Type() != pcommon.ValueTypeStr && v.Type() != pcommon.ValueTypeSlice && v.Type() != pcommon.ValueTypeMap || strings.Contains(key, "token") || strings.Contains(key, "status_message") {
		return false
	}
	return slices.ContainsFunc(contentKeys, func(part string) bool { return strings.Contains(key, part) })
}

func noteParts(to map[string]bool, s string, letters int) {
	for i := 0; i+letters <= len(s); i++ {
		to[s[i:i+letters]] = true
	}
}

func forget(from map[string]bool, s string, letters int) {
	for i := 0; i+letters <= len(s); i++ {
		delete(from, s[i:i+letters])
	}
}

// public is what is no content wherever else it stands: names of models, tools and services, ids, and messages of errors.
func public(td ptrace.Traces) []string {
	var all []string
	for _, rs := range td.ResourceSpans().All() {
		for _, v := range rs.Resource().Attributes().All() {
			all = append(all, v.AsString())
		}
	}
	eachSpan(td, func(span ptrace.Span) {
		all = append(all, span.Status().Message(), span.Name())
		for key, v := range span.Attributes().All() {
			if !isContent(key, v) && v.Type() == pcommon.ValueTypeStr && len(v.Str()) < 128 {
				all = append(all, v.Str())
			}
		}
	})
	return all
}
