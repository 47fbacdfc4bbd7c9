package test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/provider"
)

// billedAgent is an agent that calls the fake provider and tells the gateway in spans what it did, as an instrumented one does. It keeps, by
// trace id, what the provider's own ledger says of each request.
type billedAgent struct {
	t     *testing.T
	model *provider.Provider
	otlp  string

	mu     sync.Mutex // one request at a time: what is new in the ledger is its own
	billed map[string]int64
	spans  byte
}

// ServeHTTP takes {"input": "MODEL MODEL …"} and calls each model, one that was refused for too many requests again.
func (a *billedAgent) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var body struct{ Input string }
	assert.NoError(a.t, json.NewDecoder(r.Body).Decode(&body))
	parts := strings.Split(r.Header.Get("Traceparent"), "-")
	if !assert.Len(a.t, parts, 4) {
		return
	}
	traces := ptrace.NewTraces()
	rs := traces.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr(genai.ServiceName, "agent")
	spans := rs.ScopeSpans().AppendEmpty().Spans()
	entry := a.span(spans, parts[1], parts[2], "POST /chat")
	before, ok := len(a.model.Ledger()), true
	for _, model := range strings.Fields(body.Input) {
		ok = a.call(spans, parts[1], hex.EncodeToString(idOf(entry)), model) && ok
	}
	sum := int64(0)
	for _, e := range a.model.Ledger()[before:] {
		sum += price(a.t, &e)
	}
	a.billed[parts[1]] = sum
	postTraces(a.t, a.otlp, traces)
	if !ok {
		w.WriteHeader(http.StatusBadGateway)
	}
	fmt.Fprint(w, `{"output": "done"}`)
}

func idOf(s ptrace.Span) []byte {
	id := s.SpanID()
	return id[:]
}

func (a *billedAgent) span(spans ptrace.SpanSlice, trace, parent, name string) ptrace.Span {
	a.spans++
	s := spans.AppendEmpty()
	var id pcommon.TraceID
	_, bad := hex.Decode(id[:], []byte(trace))
	s.SetTraceID(id)
	var of pcommon.SpanID
	_, wrong := hex.Decode(of[:], []byte(parent))
	if err := errors.Join(bad, wrong); err != nil {
		a.t.Error(err)
	}
	s.SetParentSpanID(of)
	s.SetSpanID(pcommon.SpanID{id[0], id[1], id[2], id[3], id[4], id[5], 1, a.spans})
	s.SetName(name)
	now := time.Now()
	s.SetStartTimestamp(pcommon.NewTimestampFromTime(now))
	s.SetEndTimestamp(pcommon.NewTimestampFromTime(now.Add(time.Millisecond)))
	return s
}

// call asks a model, up to twice; each attempt is a span.
func (a *billedAgent) call(spans ptrace.SpanSlice, trace, parent, model string) bool {
	for range 2 {
		resp, err := http.Post(a.model.URL+"/v1/chat/completions", "application/json", strings.NewReader(fmt.Sprintf(`{"model": %q}`, model)))
		if !assert.NoError(a.t, err) {
			return false
		}
		var answer struct {
			ID    string
			Model string
			Usage struct {
				PromptTokens  int64 `json:"prompt_tokens"`
				Completion    int64 `json:"completion_tokens"`
				PromptDetails struct {
					Cached int64 `json:"cached_tokens"`
				} `json:"prompt_tokens_details"`
			}
		}
		assert.NoError(a.t, json.NewDecoder(resp.Body).Decode(&answer))
		_ = resp.Body.Close()
		s := a.span(spans, trace, parent, "chat "+model)
		s.SetKind(ptrace.SpanKindClient)
		s.Attributes().PutStr(genai.OperationName, genai.OpChat)
		s.Attributes().PutStr(genai.ProviderName, "openai")
		s.Attributes().PutStr(genai.RequestModel, model)
		if resp.StatusCode == http.StatusOK {
			s.Attributes().PutStr(genai.ResponseModel, answer.Model)
			s.Attributes().PutStr(genai.ResponseID, answer.ID)
			s.Attributes().PutInt(genai.UsageInput, answer.Usage.PromptTokens)
			s.Attributes().PutInt(genai.UsageOutput, answer.Usage.Completion)
			s.Attributes().PutInt(genai.UsageCacheRead, answer.Usage.PromptDetails.Cached)
			return true
		}
		s.Status().SetCode(ptrace.StatusCodeError)
		s.Attributes().PutStr("error.type", fmt.Sprint(resp.StatusCode))
		if resp.StatusCode != http.StatusTooManyRequests {
			return false
		}
	}
	return false
}

