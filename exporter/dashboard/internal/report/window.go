package report

import (
	"strconv"
	"strings"
	"time"
)

// window is how far back a figure looks.
type window struct {
	name   string
	length time.Duration
	begun  time.Duration // how long ago the last hour ended that is recorded
	hours  bool          // read what is recorded of the hours
}

// inHours is the window that reads recorded hours, where it is long and two days of them are there. Before that what came in is all there is.
func (w window) inHours(a *ask) window {
	if w.length <= longWindow {
		return w
	}
	n := a.number("count_over_time(llm:recorded:hour[3d])")
	w.hours = n != nil && *n >= longWindow.Hours()
	w.begun = longWindow
	// An hour is recorded a few minutes after its end.
	if end := a.number("max_over_time(timestamp(llm:recorded:hour)[2d:5m])"); end != nil {
		w.begun = a.now.Sub(time.Unix(int64(*end), 0))
	}
	return w
}

// since is the window after the last hour that is recorded.
func (w window) since() window { return window{length: max(w.begun, time.Second)} }

// joined adds what came since to what is recorded of the hours.
func (w window) joined(hours, since string) string {
	return "(" + hours + " + " + since + " or " + hours + " or " + since + ")"
}

// longWindow is from where on hours are read and not every sample.
const longWindow = 48 * time.Hour

// untilHours is how old a history may be of which there are no two days of recorded hours yet.
const untilHours = 50 * time.Hour

func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) + "s" }

// of is the window behind a selector.
func (w window) of(selector string) string {
	length := w.length
	if length > longWindow {
		length = untilHours
	}
	return selector + "[" + seconds(length) + "]"
}

// recorded are counters whose increase is recorded for each hour.
var recorded = map[string]string{
	"llm_calls_total": "llm:requests:hour", "llm_tokens_total": "llm:tokens:hour", "llm_errors_total": "llm:errors:hour",
	"agent_requests_total": "llm:agent_requests:hour", "llm_retries_total": "llm:retries:hour",
}

// increase is by what counters grew in the window, to the last call, added up by labels ("" adds up all). Of a long window the hours that
// were recorded are added up, and what came since the last one began.
func (w window) increase(selector, by string) string {
	sum := "sum by (" + by + ") "
	if w.length <= longWindow && !w.hours {
		return sum + "(increase(" + w.of(selector) + " anchored))"
	}
	name, braces := selector, ""
	if i := strings.IndexByte(selector, '{'); i >= 0 {
		name, braces = selector[:i], selector[i:]
	}
	switch {
	case w.length <= longWindow: // a step of a chart
		return sum + "(sum_over_time(" + recorded[name] + braces + "[" + seconds(w.length) + "]))"
	case recorded[name] == "":
		return sum + "(increase(" + w.of(selector) + "))"
	}
	hours := sum + "(sum_over_time(" + recorded[name] + braces + "[" + seconds(w.length) + "]))"
	return w.joined(hours, sum+"(increase("+w.since().of(selector)+" anchored))")
}

// grown is the same of histograms: it is not exact.
func (w window) grown(selector, by string) string {
	return "sum by (" + by + ") (increase(" + w.of(selector) + "))"
}
