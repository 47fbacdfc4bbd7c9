package admission

import (
	"context"
	"math"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.uber.org/zap"
	"google.golang.org/grpc/stats"
)

func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(10)
		first, err := g.enter(t.Context(), 6)
		require.NoError(t, err)
		second, err := g.enter(t.Context(), 4)
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = g.enter(ctx, 1)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		var inside atomic.Bool
		go func() {
			leave, err := g.enter(context.Background(), 1_000) // more than there is: it comes in alone
			if err == nil {
				inside.Store(true)
				leave()
			}
		}()
		first()
		synctest.Wait()
		require.False(t, inside.Load(), "the second is in still")
		second()
		synctest.Wait()
		require.True(t, inside.Load())
		leave, err := g.enter(t.Context(), 0)
		require.NoError(t, err)
		leave()
	})
}

func TestWeight(t *testing.T) {
	a := newAdmission(defaultConfig(), zap.NewNop(), 1<<30)
	for name, c := range map[string]struct {
		length   int64
		encoding string
		want     int64
	}{
		"plain":           {19 << 20, "", 19 << 20},
		"identity":        {5, "identity", 5},
		"chunked":         {-1, "", 16 << 20},
		"compressed":      {5, "gzip", 16 << 20},
		"compressed, big": {20 << 20, "gzip", 20 << 20},
	} {
		r := httptest.NewRequest(http.MethodPost, "/v1/traces", http.NoBody)
		r.ContentLength = c.length
		r.Header.Set("Content-Encoding", c.encoding)
		require.Equal(t, c.want, a.weight(r), name)
	}
}

// TestHTTP: of requests that come at once, as many are handled as fit, then the others; one whose client leaves is not.
func TestHTTP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAdmission(&Config{InFlightRatio: 1, GoMemoryRatio: 1, AssumedBytes: 1}, zap.NewNop(), 20)
		wrap, err := a.GetHTTPHandler(t.Context())
		require.NoError(t, err)
		var inside, most, served, refused atomic.Int64
		handler, err := wrap(t.Context(), http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			most.Store(max(most.Load(), inside.Add(1)))
			time.Sleep(time.Second)
			inside.Add(-1)
			served.Add(1)
		}))
		require.NoError(t, err)
		send := func(ctx context.Context) {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, "/v1/traces", strings.NewReader("0123456789")))
			if w.Code == http.StatusServiceUnavailable {
				refused.Add(1)
			}
		}
		for range 8 {
			go send(context.Background())
		}
		synctest.Wait()
		gone, leave := context.WithCancel(context.Background())
		go send(gone)
		synctest.Wait()
		leave()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		require.EqualValues(t, 8, served.Load())
		require.EqualValues(t, 2, most.Load())
		require.EqualValues(t, 1, refused.Load())
	})
}

// TestGRPC: a stream waits before its message is read, and its end makes room, also when it comes to nothing.
func TestGRPC(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAdmission(&Config{InFlightRatio: 1, GoMemoryRatio: 1, AssumedBytes: 10}, zap.NewNop(), 10)
		options, err := a.GetGRPCServerOptions(t.Context())
		require.NoError(t, err)
		require.Len(t, options, 3)
		first, endFirst := context.WithCancel(t.Context())
		a.TagRPC(first, &stats.RPCTagInfo{})
		var inside atomic.Bool
		second, endSecond := context.WithCancel(context.Background())
		go func() {
			a.HandleRPC(a.TagRPC(second, &stats.RPCTagInfo{}), &stats.Begin{})
			inside.Store(true)
		}()
		synctest.Wait()
		require.False(t, inside.Load())
		endFirst()
		synctest.Wait()
		require.True(t, inside.Load())
		endSecond()
		synctest.Wait()
		leave, err := a.gate.enter(t.Context(), 10)
		require.NoError(t, err)
		defer leave()
		gone, end := context.WithCancel(t.Context())
		end()
		require.Equal(t, gone, a.TagRPC(gone, &stats.RPCTagInfo{}), "it comes through without a place")
		a.HandleConn(a.TagConn(t.Context(), nil), nil)
	})
}

func TestLimits(t *testing.T) {
	require.EqualValues(t, 700, share(1000, 0.7))
	require.EqualValues(t, math.MaxInt64, share(0, 0.7), "unknown is no bound")
	require.EqualValues(t, math.MaxInt64, share(math.MaxUint64, 0.7))
	require.Positive(t, memoryLimit())

	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	t.Setenv("GOMEMLIMIT", "1GiB")
	setGoLimit(1 << 40)
	require.Equal(t, before, debug.SetMemoryLimit(-1), "the environment decides")
	t.Setenv("GOMEMLIMIT", "")
	a := newAdmission(defaultConfig(), zap.NewNop(), 1<<40)
	require.NoError(t, a.Start(t.Context(), componenttest.NewNopHost()))
	require.Equal(t, share(1<<40, 0.7), debug.SetMemoryLimit(-1))
	require.NoError(t, a.Shutdown(t.Context()))
}

func TestConfig(t *testing.T) {
	require.NoError(t, defaultConfig().Validate())
	err := (&Config{GoMemoryRatio: math.NaN(), InFlightRatio: 1.5}).Validate()
	for _, want := range []string{
		"go_memory_ratio: must be above 0 and at most 1, got NaN", "in_flight_ratio: must be above 0 and at most 1, got 1.5",
		"assumed_bytes: must be at least 1, got 0",
	} {
		require.ErrorContains(t, err, want)
	}
}