// TestAgentbenchCost: with configs/agentbench.yaml, what agentbench says each request cost is what the provider billed for it, to the
// nano-USD: with calls that were tried again, with calls that failed, and where the provider gives all answers the same id.
func TestAgentbenchCost(t *testing.T) {
	t.Parallel()
	for name, repeat := range map[string]bool{"ids": false, "repeated ids": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testAgentbenchCost(t, repeat)
		})
	}
}

func testAgentbenchCost(t *testing.T, repeat bool) {
	binary := filepath.Join(t.TempDir(), "agentbench")
	build := exec.Command("go", "build", "-o", binary, "./cmd/agentbench")
	build.Dir = gateway.Root()
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)

	listen := gateway.Loopback(gateway.FreePorts(t, 1)[0])
	s := startShipped(t, "configs/agentbench.yaml", nil, "AGENTBENCH=http://"+listen)
	model := provider.Start(t, "agentbench")
	if repeat {
		model.RepeatIDs()
	}
	agent := &billedAgent{t: t, model: model, otlp: s.otlp, billed: map[string]int64{}}
	server := httptest.NewServer(agent)
	t.Cleanup(server.Close)

	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "models.jsonl"), []byte(strings.Join([]string{
		`{"input": "gpt-4o-mini"}`, `{"input": "gpt-5-mini gpt-4o-mini"}`, `{"input": "flaky-gpt-4o-mini"}`, `{"input": "gpt-4.1 fail-500-x"}`, `{"input": ""}`,
	}, "\n")), 0o600))
	file := filepath.Join(dir, "scenario.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`
target: {kind: http, url: "`+server.URL+`", body: '{"input": {{ json .input }}}', answer: $.output}
gateway: {otlp: "`+listen+`", wait: 60s}
scenarios: [{name: billed, concurrent_users: 3, requests_per_user: 10, warmup_requests: 1, test_data: models.jsonl}]
`), 0o600))
	report := filepath.Join(dir, "report.json")
	var errs bytes.Buffer
	cmd := exec.Command(binary, "run", file, "--raw", "--json", report)
	cmd.Stderr = &errs
	text, _ := cmd.Output() // not 0 where the machine is so busy that the generator was late
	b, err := os.ReadFile(report)
	require.NoError(t, err, "%s%s", text, errs.String())
	checkAgentbenchReport(t, b, agent.billed)
	checkQuiet(t, s.Gateway)
}

// checkAgentbenchReport compares a report with what the provider billed by trace.
func checkAgentbenchReport(t *testing.T, report []byte, billed map[string]int64) {
	t.Helper()
	var r struct {
		Scenarios map[string]struct {
			Metrics map[string]any
			Raw     []struct {
				Trace   string   `json:"trace_id"`
				CostUSD *float64 `json:"cost_usd"`
				Failure string
			} `json:"raw_data"`
		}
	}
	require.NoError(t, json.Unmarshal(report, &r))
	scenario := r.Scenarios["billed"]
	require.Len(t, scenario.Raw, 30)
	total, failed := int64(0), 0
	for _, one := range scenario.Raw {
		want, known := billed[one.Trace]
		require.True(t, known)
		total += want
		if one.Failure != "" {
			failed++
		}
		if assert.NotNil(t, one.CostUSD, one.Trace) {
			assert.Equal(t, want, nano(*one.CostUSD), one.Trace)
		}
	}
	assert.Equal(t, total, nano(scenario.Metrics["cost_usd"].(float64)))
	assert.Equal(t, 6, failed, "every fifth calls a model that fails, after one that does not: both are billed or not as the provider has it")
	assert.EqualValues(t, 0, scenario.Metrics["unaccounted"])
	good := 30 - failed
	assert.InDelta(t, float64(total)/1e9/float64(good), scenario.Metrics["cost_per_good_request_usd"], 1e-12)
}
