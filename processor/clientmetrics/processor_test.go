package clientmetrics

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/processor/clientmetrics/internal/metadata"
)

// bench is a processor with what it tells and passes on.
type bench struct {
	*clientProcessor
	sink      *consumertest.MetricsSink
	telemetry *componenttest.Telemetry
}

func newBench(t *testing.T, change func(*Config)) *bench {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	if change != nil {
		change(cfg)
	}
	require.NoError(t, cfg.Validate())
	b := &bench{sink: &consumertest.MetricsSink{}, telemetry: componenttest.NewTelemetry()}
	t.Cleanup(func() { assert.NoError(t, b.telemetry.Shutdown(context.WithoutCancel(t.Context()))) })
	var err error
	b.clientProcessor, err = newProcessor(
		processor.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: b.telemetry.NewTelemetrySettings()}, cfg, b.sink)
	require.NoError(t, err)
	require.NoError(t, b.Start(t.Context(), componenttest.NewNopHost()))
	t.Cleanup(func() { assert.NoError(t, b.Shutdown(context.WithoutCancel(t.Context()))) })
	return b
}

// told is the value of one of the processor's own metrics.
func (b *bench) told(t *testing.T, name, key, value string) int64 {
	t.Helper()
	m, err := b.telemetry.GetMetric("otelcol_clientmetrics_" + name)
	require.NoError(t, err)
	var points []metricdata.DataPoint[int64]
	switch data := m.Data.(type) {
	case metricdata.Sum[int64]:
		points = data.DataPoints
	case metricdata.Gauge[int64]:
		points = data.DataPoints
	}
	for _, p := range points {
		if v, ok := p.Attributes.Value(attribute.Key(key)); key == "" || ok && v.AsString() == value {
			return p.Value
		}
	}
	require.Fail(t, "no such point", "%s %s=%s", name, key, value)
	return 0
}

func (b *bench) passed() (names []string) {
	for _, md := range b.sink.AllMetrics() {
		for _, rm := range md.ResourceMetrics().All() {
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					names = append(names, m.Name())
				}
			}
		}
	}
	return names
}

func metricsOf(scope string, list ...pmetric.Metric) pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr(genai.ServiceName, "client")
	sm := rm.ScopeMetrics().AppendEmpty()
	sm.Scope().SetName(scope)
	for _, m := range list {
		m.CopyTo(sm.Metrics().AppendEmpty())
	}
	return md
}

func TestOwnMetricsAreDroppedAndCounted(t *testing.T) {
	b := newBench(t, nil)
	assert.Zero(t, b.told(t, "dropped", "metric", genai.MetricCostUSD), "it begins at 0")
	require.NoError(t, b.ConsumeMetrics(t.Context(), metricsOf("theirs",
		newMetric("llm_cost_usd_total", "", asCounter), newMetric("llm.costume", "", asCounter), newMetric("llm.cost", "usd", asCounter))))
	require.NoError(t, b.ConsumeMetrics(t.Context(), metricsOf("theirs", newMetric("llm.calls", "", asCounter))))
	assert.Equal(t, []string{"llm.costume"}, b.passed())
	assert.Len(t, b.sink.AllMetrics(), 1, "nothing is no batch")
	assert.Equal(t, int64(2), b.told(t, "dropped", "metric", genai.MetricCostUSD))
	assert.Equal(t, int64(1), b.told(t, "dropped", "metric", genai.MetricCalls))
}

