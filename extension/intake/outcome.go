package intake

import (
	"net/http"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// outcome is how a request ended.
type outcome uint8

const (
	accepted        outcome = iota
	tooLarge                // larger than the receiver takes
	rejected                // not readable, or refused for good
	unauthenticated         // not allowed
	busy                    // to be sent again later
	failed                  // a fault of the gateway
	canceled                // the sender went away
	outcomes
)

func (o outcome) String() string {
	return [outcomes]string{"accepted", "too_large", "rejected", "unauthenticated", "busy", "failed", "canceled"}[o]
}

// ofHTTP reads the status of an answer.
func ofHTTP(code int) outcome {
	switch {
	case code < http.StatusMultipleChoices:
		return accepted
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return unauthenticated
	case code == http.StatusRequestEntityTooLarge:
		return tooLarge
	case code == http.StatusTooManyRequests, code == http.StatusBadGateway, code == http.StatusServiceUnavailable, code == http.StatusGatewayTimeout:
		return busy
	case code < http.StatusInternalServerError:
		return rejected
	default:
		return failed
	}
}

// ofGRPC reads the error that a call ended with. read says whether its message was decoded.
func ofGRPC(err error, read bool) outcome {
	switch code := status.Code(err); {
	case code == codes.OK:
		return accepted
	case code == codes.Unauthenticated, code == codes.PermissionDenied:
		return unauthenticated
	case code == codes.Canceled:
		return canceled
	case code == codes.ResourceExhausted && !read && strings.Contains(status.Convert(err).Message(), "larger than max"):
		return tooLarge
	case code == codes.ResourceExhausted, code == codes.Unavailable, code == codes.DeadlineExceeded, code == codes.Aborted,
		code == codes.OutOfRange, code == codes.DataLoss:
		return busy
	case !read, code == codes.InvalidArgument, code == codes.Unimplemented:
		return rejected
	default:
		return failed
	}
}
