package test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// broker is a Kafka cluster of one, with the topics that the pair of configurations uses.
func broker(t *testing.T) string {
	t.Helper()
	cluster, err := kfake.NewCluster(
		kfake.NumBrokers(1), kfake.SeedTopics(2, "otlp_spans", "otlp_metrics", "otlp_logs"),
		kfake.BrokerConfigs(map[string]string{"message.max.bytes": "10485760"}),
	)
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	return strings.Join(cluster.ListenAddrs(), ",")
}

// TestKafkaPair: what configs/kafka-edge.yaml has answered for goes through Kafka and configs/kafka-gateway.yaml to the backend, whole, priced
// and counted, also what comes while the gateway is dead.
func TestKafkaPair(t *testing.T) {
	t.Parallel()
	brokers, backend := broker(t), sink.Start(t)
	edge := startShipped(t, "configs/kafka-edge.yaml", nil, "KAFKA_BROKERS="+brokers)
	reader := startShipped(t, "configs/kafka-gateway.yaml", []string{
		"--set=connectors.genaimetrics.interval=1s", "--set=connectors.genaimetrics.zero_for=0s", "--set=receivers.kafka.session_timeout=6s",
	}, "KAFKA_BROKERS="+brokers, "OTLP_BACKEND="+backend.GRPC)

	want := map[string]map[string]any{}
	send := func(traces ptrace.Traces) {
		for id, attrs := range attributes([]ptrace.Traces{traces}) {
			want[id] = attrs
		}
		postTraces(t, edge.otlp, traces)
	}
	arrived := func() {
		t.Helper()
		require.EventuallyWithT(t, func(c *assert.CollectT) {
			got := attributes(backend.Traces())
			for id, attrs := range want {
				require.Subset(c, got[id], attrs, "%s", id)
			}
		}, 60*time.Second, 200*time.Millisecond)
	}
	_, traces := readCapture(t, "openinference-anthropic")
	send(traces)
	send(bigTraces()) // in several messages
	gateway.Post(t, edge.otlp+"/v1/logs", "application/json", []byte(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hi"}}]}]}]}`))
	postMetrics(t, edge.otlp, claudeTokens(0))
	arrived()
	require.Eventually(t, func() bool { return len(backend.Logs()) > 0 && len(backend.Metrics()) > 0 }, 60*time.Second, 100*time.Millisecond)
	assert.Equal(t, "hi", backend.Logs()[0].ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).Body().Str())
	assert.Equal(t, claudeTokens(0).DataPointCount(), backend.Metrics()[0].DataPointCount())
	bill := nano(readTruth(t)["openinference-anthropic"].ExpectedTotalUSD)
	require.Eventually(t, func() bool {
		return nano(scrape(t, reader.scrape).sum("llm_cost_usd_total", "instance", "0123")) == bill
	},
		30*time.Second, 100*time.Millisecond)

	reader.Kill()
	for run := range byte(5) {
		send(renamed(traces, run+1))
	}
	reader.again(t)
	arrived()
	code, _ := get(t, edge.health)
	assert.Equal(t, http.StatusOK, code)
}
