package test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/stretchr/testify/require"
)

// calm is ten minutes of two services in which nothing fails: a calls 6 times a minute with 100 tokens in and 10 out, b twice with 1,000 and 10.
const calm = `load 10s
	llm_calls_total{service_name="a", status="ok"} 0+1x60
	llm_calls_total{service_name="b", status="ok"} 0+0.3333333333333333x60
	llm_tokens_total{service_name="a", gen_ai_token_type="input_uncached"} 0+100x60
	llm_tokens_total{service_name="b", gen_ai_token_type="input_uncached"} 0+333.3333333333333x60
	llm_tokens_total{service_name="a", gen_ai_token_type="output_visible"} 0+10x60
	llm_tokens_total{service_name="b", gen_ai_token_type="output_visible"} 0+3.333333333333333x60
`

// What a panel or a rule says of services of which no call has failed, and of two of which one calls more: 0 is a value, "no data" is none.
func TestDeployValues(t *testing.T) {
	storage := promqltest.LoadedStorage(t, calm)
	engine := promqltest.NewTestEngine(t, false, time.Minute, 10000)
	all := append(panelQueries(t), ruleQueries(t)...)
	for where, want := range map[string]map[string]float64{
		"overview.json: Failed calls":         {"{}": 0},
		"service:llm_calls_failed:ratio":      {`{service_name="a"}`: 0, `{service_name="b"}`: 0},
		"overview.json: Calls per minute":     {"{}": 8},
		"cost.json: Tokens of a call":         {`{gen_ai_token_type="input_uncached"}`: 325, `{gen_ai_token_type="output_visible"}`: 10},
		"overview.json: Tokens per second by": {`{gen_ai_token_type="input_uncached"}`: 2600.0 / 60, `{gen_ai_token_type="output_visible"}`: 80.0 / 60},
	} {
		i := slices.IndexFunc(all, func(a asked) bool { return strings.Contains(a.where, where) })
		require.GreaterOrEqual(t, i, 0, where)
		query, err := engine.NewInstantQuery(t.Context(), storage, nil, all[i].expr, time.Unix(600, 0))
		require.NoError(t, err, where)
		vector, err := query.Exec(t.Context()).Vector()
		require.NoError(t, err, where)
		got := map[string]float64{}
		for _, sample := range vector {
			got[sample.Metric.String()] = sample.F
		}
		require.Len(t, got, len(want), where)
		for labels, value := range want {
			require.InDelta(t, value, got[labels], 1e-6, "%s: %s: %v", where, labels, got)
		}
	}
}
