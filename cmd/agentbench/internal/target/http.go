package target

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/load"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/scenario"
)

// Transport is what real requests go through: a connection for each request in flight, kept for the next.
func Transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost, t.MaxConnsPerHost = 0, 1<<20, 0
	t.DisableCompression = true
	t.ReadBufferSize, t.WriteBufferSize = 2048, 2048 // thousands of streams at once
	return t
}

// Do sends a request and reads the answer to its end.
func (t *Target) Do(ctx context.Context, r *load.Request) load.Answer {
	c := &collector{t: t, start: time.Now()}
	if t.conf.Kind == scenario.Command {
		return t.run(ctx, r, c)
	}
	req, err := t.request(ctx, r)
	if err != nil {
		fail(&c.answer, load.Unread, err.Error())
		return c.answer
	}
	resp, err := t.client.Do(req)
	if err != nil {
		fail(&c.answer, load.Transport, err.Error())
		return c.answer
	}
	defer func() { _ = resp.Body.Close() }()
	c.answer.Status = resp.StatusCode
	if t.failState(resp.StatusCode) {
		detail, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20)) // the rest of an error does not matter
		fail(&c.answer, load.Status, resp.Status+": "+strings.TrimSpace(string(detail)))
		return c.answer
	}
	return c.end(c.read(resp.Body))
}

func (t *Target) request(ctx context.Context, r *load.Request) (*http.Request, error) {
	body, err := t.payload(r)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.conf.URL, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if t.conf.Kind == scenario.Anthropic {
		req.Header.Set("Anthropic-Version", "2023-06-01")
	}
	for name, value := range t.conf.Headers {
		req.Header.Set(name, value)
	}
	req.Header.Set("Traceparent", traceparent(r))
	req.Header.Set("Baggage", baggage(r))
	return req, nil
}

type object = map[string]any

// payload is the body: the file's template, or what the API wants with all turns so far.
func (t *Target) payload(r *load.Request) (string, error) {
	if t.body != nil {
		return execute(t.body, t.values(r))
	}
	var turns []object
	say := func(role, text string) { turns = append(turns, object{"role": role, "content": text}) }
	if t.conf.System != "" && t.conf.Kind == scenario.Chat {
		say("system", t.conf.System)
	}
	for _, e := range r.History {
		say("user", e.Input)
		if e.Answer != "" { // the APIs refuse an empty one
			say("assistant", e.Answer)
		}
	}
	say("user", r.Input)
	streamed := t.stream == scenario.SSE
	body := object{"model": t.conf.Model, "stream": streamed}
	switch t.conf.Kind {
	case scenario.Chat:
		body["messages"] = turns
		set(body, "max_completion_tokens", t.conf.MaxTokens)
		if streamed {
			body["stream_options"] = object{"include_usage": true}
		}
	case scenario.Responses:
		body["input"] = turns
		set(body, "instructions", t.conf.System)
		set(body, "max_output_tokens", t.conf.MaxTokens)
	case scenario.Anthropic:
		body["messages"] = turns
		set(body, "system", t.conf.System)
		body["max_tokens"] = 1024 // the API wants one
		set(body, "max_tokens", t.conf.MaxTokens)
	}
	b, err := json.Marshal(body)
	return string(b), err
}

// set fills in what the file says.
func set[T comparable](body object, key string, v T) {
	var none T
	if v != none {
		body[key] = v
	}
}
