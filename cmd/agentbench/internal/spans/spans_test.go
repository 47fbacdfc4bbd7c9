package spans

import (
	"bytes"
	stdgzip "compress/gzip"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/load"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/measure"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var root = [8]byte{9}

// span adds a span to td: of trace n, from and to in milliseconds.
func span(td ptrace.Traces, n, id byte, from, to int, attrs map[string]any) ptrace.Span {
	s := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	s.SetTraceID(pcommon.TraceID{n})
	s.SetSpanID(pcommon.SpanID{id})
	s.SetParentSpanID(pcommon.SpanID{1})
	begin := time.Date(2026, 9, 23, 12, 0, 0, 0, time.UTC)
	s.SetStartTimestamp(pcommon.NewTimestampFromTime(begin.Add(time.Duration(from) * time.Millisecond)))
	s.SetEndTimestamp(pcommon.NewTimestampFromTime(begin.Add(time.Duration(to) * time.Millisecond)))
	_ = s.Attributes().FromRaw(attrs)
	return s
}

func call(usd float64, status string) map[string]any {
	return map[string]any{
		genai.OperationName: genai.OpChat, genai.CostStatus: status, genai.CostTotal: usd, genai.UsageInput: 100, genai.UsageOutput: 10,
		genai.UsageCacheRead: 40,
	}
}

func request(n byte, took time.Duration, failure string) measure.Request {
	return measure.Request{Trace: [16]byte{n}, Ended: took, Failure: failure}
}

func TestBill(t *testing.T) {
	l := NewLedger()
	for n := range byte(5) {
		l.Expect([16]byte{n}, root)
	}
	td := ptrace.NewTraces()
	span(td, 0, 1, 0, 100, nil).SetParentSpanID(root)
	span(td, 0, 2, 10, 40, call(0.000000001, genai.StatusPriced))
	span(td, 0, 3, 30, 50, call(0.5, genai.StatusPriced)) // at the same time as the one before
	span(td, 0, 4, 45, 70, map[string]any{genai.OperationName: genai.OpExecuteTool})
	span(td, 0, 5, 0, 100, call(7, genai.StatusRollup))
	span(td, 0, 6, 30, 50, call(7, genai.StatusDuplicate))
	span(td, 1, 2, 0, 10, call(0.25, genai.StatusEstimated))
	span(td, 1, 3, 0, 10, call(0, genai.StatusUnpriced))
	span(td, 2, 1, 0, 10, nil).SetParentSpanID(root)
	span(td, 7, 1, 0, 10, call(9, genai.StatusPriced)) // nobody's
	l.Add(td, time.Now())
	l.Add(td, time.Now()) // delivered again

	b := l.Bill([]measure.Request{
		request(0, 120*time.Millisecond, ""), request(1, 10*time.Millisecond, load.Status), request(2, 10*time.Millisecond, ""),
		request(3, 10*time.Millisecond, ""), request(4, 10*time.Millisecond, load.Timeout),
	})
	require.Equal(t, int64(750_000_001), b.Nano, "the failed request is paid too")
	require.Equal(t, []int{2, 1, 1}, []int{b.Accounted, b.Unaccounted, b.WithoutCalls})
	require.Equal(t, []int{4, 1, 1}, []int{b.Calls, b.Unpriced, b.Estimated})
	usd, ok := b.USD([16]byte{0})
	require.True(t, ok)
	require.Equal(t, 0.500000001, usd)
	_, ok = b.USD([16]byte{3})
	require.False(t, ok, "no span came: its cost is not 0 but unknown")
	require.Equal(t, 0.750000001, l.SoFar())

	only := l.Bill([]measure.Request{request(0, 120*time.Millisecond, "")})
	require.Equal(t, []time.Duration{40 * time.Millisecond, 20 * time.Millisecond, 60 * time.Millisecond}, []time.Duration{only.LLM, only.Tool, only.Agent},
		"what runs at the same time counts once, and a tool only where no model works")
}

func TestSettled(t *testing.T) {
	l := NewLedger()
	at := time.Now()
	l.Expect([16]byte{1}, root)
	traces := [][16]byte{{1}}
	require.False(t, l.Settled(traces, at, time.Second))
	td := ptrace.NewTraces()
	span(td, 1, 2, 0, 1, call(1, genai.StatusPriced))
	l.Add(td, at)
	require.False(t, l.Settled(traces, at.Add(time.Minute), time.Second), "the agent's own span is missing")
	td = ptrace.NewTraces()
	span(td, 1, 1, 0, 1, nil).SetParentSpanID(root)
	l.Add(td, at)
	require.False(t, l.Settled(traces, at.Add(time.Second/2), time.Second), "more may come")
	require.True(t, l.Settled(traces, at.Add(time.Second), time.Second))
}

func TestServer(t *testing.T) {
	l := NewLedger()
	l.Expect([16]byte{1}, root)
	s, err := Listen(t.Context(), "127.0.0.1:0", l)
	require.NoError(t, err)
	defer s.Stop()
	conn, err := grpc.NewClient(s.Addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	td := ptrace.NewTraces()
	span(td, 1, 2, 0, 1, call(0.25, genai.StatusPriced))
	_, err = ptraceotlp.NewGRPCClient(conn).Export(t.Context(), ptraceotlp.NewExportRequestFromTraces(td), grpc.UseCompressor(gzip.Name))
	require.NoError(t, err)
	require.Equal(t, 0.25, l.SoFar())

	post := func(contentType, encoding string, body []byte) int {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.Addr+"/v1/traces", bytes.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", contentType)
		req.Header.Set("Content-Encoding", encoding)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode
	}
	td = ptrace.NewTraces()
	span(td, 1, 3, 0, 1, call(0.5, genai.StatusPriced))
	body, err := ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
	require.NoError(t, err)
	var zipped bytes.Buffer
	z := stdgzip.NewWriter(&zipped)
	_, err = z.Write(body)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.Equal(t, http.StatusOK, post("application/x-protobuf", "gzip", zipped.Bytes()))
	require.Equal(t, 0.75, l.SoFar())
	td = ptrace.NewTraces()
	span(td, 1, 4, 0, 1, call(1, genai.StatusPriced))
	body, err = ptraceotlp.NewExportRequestFromTraces(td).MarshalJSON()
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, post("application/json", "", body))
	require.Equal(t, 1.75, l.SoFar())
	require.Equal(t, http.StatusBadRequest, post("application/json", "", []byte("{")))
	require.Equal(t, http.StatusBadRequest, post("application/json", "zstd", body))
}
