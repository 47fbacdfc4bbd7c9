package test

import (
	"bytes"
	"compress/gzip"
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
	return postEncoded(t, url, "", body)
}

func postEncoded(t *testing.T, url, encoding string, body []byte) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-protobuf")
	if encoding != "" {
		req.Header.Set("Content-Encoding", encoding)
	}
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

// recordCount leaves out alerts, such as the one that these calls are of 1970.
func recordCount(s *sink.Sink) int {
	n := 0
	for _, logs := range s.Logs() {
		n += logs.LogRecordCount()
	}
	return n - len(alertsAt(s))
}

// TestRequestsTooLargeAreCounted: both protocols take requests of 64 MiB and refuse larger ones, as they come and uncompressed, and the
// gateway's own metrics say how many.
func TestRequestsTooLargeAreCounted(t *testing.T) {
	t.Parallel()
	const limit = 64 << 20
	g, otlp, _, _, own, rpc := defaultsGRPC(t, nil)
	const requests = "otelcol_intake_requests"
	require.Contains(t, scrape(t, own), requests, "it begins at 0")

	almost := make([]int, 63)
	for i := range almost {
		almost[i] = 1 << 20
	}
	large := textLogs(almost...)
	body, err := plogotlp.NewExportRequestFromLogs(large).MarshalProto()
	require.NoError(t, err)
	require.InDelta(t, limit, len(body), 1<<20)
	code, answer := postProto(t, otlp+"/v1/logs", body)
	require.Equal(t, http.StatusOK, code, answer)
	conn := dial(t, rpc)
	client := plogotlp.NewGRPCClient(conn)
	_, err = client.Export(t.Context(), plogotlp.NewExportRequestFromLogs(large))
	require.NoError(t, err)

	// One byte more than what is read: the answer comes when the gateway has read all that was sent.
	code, _ = postProto(t, otlp+"/v1/logs", make([]byte, limit+1))
	assert.Equal(t, http.StatusBadRequest, code)
	code, _ = postEncoded(t, otlp+"/v1/logs", "gzip", gzipped(t, make([]byte, limit+1)))
	assert.Equal(t, http.StatusBadRequest, code, "it is small as it comes")
	for _, options := range [][]grpc.CallOption{nil, {grpc.UseCompressor("gzip")}} {
		_, err = client.Export(t.Context(), plogotlp.NewExportRequestFromLogs(textLogs(limit+1)), options...)
		assert.Equal(t, codes.ResourceExhausted, status.Code(err))
	}
	code, _ = postProto(t, otlp+"/v1/logs", []byte("not OTLP"))
	assert.Equal(t, http.StatusBadRequest, code)

	require.Eventually(t, func() bool {
		got := scrape(t, own)
		count := func(protocol, outcome string) float64 {
			return got.sum(requests, "protocol", protocol, "outcome", outcome)
		}
		return count("http", "accepted") == 1 && count("grpc", "accepted") == 1 &&
			count("http", "too_large") == 2 && count("grpc", "too_large") == 2 && count("http", "rejected") == 1
	}, 40*time.Second, 100*time.Millisecond)
	checkQuiet(t, g)
}

func gzipped(t *testing.T, body []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(body)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}
