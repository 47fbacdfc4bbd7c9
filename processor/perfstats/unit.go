package perfstats

import "github.com/otelcol-llm/otelcol-llm/internal/expohist"

// secondsIn is how many seconds the unit of a duration has; what is no unit of time counts as seconds.
func secondsIn(unit string) float64 {
	switch unit {
	case "ns":
		return 1e-9
	case "us":
		return 1e-6
	case "ms":
		return 1e-3
	case "min":
		return 60
	case "h":
		return 3600
	}
	return 1
}

// scaled gives the histogram of the values times factor. A thousand is no power of the bucket width, so each bucket is counted anew
// by its middle, which adds up to 0.55 % of error; sum, min and max are exact.
func scaled(h *expohist.Histogram, factor float64) *expohist.Histogram {
	out := expohist.New(bucketLimit)
	out.Downscale(h.Scale())
	for i, n := range h.Negative() {
		out.RecordN(-expohist.Middle(i, h.Scale())*factor, n)
	}
	out.AddZero(h.Zero())
	for i, n := range h.Positive() {
		out.RecordN(expohist.Middle(i, h.Scale())*factor, n)
	}
	out.AddTotals(h.Sum()*factor, h.Min()*factor, h.Max()*factor)
	return out
}
