package budgetalert

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/metadatatest"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/threshold"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// value is the sum of the points of one of the component's own metrics that have an attribute, or of all where key is "".
func value(t *testing.T, from *componenttest.Telemetry, name, key, want string) (sum int64) {
	t.Helper()
	m, err := from.GetMetric(name)
	require.NoError(t, err)
	var points []metricdata.DataPoint[int64]
	switch data := m.Data.(type) {
	case metricdata.Sum[int64]:
		points = data.DataPoints
	case metricdata.Gauge[int64]:
		points = data.DataPoints
	}
	require.NotEmpty(t, points, name)
	for i := range points {
		if v, _ := points[i].Attributes.Value(attribute.Key(key)); key == "" || v.AsString() == want {
			sum += points[i].Value
		}
	}
	return sum
}

// What budgets cannot tell apart and thresholds cannot look at is counted, from 0 on.
func TestWhatIsNotSeenIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		telemetry := componenttest.NewTelemetry()
		defer func() { require.NoError(t, telemetry.Shutdown(t.Context())) }()
		cfg := testConfig(t)
		cfg.Budgets = []budget.Config{
			{Name: "team", Period: "day", LimitUSD: limitUSD(10), GroupBy: []any{"team"}, MaxGroups: new(1)},
			{Name: "run", Period: "run", LimitUSD: limitUSD(10)},
		}
		cfg.Thresholds = threshold.Defaults()
		require.NoError(t, cfg.Validate())
		c, err := createTracesToLogs(t.Context(), metadatatest.NewSettings(telemetry), cfg, consumertest.NewNop())
		require.NoError(t, err)
		require.NoError(t, c.Start(t.Context(), componenttest.NewNopHost()))
		const overflow, ignored = "otelcol_budgetalert_group_overflow", "otelcol_budgetalert_threshold_ignored"
		require.Zero(t, value(t, telemetry, overflow, "", ""))
		require.Zero(t, value(t, telemetry, ignored, "", ""))

		late := spansOf(spec{team: "a", model: "m", status: genai.StatusPriced, usd: 1, end: time.Now().Add(-time.Hour), n: 4})
		span := late.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		span.Attributes().PutStr(genai.OperationName, genai.OpInvokeAgent)
		span.Attributes().Remove(genai.CostStatus)
		span.SetStartTimestamp(span.EndTimestamp() - 60e9)
		require.NoError(t, c.ConsumeTraces(t.Context(), late))
		require.NoError(t, c.ConsumeTraces(t.Context(), spansOf(
			spec{team: "a", model: "m", status: genai.StatusPriced, usd: 1, end: time.Now(), n: 1},
			spec{team: "b", model: "m", status: genai.StatusPriced, usd: 1, end: time.Now(), n: 2},
			spec{team: "c", model: "m", status: genai.StatusPriced, usd: 1, end: time.Now(), n: 3},
		)))
		synctest.Wait()
		require.EqualValues(t, 2, value(t, telemetry, overflow, "", ""))
		require.EqualValues(t, 3, value(t, telemetry, "otelcol_budgetalert_open_runs", "", ""))
		require.Zero(t, value(t, telemetry, "otelcol_budgetalert_run_overflow", "", ""))
		require.EqualValues(t, 1, value(t, telemetry, ignored, "reason", notLate))
		require.NoError(t, c.Shutdown(t.Context()))
	})
}

// What thresholds follow and which of their alerts are open is told as it is.
func TestOpenThresholdsAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		telemetry := componenttest.NewTelemetry()
		defer func() { require.NoError(t, telemetry.Shutdown(t.Context())) }()
		cfg := testConfig(t)
		above := 10.0
		high := threshold.Defaults()[1]
		high.Name, high.Metric, high.Above = "HIGH", "m", &above
		cfg.Thresholds = []threshold.Config{high}
		require.NoError(t, cfg.Validate())
		c, err := createMetricsToLogs(t.Context(), metadatatest.NewSettings(telemetry), cfg, consumertest.NewNop())
		require.NoError(t, err)
		require.NoError(t, c.Start(t.Context(), componenttest.NewNopHost()))
		const series, open = "otelcol_budgetalert_threshold_series", "otelcol_budgetalert_threshold_open"
		tell := func(values ...float64) {
			md := pmetric.NewMetrics()
			metric := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
			metric.SetName("m")
			points := metric.SetEmptyGauge().DataPoints()
			for i, value := range values {
				p := points.AppendEmpty()
				p.SetTimestamp(pcommon.NewTimestampFromTime(time.Now()))
				p.Attributes().PutInt("n", int64(i))
				p.SetDoubleValue(value)
			}
			require.NoError(t, c.ConsumeMetrics(t.Context(), md))
			synctest.Wait()
		}
		is := func(name string) int64 { return value(t, telemetry, name, "", "") }
		require.Zero(t, is(series))
		require.Zero(t, is(open))
		for range 30 { // for is a minute
			tell(20, 20, 1)
			time.Sleep(5 * time.Second)
		}
		require.EqualValues(t, 3, is(series))
		require.EqualValues(t, 2, is(open))
		for range 90 {
			tell(20, 1, 1)
			time.Sleep(5 * time.Second)
		}
		require.EqualValues(t, 1, is(open))
		require.NoError(t, c.Shutdown(t.Context()))
	})
}

// Alerts that are lost are counted from 0 on, and said once for each reason.
func TestLostAlertsAreCountedAndSaidOnce(t *testing.T) {
	telemetry := componenttest.NewTelemetry()
	defer func() { require.NoError(t, telemetry.Shutdown(context.Background())) }()
	set := metadatatest.NewSettings(telemetry)
	core, logged := observer.New(zap.ErrorLevel)
	set.Logger = zap.New(core)
	s, err := newState(testConfig(t), set)
	require.NoError(t, err)
	require.NoError(t, s.Start(t.Context(), componenttest.NewNopHost()))
	defer func() { require.NoError(t, s.Shutdown(context.Background())) }()
	const lost = "otelcol_budgetalert_alerts_lost"
	require.Zero(t, value(t, telemetry, lost, "", ""))
	s.lostAlerts(t.Context(), lostUnsaid, 3)
	s.lostAlerts(t.Context(), lostUnsaid, 2)
	s.lostAlerts(t.Context(), lostUnreadable, 1)
	require.EqualValues(t, 5, value(t, telemetry, lost, "reason", lostUnsaid))
	require.EqualValues(t, 1, value(t, telemetry, lost, "reason", lostUnreadable))
	require.Equal(t, 2, logged.FilterMessageSnippet("lost").Len())
}

// Another gateway may have other budgets for as long as a rollout takes; then it is said, once, and again where it begins again.
func TestBudgetsThatDifferAreSaidAfterARollout(t *testing.T) {
	core, logged := observer.New(zap.WarnLevel)
	s := &state{logger: zap.New(core)}
	now := time.Unix(1_800_000_000, 0)
	var d differing
	watch := func(n int, names ...string) int {
		for range n {
			now = now.Add(time.Second)
			d = s.watchBudgets(d, names, now)
		}
		return logged.Len()
	}
	require.Zero(t, watch(5))
	require.Zero(t, watch(900, "daily"))
	require.Zero(t, watch(1))
	require.Zero(t, watch(900, "daily"))
	require.Equal(t, 1, watch(1, "daily"))
	require.Equal(t, []any{"daily"}, logged.All()[0].ContextMap()["budgets"])
	require.Equal(t, 1, watch(5000, "daily"))
	require.Equal(t, 1, watch(1))
	require.Equal(t, 2, watch(1000, "daily"))
}
