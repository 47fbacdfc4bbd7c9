package intake

import (
	"context"
	"sync/atomic"

	"google.golang.org/grpc/stats"
)

// calls counts the calls of a gRPC server by the error that they end with.
type calls struct{ intake *intake }

type callKey struct{}

// call is one that is under way.
type call struct{ read atomic.Bool } // its message was decoded

// TagRPC begins a call.
func (*calls) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context {
	return context.WithValue(ctx, callKey{}, &call{})
}

// HandleRPC follows it to its end.
func (c *calls) HandleRPC(ctx context.Context, event stats.RPCStats) {
	state, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		return
	}
	switch event := event.(type) {
	case *stats.InPayload:
		state.read.Store(true)
	case *stats.End:
		c.intake.count(ctx, overGRPC, ofGRPC(event.Error, state.read.Load()))
	}
}

// TagConn and HandleConn: connections are not counted.
func (*calls) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

// HandleConn does nothing.
func (*calls) HandleConn(context.Context, stats.ConnStats) {}
