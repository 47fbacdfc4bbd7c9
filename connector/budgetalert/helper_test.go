package budgetalert

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// spec is a call of a test; what is "" or 0 is left out.
type spec struct {
	service, model, team, status, reason, response, conversation string
	usd                                                          float64
	in, out                                                      int64
	end                                                          time.Time
	n                                                            byte // makes trace and span id
}

func fill(attrs pcommon.Map, c *spec) {
	put := func(key, value string) {
		if value != "" {
			attrs.PutStr(key, value)
		}
	}
	attrs.PutStr(genai.OperationName, genai.OpChat)
	attrs.PutStr(genai.ProviderName, "openai")
	put(genai.RequestModel, c.model)
	put(genai.CostStatus, c.status)
	put(genai.CostReason, c.reason)
	put(genai.ResponseID, c.response)
	put(genai.ConversationID, c.conversation)
	put("team", c.team)
	if c.status != "" && c.status != genai.StatusUnpriced {
		attrs.PutDouble(genai.CostTotal, c.usd)
	}
	if c.in+c.out > 0 {
		attrs.PutInt(genai.UsageInput, c.in)
		attrs.PutInt(genai.UsageOutput, c.out)
	}
}

func spansOf(calls ...spec) ptrace.Traces {
	td := ptrace.NewTraces()
	for i := range calls {
		c := &calls[i]
		rs := td.ResourceSpans().AppendEmpty()
		if c.service != "" {
			rs.Resource().Attributes().PutStr(genai.ServiceName, c.service)
		}
		span := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		span.SetTraceID(pcommon.TraceID{15: c.n, 0: 1})
		span.SetSpanID(pcommon.SpanID{7: c.n, 0: 1})
		span.SetStartTimestamp(pcommon.NewTimestampFromTime(c.end.Add(-time.Second)))
		span.SetEndTimestamp(pcommon.NewTimestampFromTime(c.end))
		fill(span.Attributes(), c)
	}
	return td
}

func testConfig(t *testing.T) *Config {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	cfg.Ledger.Directory = t.TempDir()
	cfg.Interval, cfg.ZeroFor = time.Second, 0
	return cfg
}

// startTraces starts the connectors of a traces pipeline with a logs and a metrics pipeline behind; either may be nil.
func startTraces(t *testing.T, cfg *Config, logs consumer.Logs, metrics consumer.Metrics) (toLogs, toMetrics *budgetAlert) {
	t.Helper()
	require.NoError(t, cfg.Validate())
	set := connectortest.NewNopSettings(metadata.Type)
	if logs != nil {
		c, err := createTracesToLogs(context.Background(), set, cfg, logs)
		require.NoError(t, err)
		toLogs = c.(*budgetAlert)
		require.NoError(t, toLogs.Start(context.Background(), componenttest.NewNopHost()))
	}
	if metrics != nil {
		c, err := createTracesToMetrics(context.Background(), set, cfg, metrics)
		require.NoError(t, err)
		toMetrics = c.(*budgetAlert)
		require.NoError(t, toMetrics.Start(context.Background(), componenttest.NewNopHost()))
	}
	return toLogs, toMetrics
}
