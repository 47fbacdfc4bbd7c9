package test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// soon makes a health state turn in seconds instead of a minute, and retries as quick.
var soon = []string{
	"--set=extensions.delivery.interval=200ms", "--set=extensions.delivery.after=1s",
	"--set=extensions.healthcheckv2.component_health.recovery_duration=1s",
}

// awaitHealth polls until the health check answers so.
func awaitHealth(t *testing.T, s *shipped, code int, text string) {
	t.Helper()
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		got, body := get(c, s.health+"?verbose")
		require.Equal(c, code, got)
		require.Contains(c, body, text)
	}, 60*time.Second, 100*time.Millisecond)
}

// TestHealthTellsOfExportersThatFail: while the backend is away the health check says which exporter delivers nothing, and it is well again
// when the backend has all.
func TestHealthTellsOfExportersThatFail(t *testing.T) {
	t.Parallel()
	away := gateway.Loopback(gateway.FreePorts(t, 1)[0])
	s := startShipped(t, "collector-config.yaml", append([]string{
		"--set=exporters.otlp_grpc/backend.retry_on_failure.initial_interval=200ms",
		"--set=exporters.otlp_grpc/backend.retry_on_failure.max_interval=1s",
	}, soon...), "BACKEND_EXPORTER=otlp_grpc/backend", "OTLP_BACKEND="+away)
	awaitHealth(t, s, http.StatusOK, "otlp_grpc/backend")
	body, traces := readCapture(t, "vercel-ai-v6")
	gateway.Post(t, s.otlp+"/v1/traces", "application/json", body)
	awaitHealth(t, s, http.StatusInternalServerError, "otlp_grpc/backend delivers no traces since")

	backend := sink.StartAt(t, away)
	require.Eventually(t, func() bool { return backend.SpanCount() == traces.SpanCount() }, 60*time.Second, 100*time.Millisecond)
	awaitHealth(t, s, http.StatusOK, "otlp_grpc/backend")
}

// TestPersistentQueue: what configs/persistent-queue.yaml has acknowledged while the backend was away is there after a kill -9.
func TestPersistentQueue(t *testing.T) {
	t.Parallel()
	away := gateway.Loopback(gateway.FreePorts(t, 1)[0])
	s := startShipped(t, "configs/persistent-queue.yaml", soon, "OTLP_BACKEND="+away)
	_, traces := readCapture(t, "vercel-ai-v6")
	want := map[string]bool{}
	const runs = 20
	for run := range byte(runs) {
		one := renamed(traces, run+1)
		for id := range attributes([]ptrace.Traces{one}) {
			want[id] = true
		}
		postTraces(t, s.otlp, one)
	}
	require.Len(t, want, runs*traces.SpanCount())
	s.Kill()
	s.again(t)
	postTraces(t, s.otlp, renamed(traces, 100))
	awaitHealth(t, s, http.StatusInternalServerError, "otlp_grpc/backend delivers no traces since")
	s.Kill()

	backend := sink.StartAt(t, away)
	s.again(t)
	for id := range attributes([]ptrace.Traces{renamed(traces, 100)}) {
		want[id] = true
	}
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		got := attributes(backend.Traces())
		for id := range want {
			require.Contains(c, got, id)
		}
	}, 60*time.Second, 200*time.Millisecond)
	awaitHealth(t, s, http.StatusOK, "otlp_grpc/backend")
	bill := nano(readTruth(t)["vercel-ai-v6"].ExpectedTotalUSD)
	perSpan := map[string]int64{} // a span that came twice costs once
	eachSpan(backend.Traces(), func(span ptrace.Span) {
		if total, ok := span.Attributes().Get(genai.CostTotal); ok {
			perSpan[span.TraceID().String()+span.SpanID().String()] = nano(total.Double())
		}
	})
	var sum int64
	for _, amount := range perSpan {
		sum += amount
	}
	require.Equal(t, (runs+1)*bill, sum)
}
