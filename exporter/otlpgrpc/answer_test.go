package otlpgrpc

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// again are the codes that the OTLP specification lets a client try again after.
var again = map[codes.Code]bool{
	codes.Canceled: true, codes.DeadlineExceeded: true, codes.Aborted: true, codes.OutOfRange: true, codes.Unavailable: true, codes.DataLoss: true,
}

func TestJudge(t *testing.T) {
	require.NoError(t, judge(nil))
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		plain := status.New(code, "why")
		waiting, err := plain.WithDetails(&errdetails.ErrorInfo{}, &errdetails.RetryInfo{RetryDelay: durationpb.New(7 * time.Second)})
		require.NoError(t, err)
		soon, err := plain.WithDetails(&errdetails.RetryInfo{})
		require.NoError(t, err)
		exhausted := code == codes.ResourceExhausted

		got := judge(plain.Err())
		require.Equal(t, !again[code], consumererror.IsPermanent(got), code)
		require.Equal(t, code, status.Code(got), code)

		got = judge(soon.Err())
		require.Equal(t, !again[code] && !exhausted, consumererror.IsPermanent(got), code)
		require.NotContains(t, got.Error(), "Throttle", code)

		got = judge(waiting.Err())
		require.Equal(t, !again[code] && !exhausted, consumererror.IsPermanent(got), code)
		if again[code] || exhausted {
			require.ErrorContains(t, got, "Throttle (7s)", code)
		}
	}
	require.True(t, consumererror.IsPermanent(judge(errors.New("not a status"))))
}
