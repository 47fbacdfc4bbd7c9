package target

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/load"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/scenario"
)

const ms = time.Millisecond

// events are SSE events of a chat completion, with their ends.
func chatEvent(text, end string) string {
	return `data: {"choices":[{"delta":{"content":"` + text + `"}}]}` + end + end
}

// TestStreams: times of the text in streams, to the millisecond (virtual time and an in-memory connection: nothing else takes any).
func TestStreams(t *testing.T) {
	usage := `data: {"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":3}}` + "\n\n"
	for name, test := range map[string]struct {
		segments []segment
		first    time.Duration
		gaps     []time.Duration
		text     string
		failure  string
	}{
		"scripted gaps": {
			segments: []segment{
				{0, streamHead},
				{50 * ms, chunk(chatEvent("", "\n"))},
				{150 * ms, chunk(chatEvent("a", "\n"))},
				{30 * ms, chunk(chatEvent("b", "\n"))},
				{70 * ms, chunk(chatEvent("c", "\n"))},
				{5 * ms, chunk(usage)},
				{5 * ms, chunk("data: [DONE]\n\n")},
				{0, lastChunk},
			},
			first: 200 * ms, gaps: []time.Duration{30 * ms, 70 * ms}, text: "abc",
		},
		"an event in three segments has the time of the last": {
			segments: []segment{
				{0, streamHead},
				{100 * ms, chunk(chatEvent("a", "\n")[:20])},
				{100 * ms, chunk(chatEvent("a", "\n")[20:40])},
				{100 * ms, chunk(chatEvent("a", "\n")[40:])},
				{40 * ms, chunk("data: [DONE]\n\n") + lastChunk},
			},
			first: 300 * ms, text: "a",
		},
		"CRLF, also cut in two, ends an event with its CR": {
			segments: []segment{
				{0, streamHead},
				{100 * ms, chunk(strings.TrimSuffix(chatEvent("a", "\r\n"), "\n"))},
				{60 * ms, chunk("\n" + chatEvent("b", "\r\n"))},
				{0, chunk("data: [DONE]\r\n\r\n") + lastChunk},
			},
			first: 100 * ms, gaps: []time.Duration{60 * ms}, text: "ab",
		},
		"comments and events without data are no text": {
			segments: []segment{
				{0, streamHead},
				{100 * ms, chunk(": ping\n\n")},
				{100 * ms, chunk("event: ping\n\n: more\nid: 7\n" + chatEvent("a", "\n"))},
				{100 * ms, chunk(": ping\n\n")},
				{100 * ms, chunk("data: [DONE]\n\n") + lastChunk},
			},
			first: 200 * ms, text: "a",
		},
		"several events in one segment": {
			segments: []segment{{0, streamHead}, {100 * ms, chunk(chatEvent("a", "\n") + chatEvent("b", "\n") + "data: [DONE]\n\n")}, {0, lastChunk}},
			first:    100 * ms, gaps: []time.Duration{0}, text: "ab",
		},
		"a stream that breaks off": {
			segments: []segment{{0, streamHead}, {100 * ms, chunk(chatEvent("a", "\n"))}, {50 * ms, "20\r\ndata: {"}},
			first:    100 * ms, text: "a", failure: load.Broken,
		},
		"a stream that ends without its mark": {
			segments: []segment{{0, streamHead}, {100 * ms, chunk(chatEvent("a", "\n")) + lastChunk}},
			first:    100 * ms, text: "a", failure: load.Broken,
		},
		"an error in the stream": {
			segments: []segment{{0, streamHead}, {100 * ms, chunk(`data: {"error":{"message":"overloaded"}}` + "\n\n")}, {0, chunk("data: [DONE]\n\n") + lastChunk}},
			failure:  load.FailWhen,
		},
		"no JSON": {
			segments: []segment{{0, streamHead}, {100 * ms, chunk("data: oops\n\n") + lastChunk}}, failure: load.Unread,
		},
		"cut off before any text": {segments: []segment{{0, streamHead}, {10 * ms, "20\r\ndata: {"}}, failure: load.Transport},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := do(t, scenario.Target{Kind: scenario.Chat, Model: "m", Stream: scenario.SSE}, &server{segments: test.segments})
				require.Equal(t, test.failure, a.Failure, a.Detail)
				require.Equal(t, test.first, a.FirstText)
				require.Equal(t, test.gaps, a.Gaps)
				require.Equal(t, test.text, a.Text)
				if name == "scripted gaps" {
					require.Equal(t, []int64{11, 3}, []int64{a.In, a.Out})
				}
			})
		})
	}
}

