package test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/prometheus"
	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// budgetCall is a request with one call of gpt-4o that costs 2.50 USD per million input tokens; n makes its ids.
func budgetCall(n, tokens int, end time.Time) []byte {
	return fmt.Appendf(nil, `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"bot"}}]},"scopeSpans":[{"spans":[{
"traceId":"%032x","spanId":"%016x","name":"chat","startTimeUnixNano":"%d","endTimeUnixNano":"%d","attributes":[
{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.provider.name","value":{"stringValue":"openai"}},
{"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o"}},{"key":"gen_ai.usage.input_tokens","value":{"intValue":"%d"}},
{"key":"gen_ai.usage.output_tokens","value":{"intValue":"0"}}]}]}]}]}`, n, n, end.Add(-time.Second).UnixNano(), end.UnixNano(), tokens)
}

// alertsAt are the alerts that reached a sink, in order, repetitions too.
func alertsAt(s *sink.Sink) (all []alert.Alert) {
	for _, ld := range s.Logs() {
		for _, rl := range ld.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, rec := range sl.LogRecords().All() {
					if a, ok := alert.Read(rec); ok {
						all = append(all, a)
					}
				}
			}
		}
	}
	return all
}

// TestBudgetAlerts crosses 80 % and 100 % of a budget: each is one alert record at the backend and one line of the log.
func TestBudgetAlerts(t *testing.T) {
	t.Parallel()
	backend := sink.Start(t)
	g, otlp, scrapeURL, _ := defaultsWith(t, []string{"--config", gateway.Root() + "/test/testdata/budgets.yaml"},
		"BACKEND_EXPORTER=otlp_grpc/backend", "OTLP_BACKEND="+backend.GRPC)
	now := time.Now()
	post := func(n, tokens int) {
		gateway.Post(t, otlp+"/v1/traces", "application/json", budgetCall(n, tokens, now))
	}
	types := func() (all []string) {
		for _, a := range alertsAt(backend) {
			if a.Budget.Name == "org-yearly" {
				all = append(all, a.Type)
			}
		}
		return all
	}
	post(1, 300_000) // 0.75 USD
	post(2, 40_000)  // 0.85
	require.Eventually(t, func() bool { return len(types()) == 1 }, 30*time.Second, 50*time.Millisecond, "80 %%")
	post(2, 40_000) // delivered again
	post(3, 60_000) // 1.00
	post(4, 400_000)
	require.Eventually(t, func() bool { return len(types()) >= 2 }, 30*time.Second, 50*time.Millisecond, "100 %%")
	require.Eventually(t, func() bool { return nano(scrape(t, scrapeURL).sum("llm_cost_booked_usd_total")) == nano(2.0) },
		30*time.Second, 100*time.Millisecond, "the book")
	require.Eventually(t, func() bool {
		return nano(scrape(t, scrapeURL).sum("llm_budget_spent_usd", "budget_name", "org-yearly")) == nano(2)
	},
		30*time.Second, 100*time.Millisecond, "the budget")
	require.Equal(t, []string{"YEARLY_BUDGET_WARNING", "YEARLY_BUDGET_EXCEEDED"}, types())
	for _, a := range alertsAt(backend) {
		assert.Contains(t, a.Body, a.Budget.Name)
		assert.NotZero(t, a.Trace)
		assert.Contains(t, g.Log(), a.Body)
	}
	checkQuiet(t, g)
}

// kills is how often TestBudgetsSurviveKills kills the gateway.
func kills(t testing.TB) int {
	text := os.Getenv("BUDGET_KILLS")
	if text == "" {
		return 100 // a minute and a half on two cores
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err)
	return n
}

// retrying sends calls of 0.10 USD one after the other, each until it is acknowledged, as an SDK with a queue does.
type retrying struct {
	url          string
	acknowledged atomic.Int64
}

func (r *retrying) run(ctx context.Context) {
	client := &http.Client{Timeout: 10 * time.Second}
	for n := 1; ctx.Err() == nil; n++ {
		body := budgetCall(n, 40_000, time.Now())
		for !r.send(client, body) { // also after the end: whether it was counted nobody would know
			time.Sleep(20 * time.Millisecond)
		}
		r.acknowledged.Add(1)
	}
}

