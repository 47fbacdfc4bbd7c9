package threshold

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

func TestDefaultsAreTheClassicSet(t *testing.T) {
	want := parseConfig(t, `
thresholds:
  - {name: HIGH_MEMORY_USAGE, metric: process.memory.usage, above: 1000, unit: MB}
  - {name: HIGH_CPU_USAGE,    metric: system.cpu.utilization, above: 0.8, for: 1m}
  - {name: SLOW_RESPONSE,     span: {scope: agent, duration_above: 10s}}
  - {name: HIGH_ERROR_RATE,   metric: llm.perf.error_ratio, where: {scope: llm}, above: 0.05, resolve_below: 0.03, min_count: 20}
`)
	require.Equal(t, want, Defaults())
	_, err := New(Defaults(), ledger.NewMemory(ledger.Options{}), Options{})
	require.NoError(t, err)
}

func TestAnElementHasDefaultsOfItsOwn(t *testing.T) {
	got := parseConfig(t, `
thresholds:
  - {name: a, metric: m, above: 0, for: 0s, keep_firing_for: 0s, repeat_interval: 0s, on_no_data: alert, max_active: 7, severity: error, where: {a.b: [x, 1, true], c: ""}}
  - {name: b, span: {scope: tool, duration_above: 1s}}
`)
	zero := 0.0
	require.Equal(t, Config{
		Name: "a", Metric: "m", Above: &zero, OnNoData: "alert", MaxActive: 7, Severity: "error", Where: map[string]any{"a.b": []any{"x", 1, true}, "c": ""},
	}, got[0])
	require.Equal(t, Config{
		Name: "b", Span: &Span{Scope: "tool", DurationAbove: time.Second}, KeepFiringFor: 5 * time.Minute, RepeatInterval: 4 * time.Hour,
		OnNoData: "keep", MaxActive: 1000, Severity: "warning",
	}, got[1])
	for _, c := range got {
		require.NoError(t, c.Validate())
	}
}

