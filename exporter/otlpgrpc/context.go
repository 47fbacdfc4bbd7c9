package otlpgrpc

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/client"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/trace"
)

// detached is the context of a request that a queue takes: what a queue on disk keeps of it too, and not the context itself, which holds on
// to the stream that the request came by, several times as much as a small request.
type detached struct {
	context.Context
	sender context.Context // until the queue has the request: it may have to wait for room
}

func detach(ctx context.Context) *detached {
	keep := client.NewContext(context.Background(), client.FromContext(ctx))
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		keep = trace.ContextWithSpanContext(keep, span)
	}
	if told := baggage.FromContext(ctx); told.Len() > 0 {
		keep = baggage.ContextWithBaggage(keep, told)
	}
	return &detached{Context: keep, sender: ctx}
}

// Deadline is part of context.Context.
func (d *detached) Deadline() (time.Time, bool) { return d.sender.Deadline() }

// Done is part of context.Context.
func (d *detached) Done() <-chan struct{} { return d.sender.Done() }

// Err is part of context.Context.
func (d *detached) Err() error { return d.sender.Err() }

// hand gives data to a queue, or passes it on while its sender waits for the result. A queue that has taken a request asks its context for
// values only (the helper cuts cancellation off), so nobody reads the sender's when it is let go.
func hand[T any](ctx context.Context, queued bool, data T, to func(context.Context, T) error) error {
	if !queued {
		return to(ctx, data)
	}
	d := detach(ctx)
	defer func() { d.sender = d.Context }()
	return to(d, data)
}
