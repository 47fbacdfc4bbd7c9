package test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/servers"
)

// TestJaeger: through configs/jaeger.yaml a real Jaeger has the whole tree of spans of agents' traces, with the cost on each call, and finds
// them by their tags. So it is with the older spans of LangChain's users.
func TestJaeger(t *testing.T) {
	t.Parallel()
	if servers.Missing(servers.NameJaeger) {
		missing(t, "Jaeger")
	}
	jaeger := servers.StartJaeger(t)
	s := startShipped(t, "configs/jaeger.yaml", nil, "JAEGER="+jaeger.OTLP)
	body, traces := readCapture(t, "vercel-ai-v6")
	gateway.Post(t, s.otlp+"/v1/traces", "application/json", body)
	gateway.Post(t, s.otlp+"/v1/traces", "application/json", langchainSpans(t))
	old, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(langchainSpans(t))
	require.NoError(t, err)
	total := checkTrees(t, jaeger, traces)
	assert.Equal(t, nano(readTruth(t)["vercel-ai-v6"].ExpectedTotalUSD), total, "nano-USD on the spans in Jaeger")
	assert.EqualValues(t, langchainBill, checkTrees(t, jaeger, old))

	for tags, want := range map[string][]string{
		`{"llm.cost.status":"priced","request.id":"req-42"}`: {"5b8aa5a2d2c872e8321cf37308d69df2"},
		`{"llm.cost.total":"0.0075"}`:                        {"5b8aa5a2d2c872e8321cf37308d69df2"},
		`{"tool.name":"refund","error":"true"}`:              {"5b8aa5a2d2c872e8321cf37308d69df3"},
	} {
		var found []string
		for _, trace := range jaeger.Find(t, "helpdesk", tags) {
			found = append(found, trace.TraceID)
		}
		assert.Equal(t, want, found, tags)
	}
	checkQuiet(t, s.Gateway)
}

// checkTrees waits until Jaeger has every trace whole, compares the trees and adds up the cost.
func checkTrees(t *testing.T, jaeger *servers.Jaeger, sent ptrace.Traces) (total int64) {
	t.Helper()
	want := map[string]map[string]string{} // by trace and span: name and parent
	eachSpan([]ptrace.Traces{sent}, func(span ptrace.Span) {
		id := span.TraceID().String()
		if want[id] == nil {
			want[id] = map[string]string{}
		}
		want[id][span.SpanID().String()] = span.Name() + " in " + span.ParentSpanID().String()
	})
	for id, spans := range want {
		var trace servers.Trace
		require.Eventually(t, func() bool {
			trace = jaeger.Trace(t, id)
			return len(trace.Spans) == len(spans)
		}, 60*time.Second, 100*time.Millisecond, "trace %s", id)
		got := map[string]string{}
		for i := range trace.Spans {
			span := &trace.Spans[i]
			got[span.SpanID] = span.OperationName + " in " + span.Parent()
			cost := span.Tag(genai.CostTotal)
			switch span.Tag(genai.CostStatus) {
			case genai.StatusPriced, genai.StatusReported, genai.StatusEstimated, genai.StatusFree:
				usd, err := strconv.ParseFloat(cost, 64)
				require.NoError(t, err, "%s of %s", genai.CostTotal, span.OperationName)
				total += nano(usd)
			default:
				assert.Empty(t, cost, span.OperationName)
			}
		}
		assert.Equal(t, spans, got)
	}
	return total
}