func TestValidate(t *testing.T) {
	for name, c := range map[string]struct{ yaml, want string }{
		"no name":               {"{metric: m, above: 1}", `name: must be 1 to 64 letters, digits, '.', '_', '-' or spaces, got ""`},
		"neither":               {"{name: a, above: 1}", "metric: one of metric and span must be given, got neither"},
		"both":                  {"{name: a, metric: m, above: 1, span: {scope: llm, duration_above: 1s}}", "metric: one of metric and span must be given, got both"},
		"no level":              {"{name: a, metric: m}", "above: one of above and below must be given, got neither"},
		"two levels":            {"{name: a, metric: m, above: 1, below: 2}", "above: one of above and below must be given, got both (1 and 2)"},
		"NaN":                   {"{name: a, metric: m, above: .nan}", "above: must be a number, got NaN"},
		"infinite":              {"{name: a, metric: m, below: -.inf}", "below: must be a number, got -Inf"},
		"NaN to resolve":        {"{name: a, metric: m, above: 1, resolve_below: .nan}", "resolve_below: must be a number, got NaN"},
		"resolve level outside": {"{name: a, metric: m, above: 1, resolve_below: 2}", "resolve_below: must be at most above (1), got 2"},
		"and of below":          {"{name: a, metric: m, below: 1, resolve_above: 0}", "resolve_above: must be at least below (1), got 0"},
		"the other's":           {"{name: a, metric: m, above: 1, resolve_above: 2}", "resolve_above: belongs to below, got 2 with above"},
		"and of below's":        {"{name: a, metric: m, below: 1, resolve_below: 2}", "resolve_below: belongs to above, got 2 with below"},
		"negative":              {"{name: a, metric: m, above: 1, for: -1s}", "for: must be 0 (at once) or from 1s to 24h, got -1s"},
		"no unit of time":       {"{name: a, metric: m, above: 1, keep_firing_for: 15}", "keep_firing_for: must be 0 (no longer) or from 1s to 24h, got 15ns; was the unit forgotten?"},
		"too often":             {"{name: a, metric: m, above: 1, repeat_interval: 1s}", "repeat_interval: must be 0 (never) or from 1m to 720h, got 1s"},
		"on_no_data":            {"{name: a, metric: m, above: 1, on_no_data: page}", `on_no_data: must be keep, resolve, alert, got "page"`},
		"severity":              {"{name: a, metric: m, above: 1, severity: page}", `severity: must be info, warning, error, got "page"`},
		"max_active":            {"{name: a, metric: m, above: 1, max_active: 0}", "max_active: must be from 1 to 10000, got 0"},
		"min_count":             {"{name: a, metric: m, above: 1, min_count: 3}", `min_count: is for metrics that begin with llm.perf., whose samples are known, got 3 with "m"`},
		"negative count":        {"{name: a, metric: llm.perf.x, above: 1, min_count: -3}", "min_count: must be 0 (any) or more, got -3"},
		"where of a map":        {"{name: a, metric: m, above: 1, where: {b: {c: d}}}", "where.b: must be a text, a number, true or false, or a list of them, got map[c:d]"},
		"where of nothing":      {"{name: a, metric: m, above: 1, where: {b: []}}", "where.b: must be a value or a list of 1 to 100 values, got 0"},
		"our unit":              {"{name: a, metric: process.memory.usage, above: 1, unit: ms}", `unit: must be one that "By" converts to, got "ms"`},
		"our counter":           {"{name: a, metric: llm.calls, above: 1}", `metric: is a counter, which only grows: needs rate: true, got "llm.calls" without`},
		"our histogram":         {"{name: a, metric: agent.request.duration, above: 1}", `metric: must be a gauge or a sum, got "agent.request.duration", a histogram`},
		"our gauge":             {"{name: a, metric: llm.perf.latency, rate: true, above: 1}", `rate: is for counters, got true with "llm.perf.latency"`},
		"percent":               {"{name: a, metric: system.cpu.utilization, above: 80}", `above: must be at most 1, all of it, got 80 (0.8 is 80 %; unit: "%" takes 80)`},
		"more than all":         {"{name: a, metric: llm.perf.uptime_ratio, above: 999, unit: \"%\"}", "above: must be at most 100, all of it, got 999"},
		"scope":                 {"{name: a, span: {scope: db, duration_above: 1s}}", `span.scope: must be agent, llm, tool, got "db"`},
		"duration":              {"{name: a, span: {scope: llm, duration_above: 0s}}", "span.duration_above: must be from 1ms to 720h, got 0s"},
		"level of spans":        {"{name: a, span: {scope: llm, duration_above: 1s}, above: 3}", "above: is for metrics only, got 3 with span"},
		"for of spans":          {"{name: a, span: {scope: llm, duration_above: 1s}, for: 1m}", "for: must be 0 with span (the first slow span is an alert), got 1m0s"},
		"silence of spans":      {"{name: a, span: {scope: llm, duration_above: 1s}, on_no_data: alert}", "on_no_data: must be keep with span"},
		"no keeping of spans":   {"{name: a, span: {scope: llm, duration_above: 1s}, keep_firing_for: 0s}", "keep_firing_for: must be from 1s with span"},
		"where of spans":        {"{name: a, span: {scope: llm, duration_above: 1s}, where: {team: x}}", `where.team: must be service.name or gen_ai.request.model with span.scope llm, got "team"`},
		"unit of spans":         {"{name: a, span: {scope: llm, duration_above: 1s}, unit: s, rate: true}", `unit: is for metrics only, got "s" with span`},
	} {
		t.Run(name, func(t *testing.T) {
			err := parseConfig(t, "thresholds: ["+c.yaml+"]")[0].Validate()
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestValidateSaysEverythingAtOnce(t *testing.T) {
	err := parseConfig(t, "thresholds: [{metric: m, above: 1, below: .nan, for: -1s, on_no_data: x, severity: x, max_active: -1, where: {a: null}}]")[0].Validate()
	require.Error(t, err)
	lines := strings.Split(err.Error(), "\n")
	assert.Len(t, lines, 8, err.Error())
}

func TestNamesAreUnique(t *testing.T) {
	list := parseConfig(t, "thresholds: [{name: a, metric: m, above: 1}, {name: b, metric: m, above: 1}, {name: a, metric: m, above: 2}]")
	_, err := New(list, ledger.NewMemory(ledger.Options{}), Options{})
	require.EqualError(t, err, `thresholds[2].name: must be unique, got "a" as in thresholds[0]`)
	list[2].Name, list[1].Severity = "c", "x"
	_, err = New(list, ledger.NewMemory(ledger.Options{}), Options{})
	require.ErrorContains(t, err, "thresholds[1]: severity: ")
}

func TestTheResolveLevelIsATenthInside(t *testing.T) {
	for yaml, want := range map[string]float64{
		"above: 100": 90, "above: -100": -110, "above: 0": 0, "below: 100": 110, "below: -10": -9, "above: 5, resolve_below: 5": 5, "below: 5, resolve_above: 6": 6,
	} {
		assert.InDelta(t, want, newRule(parseConfig(t, "thresholds: [{name: a, metric: m, "+yaml+"}]")[0]).resolve, 1e-9, yaml)
	}
}

func TestReading(t *testing.T) {
	above := newRule(parseConfig(t, "thresholds: [{name: a, metric: m, above: 10, resolve_below: 8}]")[0])
	below := newRule(parseConfig(t, "thresholds: [{name: a, metric: m, below: 10, resolve_above: 12}]")[0])
	for v, want := range map[float64][2]Reading{
		13: {Over, Clear}, 12: {Over, Clear}, 11: {Over, Between}, 10: {Between, Between}, 9: {Between, Over}, 8: {Clear, Over}, -1: {Clear, Over},
	} {
		got := [2]Reading{above.reading(v, 0), below.reading(v, 0)}
		assert.Equal(t, want, got, "%v", v)
	}
	above.MinCount = 5
	assert.Equal(t, Thin, above.reading(11, 4))
	assert.Equal(t, Over, above.reading(11, 5))
	assert.Equal(t, Clear, above.reading(1, 0))
}
