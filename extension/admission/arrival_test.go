package admission

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/tap"
	"google.golang.org/protobuf/types/known/emptypb"
)

// A client that names a length and sends next to nothing keeps nobody out for ever.
func TestABodyThatDoesNotCome(t *testing.T) {
	a := made(t, &Config{InFlightRatio: 1, GoMemoryRatio: 1, GoGC: 100, AssumedBytes: 10}, 100)
	a.arriveWithin = 50 * time.Millisecond
	wrap, err := a.GetHTTPHandler(t.Context())
	require.NoError(t, err)
	h, err := wrap(t.Context(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}))
	require.NoError(t, err)
	server := httptest.NewServer(h)
	defer server.Close()

	slow, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	defer func() { assert.NoError(t, slow.Close()) }()
	_, err = io.WriteString(slow, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{")
	require.NoError(t, err)
	answer, err := io.ReadAll(slow)
	require.NoError(t, err)
	assert.Contains(t, string(answer), "400 Bad Request")
}

// deadlines is a writer that remembers what its connection was told.
type deadlines struct {
	http.ResponseWriter
	set []time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error {
	d.set = append(d.set, t)
	return nil
}

// Only the body has to come in time: what is done with it may take longer, and where there is none nothing is waited for.
func TestABodyThatIsThere(t *testing.T) {
	wrap, err := made(t, defaultConfig(), 1<<30).GetHTTPHandler(t.Context())
	require.NoError(t, err)
	w := &deadlines{ResponseWriter: httptest.NewRecorder()}
	h, err := wrap(t.Context(), http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
	}))
	require.NoError(t, err)
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", http.NoBody))
	assert.Empty(t, w.set)
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}")))
	require.Len(t, w.set, 2)
	assert.False(t, w.set[0].IsZero())
	assert.True(t, w.set[1].IsZero())
}

// A stream that is opened and sends nothing keeps nobody out for ever, and its client hears of it. A message that is there has all the time it wants.
func TestAStreamWithoutAMessage(t *testing.T) {
	a := made(t, &Config{InFlightRatio: 1, GoMemoryRatio: 1, GoGC: 100, AssumedBytes: 10}, 10)
	a.arriveWithin = 50 * time.Millisecond
	conn := overGRPC(t, a)
	const method = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
	silent, err := conn.NewStream(t.Context(), &grpc.StreamDesc{ClientStreams: true}, method)
	require.NoError(t, err)
	_, err = ptraceotlp.NewGRPCClient(conn).Export(t.Context(), ptraceotlp.NewExportRequest())
	require.NoError(t, err)
	require.Equal(t, codes.Canceled, status.Code(silent.RecvMsg(new(emptypb.Empty))))
}

func TestAMessageThatIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := made(t, defaultConfig(), 1<<30)
		parent, over := context.WithCancel(t.Context())
		ctx, err := a.opened(parent, &tap.Info{})
		require.NoError(t, err)
		ctx = a.TagRPC(ctx, &stats.RPCTagInfo{})
		a.HandleRPC(ctx, &stats.InHeader{})
		a.HandleRPC(ctx, &stats.InPayload{})
		time.Sleep(2 * arriveWithin)
		require.NoError(t, ctx.Err())
		over()
		a.HandleRPC(ctx, &stats.End{})
	})
}
