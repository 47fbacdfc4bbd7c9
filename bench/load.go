package bench

import (
	"fmt"
	"net"
	"slices"
	"sync/atomic"
	"time"

	_ "go.opentelemetry.io/collector/config/configgrpc" // has gRPC read zstd
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding"
)

// rawCodec passes messages on as they are on the wire, so that the load and the backend cost next to nothing beside the
// gateway.
type rawCodec struct{}

func (rawCodec) Marshal(v any) ([]byte, error)      { return *v.(*[]byte), nil }
func (rawCodec) Unmarshal(data []byte, v any) error { *v.(*[]byte) = data; return nil }
func (rawCodec) Name() string                       { return "proto" }

var _ encoding.Codec = rawCodec{}

const exportMethod = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

// Backend is a backend that takes everything and forgets it.
type Backend struct {
	Address string

	server *grpc.Server
	bytes  atomic.Int64
}

// StartBackend listens on a free port.
func StartBackend() (*Backend, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	b := &Backend{Address: l.Addr().String()}
	b.server = grpc.NewServer(grpc.ForceServerCodec(rawCodec{}), grpc.MaxRecvMsgSize(1<<30),
		grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
			var request, answer []byte
			if err := stream.RecvMsg(&request); err != nil {
				return err
			}
			b.bytes.Add(int64(len(request)))
			return stream.SendMsg(&answer)
		}))
	go func() { _ = b.server.Serve(l) }()
	return b, nil
}

// Bytes is how much the backend got.
func (b *Backend) Bytes() int64 { return b.bytes.Load() }

// Stop ends the backend.
func (b *Backend) Stop() { b.server.Stop() }

// Load sends copies of a batch, each with new ids, from several senders at once.
type Load struct {
	conn    *grpc.ClientConn
	batches []*Batch
	answers [][]time.Duration // of the last Send, by sender
}

// NewLoad connects to an OTLP receiver. first sets its ids apart from another load's.
func NewLoad(address string, b *Batch, senders int, first uint8) (*Load, error) {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(rawCodec{})))
	if err != nil {
		return nil, err
	}
	l := &Load{conn: conn}
	for i := range senders {
		l.batches = append(l.batches, b.Clone(first+uint8(i)+1)) //nolint:gosec // few
	}
	return l, nil
}

// Close disconnects.
func (l *Load) Close() error { return l.conn.Close() }

// Send has every sender send n requests, one after the other, and gives the time until all are answered.
func (l *Load) Send(n int) (spans int, took time.Duration, err error) {
	start := time.Now()
	l.answers = make([][]time.Duration, len(l.batches))
	var group errgroup.Group
	for i := range l.batches {
		group.Go(func() error {
			for range n {
				sent := time.Now()
				if err := l.one(i); err != nil {
					return err
				}
				l.answers[i] = append(l.answers[i], time.Since(sent))
			}
			return nil
		})
	}
	err = group.Wait()
	return n * len(l.batches) * l.batches[0].Spans, time.Since(start), err
}

// one has a sender send its next request.
func (l *Load) one(sender int) error {
	request, answer := l.batches[sender].Wire(), []byte(nil)
	if err := l.conn.Invoke(background, exportMethod, &request, &answer); err != nil {
		return err
	}
	if len(answer) > 2 { // an empty partial success is two bytes
		return fmt.Errorf("the gateway refused spans: %q", answer)
	}
	return nil
}

// Answers is how long each request of the last Send took to be answered.
func (l *Load) Answers() []time.Duration { return slices.Concat(l.answers...) }
