package test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// spender sends batches that cost 0.10 USD each to a gateway with small budgets.
type spender struct {
	*shipped
	backend *sink.Sink
	sent    [][]byte
}

// startSpender starts the default configuration.
func startSpender(t *testing.T, data string, args ...string) *spender {
	t.Helper()
	return startSpenderWith(t, "collector-config.yaml", args, "DATA_DIR="+data)
}

// startSpenderWith takes another configuration.
func startSpenderWith(t *testing.T, config string, args []string, env ...string) *spender {
	t.Helper()
	s := &spender{backend: sink.Start(t)}
	args = append([]string{"--config", gateway.Root() + "/test/testdata/budgets.yaml", "--set=connectors.budgetalert.zero_for=0s"}, args...)
	s.shipped = startShipped(t, config, args,
		append(env, "GATEWAY_ID=spender", "BACKEND_EXPORTER=otlp_grpc/backend", "OTLP_BACKEND="+s.backend.GRPC)...)
	return s
}

// batch is a new request with 500 calls.
func (s *spender) batch() []byte {
	const calls = 500
	n, now := len(s.sent), time.Now().UnixNano()
	var b bytes.Buffer
	b.WriteString(`{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"bot"}}]},"scopeSpans":[{"spans":[`)
	for i := range calls {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"traceId":"%032x","spanId":"%016x","name":"chat","startTimeUnixNano":"%d","endTimeUnixNano":"%d","attributes":[
{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.provider.name","value":{"stringValue":"openai"}},
{"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o"}},{"key":"gen_ai.usage.input_tokens","value":{"intValue":"80"}},
{"key":"gen_ai.usage.output_tokens","value":{"intValue":"0"}}]}`, n*calls+i+1, n*calls+i+1, now, now)
	}
	b.WriteString(`]}]}]}`)
	s.sent = append(s.sent, b.Bytes())
	return b.Bytes()
}

// send makes n batches that are new.
func (s *spender) send(t *testing.T, n int) {
	t.Helper()
	for range n {
		gateway.Post(t, s.otlp+"/v1/traces", "application/json", s.batch())
	}
}

// resend sends all batches again.
func (s *spender) resend(t *testing.T) {
	t.Helper()
	for _, body := range s.sent {
		gateway.Post(t, s.otlp+"/v1/traces", "application/json", body)
	}
}

// has waits until budget and book say what so many batches cost.
func (s *spender) has(t *testing.T, batches int) {
	t.Helper()
	want := nano(float64(batches) / 10)
	var spent, booked int64
	counted := func() bool {
		page := scrape(t, s.scrape)
		spent, booked = nano(page.sum("llm_budget_spent_usd", "budget_name", "total")), nano(page.sum("llm_cost_booked_usd_total"))
		return spent == want && booked == want
	}
	if !assert.Eventually(t, counted, time.Minute, 100*time.Millisecond) {
		require.FailNow(t, "not what was spent", "%d batches cost %d nano-USD, the budget says %d and the book %d", batches, want, spent, booked)
	}
}

// hasAll waits for all, each counted once.
func (s *spender) hasAll(t *testing.T) {
	t.Helper()
	s.has(t, len(s.sent))
}

// hears waits until the backend has so many different alerts of a type and state.
func (s *spender) hears(t *testing.T, kind, state string, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return s.heard(kind, state) >= n }, time.Minute, 50*time.Millisecond, "%s %s", kind, state)
}

func (s *spender) heard(kind, state string) int {
	ids := map[string]bool{}
	for _, a := range alertsAt(s.backend) {
		if a.Type == kind && a.State == state {
			ids[a.ID] = true
		}
	}
	return len(ids)
}

// spent is how many batches the budget knows.
func (s *spender) spent(t *testing.T) (batches int) {
	t.Helper()
	require.Eventually(t, func() bool {
		page := scrape(t, s.scrape)
		batches = int(nano(page.sum("llm_budget_spent_usd", "budget_name", "total")) / nano(0.1))
		return page["llm_budget_spent_usd"] != nil
	}, time.Minute, 100*time.Millisecond)
	return batches
}
