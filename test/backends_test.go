package test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// TestBackends: configs/backends.yaml sends priced traces to all three, to Langfuse with its keys.
func TestBackends(t *testing.T) {
	t.Parallel()
	jaeger, tempo, langfuse := sink.Start(t), sink.Start(t), sink.Start(t)
	behind, err := url.Parse(langfuse.URL)
	require.NoError(t, err)
	var mu sync.Mutex
	asked := map[string]string{} // paths with their Authorization
	front := httptest.NewServer(http.StripPrefix("/api/public/otel", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked[r.URL.Path] = r.Header.Get("Authorization")
		mu.Unlock()
		httputil.NewSingleHostReverseProxy(behind).ServeHTTP(w, r)
	})))
	t.Cleanup(front.Close)
	s := startShipped(t, "configs/backends.yaml", []string{"--set=connectors.genaimetrics.interval=1s", "--set=connectors.genaimetrics.zero_for=0s"},
		"JAEGER="+jaeger.URL, "TEMPO="+tempo.GRPC, "LANGFUSE="+front.URL+"/api/public/otel", "LANGFUSE_AUTH=a2V5OnNlY3JldA==")
	body, traces := readCapture(t, "vercel-ai-v6")
	gateway.Post(t, s.otlp+"/v1/traces", "application/json", body)
	bill := nano(readTruth(t)["vercel-ai-v6"].ExpectedTotalUSD)
	for name, backend := range map[string]*sink.Sink{"jaeger": jaeger, "tempo": tempo, "langfuse": langfuse} {
		require.Eventually(t, func() bool { return backend.SpanCount() == traces.SpanCount() }, 40*time.Second, 50*time.Millisecond, name)
		assert.Equal(t, bill, sum(count(t, backend.Traces()).priced), name)
	}
	mu.Lock()
	assert.Equal(t, map[string]string{"/v1/traces": "Basic a2V5OnNlY3JldA=="}, asked)
	mu.Unlock()
	require.Eventually(t, func() bool { return nano(scrape(t, s.scrape).sum("llm_cost_usd_total", "instance", "0123")) == bill },
		30*time.Second, 100*time.Millisecond)
	checkQuiet(t, s.Gateway)
}

// TestTailSampling: configs/tail-sampling.yaml passes on the traces with an error, a dear or an unpriced call and the slow ones, few of the
// others, and counts them all.
func TestTailSampling(t *testing.T) {
	t.Parallel()
	backend := sink.Start(t)
	s := startShipped(t, "configs/tail-sampling.yaml", []string{
		"--set=connectors.genaimetrics.interval=1s", "--set=connectors.genaimetrics.zero_for=0s", "--set=processors.tail_sampling.decision_wait=1s",
	}, "OTLP_BACKEND="+backend.GRPC)
	const ordinary = 400
	kept := map[string]func(ptrace.Span){
		"error":    func(span ptrace.Span) { span.Status().SetCode(ptrace.StatusCodeError) },
		"dear":     func(span ptrace.Span) { span.Attributes().PutInt(genai.UsageOutput, 1_000_000) },
		"unpriced": func(span ptrace.Span) { span.Attributes().PutStr(genai.RequestModel, "nobody-knows-it") },
		"slow": func(span ptrace.Span) {
			span.SetStartTimestamp(pcommon.NewTimestampFromTime(span.EndTimestamp().AsTime().Add(-time.Minute)))
		},
	}
	traces := ptrace.NewTraces()
	rs := traces.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr(genai.ServiceName, "assistant")
	spans := rs.ScopeSpans().AppendEmpty().Spans()
	now := time.Now()
	add := func(name string) ptrace.Span {
		span, n := spans.AppendEmpty(), spans.Len()
		span.SetTraceID(pcommon.TraceID{byte(n), byte(n >> 8), 1})
		span.SetSpanID(pcommon.SpanID{byte(n), byte(n >> 8), 1})
		span.SetName(name)
		span.SetStartTimestamp(pcommon.NewTimestampFromTime(now.Add(-time.Second)))
		span.SetEndTimestamp(pcommon.NewTimestampFromTime(now))
		span.Attributes().PutStr(genai.OperationName, genai.OpChat)
		span.Attributes().PutStr(genai.ProviderName, "openai")
		span.Attributes().PutStr(genai.RequestModel, "gpt-4o-mini")
		span.Attributes().PutInt(genai.UsageInput, 300)
		span.Attributes().PutInt(genai.UsageOutput, 200)
		return span
	}
	for range ordinary {
		add("ordinary")
	}
	for name, change := range kept {
		change(add(name))
	}
	postTraces(t, s.otlp, traces)
	passed := func() map[string]int {
		byName := map[string]int{}
		eachSpan(backend.Traces(), func(span ptrace.Span) { byName[span.Name()]++ })
		return byName
	}
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		got := passed()
		for name := range kept {
			require.Equal(c, 1, got[name], name)
		}
		require.Positive(c, got["ordinary"], "5 %% of them")
	}, 60*time.Second, 100*time.Millisecond)
	require.Less(t, passed()["ordinary"], ordinary/2)
	require.Eventually(t, func() bool {
		return scrape(t, s.scrape).sum("llm_calls_total", "instance", "0123") == float64(ordinary+len(kept))
	}, 30*time.Second, 100*time.Millisecond)
	checkQuiet(t, s.Gateway)
}
