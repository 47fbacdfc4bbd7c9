package hostresources

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// kind is how a metric's points add up.
type kind int

const (
	gauge   kind = iota
	level        // a sum that goes up and down: bytes in use
	counter      // cumulative, monotonic
)

// definition is a metric as the README lists it.
type definition struct {
	name, unit, description string
	kind                    kind
}

// pointWriter writes the metrics of one report. Every point carries host.name, because exporters that ignore the resource (Prometheus)
// would otherwise mix the machines behind them.
type pointWriter struct {
	metrics pmetric.MetricSlice
	host    string
	now     pcommon.Timestamp // of the points
	at      time.Time         // the same
	made    time.Time         // the clock's reading at which the report is made
	steady  time.Time         // the same by a clock that nobody sets
	zeroFor time.Duration     // how long new counters stay 0
	final   bool              // nothing is told later
	gauges  hostSeries        // that of the host are noted here; nil while others are written
}

// holds says whether a new counter is still 0 in this report.
func (w *pointWriter) holds(z *zeroFirst) bool { return !w.final && z.holds(w.made, w.zeroFor) }

// end ends a series: a point without a value. It stands in a metric of its own, because the Prometheus exporter reads no point that
// stands behind such a one in a metric.
func (w *pointWriter) end(def *definition, attributes ...string) pcommon.Map {
	p := w.metric(def)
	point := p.point(attributes...)
	point.SetFlags(pmetric.DefaultDataPointFlags.WithNoRecordedValue(true))
	return point.Attributes()
}

// points are those of one metric, which comes into being with the first of them: what cannot be read is absent.
type points struct {
	w     *pointWriter
	def   *definition
	slice pmetric.NumberDataPointSlice
	begun bool
}

func (w *pointWriter) metric(def *definition) *points { return &points{w: w, def: def} }

func (p *points) begin() {
	m := p.w.metrics.AppendEmpty()
	m.SetName(p.def.name)
	m.SetUnit(p.def.unit)
	m.SetDescription(p.def.description)
	if p.def.kind == gauge {
		p.slice = m.SetEmptyGauge().DataPoints()
	} else {
		sum := m.SetEmptySum()
		sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		sum.SetIsMonotonic(p.def.kind == counter)
		p.slice = sum.DataPoints()
	}
	p.begun = true
}

// point adds a point with attributes given as key, value, key, value.
func (p *points) point(attributes ...string) pmetric.NumberDataPoint {
	if !p.begun {
		p.begin()
	}
	if p.w.gauges != nil && p.def.kind != counter {
		p.w.gauges.seen(p.def, attributes)
	}
	point := p.slice.AppendEmpty()
	point.SetTimestamp(p.w.now)
	a := point.Attributes()
	a.EnsureCapacity(len(attributes)/2 + 3)
	if p.w.host != "" {
		a.PutStr(genai.AttrHostName, p.w.host)
	}
	for i := 0; i+1 < len(attributes); i += 2 {
		a.PutStr(attributes[i], attributes[i+1])
	}
	return point
}

func (p *points) float(v float64, attributes ...string) { p.point(attributes...).SetDoubleValue(v) }

func (p *points) int(v uint64, attributes ...string) {
	p.point(attributes...).SetIntValue(int64(v)) //nolint:gosec // bytes and events stay far below 2^63
}

// state adds a point if the platform has the value.
func (p *points) state(s state, attributes ...string) {
	if s.known {
		p.int(s.value, attributes...)
	}
}

// since adds a point of a counter that has counted since start, if the platform has it.
func (p *points) since(start time.Time, v state, attributes ...string) {
	if !v.known {
		return
	}
	point := p.point(attributes...)
	point.SetStartTimestamp(pcommon.NewTimestampFromTime(start))
	point.SetIntValue(int64(v.value)) //nolint:gosec // bytes and events stay far below 2^63
}
