package dashboard

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
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

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/metadata"
)

type rig struct {
	cfg     *Config
	metrics exporter.Metrics
	logs    exporter.Logs
}

const freePort = "127.0.0.1:0"

// start starts the exporters of two signals, and stops them in the end.
func start(t *testing.T, cfg *Config) *rig {
	t.Helper()
	r := begin(t, cfg)
	t.Cleanup(func() { r.stop(t) })
	return r
}

// begin starts them; the configuration then has the port that was free.
func begin(t *testing.T, cfg *Config) *rig {
	t.Helper()
	cfg.Server.NetAddr.Endpoint = freePort
	r := build(t, cfg)
	require.NoError(t, r.metrics.Start(t.Context(), componenttest.NewNopHost()))
	require.NoError(t, r.logs.Start(t.Context(), componenttest.NewNopHost()))
	s, err := r.metrics.(*neverRefusing).dashboard.Get()
	require.NoError(t, err)
	if s.server != nil {
		cfg.Server.NetAddr.Endpoint = s.server.address.String()
	}
	return r
}

func build(t *testing.T, cfg *Config) *rig {
	t.Helper()
	set := exportertest.NewNopSettings(metadata.Type)
	m, err := NewFactory().CreateMetrics(t.Context(), set, cfg)
	require.NoError(t, err)
	l, err := NewFactory().CreateLogs(t.Context(), set, cfg)
	require.NoError(t, err)
	return &rig{cfg, m, l}
}

func (r *rig) stop(t *testing.T) {
	assert.NoError(t, r.logs.Shutdown(context.Background()))
	assert.NoError(t, r.metrics.Shutdown(context.Background()))
}

func testConfig(t *testing.T) *Config {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	cfg.Server.NetAddr.Endpoint = freePort
	cfg.Storage.Dir = t.TempDir()
	cfg.SelfMetrics.Endpoint = ""
	return cfg
}

func (r *rig) query(t *testing.T, expr string) any {
	t.Helper()
	resp, err := http.Get("http://" + r.cfg.Server.NetAddr.Endpoint + "/api/v1/query?query=" + url.QueryEscape(expr)) //nolint:noctx // a test's
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	var body struct {
		Data struct{ Result []struct{ Value []any } }
	}
	require.NoError(t, json.Unmarshal(text, &body), string(text))
	if len(body.Data.Result) == 0 {
		return nil
	}
	return body.Data.Result[0].Value[1]
}

func total(name string, v float64) pmetric.Metrics {
	md := pmetric.NewMetrics()
	m := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName(name)
	p := m.SetEmptyGauge().DataPoints().AppendEmpty()
	p.SetTimestamp(pcommon.NewTimestampFromTime(time.Now()))
	p.SetDoubleValue(v)
	return md
}

func TestMetricsAreThereAfterARestart(t *testing.T) {
	cfg := testConfig(t)
	r := start(t, cfg)
	require.NoError(t, r.metrics.ConsumeMetrics(t.Context(), total("answer", 42)))
	require.NoError(t, r.logs.ConsumeLogs(t.Context(), plog.NewLogs()))
	require.EventuallyWithT(t, func(c *assert.CollectT) { assert.Equal(c, "42", r.query(t, "answer")) }, time.Minute, 10*time.Millisecond)
	r.stop(t)
	r = start(t, cfg)
	assert.Equal(t, "42", r.query(t, "answer"))
}

// Two exporters of one directory would write over each other.
func TestDirectoryInUse(t *testing.T) {
	cfg := testConfig(t)
	start(t, cfg)
	other := testConfig(t)
	other.Storage.Dir = cfg.Storage.Dir
	r := build(t, other)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond) // it would wait for the other one to end
	defer cancel()
	require.ErrorContains(t, r.metrics.Start(ctx, componenttest.NewNopHost()), cfg.Storage.Dir)
}

// A gateway whose disk is full, or may only be read, starts: without a dashboard.
func TestDirectoryThatCannotBeWritten(t *testing.T) {
	cfg := testConfig(t)
	cfg.Storage.Dir = filepath.Join(t.TempDir(), "data", "history")
	require.NoError(t, os.WriteFile(filepath.Dir(cfg.Storage.Dir), nil, 0o600)) // a file where a directory should be
	r := start(t, cfg)
	require.NoError(t, r.metrics.ConsumeMetrics(t.Context(), pmetric.NewMetrics()))
	require.NoError(t, r.logs.ConsumeLogs(t.Context(), plog.NewLogs()))
}

// Nor does what stands in the place of one of its files keep it from starting.
func TestDirectoriesInPlaceOfFiles(t *testing.T) {
	for _, name := range []string{"runs", "alerts.db", "metadata.json", "metrics", "lock"} {
		t.Run(name, func(t *testing.T) {
			cfg := testConfig(t)
			require.NoError(t, os.MkdirAll(filepath.Join(cfg.Storage.Dir, name, "within"), 0o700))
			r := start(t, cfg)
			require.NoError(t, r.metrics.ConsumeMetrics(t.Context(), pmetric.NewMetrics()))
			require.NoError(t, r.logs.ConsumeLogs(t.Context(), plog.NewLogs()))
		})
	}
}

func TestOwnMetrics(t *testing.T) {
	own := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		_, _ = io.WriteString(w, "# TYPE otelcol_process_uptime_seconds_total counter\notelcol_process_uptime_seconds_total 7\n")
	}))
	defer own.Close()
	cfg := testConfig(t)
	cfg.SelfMetrics = SelfMetricsConfig{Endpoint: own.URL, Interval: 10 * time.Millisecond}
	r := start(t, cfg)
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		assert.Equal(c, "7", r.query(t, `otelcol_process_uptime_seconds_total{job="otelcol-llm"}`))
	}, time.Minute, 10*time.Millisecond)
}

// Starting and stopping in either order, and twice, leaves nothing behind.
func TestLifecycle(t *testing.T) {
	r := build(t, testConfig(t))
	r.stop(t)
	require.NoError(t, r.logs.Start(t.Context(), componenttest.NewNopHost()))
	require.NoError(t, r.metrics.Start(t.Context(), componenttest.NewNopHost()))
	require.NoError(t, r.metrics.Shutdown(t.Context()))
	r.stop(t)
	assert.Zero(t, states.Len())
}
