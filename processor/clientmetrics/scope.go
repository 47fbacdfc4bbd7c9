package clientmetrics

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/points"
)

// scopeLabel begins the names that the Prometheus exporter gives what it says of a scope.
const scopeLabel = "otel_scope_"

// labelPoints says of every point of a metric which scope it is of, as the Prometheus exporter does by default.
func labelPoints(m pmetric.Metric, sm pmetric.ScopeMetrics) {
	for p := range points.All(m) {
		attrs := p.Attributes
		for key, v := range sm.Scope().Attributes().All() {
			v.CopyTo(attrs.PutEmpty(scopeLabel + key))
		}
		// Last, for an attribute of the scope may not pretend to be its name.
		putLabel(attrs, "name", sm.Scope().Name())
		putLabel(attrs, "version", sm.Scope().Version())
		putLabel(attrs, "schema_url", sm.SchemaUrl())
	}
}

// putLabel removes what is empty: to Prometheus that is no label.
func putLabel(attrs pcommon.Map, name, value string) {
	if value == "" {
		attrs.Remove(scopeLabel + name)
		return
	}
	attrs.PutStr(scopeLabel+name, value)
}
