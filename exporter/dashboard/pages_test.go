package dashboard

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/advice"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/report"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// soon is how long a test waits for what must come, on a machine that is busy.
const soon = time.Minute

func (r *rig) report(t *testing.T, path string, to any) {
	t.Helper()
	resp, err := http.Get("http://" + r.cfg.Server.NetAddr.Endpoint + reportPath + path) //nolint:noctx // a test's
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, string(body))
	require.NoError(t, json.Unmarshal(body, to))
}

func (r *rig) startTraces(t *testing.T) exporter.Traces {
	t.Helper()
	e, err := NewFactory().CreateTraces(t.Context(), exportertest.NewNopSettings(metadata.Type), r.cfg)
	require.NoError(t, err)
	require.NoError(t, e.Start(t.Context(), componenttest.NewNopHost()))
	return e
}

func aCall() ptrace.Traces {
	td := ptrace.NewTraces()
	span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetTraceID(pcommon.TraceID{1})
	span.SetSpanID(pcommon.SpanID{1})
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(time.Now()))
	span.Attributes().PutStr(genai.OperationName, "chat")
	span.Attributes().PutStr(genai.CostStatus, genai.StatusPriced)
	span.Attributes().PutStr(genai.RequestModel, "gpt-4o")
	span.Attributes().PutDouble(genai.CostTotal, 0.25)
	return td
}

func anAlert(t *testing.T) plog.Logs {
	t.Helper()
	ld := plog.NewLogs()
	records := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	records.AppendEmpty().Body().SetStr("no alert")
	a := alert.Alert{
		Event: genai.EventThresholdAlert, Time: time.Now(), ID: "a-1", Fingerprint: "a", Name: "SLOW_RESPONSE", Severity: genai.SeverityError,
		State: genai.AlertFiring, Trace: pcommon.TraceID{1},
	}
	a.Write(records.AppendEmpty())
	return ld
}

// budgets are metrics as budgetalert tells them.
func budgets(spent float64) pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr(genai.ServiceName, "otelcol-llm")
	m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("llm.budget.spent.usd")
	m.SetUnit("{USD}")
	p := m.SetEmptyGauge().DataPoints().AppendEmpty()
	p.SetTimestamp(pcommon.NewTimestampFromTime(time.Now()))
	p.Attributes().PutStr(genai.BudgetName, "daily")
	p.Attributes().PutStr(genai.BudgetPeriod, "day")
	p.SetDoubleValue(spent)
	return md
}

func TestPagesAPI(t *testing.T) {
	cfg := testConfig(t)
	cfg.TraceURL = "http://traces/{trace_id}"
	r := start(t, cfg)
	traces := r.startTraces(t)
	require.NoError(t, r.metrics.ConsumeMetrics(t.Context(), budgets(1.5)))
	require.NoError(t, r.logs.ConsumeLogs(t.Context(), anAlert(t)))
	require.NoError(t, traces.ConsumeTraces(t.Context(), aCall()))

	require.Eventually(t, func() bool {
		var c report.Costs
		r.report(t, "costs", &c)
		return c.Current.Daily != nil && *c.Current.Daily == 1.5
	}, soon, 100*time.Millisecond)
	check := func(r *rig) {
		var a report.Alerts
		r.report(t, "alerts", &a)
		require.Len(t, a.Active, 1)
		assert.Equal(t, "http://traces/01000000000000000000000000000000", *a.Active[0].TraceURL)
		require.Len(t, a.Past, 1)
		var runs report.Runs
		r.report(t, "runs", &runs)
		require.Len(t, runs.Runs, 1)
		assert.Equal(t, 0.25, runs.Runs[0].USD)
		resp, err := http.Get("http://" + r.cfg.Server.NetAddr.Endpoint + "/api/v1/alerts") //nolint:noctx // a test's
		require.NoError(t, err)
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		assert.Contains(t, string(body), "SLOW_RESPONSE", "Prometheus' API shows it too")
	}
	check(r)
	var none report.Recommendations
	r.report(t, "recommendations", &none)
	assert.Equal(t, "nothing to recommend", none.Message)

	// After a restart alerts and runs are there.
	require.NoError(t, traces.Shutdown(t.Context()))
	r.stop(t)
	again := build(t, cfg)
	require.NoError(t, again.metrics.Start(t.Context(), componenttest.NewNopHost()))
	require.NoError(t, again.logs.Start(t.Context(), componenttest.NewNopHost()))
	check(again)
	again.stop(t)
}

// A page hears of spend and alerts without asking, and its stream does not keep the gateway from ending.
func TestPagesHear(t *testing.T) {
	cfg := testConfig(t)
	r := begin(t, cfg)
	resp, err := http.Get("http://" + cfg.Server.NetAddr.Endpoint + reportPath + "events") //nolint:noctx // a test's
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewScanner(resp.Body)
	until := func(event, data string) {
		t.Helper()
		for last := ""; lines.Scan(); {
			line := lines.Text()
			if name, ok := strings.CutPrefix(line, "event: "); ok {
				last = name
			}
			if last == event && strings.HasPrefix(line, "data: ") && strings.Contains(line, data) {
				return
			}
		}
		t.Fatal("the stream ended")
	}
	until("health", "no_data")
	require.NoError(t, r.metrics.ConsumeMetrics(t.Context(), budgets(1.5)))
	until("spend", `"daily":1.5,`)
	require.NoError(t, r.logs.ConsumeLogs(t.Context(), anAlert(t)))
	until("alert", "SLOW_RESPONSE")
	r.stop(t)
	for lines.Scan() {
		continue
	}
	assert.NoError(t, lines.Err())
}

func TestPrice(t *testing.T) {
	at := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	usd, ok := price("openai", "gpt-4o-mini", advice.Tokens{InputUncached: 1e9, CacheRead: 1e6, Output: 1e6}, at)
	require.True(t, ok)
	assert.InDelta(t, 150+0.075+0.6, usd, 1e-9)
	_, ok = price("openai", "no-such-model-at-all", advice.Tokens{InputUncached: 1}, at)
	assert.False(t, ok)
}
