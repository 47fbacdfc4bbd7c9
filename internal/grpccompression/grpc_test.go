package grpccompression

import (
	"context"
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const echoMethod = "/test.Echo/Echo"

// echo is a client of a server that sends back what it gets, up to limit bytes.
func echo(t *testing.T, limit int, server []grpc.ServerOption, client ...grpc.DialOption) func([]byte) ([]byte, error) {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	s := grpc.NewServer(append(server, grpc.MaxRecvMsgSize(limit), grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		var message wrapperspb.BytesValue
		if err := stream.RecvMsg(&message); err != nil {
			return err
		}
		return stream.SendMsg(&message)
	}))...)
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(s.Stop)
	conn, err := grpc.NewClient("passthrough:///echo", append(client,
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	return func(message []byte) ([]byte, error) {
		var answer wrapperspb.BytesValue
		err := conn.Invoke(t.Context(), echoMethod, wrapperspb.Bytes(message), &answer)
		return answer.GetValue(), err
	}
}

// TestThroughGRPC: gRPC's older interfaces still have its own gzip, by the standard library: it stands for a client and a server that do
// not have ours.
func TestThroughGRPC(t *testing.T) {
	stockServer := []grpc.ServerOption{
		grpc.RPCCompressor(grpc.NewGZIPCompressor()), grpc.RPCDecompressor(grpc.NewGZIPDecompressor()), //nolint:staticcheck // see above
	}
	stockClient := []grpc.DialOption{
		grpc.WithCompressor(grpc.NewGZIPCompressor()), grpc.WithDecompressor(grpc.NewGZIPDecompressor()), //nolint:staticcheck // see above
	}
	oursClient := []grpc.DialOption{grpc.WithDefaultCallOptions(grpc.UseCompressor("gzip"))}
	for name, call := range map[string]func([]byte) ([]byte, error){
		"ours to ours":    echo(t, 4<<20, nil, oursClient...),
		"ours to another": echo(t, 4<<20, stockServer, oursClient...),
		"another to ours": echo(t, 4<<20, nil, stockClient...),
	} {
		for what, message := range messages(t) {
			got, err := call(message)
			require.NoError(t, err, "%s: %s", name, what)
			assert.Equal(t, message, got, "%s: %s", name, what)
		}
	}
}

// TestLimit: a message that becomes larger than max_recv_msg_size is refused, and the next one is not.
func TestLimit(t *testing.T) {
	const limit = 1 << 20
	call := echo(t, limit, nil, grpc.WithDefaultCallOptions(grpc.UseCompressor("gzip")))
	for range 5 {
		_, err := call(make([]byte, 8*limit))
		require.Equal(t, codes.ResourceExhausted, status.Code(err), "%v", err)
		got, err := call([]byte("a trace"))
		require.NoError(t, err)
		require.Equal(t, "a trace", string(got))
	}
}

// cutting is a compressor that loses the end of what it writes.
type cutting struct{ gzipCompressor }

func (c cutting) Do(w io.Writer, p []byte) error {
	z, err := c.Compress(w)
	if err != nil {
		return err
	}
	_, err = z.Write(p)
	return err // never closed
}

func (cutting) Type() string { return "gzip" }

// TestCut: a message without its end is an error, and not half a message.
func TestCut(t *testing.T) {
	call := echo(t, 1<<20, nil, grpc.WithCompressor(cutting{})) //nolint:staticcheck // the way to send what is broken
	for range 5 {
		_, err := call(make([]byte, 1<<20))
		require.Equal(t, codes.Internal, status.Code(err), "%v", err)
	}
}