// Each kind sends what its API wants and reads what it answers.
func TestKinds(t *testing.T) {
	stream := func(lines ...string) []segment {
		return []segment{{0, streamHead}, {20 * ms, chunk(strings.Join(lines, "\n\n")+"\n\n") + lastChunk}}
	}
	for name, test := range map[string]struct {
		conf     scenario.Target
		segments []segment
		body     string
		failure  string
		text     string
	}{
		"http": {
			conf: scenario.Target{
				Kind: scenario.HTTP, Body: `{"input": {{ json .input }}, "thread": {{ json .conversation }}, "last": {{ json .last }}, "user": {{ .user }}}`,
				Answer: "$.output[0].text", Usage: scenario.Usage{Input: "$.usage.in", Output: "$.usage.out"},
			},
			segments: whole("200 OK", `{"output": [{"text": "hello"}], "usage": {"in": 11, "out": 3}}`),
			body:     `{"input": "say \"hi\"", "thread": "c-1", "last": "yes", "user": 7}`, text: "hello",
		},
		"http, whole body": {
			conf: scenario.Target{Kind: scenario.HTTP, Body: "{}"}, segments: whole("200 OK", "plain"), body: "{}", text: "plain",
		},
		"http, a path that makes it fail": {
			conf:     scenario.Target{Kind: scenario.HTTP, Body: "{}", FailWhen: []scenario.FailWhen{{Path: "$.error"}}},
			segments: whole("200 OK", `{"error": "no"}`), body: "{}", text: `{"error": "no"}`, failure: load.FailWhen,
		},
		"http, a path to null": {
			conf:     scenario.Target{Kind: scenario.HTTP, Body: "{}", Answer: "$.a", FailWhen: []scenario.FailWhen{{Path: "$.error"}}},
			segments: whole("200 OK", `{"error": null, "a": {"b": 1}}`), body: "{}", text: `{"b": 1}`,
		},
		"http, a status": {
			conf: scenario.Target{Kind: scenario.HTTP, Body: "{}"}, segments: whole("429 Too Many Requests", "slow down"), body: "{}", failure: load.Status,
		},
		"http, a status that is allowed": {
			conf:     scenario.Target{Kind: scenario.HTTP, Body: "{}", FailWhen: []scenario.FailWhen{{Status: ">=500"}}},
			segments: whole("404 Not Found", "none"), body: "{}", text: "none",
		},
		"http, JSON lines": {
			conf: scenario.Target{
				Kind: scenario.HTTP, Body: "{}", Stream: scenario.NDJSON, Answer: "$.t", Usage: scenario.Usage{Input: "$.in", Output: "$.out"},
			},
			segments: []segment{{0, streamHead}, {20 * ms, chunk("{\"t\":\"a\"}\n\n{\"t\":")}, {0, chunk("\"b\"}\r\n{\"in\":11,\"out\":3}") + lastChunk}},
			body:     "{}", text: "ab",
		},
		"openai-chat": {
			conf:     scenario.Target{Kind: scenario.Chat, Model: "gpt-5-mini", System: "Be short.", MaxTokens: 20},
			segments: whole("200 OK", `{"choices":[{"message":{"content":"hello"}}],"usage":{"prompt_tokens":11,"completion_tokens":3}}`),
			body: `{"max_completion_tokens":20,"messages":[{"content":"Be short.","role":"system"},{"content":"before","role":"user"},` +
				`{"content":"yes","role":"assistant"},{"content":"say \"hi\"","role":"user"}],"model":"gpt-5-mini","stream":false}`, text: "hello",
		},
		"openai-responses": {
			conf: scenario.Target{Kind: scenario.Responses, Model: "gpt-5-mini", Stream: scenario.SSE},
			segments: stream(`data: {"type":"response.created","response":{"error":null}}`, `data: {"type":"response.output_text.delta","delta":"hel"}`,
				`data: {"type":"response.function_call_arguments.delta","delta":"no text"}`, `data: {"type":"response.output_text.delta","delta":"lo"}`,
				`data: {"type":"response.completed","response":{"error":null,"usage":{"input_tokens":11,"output_tokens":3}}}`),
			body: `{"input":[{"content":"before","role":"user"},{"content":"yes","role":"assistant"},{"content":"say \"hi\"","role":"user"}],` +
				`"model":"gpt-5-mini","stream":true}`, text: "hello",
		},
		"openai-responses, whole": {
			conf:     scenario.Target{Kind: scenario.Responses, Model: "m"},
			segments: whole("200 OK", `{"output":[{"type":"reasoning"},{"content":[{"type":"output_text","text":"hello"}]}],"usage":{"input_tokens":11,"output_tokens":3}}`),
			text:     "hello",
		},
		"openai-responses that failed": {
			conf:     scenario.Target{Kind: scenario.Responses, Model: "m", Stream: scenario.SSE},
			segments: stream(`data: {"type":"response.failed","response":{"error":{"code":"server_error"}}}`), failure: load.FailWhen,
		},
		"anthropic": {
			conf: scenario.Target{Kind: scenario.Anthropic, Model: "claude", System: "Be short.", Stream: scenario.SSE},
			segments: stream(`event: message_start`+"\n"+`data: {"type":"message_start","message":{"usage":{"input_tokens":1,"cache_read_input_tokens":8,"cache_creation_input_tokens":2,"output_tokens":1}}}`,
				`data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"hello"}}`,
				`data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":3}}`, `data: {"type":"message_stop"}`),
			body: `{"max_tokens":1024,"messages":[{"content":"before","role":"user"},{"content":"yes","role":"assistant"},{"content":"say \"hi\"","role":"user"}],` +
				`"model":"claude","stream":true,"system":"Be short."}`, text: "hello",
		},
		"anthropic, whole": {
			conf:     scenario.Target{Kind: scenario.Anthropic, Model: "m"},
			segments: whole("200 OK", `{"type":"message","content":[{"type":"text","text":"hello"}],"usage":{"input_tokens":11,"output_tokens":3}}`), text: "hello",
		},
		"anthropic, overloaded": {
			conf:     scenario.Target{Kind: scenario.Anthropic, Model: "m", Stream: scenario.SSE},
			segments: stream(`data: {"type":"error","error":{"type":"overloaded_error"}}`), failure: load.FailWhen,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				test.conf.Headers = map[string]string{"authorization": "Bearer x"}
				s := &server{segments: test.segments, request: make(chan *http.Request, 1)}
				a := do(t, test.conf, s)
				require.Equal(t, test.failure, a.Failure, a.Detail)
				require.Equal(t, test.text, a.Text)
				if test.failure == "" && test.conf.Answer != "$.a" && test.text == "hello" {
					require.Equal(t, []int64{11, 3}, []int64{a.In, a.Out})
				}
				req := <-s.request
				require.Equal(t, "00-01020300000000000000000000000000-0405000000000000-01", req.Header.Get("Traceparent"))
				require.Equal(t, "agentbench.run=r-1", req.Header.Get("Baggage"))
				require.Equal(t, "Bearer x", req.Header.Get("Authorization"))
				if test.body != "" {
					require.Equal(t, test.body, req.Form.Get("body"))
				}
			})
		})
	}
}