func (r *retrying) send(client *http.Client, body []byte) bool {
	resp, err := client.Post(r.url, "application/json", bytes.NewReader(body))
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// TestBudgetsSurviveKills kills the gateway at random points while a client that retries sends known spend: the total and the book are
// exact, each crossing is an alert with one id, an id comes again at most once a kill, and Prometheus' increase is what was spent.
func TestBudgetsSurviveKills(t *testing.T) {
	need(t, "prometheus")
	backend := sink.Start(t)
	ports := gateway.FreePorts(t, 5)
	o := gateway.Options{
		Config: gateway.Root() + "/collector-config.yaml", Dir: t.TempDir(), Args: []string{"--config", gateway.Root() + "/test/testdata/budgets.yaml"},
		Env: []string{
			"OTLP_GRPC_ENDPOINT=" + gateway.Loopback(ports[0]), "OTLP_HTTP_ENDPOINT=" + gateway.Loopback(ports[1]),
			"PROMETHEUS_ENDPOINT=" + gateway.Loopback(ports[2]), "HEALTH_ENDPOINT=" + gateway.Loopback(ports[3]), fmt.Sprintf("TELEMETRY_PORT=%d", ports[4]),
			"BACKEND_EXPORTER=otlp_grpc/backend", "OTLP_BACKEND=" + backend.GRPC,
		},
	}
	server := prometheus.Start(t, false, gateway.Loopback(ports[2]))
	g := gateway.Start(t, o)
	client := &retrying{url: "http://" + gateway.Loopback(ports[1]) + "/v1/traces"}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		client.run(ctx)
	}()

	n := kills(t)
	for range n {
		time.Sleep(time.Duration(rand.IntN(1000)) * time.Millisecond)
		g.Kill()
		g = gateway.Start(t, o)
	}
	const most = 1000 // calls that cross every threshold of the lifetime budget
	require.Eventually(t, func() bool { return client.acknowledged.Load() >= most }, 3*time.Minute, 50*time.Millisecond, "the client sends on")
	cancel()
	<-ended
	calls := client.acknowledged.Load()
	spent := float64(calls) / 10

	scrapeURL := "http://" + gateway.Loopback(ports[2]) + "/metrics"
	require.Eventually(t, func() bool {
		return nano(scrape(t, scrapeURL).sum("llm_budget_spent_usd", "budget_name", "total")) == nano(spent)
	},
		60*time.Second, 200*time.Millisecond, "the budget's total")
	require.Eventually(t, func() bool { return nano(scrape(t, scrapeURL).sum("llm_cost_booked_usd_total")) == nano(spent) },
		60*time.Second, 200*time.Millisecond, "the book")
	assert.InDelta(t, float64(calls), scrape(t, scrapeURL).sum("llm_calls_booked_total"), 0)
	crossings, repeated := map[string]bool{}, 0
	require.Eventually(t, func() bool {
		clear(crossings)
		repeated = 0
		for _, a := range alertsAt(backend) {
			if a.Budget.Name != "total" || a.State != genai.AlertFiring {
				continue
			}
			if crossings[a.ID] {
				repeated++
			}
			crossings[a.ID] = true
		}
		return len(crossings) >= 10
	}, 60*time.Second, 200*time.Millisecond, "every crossing is told")
	assert.Len(t, crossings, 10, "one id for each crossing")
	assert.LessOrEqual(t, repeated, n)
	checkBook(t, server, spent)
	g.Kill() // its value is known now: it must not fall again
	gateway.Start(t, o)
	require.Eventually(t, func() bool { return nano(scrape(t, scrapeURL).sum("llm_cost_booked_usd_total")) == nano(spent) },
		60*time.Second, 200*time.Millisecond, "the book after one more")
	checkBook(t, server, spent)
	t.Logf("%d kills, %d calls, %d ids, %d repeated", n, calls, len(crossings), repeated)
}

// checkBook looks at what a Prometheus that saw it all has: from 0 to what was spent, never down. That is what increase() adds up.
func checkBook(t *testing.T, server *prometheus.Server, spent float64) {
	t.Helper()
	require.Eventually(t, func() bool { return nano(server.Scalar(t, "sum(llm_cost_booked_usd_total)")) == nano(spent) },
		60*time.Second, 200*time.Millisecond, "Prometheus has the last value")
	all := server.Matrix(t, "llm_cost_booked_usd_total[1h]")
	require.Len(t, all, 1)
	assert.Zero(t, all[0].Values[0], "it begins at 0")
	assert.IsNonDecreasing(t, all[0].Values)
	assert.Equal(t, nano(spent), nano(all[0].Values[len(all[0].Values)-1]))
	// Beyond the last sample it is extended by 1.1 intervals between samples at most, and not at all before the 0.
	increase := server.Scalar(t, "increase(llm_cost_booked_usd_total[1h])")
	assert.GreaterOrEqual(t, nano(increase), nano(spent))
	assert.LessOrEqual(t, increase, spent*(1+1.1/float64(len(all[0].Values)-1))*(1+1e-9))
	t.Logf("increase() of %d samples is %v, and %v was spent", len(all[0].Values), increase, spent)
}
