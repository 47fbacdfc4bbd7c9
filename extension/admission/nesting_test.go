package admission

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
)

// nest fills a value with arrays, or lists of keys, in each other.
func nest(v pcommon.Value, levels int, lists bool) {
	for range levels {
		if lists {
			v = v.SetEmptyMap().PutEmpty("a")
		} else {
			v = v.SetEmptySlice().AppendEmpty()
		}
	}
	v.SetInt(1)
}

// places are requests with one value each, at all the places that values have.
func places(t *testing.T, fill func(pcommon.Value)) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	attribute := func(m pcommon.Map) { fill(m.PutEmpty("k")) }
	traces := func(name string, put func(ptrace.ResourceSpans, ptrace.ScopeSpans, ptrace.Span)) {
		td := ptrace.NewTraces()
		rs := td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", "bot")
		ss := rs.ScopeSpans().AppendEmpty()
		s := ss.Spans().AppendEmpty()
		s.SetName("chat gpt-4o")
		s.SetTraceID([16]byte{1, 2, 3})
		s.Attributes().PutStr("gen_ai.input.messages", strings.Repeat("some 2 * 3 text ", 100))
		put(rs, ss, s)
		bytes, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
		require.NoError(t, err)
		out[name] = bytes
	}
	traces("resource", func(rs ptrace.ResourceSpans, _ ptrace.ScopeSpans, _ ptrace.Span) {
		attribute(rs.Resource().Attributes())
	})
	traces("scope", func(_ ptrace.ResourceSpans, ss ptrace.ScopeSpans, _ ptrace.Span) { attribute(ss.Scope().Attributes()) })
	traces("span", func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, s ptrace.Span) { attribute(s.Attributes()) })
	traces("event", func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, s ptrace.Span) {
		attribute(s.Events().AppendEmpty().Attributes())
	})
	traces("link", func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, s ptrace.Span) {
		attribute(s.Links().AppendEmpty().Attributes())
	})
	logs := func(name string, put func(plog.LogRecord)) {
		ld := plog.NewLogs()
		record := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		record.SetTimestamp(1)
		record.SetTraceID([16]byte{1, 2, 3})
		put(record)
		bytes, err := (&plog.ProtoMarshaler{}).MarshalLogs(ld)
		require.NoError(t, err)
		out[name] = bytes
	}
	logs("body", func(r plog.LogRecord) { fill(r.Body()) })
	logs("record", func(r plog.LogRecord) { attribute(r.Attributes()) })
	metrics := func(name string, put func(pmetric.Metric)) {
		md := pmetric.NewMetrics()
		m := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
		m.SetName("m")
		put(m)
		bytes, err := (&pmetric.ProtoMarshaler{}).MarshalMetrics(md)
		require.NoError(t, err)
		out[name] = bytes
	}
	metrics("metadata", func(m pmetric.Metric) { attribute(m.Metadata()) })
	metrics("gauge", func(m pmetric.Metric) { attribute(m.SetEmptyGauge().DataPoints().AppendEmpty().Attributes()) })
	metrics("sum", func(m pmetric.Metric) {
		attribute(m.SetEmptySum().DataPoints().AppendEmpty().Exemplars().AppendEmpty().FilteredAttributes())
	})
	metrics("histogram", func(m pmetric.Metric) { attribute(m.SetEmptyHistogram().DataPoints().AppendEmpty().Attributes()) })
	metrics("histogram exemplar", func(m pmetric.Metric) {
		attribute(m.SetEmptyHistogram().DataPoints().AppendEmpty().Exemplars().AppendEmpty().FilteredAttributes())
	})
	metrics("exponential", func(m pmetric.Metric) {
		attribute(m.SetEmptyExponentialHistogram().DataPoints().AppendEmpty().Attributes())
	})
	metrics("exponential exemplar", func(m pmetric.Metric) {
		attribute(m.SetEmptyExponentialHistogram().DataPoints().AppendEmpty().Exemplars().AppendEmpty().FilteredAttributes())
	})
	metrics("summary", func(m pmetric.Metric) { attribute(m.SetEmptySummary().DataPoints().AppendEmpty().Attributes()) })
	return out
}

// inPieces scans as a connection gives the bytes.
func inPieces(s scanner, whole []byte) error {
	for len(whole) > 0 {
		n := min(1+rand.IntN(1000), len(whole))
		if err := s.scan(whole[:n]); err != nil {
			return err
		}
		whole = whole[n:]
	}
	return nil
}

func TestNestingWhereverValuesAre(t *testing.T) {
	for _, lists := range []bool{false, true} {
		levels := maxNesting / 2
		if lists {
			levels = maxNesting / 3
		}
		for name, request := range places(t, func(v pcommon.Value) { nest(v, levels, lists) }) {
			require.ErrorIs(t, newMessages().scan(request), errNesting, name)
			require.ErrorIs(t, inPieces(newMessages(), request), errNesting, name)
		}
		for name, request := range places(t, func(v pcommon.Value) { nest(v, levels-10, lists) }) {
			require.NoError(t, inPieces(newMessages(), request), name)
		}
	}
	for name, request := range places(t, func(v pcommon.Value) { v.SetStr(strings.Repeat("*2", maxNesting)) }) {
		require.NoError(t, inPieces(newMessages(), request), name)
	}
}

