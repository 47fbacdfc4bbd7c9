package test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

var promptID atomic.Uint32

// promptTraces are model calls, each of its own, with a prompt of so many bytes.
func promptTraces(sizes ...int) ptrace.Traces {
	traces := ptrace.NewTraces()
	rs := traces.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr(genai.ServiceName, "long-prompts")
	spans := rs.ScopeSpans().AppendEmpty().Spans()
	for _, n := range sizes {
		id := promptID.Add(1)
		span := spans.AppendEmpty()
		span.SetTraceID([16]byte{1, byte(id)})
		span.SetSpanID([8]byte{1, byte(id)})
		span.SetName("chat")
		span.SetStartTimestamp(1e9)
		span.SetEndTimestamp(2e9)
		span.Attributes().PutStr(genai.OperationName, genai.OpChat)
		span.Attributes().PutStr(genai.ProviderName, "openai")
		span.Attributes().PutStr(genai.RequestModel, "gpt-4o-mini")
		span.Attributes().PutInt(genai.UsageInput, 1000)
		span.Attributes().PutInt(genai.UsageOutput, 1)
		span.Attributes().PutStr("gen_ai.input.messages", strings.Repeat("x", n))
	}
	return traces
}

func textLogs(sizes ...int) plog.Logs {
	logs := plog.NewLogs()
	records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	for _, n := range sizes {
		records.AppendEmpty().Body().SetStr(strings.Repeat("x", n))
	}
	return logs
}

// postProto gives the status and the answer of an OTLP request over HTTP.
func postProto(t *testing.T, url string, body []byte) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-protobuf")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(answer)
}

func dial(t *testing.T, address string) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// TestASpanTooLargeIsRefused: a span or log record that no request to the backend could carry is an error to its sender and a number in
// the gateway's own metrics; what was sent beside it arrives, and its cost counts. Over both protocols in, and both out.
func TestASpanTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	backend := sink.Start(t) // its gRPC refuses more than 4 MiB, as most do
	for name, env := range map[string][]string{
		"to gRPC": {"BACKEND_EXPORTER=otlp_grpc/backend", "OTLP_BACKEND=" + backend.GRPC},
		"to HTTP": {"BACKEND_EXPORTER=otlp_http/backend", "OTLP_BACKEND_URL=" + backend.URL},
	} {
		t.Run(name, func(t *testing.T) { refuseTooLarge(t, env) })
	}
	require.Eventually(t, func() bool { return backend.SpanCount() == 2*6 && recordCount(backend) == 2*2 },
		40*time.Second, 100*time.Millisecond, "all that was not too large, and no more")
}

func refuseTooLarge(t *testing.T, env []string) {
	const tooLarge, large = 5_000_000, 3_400_000
	g, otlp, scrapeURL, _, own, rpc := defaultsGRPC(t,
		[]string{"--set=connectors.genaimetrics.interval=1s", "--set=connectors.genaimetrics.zero_for=0s"}, env...)
	const refused = "otelcol_requestsize_refused"
	require.Contains(t, scrape(t, own), refused, "it begins at 0")
	require.Zero(t, scrape(t, own).sum(refused))

	body, err := ptraceotlp.NewExportRequestFromTraces(promptTraces(10, tooLarge, large)).MarshalProto()
	require.NoError(t, err)
	code, answer := postProto(t, otlp+"/v1/traces", body)
	assert.Equal(t, http.StatusBadRequest, code)
	assert.Contains(t, answer, "1 of 3 spans not accepted")

	conn := dial(t, rpc)
	_, err = ptraceotlp.NewGRPCClient(conn).Export(t.Context(), ptraceotlp.NewExportRequestFromTraces(promptTraces(tooLarge)))
	assert.Equal(t, codes.InvalidArgument, status.Code(err))
	_, err = ptraceotlp.NewGRPCClient(conn).Export(t.Context(), ptraceotlp.NewExportRequestFromTraces(promptTraces(10, large, large, 10)))
	require.NoError(t, err, "cut between its spans it fits")

	logs, err := plogotlp.NewExportRequestFromLogs(textLogs(10, tooLarge)).MarshalProto()
	require.NoError(t, err)
	code, _ = postProto(t, otlp+"/v1/logs", logs)
	assert.Equal(t, http.StatusBadRequest, code)
	_, err = plogotlp.NewGRPCClient(conn).Export(t.Context(), plogotlp.NewExportRequestFromLogs(textLogs(tooLarge, 10)))
	assert.Equal(t, codes.InvalidArgument, status.Code(err))

	require.Eventually(t, func() bool {
		got := scrape(t, own)
		return got.sum(refused, "item", "span") == 2 && got.sum(refused, "item", "log_record") == 2 &&
			scrape(t, scrapeURL).sum("llm_calls_total") == 8
	}, 40*time.Second, 100*time.Millisecond)
	g.Stop(t)
	checkQuiet(t, g)
}

func recordCount(s *sink.Sink) int {
	n := 0
	for _, logs := range s.Logs() {
		n += logs.LogRecordCount()
	}
	return n
}