func TestOwnAndExcept(t *testing.T) {
	for name, c := range map[string]struct {
		own, scope string
		except     []string
		want       []string
	}{
		"drop":               {ownDrop, "theirs", nil, []string{"own"}},
		"drop, our scope":    {ownDrop, genai.MetricsScope, nil, []string{"own"}},
		"except":             {ownDrop, "theirs", []string{genai.MetricTokenUsage}, []string{genai.MetricTokenUsage, "own"}},
		"except, our scope":  {ownDrop, genai.MetricsScope, []string{genai.MetricTokenUsage}, []string{"own"}},
		"by scope":           {ownByScope, genai.PerfScope, nil, []string{genai.MetricTokenUsage, genai.MetricCalls, "own"}},
		"by scope, not ours": {ownByScope, "theirs", nil, []string{"own"}},
		"pass":               {ownPass, "theirs", nil, []string{genai.MetricTokenUsage, genai.MetricCalls, "own"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, func(cfg *Config) { cfg.Own, cfg.Except = c.own, c.except })
			require.NoError(t, b.ConsumeMetrics(t.Context(), metricsOf(c.scope,
				newMetric(genai.MetricTokenUsage, "{token}", asClassic), newMetric(genai.MetricCalls, "", asCounter), newMetric("own", "", asGauge))))
			assert.Equal(t, c.want, b.passed())
		})
	}
}

// counterOf is a counter of a process that began at start.
func counterOf(start, at pcommon.Timestamp, total int64, resource map[string]any) pmetric.Metrics {
	md := metricsOf("theirs", newMetric("requests", "", asCounter))
	rm := md.ResourceMetrics().At(0)
	for key, v := range resource {
		rm.Resource().Attributes().PutStr(key, fmt.Sprint(v))
	}
	p := rm.ScopeMetrics().At(0).Metrics().At(0).Sum().DataPoints().At(0)
	p.SetStartTimestamp(start)
	p.SetTimestamp(at)
	p.SetIntValue(total)
	return md
}

func TestReplicasAreToldApart(t *testing.T) {
	b := newBench(t, nil)
	for at := range pcommon.Timestamp(10) {
		for _, pod := range []pcommon.Timestamp{1, 2, 3} {
			require.NoError(t, b.ConsumeMetrics(t.Context(), counterOf(pod, 10+3*at+pod, int64(at), map[string]any{"k8s.pod.name": pod})))
		}
	}
	instances := map[string]int{}
	for _, md := range b.sink.AllMetrics() {
		id, _ := md.ResourceMetrics().At(0).Resource().Attributes().Get(genai.ServiceInstanceID)
		instances[id.AsString()]++
	}
	assert.Len(t, instances, 3)
	assert.Equal(t, int64(3), b.told(t, "series", "", ""))
	assert.Equal(t, int64(3), b.told(t, "instances", "", ""))
	assert.Zero(t, b.told(t, "unnamed", "", ""))
	assert.Zero(t, b.told(t, "collisions", "sign", "start_time"))
	assert.Zero(t, b.told(t, "collisions", "sign", "value"))
}

func TestReplicasThatNothingTellsApartAreCounted(t *testing.T) {
	b := newBench(t, nil)
	assert.Zero(t, b.told(t, "collisions", "sign", "start_time"), "it begins at 0")
	for at := range pcommon.Timestamp(10) {
		for _, start := range []pcommon.Timestamp{1, 2, 3} {
			require.NoError(t, b.ConsumeMetrics(t.Context(), counterOf(start, 10+3*at+start, int64(at), nil)))
		}
	}
	assert.Equal(t, int64(18), b.told(t, "collisions", "sign", "start_time"), "all points of the two older ones after the third began to write")
	assert.Zero(t, b.told(t, "collisions", "sign", "value"))

	b = newBench(t, nil)
	require.NoError(t, b.ConsumeMetrics(t.Context(), counterOf(0, 10, 7, nil)))
	require.NoError(t, b.ConsumeMetrics(t.Context(), counterOf(0, 11, 3, nil)))
	assert.Equal(t, int64(1), b.told(t, "collisions", "sign", "value"), "without start times a total that falls")
}

func TestUnnamedInstancesAreCounted(t *testing.T) {
	b := newBench(t, func(cfg *Config) { cfg.InstanceLimit = 2 })
	for i := range 5 {
		require.NoError(t, b.ConsumeMetrics(t.Context(), counterOf(1, 2, 3, map[string]any{"n": i})))
	}
	assert.Equal(t, int64(2), b.told(t, "instances", "", ""))
	assert.Equal(t, int64(3), b.told(t, "unnamed", "", ""))
}

