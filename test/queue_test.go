package test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// bigTraces is about 10 MB: more than twice what a gRPC server accepts in one message unless it is told otherwise.
func bigTraces() ptrace.Traces {
	traces := ptrace.NewTraces()
	spans := traces.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	prompt := strings.Repeat("a long prompt ", 7500)
	for i := range 100 {
		span := spans.AppendEmpty()
		span.SetTraceID(pcommon.TraceID{1})
		span.SetSpanID(pcommon.SpanID{byte(i), 1})
		span.SetName("chat")
		span.Attributes().PutStr("gen_ai.input.messages", prompt)
	}
	return traces
}

// TestBigRequestsReachTheBackend: one request of 10 MB reaches a backend with gRPC's usual limit of 4 MiB, whole.
func TestBigRequestsReachTheBackend(t *testing.T) {
	t.Parallel()
	backend := sink.Start(t)
	g, otlp, _, _ := defaults(t, "BACKEND_EXPORTER=otlp_grpc/backend", "OTLP_BACKEND="+backend.GRPC)
	body, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(bigTraces())
	require.NoError(t, err)
	require.Greater(t, len(body), 8<<20)
	gateway.Post(t, otlp+"/v1/traces", "application/x-protobuf", body)
	require.Eventually(t, func() bool { return backend.SpanCount() == 100 }, 40*time.Second, 50*time.Millisecond)
	assert.Greater(t, len(backend.Traces()), 2, "in parts")
	checkQuiet(t, g)
}

// overOTLP lets configs/kafka-gateway.yaml read OTLP/HTTP instead of Kafka, for a test without a broker.
const overOTLP = `
receivers:
  otlp: {protocols: {http: {endpoint: "${env:OTLP_HTTP_ENDPOINT}"}}}
service:
  pipelines:
    traces: {receivers: [otlp]}
    logs: {receivers: [otlp]}
    metrics/clients: {receivers: [otlp]}
`

// kafkaGateway starts configs/kafka-gateway.yaml, reading OTLP.
func kafkaGateway(t *testing.T, backend string, env ...string) *shipped {
	t.Helper()
	intake := filepath.Join(t.TempDir(), "otlp.yaml")
	require.NoError(t, os.WriteFile(intake, []byte(overOTLP), 0o600))
	return startShipped(t, "configs/kafka-gateway.yaml", []string{"--config", intake}, append(env, "OTLP_BACKEND="+backend)...)
}

// TestKafkaGatewayAnswersWhenTheBackendHasIt: what reads from Kafka marks a message when the pipeline answers, so it must not answer
// before the backend did.
func TestKafkaGatewayAnswersWhenTheBackendHasIt(t *testing.T) {
	t.Parallel()
	body, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(bigTraces())
	require.NoError(t, err)

	backend := sink.Start(t)
	gateway.Post(t, kafkaGateway(t, backend.GRPC).otlp+"/v1/traces", "application/x-protobuf", body)
	assert.Equal(t, 100, backend.SpanCount(), "at the moment of the answer")

	away := gateway.Loopback(gateway.FreePorts(t, 1)[0])
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, kafkaGateway(t, away, "SHUTDOWN_TIMEOUT=2s").otlp+"/v1/traces", bytes.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-protobuf")
	resp, err := http.DefaultClient.Do(req)
	if err == nil {
		require.NoError(t, resp.Body.Close())
		require.NotEqual(t, http.StatusOK, resp.StatusCode, "nobody has it")
	}
}
