package perfstats

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

type description struct{ unit, text string }

// described are the gauges. Units are such that the names that Prometheus derives from them read well.
var described = map[string]description{
	genai.PerfLatency:          {"s", "Latency over the window."},
	genai.PerfTTFT:             {"s", "Time to the first chunk of a streamed answer over the window."},
	genai.PerfSamples:          {"{observation}", "How many observations in the window the latency rests on."},
	genai.PerfRequests:         {"{request}/s", "Requests per second over the window."},
	genai.PerfTokens:           {"{token}/s", "Tokens per second over the window."},
	genai.PerfErrorRatio:       {"1", "Share of calls that failed, timeouts and rate limits included."},
	genai.PerfTimeoutRatio:     {"1", "Share of calls that timed out."},
	genai.PerfRetryRatio:       {"1", "Retries per call."},
	genai.PerfToolSuccessRatio: {"1", "Share of tool executions that did not fail."},
	genai.PerfCacheHitRatio:    {"1", "Share of input tokens from the prompt cache; share of reads that the application cache answered."},
	genai.PerfUptimeRatio:      {"1", "Share of the sub-windows with model calls whose error ratio was not unhealthy."},
	genai.PerfTokensPerCall:    {"{token}", "Mean tokens of a model call."},
	genai.PerfConcurrency:      {"{call}", "Most model calls in flight at once."},
	genai.PerfQuality:          {"{score}", "Mean evaluation score."},
	genai.PerfDeployments:      {"{deployment}", "New service versions seen in the last 7 days."},
	genai.PerfHealth:           {"{state}", "1 for the state that the service or model is in, 0 for the others."},
}

// gaugeWriter appends points to gauges.
type gaugeWriter struct {
	now    pcommon.Timestamp
	sm     pmetric.ScopeMetrics
	gauges map[string]pmetric.NumberDataPointSlice
	key    key
	points int
}

func newGaugeWriter(sm pmetric.ScopeMetrics, now time.Time) *gaugeWriter {
	return &gaugeWriter{now: pcommon.NewTimestampFromTime(now), sm: sm, gauges: map[string]pmetric.NumberDataPointSlice{}}
}

// of makes the points that follow those of a set.
func (w *gaugeWriter) of(k key) *gaugeWriter {
	w.key = k
	return w
}

// put writes one point.
func (w *gaugeWriter) put(g *gauge, dims []string, v float64) {
	dps, ok := w.gauges[g.name]
	if !ok {
		dps = w.metric(g.name)
		w.gauges[g.name] = dps
	}
	w.point(dps, g, dims).SetDoubleValue(v)
}

// end writes that a series has no value any more. Each has a metric of its own: Prometheus' exporter leaves out what follows such a point
// in a metric.
func (w *gaugeWriter) end(g *gauge, dims []string) {
	w.point(w.metric(g.name), g, dims).SetFlags(pmetric.DefaultDataPointFlags.WithNoRecordedValue(true))
}

func (w *gaugeWriter) metric(name string) pmetric.NumberDataPointSlice {
	about, known := described[name]
	if !known { // a ratio from the config
		about = description{"1", "What the config divides, over the window."}
	}
	m := w.sm.Metrics().AppendEmpty()
	m.SetName(name)
	m.SetUnit(about.unit)
	m.SetDescription(about.text)
	return m.SetEmptyGauge().DataPoints()
}

func (w *gaugeWriter) point(dps pmetric.NumberDataPointSlice, g *gauge, dims []string) pmetric.NumberDataPoint {
	dp := dps.AppendEmpty()
	dp.SetTimestamp(w.now)
	attrs := dp.Attributes()
	attrs.EnsureCapacity((len(g.labels)+len(dims))/2 + 3)
	if w.key.overflow {
		attrs.PutBool(genai.AttrOverflow, true)
	}
	if w.key.service != "" {
		attrs.PutStr(genai.ServiceName, w.key.service)
	}
	if w.key.value != "" {
		attrs.PutStr(w.key.attr, w.key.value)
	}
	if w.key.family == quality {
		attrs.PutStr(genai.EvaluationName, w.key.name)
	}
	for _, pairs := range [...][]string{dims, g.labels} {
		for i := 0; i+1 < len(pairs); i += 2 {
			attrs.PutStr(pairs[i], pairs[i+1])
		}
	}
	w.points++
	return dp
}
