package clientmetrics

import (
	"slices"
	"strings"

	"github.com/prometheus/otlptranslator"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// shape is a metric as far as its Prometheus series depend on it.
type shape struct {
	name, unit string
	kind       otlptranslator.MetricType
}

// namer is the one that the Prometheus exporters use by default.
var namer = otlptranslator.NewMetricNamer("", otlptranslator.UnderscoreEscapingWithSuffixes)

// family is the shape's name in Prometheus, empty where it has none: the exporters leave such a metric out.
func (s shape) family() string {
	name, err := namer.Build(otlptranslator.Metric{Name: s.name, Unit: s.unit, Type: s.kind})
	if err != nil {
		return ""
	}
	return name
}

// names are all that a family of this kind takes in Prometheus: the names of its series and, for OpenMetrics, which does not let two
// families have one, the name without _total.
func names(family string, kind otlptranslator.MetricType) []string {
	switch kind {
	case otlptranslator.MetricTypeMonotonicCounter:
		base := strings.TrimSuffix(family, "_total")
		return []string{family, base, base + "_created"}
	case otlptranslator.MetricTypeHistogram, otlptranslator.MetricTypeExponentialHistogram:
		return []string{family, family + "_bucket", family + "_sum", family + "_count", family + "_created"}
	case otlptranslator.MetricTypeSummary:
		return []string{family, family + "_sum", family + "_count", family + "_created"}
	default:
		return []string{family}
	}
}

// own knows the names in Prometheus that are the gateway's.
type own struct {
	metrics []string                             // as they are called in OTLP
	taken   map[string]string                    // by name in Prometheus, what it is in OTLP
	shared  map[string]otlptranslator.MetricType // families that every host has: they may be told by others, in the same type
}

func newOwn() *own {
	o := &own{taken: map[string]string{}, shared: map[string]otlptranslator.MetricType{}}
	for _, m := range genai.GatewayMetrics() {
		o.metrics = append(o.metrics, m.Name)
		o.take(m)
	}
	for _, m := range genai.HostMetrics() {
		o.metrics = append(o.metrics, m.Name)
		family := o.take(m)
		o.shared[family] = promType(kinds[m.Kind])
	}
	return o
}

func (o *own) take(m genai.Metric) (family string) {
	s := shape{m.Name, m.Unit, kinds[m.Kind]}
	family = s.family()
	for _, name := range names(family, s.kind) {
		if _, ok := o.taken[name]; !ok {
			o.taken[name] = m.Name
		}
	}
	return family
}

// clash is the gateway's metric that a client's would become a series of, or clash with so that the exporter leaves one of them out.
// It is empty for the client's own.
func (o *own) clash(s shape) string {
	family := s.family()
	if kind, ok := o.shared[family]; ok && kind == promType(s.kind) {
		return ""
	}
	for _, name := range names(family, s.kind) {
		if metric, ok := o.taken[name]; ok {
			return metric
		}
	}
	return ""
}

var kinds = map[genai.MetricKind]otlptranslator.MetricType{
	genai.KindGauge:     otlptranslator.MetricTypeGauge,
	genai.KindLevel:     otlptranslator.MetricTypeNonMonotonicCounter,
	genai.KindCounter:   otlptranslator.MetricTypeMonotonicCounter,
	genai.KindHistogram: otlptranslator.MetricTypeHistogram,
}

// promType is one of the types that Prometheus has.
func promType(kind otlptranslator.MetricType) otlptranslator.MetricType {
	switch kind {
	case otlptranslator.MetricTypeNonMonotonicCounter:
		return otlptranslator.MetricTypeGauge
	case otlptranslator.MetricTypeExponentialHistogram:
		return otlptranslator.MetricTypeHistogram
	default:
		return kind
	}
}

// shapeOf reads a metric as the exporters do.
func shapeOf(m pmetric.Metric) shape {
	s := shape{name: m.Name(), unit: m.Unit()}
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		s.kind = otlptranslator.MetricTypeGauge
	case pmetric.MetricTypeSum:
		s.kind = otlptranslator.MetricTypeNonMonotonicCounter
		if m.Sum().IsMonotonic() {
			s.kind = otlptranslator.MetricTypeMonotonicCounter
		}
	case pmetric.MetricTypeHistogram:
		s.kind = otlptranslator.MetricTypeHistogram
	case pmetric.MetricTypeExponentialHistogram:
		s.kind = otlptranslator.MetricTypeExponentialHistogram
	case pmetric.MetricTypeSummary:
		s.kind = otlptranslator.MetricTypeSummary
	default:
		s.kind = otlptranslator.MetricTypeUnknown
	}
	return s
}

// ownScope says whether a scope is the gateway's, or claims to be.
func ownScope(name string) bool {
	return slices.Contains([]string{genai.MetricsScope, genai.PerfScope, genai.HostScope}, name)
}
