package admission

import (
	"context"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/tap"
)

var errCrowded = status.Error(codes.Unavailable, "too many requests wait to be read: send it again later")

// stream is a call over gRPC from its headers on. Its message may take as long to come as a body over HTTP; a stream that is opened and sends
// nothing would keep its place for as long as its client likes.
type stream struct {
	end  context.CancelFunc
	quit func() bool // leaves the line; when the stream ends before, it has
	late *time.Timer // nil before it has a place
}

type streamKey struct{}

// opened takes a place in the line for the stream, and gives it a context that ends it. gRPC asks before it makes the stream: what is refused
// here has no window yet, and only this context ends one that is being read.
func (a *admission) opened(ctx context.Context, _ *tap.Info) (context.Context, error) {
	if !a.gate.join() {
		a.refused.add(crowded)
		return ctx, errCrowded
	}
	ctx, end := context.WithCancel(ctx) //nolint:gosec // what gRPC has of it ends it with the stream
	return context.WithValue(ctx, streamKey{}, &stream{end: end, quit: context.AfterFunc(ctx, a.gate.quit)}), nil
}

// TagRPC is the first that gRPC calls for a stream, in a goroutine that has nothing else to do, before it reads the message: here the stream
// waits. When its client goes it comes through without a place, and ends. The end of its context makes room again, whatever became of it.
func (a *admission) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context {
	leave, err := a.gate.enter(ctx, a.cfg.AssumedBytes)
	s, ok := ctx.Value(streamKey{}).(*stream)
	if ok && s.quit() {
		a.gate.quit()
	}
	if err != nil {
		return ctx
	}
	context.AfterFunc(ctx, leave)
	if ok {
		s.late = time.AfterFunc(a.arriveWithin, func() {
			a.refused.add(late)
			s.end()
		})
	}
	return ctx
}

// HandleRPC lets what comes after the whole message take its time.
func (*admission) HandleRPC(ctx context.Context, event stats.RPCStats) {
	switch event.(type) {
	case *stats.InPayload, *stats.End:
		if s, ok := ctx.Value(streamKey{}).(*stream); ok && s.late != nil {
			s.late.Stop()
		}
	}
}

// TagConn is part of stats.Handler.
func (*admission) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

// HandleConn is part of stats.Handler.
func (*admission) HandleConn(context.Context, stats.ConnStats) {}
