package otlpgrpc

import (
	"time"

	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// judge says what an error of a call means to the retry: a permanent error ends it, a throttled one says when to try again. The codes are
// those of the OTLP specification, section OTLP/gRPC Response, Failures.
func judge(err error) error {
	if err == nil {
		return nil
	}
	answer := status.Convert(err)
	wait, told := retryInfo(answer)
	switch answer.Code() {
	case codes.Canceled, codes.DeadlineExceeded, codes.Aborted, codes.OutOfRange, codes.Unavailable, codes.DataLoss:
	case codes.ResourceExhausted:
		if !told {
			return consumererror.NewPermanent(err)
		}
	default:
		return consumererror.NewPermanent(err)
	}
	if wait > 0 {
		return exporterhelper.NewThrottleRetry(err, wait)
	}
	return err
}

// retryInfo is how long the backend asks to wait, if it does.
func retryInfo(answer *status.Status) (wait time.Duration, told bool) {
	for _, detail := range answer.Details() {
		if info, ok := detail.(*errdetails.RetryInfo); ok {
			return info.GetRetryDelay().AsDuration(), true
		}
	}
	return 0, false
}
