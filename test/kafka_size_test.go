package test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"

	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// TestKafkaEdgeCutsAndRefuses: a request that is larger than a Kafka message goes in several, also one that no trace ids divide, and a record
// that no message could carry is an error to its sender. Behind Kafka nobody is left to tell: what the backend cannot take is counted.
func TestKafkaEdgeCutsAndRefuses(t *testing.T) {
	t.Parallel()
	brokers, backend := broker(t), sink.Start(t)
	edge := startShipped(t, "configs/kafka-edge.yaml", nil, "KAFKA_BROKERS="+brokers)
	startShipped(t, "configs/kafka-gateway.yaml", []string{"--set=receivers.kafka.session_timeout=6s"},
		"KAFKA_BROKERS="+brokers, "OTLP_BACKEND="+backend.GRPC)
	send := func(logs plog.Logs) int {
		body, err := plogotlp.NewExportRequestFromLogs(logs).MarshalProto()
		require.NoError(t, err)
		code, _ := postProto(t, edge.otlp+"/v1/logs", body)
		return code
	}
	large := make([]int, 30)
	for i := range large {
		large[i] = 1_000_000
	}
	require.Equal(t, http.StatusOK, send(textLogs(large...)))
	assert.Equal(t, http.StatusBadRequest, send(textLogs(11_000_000)), "more than a message")
	assert.Equal(t, http.StatusOK, send(textLogs(5_000_000, 10)), "less than a message, more than the backend takes")
	require.Eventually(t, func() bool { return recordCount(backend) == len(large)+1 }, 60*time.Second, 200*time.Millisecond)
}
