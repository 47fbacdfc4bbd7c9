// Package provider is a fake model provider on loopback that speaks enough of the OpenAI and Anthropic HTTP APIs for real
// client libraries to run against it, and keeps a ledger of what it billed. It is the oracle of the live-client tests.
package provider

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// The APIs of a ledger entry.
const (
	Chat       = "openai.chat"
	Responses  = "openai.responses"
	Embeddings = "openai.embeddings"
	Messages   = "anthropic.messages"
)

// Usage is what one call is billed for, in the inclusive convention: cached tokens are part of Input, reasoning of Output.
type Usage struct {
	Input, CacheRead, CacheWrite5m, CacheWrite1h int64
	Output, Reasoning                            int64
}

// Entry is one billed call.
type Entry struct {
	API, Provider  string
	Requested      string // the model asked for
	Model          string // the model that answered, which is the one billed
	ResponseID     string // empty for embeddings: their answers carry none
	Stream         bool
	StreamHasUsage bool // the client was told the usage
	Usage          Usage
}

// Provider is a running fake provider.
type Provider struct {
	URL string // without a path, http://127.0.0.1:port

	mu     sync.Mutex
	name   string
	ledger []Entry
	failed []int
	flaky  map[string]bool
	repeat bool
}

// RepeatIDs makes all answers from now on carry the same response id, as some OpenAI-compatible servers do.
func (p *Provider) RepeatIDs() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.repeat = true
}

// Start runs a provider until the test ends. name becomes part of the response ids, so that no two runs share one.
func Start(t testing.TB, name string) *Provider {
	t.Helper()
	p := &Provider{name: name, flaky: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", p.serve(Chat))
	mux.HandleFunc("POST /v1/responses", p.serve(Responses))
	mux.HandleFunc("POST /v1/embeddings", p.serve(Embeddings))
	mux.HandleFunc("POST /v1/messages", p.serve(Messages))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	p.URL = server.URL
	return p
}

// Ledger is what was billed so far, in the order of the answers.
func (p *Provider) Ledger() []Entry {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Entry(nil), p.ledger...)
}

// Failed holds the HTTP status of every request that was refused.
func (p *Provider) Failed() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]int(nil), p.failed...)
}

// request is the part of a request body that decides the answer; the APIs share the names.
type request struct {
	Model         string            `json:"model"`
	Stream        bool              `json:"stream"`
	Tools         []json.RawMessage `json:"tools"`
	Input         json.RawMessage   `json:"input"`
	StreamOptions struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`

	body string
}

// wantsTool says that tools are offered and none has been called yet.
func (r *request) wantsTool() bool {
	for _, done := range []string{`"role":"tool"`, `"function_call_output"`, `"tool_result"`} {
		if strings.Contains(r.body, done) {
			return false
		}
	}
	return len(r.Tools) > 0
}

func (p *Provider) serve(api string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		req := request{body: string(body)}
		if err == nil {
			err = json.Unmarshal(body, &req)
		}
		if err != nil {
			p.refuse(w, api, http.StatusBadRequest)
			return
		}
		if status := p.verdict(req.Model); status != http.StatusOK {
			p.refuse(w, api, status)
			return
		}
		entry := p.bill(api, &req)
		switch api {
		case Chat:
			answerChat(w, &req, &entry)
		case Responses:
			answerResponses(w, &req, &entry)
		case Embeddings:
			answerEmbeddings(w, &entry)
		case Messages:
			answerMessages(w, &req, &entry)
		}
	}
}

// verdict is the HTTP status for a model: fail-NNN-… always fails so, flaky-… is refused once for too many requests.
func (p *Provider) verdict(model string) int {
	var status int
	if _, err := fmt.Sscanf(model, "fail-%d-", &status); err == nil {
		return status
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if strings.HasPrefix(model, "flaky-") && !p.flaky[model] {
		p.flaky[model] = true
		return http.StatusTooManyRequests
	}
	return http.StatusOK
}

func (p *Provider) refuse(w http.ResponseWriter, api string, status int) {
	p.mu.Lock()
	p.failed = append(p.failed, status)
	p.mu.Unlock()
	w.Header().Set("Retry-After", "0")
	w.Header().Set("Retry-After-Ms", "1")
	detail := map[string]any{"type": "refused_by_test", "message": fmt.Sprintf("the test asked for HTTP %d", status)}
	answer := map[string]any{"error": detail}
	if api == Messages {
		answer["type"] = "error"
	}
	writeJSON(w, status, answer)
}

// answeredBy says which model answers for which name: dated snapshots, and one router that picks a cheaper model.
var answeredBy = map[string]string{
	"gpt-4o-mini":       "gpt-4o-mini-2024-07-18",
	"flaky-gpt-4o-mini": "gpt-4o-mini-2024-07-18",
	"gpt-4.1":           "gpt-4.1-nano-2025-04-14",
	"gpt-5-mini":        "gpt-5-mini-2025-08-07",
	"claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
}

// bill enters the next call into the ledger. The counts differ from call to call, so that no two calls cost the same.
func (p *Provider) bill(api string, req *request) Entry {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := int64(len(p.ledger) + 1)
	entry := Entry{API: api, Provider: "openai", Requested: req.Model, Model: req.Model, Stream: req.Stream, StreamHasUsage: true}
	if model, ok := answeredBy[req.Model]; ok {
		entry.Model = model
	}
	switch api {
	case Messages:
		entry.Provider = "anthropic"
		entry.ResponseID = fmt.Sprintf("msg_%s-%d", p.name, n)
		// The uncached part outnumbers the cached one: the size of the counts does not tell the convention.
		entry.Usage = Usage{Input: 9000 + 211*n, CacheRead: 2048, CacheWrite5m: 300 + n, Output: 120 + 17*n}
		if strings.Contains(req.body, `"ttl":"1h"`) {
			entry.Usage.CacheWrite1h = 700
		}
	case Embeddings:
		entry.Usage = Usage{Input: 900 + 7*n}
	default:
		entry.StreamHasUsage = !req.Stream || api == Responses || req.StreamOptions.IncludeUsage
		entry.ResponseID = fmt.Sprintf("%s-%s-%d", map[string]string{Chat: "chatcmpl", Responses: "resp"}[api], p.name, n)
		entry.Usage = Usage{Input: 3100 + 211*n, CacheRead: 1024 * (n % 3), Output: 240 + 13*n}
		if strings.HasPrefix(entry.Model, "gpt-5") {
			entry.Usage.Reasoning = 64 * (1 + n%2)
		}
	}
	if p.repeat && entry.ResponseID != "" {
		entry.ResponseID = "chatcmpl-0"
	}
	p.ledger = append(p.ledger, entry)
	return entry
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// sse writes server-sent events and flushes after each, as a provider does.
type sse struct{ w http.ResponseWriter }

func newSSE(w http.ResponseWriter) sse {
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	return sse{w}
}

func (s sse) event(name string, value any) {
	if name != "" {
		fmt.Fprintf(s.w, "event: %s\n", name)
	}
	data, err := json.Marshal(value)
	if err != nil {
		panic(err) // only values of this package come here
	}
	fmt.Fprintf(s.w, "data: %s\n\n", data)
	s.w.(http.Flusher).Flush()
}
