package report

import (
	"context"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
)

// ask puts the questions of one answer, several at once, and remembers what went wrong. What could not be asked is not known.
type ask struct {
	ctx context.Context
	q   series.Querier
	now time.Time

	work  sync.WaitGroup
	slots chan struct{}

	mu   sync.Mutex
	good int
	err  error
}

// atOnce is how many questions of one answer are asked at a time.
const atOnce = 4

func newAsk(ctx context.Context, q series.Querier, now time.Time) *ask {
	return &ask{ctx: ctx, q: q, now: now, slots: make(chan struct{}, atOnce)}
}

// also does something at the same time as others.
func (a *ask) also(do func()) {
	a.work.Go(func() {
		a.slots <- struct{}{}
		defer func() { <-a.slots }()
		do()
	})
}

// wait waits for all that was also asked, and gives an error where nothing could be asked.
func (a *ask) wait() error {
	a.work.Wait()
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.ctx.Err(); err != nil {
		return err
	}
	if a.good == 0 {
		return a.err
	}
	return nil
}

func (a *ask) note(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err == nil {
		a.good++
	} else if a.err == nil {
		a.err = err
	}
}

// vector gives numbers only.
func (a *ask) vector(expr string, at time.Time) []series.Sample {
	found, err := a.q.Instant(a.ctx, expr, at)
	a.note(err)
	out := found[:0]
	for _, s := range found {
		if s.Value = noDust(s.Value); !math.IsNaN(s.Value) && !math.IsInf(s.Value, 0) {
			out = append(out, s)
		}
	}
	return out
}

// dust is less than anything counted here can be. Quantiles of durations that are 0 lie in the bucket around it: 9e-129.
const dust = 1e-12

func noDust(f float64) float64 {
	if math.Abs(f) < dust {
		return 0
	}
	return f
}

// number is nil where nothing is known.
func (a *ask) number(expr string) *float64 {
	found := a.vector(expr, a.now)
	if len(found) == 0 {
		return nil
	}
	return &found[0].Value
}

// into asks for a number at the same time as others.
func (a *ask) into(to **float64, expr string) {
	a.also(func() { *to = a.number(expr) })
}

// by gives numbers by the value of a label, without those that lack it.
func (a *ask) by(label, expr string) map[string]float64 {
	out := map[string]float64{}
	for _, s := range a.vector(expr, a.now) {
		if s.Labels[label] != "" {
			out[s.Labels[label]] = s.Value
		}
	}
	return out
}

// byInto is by at the same time as others.
func (a *ask) byInto(to *map[string]float64, label, expr string) {
	a.also(func() { *to = a.by(label, expr) })
}

// window is how far back a figure looks.
type window struct {
	name   string
	length time.Duration
	begun  time.Duration // how long ago the hour began
	hours  bool          // read what is recorded of the hours
}

// inHours is the window that reads recorded hours, where it is long and two days of them are there: before that there is little to read anyway.
func (w window) inHours(a *ask) window {
	if w.length > longWindow {
		n := a.number("count_over_time(llm:recorded:hour[3d])")
		w.hours = n != nil && *n >= longWindow.Hours()
	}
	return w
}

// longWindow is from where on not every sample is read: one in a five-hundredth of the window is enough.
const longWindow = 48 * time.Hour

func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) + "s" }

// of is the window behind a selector.
func (w window) of(selector string) string {
	if w.length <= longWindow {
		return selector + "[" + seconds(w.length) + "]"
	}
	return selector + "[" + seconds(w.length) + ":" + seconds(w.length/500) + "]"
}

// recorded are counters whose increase is recorded for each hour.
var recorded = map[string]string{
	"llm_calls_total": "llm:requests:hour", "llm_tokens_total": "llm:tokens:hour", "llm_errors_total": "llm:errors:hour",
	"agent_requests_total": "llm:agent_requests:hour",
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
	hour := sum + "(increase(" + selector + "[" + seconds(max(w.begun, time.Second)) + "] anchored))"
	return "(" + hours + " + " + hour + " or " + hours + " or " + hour + ")"
}

// grown is the same of histograms: it is not exact.
func (w window) grown(selector, by string) string {
	return "sum by (" + by + ") (increase(" + w.of(selector) + "))"
}

// hist are expressions over a histogram, exponential or classic.
type hist struct {
	w                  window
	name, selector, by string // selector is in braces, or empty
}

func (h hist) count() string {
	return "(histogram_count(" + h.w.grown(h.name+h.selector, h.by) + ") or " + h.w.grown(h.name+"_count"+h.selector, h.by) + ")"
}

func (h hist) sum() string {
	return "(histogram_sum(" + h.w.grown(h.name+h.selector, h.by) + ") or " + h.w.grown(h.name+"_sum"+h.selector, h.by) + ")"
}

func (h hist) average() string { return h.sum() + " / (" + h.count() + " > 0)" }

// recordedQuantiles are of each hour, by one label or (with that label empty) of all.
var recordedQuantiles = map[string]struct{ name, label string }{
	callDuration:  {"llm:latency_seconds:hour", labelModel},
	firstChunk:    {"llm:ttft_seconds:hour", labelModel},
	agentDuration: {"llm:agent_latency_seconds:hour", labelAgent},
}

// quantile is exact but for the width of a bucket; in hours it is the mean of those of the hours.
func (h hist) quantile(q string) string {
	if r, ok := recordedQuantiles[h.name]; ok && h.w.hours && h.selector == "" && (h.by == "" || h.by == r.label) {
		equals := "="
		if h.by != "" {
			equals = "!="
		}
		stat := (strings.TrimPrefix(q, "0.") + "0")[:2]
		return "avg by (" + h.by + ") (avg_over_time(" + r.name + "{" + r.label + equals + `"",stat="p` + stat + `"}[` + seconds(h.w.length) + "]))"
	}
	le := "le"
	if h.by != "" {
		le = h.by + ", le"
	}
	return "(histogram_quantile(" + q + ", " + h.w.grown(h.name+h.selector, h.by) + ") or histogram_quantile(" + q + ", " +
		h.w.grown(h.name+"_bucket"+h.selector, le) + "))"
}

// Histograms.
const (
	callDuration  = "gen_ai_client_operation_duration_seconds"
	firstChunk    = "gen_ai_client_operation_time_to_first_chunk_seconds"
	perChunk      = "gen_ai_client_operation_time_per_output_chunk_seconds"
	agentDuration = "agent_request_duration_seconds"
	toolDuration  = "gen_ai_execute_tool_duration_seconds"
	evaluation    = "gen_ai_evaluation_score"
)

// percent is a part of a whole; nil where one is not known or there is nothing.
func percent(part, whole *float64) *float64 {
	if part == nil || whole == nil || *whole <= 0 {
		return nil
	}
	return value(100 * *part / *whole)
}

// rest is what of a hundred is left.
func restOf(p *float64) *float64 {
	if p == nil {
		return nil
	}
	return value(100 - *p)
}

func times(f *float64, by float64) *float64 {
	if f == nil {
		return nil
	}
	return value(*f * by)
}

func value(f float64) *float64 { return &f }

// known is nil for a name that is missing.
func known(m map[string]float64, name string) *float64 {
	if f, ok := m[name]; ok {
		return &f
	}
	return nil
}

// whole is a count: increase gives fractions.
func whole(f *float64) *float64 {
	if f == nil {
		return nil
	}
	return value(math.Round(*f))
}
