package otlpgrpc

import (
	"context"
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/client"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

type streamKey struct{}

// A queue keeps nothing of the stream that a request came by, with each way to hand it over.
func TestQueueLetsGoOfTheStream(t *testing.T) {
	for name, queue := range map[string]map[string]any{
		"plain":   {},
		"batch":   {"batch": map[string]any{"flush_timeout": "1ms", "min_size": 1}},
		"waiting": {"block_on_overflow": true},
	} {
		b := newBackend(t)
		b.answers(status.Error(codes.Unavailable, "away"), 0)
		e := run(t, conf(t, b, map[string]any{"sending_queue": queue, "retry_on_failure": map[string]any{"initial_interval": "1h", "max_interval": "1h", "max_elapsed_time": 0}}))
		stream := func() weak.Pointer[[]byte] {
			held := new(make([]byte, 1<<20))
			ctx := context.WithValue(t.Context(), streamKey{}, held)
			require.NoError(t, e.ConsumeTraces(ctx, spansOf(1)))
			require.NoError(t, e.ConsumeMetrics(ctx, pointsOf(1)))
			require.NoError(t, e.ConsumeLogs(ctx, recordsOf(1)))
			return weak.Make(held)
		}()
		require.Eventually(t, func() bool { return b.called() == 3 }, patience, time.Millisecond)
		require.Eventually(t, func() bool {
			runtime.GC()
			return stream.Value() == nil
		}, patience, time.Millisecond, name)
		e.end(t)
	}
}

// What headers and traces are made of stays.
func TestDetached(t *testing.T) {
	span := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled})
	info := client.Info{Metadata: client.NewMetadata(map[string][]string{"tenant": {"one"}})}
	member, err := baggage.NewMember("key", "value")
	require.NoError(t, err)
	told, err := baggage.New(member)
	require.NoError(t, err)
	ctx := baggage.ContextWithBaggage(client.NewContext(trace.ContextWithSpanContext(t.Context(), span), info), told)
	ctx, cancel := context.WithDeadlineCause(ctx, time.Now().Add(time.Hour), nil)
	want, _ := ctx.Deadline()

	require.NoError(t, hand(ctx, true, 7, func(got context.Context, n int) error {
		require.Equal(t, 7, n)
		require.Equal(t, span, trace.SpanContextFromContext(got))
		require.Equal(t, info, client.FromContext(got))
		require.Equal(t, told, baggage.FromContext(got))
		deadline, ok := got.Deadline()
		require.True(t, ok)
		require.Equal(t, want, deadline)
		require.NoError(t, got.Err())
		cancel()
		<-got.Done()
		require.ErrorIs(t, got.Err(), context.Canceled)
		return nil
	}))
	require.NoError(t, hand(ctx, false, 7, func(got context.Context, _ int) error {
		require.Equal(t, ctx, got)
		return nil
	}))
}

// A sender that waits for room in the queue gives up when it likes.
func TestWaitingForRoom(t *testing.T) {
	b := newBackend(t)
	b.answers(status.Error(codes.Unavailable, "away"), 0)
	e := run(t, conf(t, b, map[string]any{
		"sending_queue":    map[string]any{"block_on_overflow": true, "queue_size": 1},
		"retry_on_failure": map[string]any{"initial_interval": "1h", "max_interval": "1h", "max_elapsed_time": 0},
	}))
	require.NoError(t, e.ConsumeTraces(t.Context(), spansOf(1)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, e.ConsumeTraces(ctx, spansOf(1)), context.Canceled)
	e.end(t)
}
