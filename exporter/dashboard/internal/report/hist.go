package report

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
)

// hist are expressions over a histogram, exponential or classic.
type hist struct {
	w                  window
	name, selector, by string // selector is in braces, or empty
}

// succeeded are the observations that did not fail.
const succeeded = `{error_type=""}`

func (h hist) count() string { return h.total("count") }

func (h hist) sum() string { return h.total("sum") }

func (h hist) average() string { return h.sum() + " / (" + h.count() + " > 0)" }

// total adds up the hours that were recorded and what came since, or what came in the window.
func (h hist) total(part string) string {
	hours, ok := h.recordedTotal(part)
	if !ok {
		return h.read(h.w, part)
	}
	hours = "sum by (" + h.by + ") (sum_over_time(" + hours + "[" + seconds(h.w.length) + "]))"
	if h.w.length <= longWindow { // a step of a chart
		return hours
	}
	return h.w.joined(hours, h.read(h.w.since(), part))
}

func (h hist) read(w window, part string) string {
	return "(histogram_" + part + "(" + w.grown(h.name+h.selector, h.by) + ") or " + w.grown(h.name+"_"+part+h.selector, h.by) + ")"
}

// recordedHistograms are of each hour. Of quantiles those with an empty label are of all; totals are apart for each value of it, an empty one too.
var recordedHistograms = map[string]struct{ quantiles, totals, label string }{
	series.CallDuration:  {"llm:latency_seconds:hour", "llm:latency_totals:hour", labelModel},
	series.FirstChunk:    {"llm:ttft_seconds:hour", "", labelModel},
	series.PerChunk:      {"llm:output_seconds_per_token:hour", "", labelModel},
	series.AgentDuration: {"llm:agent_latency_seconds:hour", "llm:agent_latency_totals:hour", labelAgent},
	series.ToolDuration:  {"llm:tool_latency_seconds:hour", "llm:tool_latency_totals:hour", labelTool},
	series.Evaluation:    {"", "llm:evaluation_totals:hour", labelAgent},
}

// recordedTotal is the selector of a total of the hours.
func (h hist) recordedTotal(stat string) (string, bool) {
	r := recordedHistograms[h.name]
	if r.totals == "" || !h.w.hours || h.by != "" && h.by != r.label {
		return "", false
	}
	switch {
	case h.selector == succeeded && h.name == series.ToolDuration && stat == "count":
		stat = "ok"
	case h.selector != "":
		return "", false
	}
	return r.totals + `{stat="` + stat + `"}`, true
}

// recordedQuantile is that of a quantile.
func (h hist) recordedQuantile(q string) (string, bool) {
	r := recordedHistograms[h.name]
	if r.quantiles == "" || !h.w.hours || h.by != "" && h.by != r.label || h.selector != "" {
		return "", false
	}
	equals := "="
	if h.by != "" {
		equals = "!="
	}
	return r.quantiles + "{" + r.label + equals + `"",stat="p` + (strings.TrimPrefix(q, "0.") + "0")[:2] + `"}`, true
}

// quantile is exact but for the width of a bucket; in hours it is the mean of those of the hours.
func (h hist) quantile(q string) string {
	if hours, ok := h.recordedQuantile(q); ok {
		return "avg by (" + h.by + ") (avg_over_time(" + hours + "[" + seconds(h.w.length) + "]))"
	}
	le := "le"
	if h.by != "" {
		le = h.by + ", le"
	}
	return "(histogram_quantile(" + q + ", " + h.w.grown(h.name+h.selector, h.by) + ") or histogram_quantile(" + q + ", " +
		h.w.grown(h.name+"_bucket"+h.selector, le) + "))"
}