func TestCommand(t *testing.T) {
	run := func(conf scenario.Target) load.Answer {
		conf.Kind = scenario.Command
		return do(t, conf, &server{})
	}
	a := run(scenario.Target{Command: []string{"/bin/sh", "-c", `printf "%s|%s|" "$TRACEPARENT" "$1"; cat`, "sh", "{{ .input }}"}, Body: "{{ .conversation }}"})
	require.Empty(t, a.Failure, a.Detail)
	require.Equal(t, `00-01020300000000000000000000000000-0405000000000000-01|say "hi"|c-1`, a.Text)
	a = run(scenario.Target{Command: []string{"/bin/sh", "-c", "echo no >&2; exit 3"}})
	require.Equal(t, load.Status, a.Failure)
	require.Equal(t, "exit status 3: no", a.Detail)
	require.Equal(t, 3, a.Status)
	a = run(scenario.Target{Command: []string{"/nonexistent"}})
	require.Equal(t, load.Transport, a.Failure)
	a = run(scenario.Target{Command: []string{"/bin/sh", "-c", `echo '{"t":"a"}'; echo '{"t":"b"}'`}, Stream: scenario.NDJSON, Answer: "$.t"})
	require.Equal(t, "ab", a.Text)
	require.Len(t, a.Gaps, 1)
}

func TestPaths(t *testing.T) {
	for _, wrong := range []string{"a", "$a", "$.", "$..a", "$.a[", "$.a[x]", "$.a[-1]"} {
		_, err := parsePath(wrong)
		require.Error(t, err, wrong)
	}
	p, err := parsePath("$")
	require.NoError(t, err)
	require.JSONEq(t, `{"a":1}`, p.text([]byte(`{"a":1}`)))
}
