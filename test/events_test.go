package test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/servers"
	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// playCaptures posts every capture, and posts it again; and the older LangChain spans. It returns what the calls of the captures cost.
func playCaptures(t *testing.T, otlp string) (billed int64) {
	t.Helper()
	for name, truth := range readTruth(t) {
		body, _ := readCapture(t, name)
		for range 2 {
			gateway.Post(t, otlp+"/v1/traces", "application/json", body)
		}
		billed += nano(truth.ExpectedTotalUSD)
	}
	gateway.Post(t, otlp+"/v1/traces", "application/json", langchainSpans(t))
	return billed
}

func langchainSpans(t testing.TB) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(gateway.Root(), "test", "testdata", "langchain.json"))
	require.NoError(t, err)
	return body
}

// langchainBill is what the two calls of testdata/langchain.json cost: 1,000 and 200 tokens of gpt-4o-mini, 2,000 and 100 of
// claude-sonnet-4-5.
const langchainBill = (1000*150 + 200*600) + (2000*3000 + 100*15000)

// ownRecords is what a gateway says that it has written, by event.
func ownRecords(t testing.TB, s *shipped) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, m := range scrape(t, s.telemetry)["otelcol_genaievents_records"].GetMetric() {
		for _, label := range m.GetLabel() {
			if n := int(m.GetCounter().GetValue()); label.GetName() == "event" && n > 0 {
				counts[label.GetValue()] += n
			}
		}
	}
	return counts
}

func countByEvent(all []plog.Logs) map[string]int {
	counts := map[string]int{}
	eachLog(all, func(_ pcommon.Resource, rec plog.LogRecord) { counts[rec.EventName()]++ })
	return counts
}

func eachLog(all []plog.Logs, visit func(pcommon.Resource, plog.LogRecord)) {
	for _, logs := range all {
		for _, resource := range logs.ResourceLogs().All() {
			for _, scope := range resource.ScopeLogs().All() {
				for _, rec := range scope.LogRecords().All() {
					visit(resource.Resource(), rec)
				}
			}
		}
	}
}

// TestEvents: configs/events.yaml writes a record for each thing that happened, whose costs add up to the bill, and alerts too. Through a
// second gateway nothing is added to them and nothing is lost.
func TestEvents(t *testing.T) {
	t.Parallel()
	backend := sink.Start(t)
	second := startShipped(t, "collector-config.yaml", []string{"--set=exporters.dashboard.endpoint=127.0.0.1:0"},
		"BACKEND_EXPORTER=otlp_http/backend", "OTLP_BACKEND_URL="+backend.URL, "DATA_DIR="+t.TempDir())
	first := startShipped(t, "configs/events.yaml", []string{
		"--set=connectors.budgetalert.budgets=[{name: small, period: lifetime, limit_usd: 0.01}]",
	}, "LOGS_URL="+second.otlp+"/v1/logs", "DATA_DIR="+t.TempDir())
	billed := playCaptures(t, first.otlp) + langchainBill

	require.Eventually(t, func() bool {
		got := countByEvent(backend.Logs())
		return got[genai.EventPerformanceAlert] > 0 && maps.Equal(ownRecords(t, first), got)
	}, 60*time.Second, 100*time.Millisecond, "what was written arrives")
	got := countByEvent(backend.Logs())
	for _, event := range []string{
		genai.EventAgentRequest, genai.EventCall, genai.EventTool, genai.EventApplicationError,
	} {
		assert.Positive(t, got[event], event)
	}
	total, requests := int64(0), map[string]int{}
	eachLog(backend.Logs(), func(res pcommon.Resource, rec plog.LogRecord) {
		attrs := rec.Attributes()
		assert.LessOrEqual(t, attrs.Len(), 40)
		assert.Equal(t, rec.EventName(), valueAt(attrs, genai.EventName))
		if rec.EventName() != genai.EventPerformanceAlert {
			assert.Equal(t, valueAt(res.Attributes(), genai.ServiceName), valueAt(attrs, genai.LogService))
		}
		if v, ok := attrs.Get(genai.LogCost); ok {
			total += nano(v.Double())
		}
		requests[valueAt(attrs, genai.LogRequestID)+" "+rec.EventName()]++
	})
	guessed := int64(0)
	for _, truth := range readTruth(t) {
		guessed += nano(truth.GuessedTotalUSD)
	}
	assert.GreaterOrEqual(t, total, billed)
	assert.LessOrEqual(t, total, billed+guessed, "nano-USD, and what clients only guessed")
	for key, want := range map[string]int{
		"req-42 " + genai.EventAgentRequest: 1, "req-42 " + genai.EventCall: 2, "req-42 " + genai.EventTool: 1,
		"req-43 " + genai.EventAgentRequest: 1, "req-43 " + genai.EventApplicationError: 1,
	} {
		assert.Equal(t, want, requests[key], key)
	}
	checkQuiet(t, first.Gateway)
}

func valueAt(attrs pcommon.Map, key string) string {
	if v, ok := attrs.Get(key); ok {
		return v.AsString()
	}
	return ""
}

// TestVictoriaLogs: a real VictoriaLogs takes the records over OTLP, and has as many of each as were written.
func TestVictoriaLogs(t *testing.T) {
	t.Parallel()
	if servers.Missing(servers.NameVictoriaLogs) {
		missing(t, "VictoriaLogs")
	}
	store := servers.StartVictoriaLogs(t)
	s := startShipped(t, "configs/events.yaml", []string{"--set=connectors.genaievents.naming=[langchain, semconv]"},
		"LOGS_URL="+store.OTLP, "DATA_DIR="+t.TempDir())
	playCaptures(t, s.otlp)
	want := ownRecords(t, s)
	require.Contains(t, want, genai.EventInferenceDetails)
	require.Eventually(t, func() bool { return maps.Equal(want, store.CountBy(t, genai.EventName)) }, 60*time.Second, 200*time.Millisecond,
		"records by event.name: %v", want)

	var calls []map[string]string
	require.Eventually(t, func() bool {
		calls = store.Query(t, `request_id:="req-42" and "event.name":="llm_api_call"`)
		return len(calls) == 2
	}, 60*time.Second, 200*time.Millisecond, "a busy store may answer this one later than that")
	var costs []string
	for _, call := range calls {
		assert.Equal(t, "helpdesk", call[genai.ServiceName])
		assert.Equal(t, "5b8aa5a2d2c872e8321cf37308d69df2", call["trace_id"])
		costs = append(costs, call[genai.AttrModel]+" "+call[genai.LogCost]+" "+call[genai.LogAttempt])
	}
	slices.Sort(costs)
	assert.Equal(t, []string{"claude-sonnet-4-5 0.0075 2", "gpt-4o-mini 0.00027 1"}, costs)
	checkQuiet(t, s.Gateway)
}
