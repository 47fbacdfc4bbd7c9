package intake

import (
	"context"
	"net/http"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensionmiddleware"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"google.golang.org/grpc"

	"github.com/otelcol-llm/otelcol-llm/extension/intake/internal/metadata"
)

// protocol is what a request came over.
type protocol uint8

const (
	overGRPC protocol = iota
	overHTTP
	protocols
)

func (p protocol) String() string { return [protocols]string{"grpc", "http"}[p] }

// intake is the middleware of any number of servers.
type intake struct {
	telemetry *metadata.TelemetryBuilder
	ended     [protocols][outcomes]metric.AddOption
}

var (
	_ extensionmiddleware.HTTPServer = (*intake)(nil)
	_ extensionmiddleware.GRPCServer = (*intake)(nil)
)

func newIntake(set extension.Settings) (*intake, error) {
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	i := &intake{telemetry: telemetry}
	for p := range protocols {
		for o := range outcomes {
			i.ended[p][o] = metric.WithAttributeSet(attribute.NewSet(
				attribute.String("protocol", p.String()), attribute.String("outcome", o.String())))
		}
	}
	return i, nil
}

// Start lets every counter begin at 0, so that increase() sees the first refusal.
func (i *intake) Start(ctx context.Context, _ component.Host) error {
	for p := range protocols {
		for o := range outcomes {
			i.telemetry.IntakeRequests.Add(ctx, 0, i.ended[p][o])
		}
	}
	return nil
}

// Shutdown has nothing to wait for.
func (i *intake) Shutdown(context.Context) error {
	i.telemetry.Shutdown()
	return nil
}

// count is called with the end of a request, whose context may be over.
func (i *intake) count(ctx context.Context, p protocol, o outcome) {
	i.telemetry.IntakeRequests.Add(context.WithoutCancel(ctx), 1, i.ended[p][o])
}

// GetHTTPHandler gives what counts the requests of an HTTP server.
func (i *intake) GetHTTPHandler(context.Context) (extensionmiddleware.WrapHTTPHandlerFunc, error) {
	return func(_ context.Context, next http.Handler) (http.Handler, error) {
		return &handler{intake: i, next: next}, nil
	}, nil
}

// GetGRPCServerOptions gives what counts the calls of a gRPC server. It is no interceptor: a message that is too large never gets to one.
func (i *intake) GetGRPCServerOptions(context.Context) ([]grpc.ServerOption, error) {
	return []grpc.ServerOption{grpc.StatsHandler(&calls{intake: i})}, nil
}
