package clientmetrics

import (
	"iter"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// scopeLabel begins the names that the Prometheus exporter gives what it says of a scope.
const scopeLabel = "otel_scope_"

// labelPoints says of every point of a metric which scope it is of, as the Prometheus exporter does by default.
func labelPoints(m pmetric.Metric, sm pmetric.ScopeMetrics) {
	for attrs := range attributesOf(m) {
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

// attributesOf are the attributes of every point of a metric, whatever its temporality.
func attributesOf(m pmetric.Metric) iter.Seq[pcommon.Map] {
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		return ofPoints(m.Gauge().DataPoints().All())
	case pmetric.MetricTypeSum:
		return ofPoints(m.Sum().DataPoints().All())
	case pmetric.MetricTypeHistogram:
		return ofPoints(m.Histogram().DataPoints().All())
	case pmetric.MetricTypeExponentialHistogram:
		return ofPoints(m.ExponentialHistogram().DataPoints().All())
	case pmetric.MetricTypeSummary:
		return ofPoints(m.Summary().DataPoints().All())
	default:
		return func(func(pcommon.Map) bool) {}
	}
}

func ofPoints[P interface{ Attributes() pcommon.Map }](points iter.Seq2[int, P]) iter.Seq[pcommon.Map] {
	return func(yield func(pcommon.Map) bool) {
		for _, p := range points {
			if !yield(p.Attributes()) {
				return
			}
		}
	}
}
