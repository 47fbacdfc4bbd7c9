package perfstats

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Which attributes of a point split the gauges: of genaimetrics all that it was told to add, of others those of the config, from the point or
// its resource.
func TestDimensionsOfAPoint(t *testing.T) {
	now := seconds(0)
	const env = "deployment.environment.name"
	for name, tc := range map[string]struct {
		scope, metric      string
		resource, point    map[string]string
		dimensions, labels []string
	}{
		"of genaimetrics":         {genai.MetricsScope, genai.MetricCalls, nil, map[string]string{"team": "a", env: "p"}, nil, []string{"team", "a", env, "p"}},
		"a number":                {genai.MetricsScope, genai.MetricCalls, nil, map[string]string{"tenant": "7"}, nil, []string{"tenant", "7"}},
		"not its resource's":      {genai.MetricsScope, genai.MetricCalls, map[string]string{env: "p"}, nil, []string{env}, nil},
		"a LangChain name's word": {genai.MetricsScope, "langchain_llm_api_calls_total", nil, map[string]string{"model": "m"}, nil, nil},
		"that word elsewhere":     {genai.MetricsScope, genai.MetricCalls, nil, map[string]string{"model": "m"}, nil, []string{"model", "m"}},
		"which genaimetrics":      {genai.MetricsScope, genai.MetricCalls, nil, map[string]string{genai.AttrComponentID: "genaimetrics/a"}, nil, nil},
		"a word of the gauges":    {genai.MetricsScope, genai.MetricCalls, nil, map[string]string{"scope": "x"}, nil, nil},
		"not of an SDK":           {"sdk", genai.MetricCalls, nil, map[string]string{"server.address": "a"}, nil, nil},
		"an SDK's, named":         {"sdk", genai.MetricCalls, nil, map[string]string{"server.address": "a", "b": "c"}, []string{"b"}, []string{"b", "c"}},
		"of an SDK's resource":    {"sdk", genai.MetricCalls, map[string]string{env: "p"}, map[string]string{"b": "c"}, []string{env, "b"}, []string{"b", "c", env, "p"}},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := createDefaultConfig().(*Config)
			cfg.Sources, cfg.Dimensions = sourcesAll, tc.dimensions
			cfg.Ratios = []RatioSource{{Name: "r", Of: tc.metric, To: tc.metric}}
			e := newEngine(cfg, now)
			md := oneMetric(tc.metric, sum(true, pmetric.AggregationTemporalityDelta, 1, now, now))
			rm := md.ResourceMetrics().At(0)
			rm.ScopeMetrics().At(0).Scope().SetName(tc.scope)
			for k, v := range tc.resource {
				rm.Resource().Attributes().PutStr(k, v)
			}
			for k, v := range tc.point {
				rm.ScopeMetrics().At(0).Metrics().At(0).Sum().DataPoints().At(0).Attributes().PutStr(k, v)
			}
			e.absorb(md, now)
			out := pmetric.NewMetrics()
			e.writeGauges(out.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty(), now.Add(time.Second), false)
			assert.Equal(t, 1.0, gaugeOf(out, "r", append(tc.labels, genai.ServiceName, "shop")...))
		})
	}
}

// The order of attributes is no difference, and nor is an attribute in place of another.
func TestDimensionsAreASet(t *testing.T) {
	e := newEngine(createDefaultConfig().(*Config), seconds(0))
	of := func(pairs ...string) dims {
		attrs := pmetric.NewNumberDataPoint().Attributes()
		for i := 0; i < len(pairs); i += 2 {
			attrs.PutStr(pairs[i], pairs[i+1])
		}
		return e.dimensions(&origin{scope: genai.MetricsScope}, attrs)
	}
	require.Equal(t, of("a", "1", "b", "2"), of("b", "2", genai.RequestModel, "m", "a", "1"))
	require.NotEqual(t, of("a", "1"), of("b", "1"))
	require.NotEqual(t, of("a", "1"), of("a", "1", "b", ""))
	require.Equal(t, []string{"a", "1", "b", "2"}, of("b", "2", "a", "1").pairs())
	require.Empty(t, of(genai.ServiceName, "x").pairs())
}
