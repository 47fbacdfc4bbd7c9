package delivery

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	got, err := parse(strings.NewReader(`# HELP otelcol_exporter_sent_spans Number of spans
# TYPE otelcol_exporter_sent_spans counter
otelcol_exporter_sent_spans{exporter="otlp_grpc/backend"} 1.5e+06
otelcol_exporter_sent_log_records_total{exporter="otlp_grpc/backend",otel_scope_name="exporterhelper"} 7
otelcol_exporter_send_failed_spans__span__total{error_type="Unavailable",exporter="otlp_grpc/backend"} 3 1700000000000
otelcol_exporter_send_failed_spans__span__total{error_type="_OTHER",exporter="otlp_grpc/backend"} 4
otelcol_exporter_sent_metric_points{exporter="prometheus"} 59
otelcol_exporter_in_flight_requests{data_type="traces",exporter="otlp_grpc/backend"} 2
otelcol_exporter_queue_size{data_type="traces",exporter="otlp_grpc/backend"} 6165
otelcol_exporter_queue_capacity{data_type="traces",exporter="otlp_grpc/backend"} 6.7108864e+07
otelcol_exporter_queue_size{data_type="logs",exporter="kafka"} nonsense
otelcol_receiver_accepted_spans{receiver="otlp"} 3
`))
	require.NoError(t, err)
	require.Equal(t, map[line]reading{
		{"otlp_grpc/backend", "traces"}: {sent: 1.5e6, failed: 7, inFlight: 2, queued: 6165},
		{"otlp_grpc/backend", "logs"}:   {sent: 7},
		{"prometheus", "metrics"}:       {sent: 59},
		{"kafka", "logs"}:               {},
	}, got)
	require.Equal(t, []string{"traces of otlp_grpc/backend: queue size 6165, requests in flight 2"}, undelivered(got))
}
