package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	vSampledPercent = newValue()
	vSampledOneIn   = newValue()
)

// sampled is how a sender, or what it passed, says that a span stands for others which were left out: OpenTelemetry in the trace state, Azure
// Monitor in per cent, Honeycomb as one of so many.
var sampled = &client{
	name: "sampled",
	keys: join(
		values(vSampledPercent, plain, "microsoft.sample_rate", "_MS.sampleRate"),
		values(vSampledOneIn, plain, "SampleRate"),
	),
}

func (r *reading) sampled() bool {
	if s := r.span.TraceState().AsRaw(); s != "" && thinned(s) {
		return true
	}
	return r.f.valued != 0 && (r.number(vSampledOneIn) > 1 || 0 < r.number(vSampledPercent) && r.number(vSampledPercent) < 100)
}

func (r *reading) number(v value) float64 {
	if x, ok := r.f.value(v); ok {
		if n, ok := genai.Number(x); ok {
			return n
		}
	}
	return 0
}

// thinned says of a trace state that OpenTelemetry's samplers let a part of the traces through: "ot=th:c;rv:…", and older "ot=p:3;r:…".
func thinned(state string) bool {
	for member := range strings.SplitSeq(state, ",") {
		fields, ok := strings.CutPrefix(strings.TrimSpace(member), "ot=")
		if !ok {
			continue
		}
		for field := range strings.SplitSeq(fields, ";") {
			name, value, _ := strings.Cut(field, ":")
			if (name == "th" || name == "p") && strings.Trim(value, "0") != "" && !(name == "p" && value == "63") {
				return true
			}
		}
	}
	return false
}
