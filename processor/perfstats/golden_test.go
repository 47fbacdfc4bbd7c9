package perfstats

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatatest/pmetrictest"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.yaml.in/yaml/v3"

	"github.com/otelcol-llm/otelcol-llm/processor/perfstats/internal/metadata"
)

var update = flag.Bool("update", false, "write want.yaml instead of comparing with it")

// batchFile is one batch of in.yaml: how long after the start it comes (the start is 2000-01-01T00:00:00Z), and OTLP metrics.
type batchFile struct {
	After           string `yaml:"after"`
	ResourceMetrics []any  `yaml:"resourceMetrics"`
}

// TestGolden: a directory under testdata is a case. want.yaml is the last batch of in.yaml as it leaves, and the gauges that were told last.
func TestGolden(t *testing.T) {
	dirs, err := filepath.Glob("testdata/*/in.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, dirs)
	for _, in := range dirs {
		dir := filepath.Dir(in)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { checkCase(t, dir) })
		})
	}
}

func checkCase(t *testing.T, dir string) {
	sink := &consumertest.MetricsSink{}
	p := start(t, loadConfig(t, filepath.Join(dir, "config.yaml")), sink)
	raw, err := os.ReadFile(filepath.Join(dir, "in.yaml"))
	require.NoError(t, err)
	var batches []batchFile
	require.NoError(t, yaml.Unmarshal(raw, &batches))
	began := time.Now()
	for _, b := range batches {
		after, err := time.ParseDuration(b.After)
		require.NoError(t, err)
		time.Sleep(time.Until(began.Add(after)))
		synctest.Wait()
		require.NoError(t, p.ConsumeMetrics(t.Context(), metricsFrom(t, b.ResourceMetrics)))
	}
	time.Sleep(leastApart)
	passed, told := pmetric.NewMetrics(), pmetric.NewMetrics()
	for _, md := range handedOn(sink) {
		if md.ResourceMetrics().At(0).ScopeMetrics().At(0).Scope().Name() == metadata.ScopeName {
			told = md
		} else {
			passed = md
		}
	}
	got := pmetric.NewMetrics()
	passed.ResourceMetrics().MoveAndAppendTo(got.ResourceMetrics())
	told.ResourceMetrics().MoveAndAppendTo(got.ResourceMetrics())
	want := filepath.Join(dir, "want.yaml")
	if *update {
		writeMetrics(t, want, got)
	}
	raw, err = os.ReadFile(want)
	require.NoError(t, err)
	var file batchFile
	require.NoError(t, yaml.Unmarshal(raw, &file))
	require.NoError(t, pmetrictest.CompareMetrics(rounded(metricsFrom(t, file.ResourceMetrics)), rounded(got),
		pmetrictest.IgnoreMetricsOrder(), pmetrictest.IgnoreMetricDataPointsOrder()))
}

// rounded leaves nine digits of a gauge: the last bits differ where the processor fuses multiplication and addition.
func rounded(md pmetric.Metrics) pmetric.Metrics {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				if m.Type() != pmetric.MetricTypeGauge {
					continue
				}
				for _, dp := range m.Gauge().DataPoints().All() {
					if dp.ValueType() == pmetric.NumberDataPointValueTypeDouble {
						v, _ := strconv.ParseFloat(strconv.FormatFloat(dp.DoubleValue(), 'g', 9, 64), 64)
						dp.SetDoubleValue(v)
					}
				}
			}
		}
	}
	return md
}

func start(t *testing.T, cfg *Config, sink *consumertest.MetricsSink) *perfProcessor {
	t.Helper()
	return startWith(t, processortest.NewNopSettings(metadata.Type), cfg, sink)
}

func startWith(t *testing.T, set processor.Settings, cfg *Config, sink *consumertest.MetricsSink) *perfProcessor {
	t.Helper()
	p, err := newProcessor(set, cfg, sink)
	require.NoError(t, err)
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, p.Shutdown(context.Background())) })
	return p
}

func loadConfig(t *testing.T, file string) *Config {
	t.Helper()
	conf, err := confmaptest.LoadConf(file)
	require.NoError(t, err)
	return unmarshal(t, conf)
}

func unmarshal(t *testing.T, conf *confmap.Conf) *Config {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, conf.Unmarshal(cfg))
	require.NoError(t, cfg.Validate())
	return cfg
}

func metricsFrom(t *testing.T, resourceMetrics []any) pmetric.Metrics {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"resourceMetrics": resourceMetrics})
	require.NoError(t, err)
	md, err := (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics(raw)
	require.NoError(t, err)
	return md
}

func writeMetrics(t *testing.T, file string, md pmetric.Metrics) {
	t.Helper()
	raw, err := (&pmetric.JSONMarshaler{}).MarshalMetrics(md)
	require.NoError(t, err)
	var doc any
	require.NoError(t, yaml.Unmarshal(raw, &doc)) // JSON is YAML
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	require.NoError(t, enc.Encode(doc))
	require.NoError(t, os.WriteFile(file, out.Bytes(), 0o600))
}