// A group, which the decoder leaves out up to its first field, hides nothing.
func TestNestingBehindAGroup(t *testing.T) {
	deep := places(t, func(v pcommon.Value) { nest(v, maxNesting, false) })["span"]
	for name, before := range map[string]string{
		"empty": "\xa3\x06\xa4\x06", "with a field that would be a message": "\xa3\x06\x0a\x02xx", "in a group": "\xa3\x06\xa3\x06\x0a\x02xx",
		"with a number": "\xa3\x06\x08\x96\x01", "with fixed ones": "\xa3\x06\x09xxxxxxxx\xa3\x06\x0dxxxx",
	} {
		request := append([]byte(before), deep...)
		require.ErrorIs(t, inPieces(newMessages(), request), errNesting, name)
		_, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(request)
		assert.NoError(t, err, "%s: the decoder takes it", name)
	}
}

func TestNestingInJSON(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"deep":      {strings.Repeat(`{"a":[`, maxNesting/2) + "[", errNesting},
		"not so":    {strings.Repeat(`{"a":[`, maxNesting/2), nil},
		"many":      {strings.Repeat(`{"a":[]}`, maxNesting), nil},
		"in text":   {`"` + strings.Repeat(`[\"`, maxNesting+1), nil},
		"after one": {`"\\"` + strings.Repeat(`[`, maxNesting+1), errNesting},
	} {
		assert.Equal(t, c.want, inPieces(&brackets{}, []byte(c.text)), name)
	}
}

func TestNestingOverHTTP(t *testing.T) {
	wrap, err := made(t, defaultConfig(), 1<<30).GetHTTPHandler(t.Context())
	require.NoError(t, err)
	h, err := wrap(t.Context(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	}))
	require.NoError(t, err)
	deep := places(t, func(v pcommon.Value) { nest(v, maxNesting, false) })["span"]
	send := func(kind string, body []byte, length int64) int {
		r := httptest.NewRequest(http.MethodPost, "/v1/traces", bytes.NewReader(body))
		r.Header.Set("Content-Type", kind)
		r.ContentLength = length
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	brackets := bytes.Repeat([]byte("["), 2*maxNesting)
	for _, length := range []int64{-1, 2 * maxNesting} { // compressed, plain
		assert.Equal(t, http.StatusBadRequest, send("application/x-protobuf", deep, length))
		assert.Equal(t, http.StatusBadRequest, send("application/json; charset=utf-8", brackets, length))
		assert.Equal(t, http.StatusOK, send("application/x-protobuf", brackets, length))
	}
}

type accepting struct {
	ptraceotlp.UnimplementedGRPCServer
}

func (*accepting) Export(context.Context, ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	return ptraceotlp.NewExportResponse(), nil
}

// overGRPC is a connection to a server behind a.
func overGRPC(t *testing.T, a *admission) *grpc.ClientConn {
	t.Helper()
	options, err := a.GetGRPCServerOptions(t.Context())
	require.NoError(t, err)
	server := grpc.NewServer(options...)
	ptraceotlp.RegisterGRPCServer(server, &accepting{})
	listener := bufconn.Listen(1 << 16)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	conn, err := grpc.NewClient("passthrough:test", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, conn.Close())
		server.Stop()
		require.NoError(t, <-served)
	})
	return conn
}

func TestNestingOverGRPC(t *testing.T) {
	conn := overGRPC(t, made(t, defaultConfig(), 1<<30))
	send := func(levels int) error {
		td := ptrace.NewTraces()
		nest(td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty().Attributes().PutEmpty("k"), levels, true)
		_, err := ptraceotlp.NewGRPCClient(conn).Export(t.Context(), ptraceotlp.NewExportRequestFromTraces(td))
		return err
	}
	require.NoError(t, send(maxNesting/3-10))
	err := send(maxNesting)
	require.Equal(t, codes.Internal, status.Code(err))
	require.ErrorContains(t, err, errNesting.Error())
}

func FuzzMessages(f *testing.F) {
	f.Add([]byte("\x0a\x04\x0a\x02\x0a\x00"))
	f.Add([]byte("\xa3\x06\xa3\x06\xa4\x06\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, request []byte) {
		pieces, whole := newMessages(), newMessages()
		assert.NoError(t, whole.scan(request), "so few bytes cannot nest deep")
		assert.NoError(t, inPieces(pieces, request))
		assert.Equal(t, whole, pieces)
		// What the first of them gives up the decoder refuses, and what the decoder takes makes sense to it.
		if _, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(request); err == nil {
			assert.False(t, whole[0].lost)
		}
	})
}
