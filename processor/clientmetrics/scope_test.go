package clientmetrics

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/points"
)

// TestScopeLabels: what the exporter would say of a scope is on the points of every kind, deltas too, and a scope without a name says nothing.
func TestScopeLabels(t *testing.T) {
	kinds := []string{asGauge, asLevel, asCounter, asClassic, asExpo, asSummary}
	for name, c := range map[string]struct {
		on           bool
		scope        string
		attrs        map[string]any
		version, url string
		want         map[string]any
	}{
		"off":        {on: false, scope: "theirs", version: "1", want: map[string]any{}},
		"whole":      {true, "theirs", map[string]any{"build": "x"}, "1.2", "https://s", map[string]any{"otel_scope_name": "theirs", "otel_scope_version": "1.2", "otel_scope_schema_url": "https://s", "otel_scope_build": "x"}},
		"name alone": {on: true, scope: "theirs", want: map[string]any{"otel_scope_name": "theirs"}},
		"no name":    {on: true, want: map[string]any{}},
		"a forged":   {on: true, attrs: map[string]any{"name": "ours"}, want: map[string]any{}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, func(cfg *Config) { cfg.ScopeLabels = c.on })
			md := metricsOf(c.scope)
			sm := md.ResourceMetrics().At(0).ScopeMetrics().At(0)
			require.NoError(t, sm.Scope().Attributes().FromRaw(c.attrs))
			sm.Scope().SetVersion(c.version)
			sm.SetSchemaUrl(c.url)
			for _, kind := range kinds {
				m := newMetric("requests", "", kind)
				for p := range points.All(m) {
					p.Attributes.PutStr("route", "/")
				}
				m.MoveTo(sm.Metrics().AppendEmpty())
			}
			require.NoError(t, b.ConsumeMetrics(t.Context(), md))
			want := maps.Clone(c.want)
			want["route"] = "/"
			seen := 0
			for _, m := range b.sink.AllMetrics()[0].ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
				for p := range points.All(m) {
					assert.Equal(t, want, p.Attributes.AsRaw(), m.Type())
					seen++
				}
			}
			assert.Equal(t, len(kinds), seen)
		})
	}
}
