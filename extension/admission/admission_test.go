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
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/tap"

	"github.com/otelcol-llm/otelcol-llm/extension/admission/internal/metadatatest"
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

// made is an admission whose counts nobody reads.
func made(t *testing.T, cfg *Config, limit uint64) *admission {
	t.Helper()
	a, err := newAdmission(cfg, componenttest.NewNopTelemetrySettings(), limit)
	require.NoError(t, err)
	return a
}

// TestTheLineIsBounded: what waits has memory too, so there is an end to it: who comes then is told to come again. Who leaves makes room.
func TestTheLineIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		telemetry := componenttest.NewTelemetry()
		a, err := newAdmission(&Config{InFlightRatio: 1, GoMemoryRatio: 1, GoGC: 100, AssumedBytes: 1}, telemetry.NewTelemetrySettings(), 1)
		require.NoError(t, err)
		require.NoError(t, a.Start(t.Context(), componenttest.NewNopHost()))
		leave, err := a.gate.enter(t.Context(), 1)
		require.NoError(t, err)
		wrap, err := a.GetHTTPHandler(t.Context())
		require.NoError(t, err)
		handler, err := wrap(t.Context(), http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		require.NoError(t, err)
		send := func() *httptest.ResponseRecorder {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v1/traces", strings.NewReader("0")))
			return w
		}
		streams, gone := context.WithCancel(t.Context())
		for range shortestLine - 1 {
			ctx, err := a.opened(streams, &tap.Info{})
			require.NoError(t, err)
			go a.TagRPC(ctx, &stats.RPCTagInfo{})
		}
		waits := make(chan *httptest.ResponseRecorder)
		go func() { waits <- send() }()
		synctest.Wait()

		refused := send()
		require.Equal(t, http.StatusServiceUnavailable, refused.Code)
		require.Equal(t, "1", refused.Header().Get("Retry-After"))
		_, err = a.opened(t.Context(), &tap.Info{})
		require.Equal(t, codes.Unavailable, status.Code(err))
		gone()
		synctest.Wait()
		ctx, end := context.WithCancel(t.Context())
		_, err = a.opened(ctx, &tap.Info{})
		require.NoError(t, err)
		end() // gRPC gave it up before it asked for anything else
		leave()
		require.Equal(t, http.StatusOK, (<-waits).Code)
		synctest.Wait()
		require.Zero(t, a.gate.waiting.Load())
		metadatatest.AssertEqualAdmissionRefused(t, telemetry, []metricdata.DataPoint[int64]{
			{Value: 2, Attributes: attribute.NewSet(attribute.String("reason", "crowded"))},
			{Value: 0, Attributes: attribute.NewSet(attribute.String("reason", "late"))},
		}, metricdatatest.IgnoreTimestamp())
		require.NoError(t, a.Shutdown(t.Context()))
		require.NoError(t, telemetry.Shutdown(t.Context()))
	})
}

func TestWeight(t *testing.T) {
	a := made(t, defaultConfig(), 1<<30)
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
		a := made(t, &Config{InFlightRatio: 1, GoMemoryRatio: 1, GoGC: 100, AssumedBytes: 1}, 20)
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
		a := made(t, &Config{InFlightRatio: 1, GoMemoryRatio: 1, GoGC: 100, AssumedBytes: 10}, 10)
		options, err := a.GetGRPCServerOptions(t.Context())
		require.NoError(t, err)
		require.Len(t, options, 6)
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
}

// TestGarbageCollector: what the environment says of the garbage collector holds, each of the two for itself; what holds is logged.
func TestGarbageCollector(t *testing.T) {
	percent := debug.SetGCPercent(50)
	t.Cleanup(func() { debug.SetGCPercent(percent) })
	limit := debug.SetMemoryLimit(1 << 50)
	t.Cleanup(func() { debug.SetMemoryLimit(limit) })
	const machine = 1 << 40
	share := share(machine, 0.6)
	for _, c := range []struct {
		name, gomemlimit, gogc string
		machine                uint64
		wantLimit, wantGC      int64
	}{
		{"both are the environment's", "1PiB", "50", machine, 1 << 50, 50},
		{"the memory limit is unknown", "", "", 0, 1 << 50, 50},
		{"GOGC is the environment's", "", "50", machine, share, 50},
		{"off is a value too", "", "off", machine, share, 50},
		{"GOMEMLIMIT is the environment's", "1PiB", "", machine, 1 << 50, 200},
		{"nothing is", "", "", machine, share, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("GOMEMLIMIT", c.gomemlimit)
			t.Setenv("GOGC", c.gogc)
			debug.SetMemoryLimit(1 << 50) // what Go read of the environment when it started
			debug.SetGCPercent(50)
			core, logs := observer.New(zap.InfoLevel)
			set := componenttest.NewNopTelemetrySettings()
			set.Logger = zap.New(core)
			a, err := newAdmission(defaultConfig(), set, c.machine)
			require.NoError(t, err)
			require.NoError(t, a.Start(t.Context(), componenttest.NewNopHost()))
			require.NoError(t, a.Shutdown(t.Context()))
			require.Equal(t, c.wantLimit, debug.SetMemoryLimit(-1))
			require.EqualValues(t, c.wantGC, debug.SetGCPercent(50))
			require.Equal(t, 1, logs.Len())
			said := logs.All()[0].ContextMap()
			require.EqualValues(t, c.wantLimit, said["GOMEMLIMIT"])
			require.EqualValues(t, c.wantGC, said["GOGC"])
		})
	}
}

func TestConfig(t *testing.T) {
	require.NoError(t, defaultConfig().Validate())
	err := (&Config{GoMemoryRatio: math.NaN(), InFlightRatio: 1.5}).Validate()
	for _, want := range []string{
		"go_memory_ratio: must be above 0 and at most 1, got NaN", "in_flight_ratio: must be above 0 and at most 1, got 1.5",
		"go_gc: must be at least 1, got 0", "assumed_bytes: must be at least 1, got 0",
	} {
		require.ErrorContains(t, err, want)
	}
}