func TestForgottenSeriesAreCounted(t *testing.T) {
	b := newBench(t, func(cfg *Config) { cfg.SeriesLimit = 2 })
	for i := range 10 {
		require.NoError(t, b.ConsumeMetrics(t.Context(), counterOf(1, 2, 3, map[string]any{"n": i})))
	}
	assert.Equal(t, int64(10)-b.told(t, "series", "", ""), b.told(t, "forgotten", "", ""))
	assert.LessOrEqual(t, b.told(t, "series", "", ""), int64(2))

	b = newBench(t, func(cfg *Config) { cfg.SeriesLimit = 0 })
	for range 3 {
		require.NoError(t, b.ConsumeMetrics(t.Context(), counterOf(0, 2, 3, nil)))
	}
	assert.Zero(t, b.told(t, "collisions", "sign", "value"))
}

// Every kind of point is watched; deltas are not, for what adds them up takes many writers.
func TestEveryKindIsWatched(t *testing.T) {
	for kind, want := range map[string]int{asGauge: 1, asLevel: 1, asCounter: 1, asClassic: 1, asExpo: 1, asSummary: 1} {
		n := 0
		m := newMetric("m", "", kind)
		eachPoint(m, func(pcommon.Map, point) { n++ })
		assert.Equal(t, want, n, kind)
	}
	delta := newMetric("m", "", asCounter)
	delta.Sum().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	gone := newMetric("m", "", asGauge)
	gone.Gauge().DataPoints().At(0).SetFlags(pmetric.DefaultDataPointFlags.WithNoRecordedValue(true))
	for _, m := range []pmetric.Metric{delta, gone, newMetric("m", "", "none")} {
		eachPoint(m, func(pcommon.Map, point) { assert.Fail(t, "it is watched") })
	}
}

func TestErrorsOfTheNextAreHandedBack(t *testing.T) {
	b := newBench(t, nil)
	b.next = consumertest.NewErr(errors.New("full"))
	require.ErrorContains(t, b.ConsumeMetrics(t.Context(), counterOf(1, 2, 3, nil)), "full")
}

func TestConfig(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	*cfg = Config{Own: "keep", Except: []string{"llm.calls", "mine"}, InstanceLimit: 0, SeriesLimit: -1, ExpireAfter: 15}
	err := cfg.Validate()
	for _, text := range []string{
		`own must be one of drop, by_scope, pass, got "keep"`, `except[1] must be a metric of the gateway`, `got "mine"`,
		"instance_limit must be 1 to 1000000, got 0", "series_limit must be 0 to 1000000, got -1", "expire_after must be 1m0s or more, got 15ns",
	} {
		assert.ErrorContains(t, err, text)
	}
}

// The README's full block is the default configuration, and its table has every metric of metadata.yaml.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	blocks := strings.Split(string(text), "```yaml\n")[1:]
	require.GreaterOrEqual(t, len(blocks), 2)
	block, _, _ := strings.Cut(blocks[1], "```")
	ret, err := confmap.NewRetrievedFromYAML([]byte(block))
	require.NoError(t, err)
	conf, err := ret.AsConf()
	require.NoError(t, err)
	conf, err = conf.Sub("processors::clientmetrics")
	require.NoError(t, err)
	cfg := &Config{}
	require.NoError(t, conf.Unmarshal(cfg))
	assert.Equal(t, []string{"gen_ai.client.token.usage"}, cfg.Except)
	cfg.Except = nil
	assert.Equal(t, createDefaultConfig(), cfg)
	for _, name := range []string{"dropped", "collisions", "series", "forgotten", "instances", "unnamed"} {
		assert.Contains(t, string(text), "`otelcol_clientmetrics_"+name+"`")
	}
}
