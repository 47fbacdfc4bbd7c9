package test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// temperature is a request with one value of a gauge.
func temperature(room string, value float64) []byte {
	return fmt.Appendf(nil, `{"resourceMetrics":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"house"}}]},"scopeMetrics":[{"metrics":[{
"name":"room.temperature","unit":"Cel","gauge":{"dataPoints":[{"timeUnixNano":"%d","asDouble":%v,"attributes":[{"key":"room","value":{"stringValue":%q}}]}]}}]}]}]}`,
		time.Now().UnixNano(), value, room)
}

// agentSpan is a request with one run of an agent.
func agentSpan(took time.Duration) []byte {
	now := time.Now()
	return fmt.Appendf(nil, `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"house"}}]},"scopeSpans":[{"spans":[{
"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","name":"invoke_agent planner","startTimeUnixNano":"%d","endTimeUnixNano":"%d","attributes":[
{"key":"gen_ai.operation.name","value":{"stringValue":"invoke_agent"}},{"key":"gen_ai.agent.name","value":{"stringValue":"planner"}}]}]}]}]}`,
		now.Add(-took).UnixNano(), now.UnixNano())
}

const thresholdPipelines = `
receivers:
  otlp: {protocols: {http: {endpoint: "${env:OTLP}"}}}
processors:
  llmcost:
exporters:
  otlp_grpc: {endpoint: "${env:BACKEND}", tls: {insecure: true}, sending_queue: {enabled: false}}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    traces: {receivers: [otlp], processors: [llmcost], exporters: [budgetalert]}
    metrics: {receivers: [otlp], exporters: [budgetalert]}
    logs/alerts: {receivers: [budgetalert], exporters: [otlp_grpc]}
connectors:
  budgetalert:
    ledger: {directory: ./ledger}
    budgets: []
    thresholds:
      - {name: HOT, metric: room.temperature, above: 30, resolve_below: 28, for: 0s, keep_firing_for: 1s}
`

const slowThreshold = "      - {name: SLOW, span: {scope: agent, duration_above: 10s}}\n"

// TestThresholds: a gauge and an agent's span beyond their thresholds are one alert each at the far end, through a kill, which tells nothing
// twice; a value well inside and a rule that is gone are the ends.
func TestThresholds(t *testing.T) {
	t.Parallel()
	backend := sink.Start(t)
	port := gateway.FreePorts(t, 1)[0]
	o := gateway.Options{Dir: t.TempDir(), Env: []string{"OTLP=" + gateway.Loopback(port), "BACKEND=" + backend.GRPC}}
	start := func(config string) *gateway.Gateway {
		o.Config = filepath.Join(o.Dir, "config.yaml")
		require.NoError(t, os.WriteFile(o.Config, []byte(config), 0o600))
		return gateway.Start(t, o)
	}
	post := func(signal string, body []byte) {
		gateway.Post(t, "http://"+gateway.Loopback(port)+"/v1/"+signal, "application/json", body)
	}
	told := func() map[string]alert.Alert { // by id: one may come again after a kill
		all := map[string]alert.Alert{}
		for _, a := range alertsAt(backend) {
			all[a.Name+" "+a.State+" "+a.Group["room"]+" "+a.ID] = a
		}
		return all
	}
	until := func(n int) {
		t.Helper()
		require.Eventually(t, func() bool { return len(told()) >= n }, 60*time.Second, 50*time.Millisecond)
		require.Len(t, told(), n)
	}

	g := start(thresholdPipelines + slowThreshold)
	post("metrics", temperature("attic", 31))
	post("traces", agentSpan(14200*time.Millisecond))
	post("traces", agentSpan(9*time.Second))
	until(2)
	for _, a := range told() {
		switch a.Name {
		case "HOT":
			assert.Equal(t, "room.temperature of service house, room attic is 31 Cel, above 30 Cel", a.Body)
			assert.Equal(t, [2]float64{31, 30}, [2]float64{a.Value, a.Threshold})
		case "SLOW":
			assert.Equal(t, "agent planner of service house took 14.2 s, longer than 10 s", a.Body)
			assert.Equal(t, [16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, a.Trace)
			assert.Equal(t, [8]byte{1, 2, 3, 4, 5, 6, 7, 8}, a.Span)
		}
	}

	g.Kill()
	g = start(thresholdPipelines + slowThreshold)
	post("metrics", temperature("attic", 32))
	post("traces", agentSpan(20*time.Second))
	post("metrics", temperature("cellar", 33)) // comes behind what the two before it would have told
	until(3)

	g.Stop(t)
	start(thresholdPipelines)
	until(4) // SLOW is gone
	require.Eventually(t, func() bool {
		post("metrics", temperature("attic", 20))
		return len(told()) == 5
	}, 60*time.Second, 200*time.Millisecond)
	reasons := map[string]string{}
	for _, a := range told() {
		if !a.Firing() {
			reasons[a.Name] = a.Reason
		}
	}
	assert.Equal(t, map[string]string{"SLOW": "rule_removed", "HOT": "recovered"}, reasons)
}
