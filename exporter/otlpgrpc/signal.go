package otlpgrpc

import (
	"context"
	"errors"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	stored "go.opentelemetry.io/collector/pdata/xpdata/request"

	"github.com/otelcol-llm/otelcol-llm/exporter/otlpgrpc/internal/cut"
)

// signal is what differs between traces, metrics and logs.
type signal[T any] struct {
	method string // of the service that takes them
	item   string
	layout cut.Layout

	none   func() T
	count  func(T) int
	encode func(T) ([]byte, error)
	decode func([]byte) (T, error)

	// store and restore are the core exporters' format on disk, which has the context of a request before it.
	store   func(context.Context, T) ([]byte, error)
	restore func([]byte) (context.Context, T, error)

	// refused reads the answer of a backend: how many items it did not take, and why.
	refused func(answer []byte) (int64, string, error)
}

const services = "/opentelemetry.proto.collector."

var traces = signal[ptrace.Traces]{
	method:  services + "trace.v1.TraceService/Export",
	item:    "span",
	layout:  cut.Spans,
	none:    ptrace.NewTraces,
	count:   ptrace.Traces.SpanCount,
	encode:  new(ptrace.ProtoMarshaler).MarshalTraces,
	decode:  new(ptrace.ProtoUnmarshaler).UnmarshalTraces,
	store:   stored.MarshalTraces,
	restore: stored.UnmarshalTraces,
	refused: func(answer []byte) (int64, string, error) {
		resp := ptraceotlp.NewExportResponse()
		err := resp.UnmarshalProto(answer)
		return resp.PartialSuccess().RejectedSpans(), resp.PartialSuccess().ErrorMessage(), err
	},
}

var metrics = signal[pmetric.Metrics]{
	method:  services + "metrics.v1.MetricsService/Export",
	item:    "data_point",
	layout:  cut.Points,
	none:    pmetric.NewMetrics,
	count:   pmetric.Metrics.DataPointCount,
	encode:  new(pmetric.ProtoMarshaler).MarshalMetrics,
	decode:  new(pmetric.ProtoUnmarshaler).UnmarshalMetrics,
	store:   stored.MarshalMetrics,
	restore: stored.UnmarshalMetrics,
	refused: func(answer []byte) (int64, string, error) {
		resp := pmetricotlp.NewExportResponse()
		err := resp.UnmarshalProto(answer)
		return resp.PartialSuccess().RejectedDataPoints(), resp.PartialSuccess().ErrorMessage(), err
	},
}

var logs = signal[plog.Logs]{
	method:  services + "logs.v1.LogsService/Export",
	item:    "log_record",
	layout:  cut.Records,
	none:    plog.NewLogs,
	count:   plog.Logs.LogRecordCount,
	encode:  new(plog.ProtoMarshaler).MarshalLogs,
	decode:  new(plog.ProtoUnmarshaler).UnmarshalLogs,
	store:   stored.MarshalLogs,
	restore: stored.UnmarshalLogs,
	refused: func(answer []byte) (int64, string, error) {
		resp := plogotlp.NewExportResponse()
		err := resp.UnmarshalProto(answer)
		return resp.PartialSuccess().RejectedLogRecords(), resp.PartialSuccess().ErrorMessage(), err
	},
}

// request encodes data, and cuts it when it is larger than one request may be.
func (s *signal[T]) request(data T, most limit) (*request, error) {
	encoded, err := s.encode(data)
	if err != nil {
		return nil, err
	}
	whole := cut.Piece{Data: encoded, Items: s.count(data)}
	if most.fits(whole.Items, len(whole.Data)) {
		return newRequest(whole), nil
	}
	pieces, err := s.layout.Request(encoded, most.fits)
	if err != nil {
		return nil, err
	}
	return newRequest(pieces...), nil
}

// stored reads what store wrote, or what is older and has no context.
func (s *signal[T]) stored(data []byte) (context.Context, T, error) {
	ctx, decoded, err := s.restore(data)
	if errors.Is(err, stored.ErrInvalidFormat) {
		decoded, err = s.decode(data)
	}
	return ctx, decoded, err
}
