package report

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
)

// steps are how far apart the points of a chart are.
var steps = map[string]time.Duration{
	"15m": 15 * time.Second, "1h": time.Minute, "6h": 5 * time.Minute, "24h": 15 * time.Minute, "7d": 2 * time.Hour, "30d": 8 * time.Hour,
}

const (
	// maxLines is how many lines a chart has; the rest is one.
	maxLines = 10
	others   = "others"
	// least is what a figure of a step rests on at least.
	least = 5 * time.Minute
	marks = 1000
)

// chart is a chart that is being made.
type chart struct {
	a     *ask
	r     *Report
	w     window
	step  time.Duration
	start time.Time
	out   *Series
}

// panel is a chart: what its values are, and who makes it.
type panel struct {
	unit string
	make func(*chart)
}

var panels = map[string]panel{
	"cost":  {"USD/h", (*chart).cost},
	"spend": {"USD", (*chart).spend},
	"latency": {"s", func(c *chart) {
		c.line("p50", hist{w: c.past(), name: series.CallDuration}.quantile("0.5"))
		c.line("p95", hist{w: c.past(), name: series.CallDuration}.quantile("0.95"))
	}},
	"ttft": {"s", func(c *chart) {
		c.line("p50", hist{w: c.past(), name: series.FirstChunk}.quantile("0.5"))
		c.line("p95", hist{w: c.past(), name: series.FirstChunk}.quantile("0.95"))
	}},
	"errors": {"%", func(c *chart) {
		tools := hist{w: c.past(), name: series.ToolDuration}
		good := hist{w: c.past(), name: series.ToolDuration, selector: succeeded}
		c.line("model calls", failed(c.past(), "llm_calls_total"))
		c.line("tools", "100 - 100 * ("+good.count()+" or "+tools.count()+" * 0) / ("+tools.count()+" > 0)")
		c.line("agents", failed(c.past(), "agent_requests_total"))
	}},
	"tokens": {"tokens/min", func(c *chart) { c.lines(labelToken, perMinute(c.each(), "llm_tokens_total", labelToken)) }},
	"requests": {"1/min", func(c *chart) {
		c.lines(labelModel, perMinute(c.each(), "llm_calls_total", labelModel))
		c.line("runs of agents", perMinute(c.each(), "agent_requests_total", ""))
	}},
	"cpu": {"%", func(c *chart) {
		c.line("average", fmt.Sprintf("100 * avg(avg_over_time(system_cpu_utilization_busy_ratio[%ds]))", c.seconds()))
		c.line("peak", fmt.Sprintf("100 * max(max_over_time(system_cpu_utilization_peak_ratio[%ds]))", c.seconds()))
	}},
	"memory": {"bytes", func(c *chart) {
		c.line("machine", fmt.Sprintf(`sum(avg_over_time(system_memory_usage_bytes{system_memory_state="used"}[%ds]))`, c.seconds()))
		c.lines("component", fmt.Sprintf(`sum by (component) (avg_over_time(process_memory_usage_bytes[%ds]) or avg_over_time(langchain_memory_usage_bytes[%ds]))`,
			c.seconds(), c.seconds()))
	}},
}

func failed(w window, counter string) string {
	all, ok := w.increase(counter, ""), w.increase(counter+`{status="ok"}`, "")
	return "100 - 100 * (" + ok + " or " + all + " * 0) / (" + all + " > 0)"
}

func perMinute(w window, counter, by string) string {
	return fmt.Sprintf("%s / %g", w.increase(counter, by), w.length.Minutes())
}

func (r *Report) series(ctx context.Context, q *query) (any, error) {
	w, err := q.window()
	if err != nil {
		return nil, err
	}
	p, ok := panels[q.values["panel"]]
	if !ok {
		return nil, bad("panel must be one of cost, spend, latency, ttft, errors, tokens, requests, cpu, memory; got %q", q.values["panel"])
	}
	c := &chart{a: newAsk(ctx, r.o.Querier, q.now), r: r, w: w, step: steps[w.name]}
	c.w = w.inHours(c.a)
	c.out = &Series{
		Timestamp: q.now.UTC(), Panel: q.values["panel"], Range: w.name, Step: c.step.Seconds(), Unit: p.unit, Series: []Line{}, Marks: []Mark{},
	}
	c.grid(q.now.Add(-w.length + c.step))
	p.make(c)
	if err := c.a.wait(); err != nil {
		return nil, err
	}
	c.out.Marks = r.marks(c.start, q.now)
	return c.out, nil
}

// grid sets the times: from the first that is not before from up to now.
func (c *chart) grid(from time.Time) {
	n := max(int(c.a.now.Sub(from)/c.step), 0)
	c.start = c.a.now.Add(-time.Duration(n) * c.step)
	c.out.Time = make([]int64, n+1)
	for i := range c.out.Time {
		c.out.Time[i] = c.start.Add(time.Duration(i) * c.step).Unix()
	}
}

// each is the window that a point looks at.
func (c *chart) each() window { return window{length: max(c.step, least)} }

// past is the same, of recorded hours where the chart is long: the newest hour is not there yet.
func (c *chart) past() window { return window{length: max(c.step, least), hours: c.w.hours} }

func (c *chart) seconds() int64 { return int64(max(c.step, time.Minute).Seconds()) }

// ask gives lines whose points are at the times of the chart.
func (c *chart) ask(expr string, start time.Time) []series.Line {
	found, err := c.a.q.Range(c.a.ctx, expr, start, c.a.now, c.step)
	c.a.note(err)
	return found
}

// at is which time of the chart a point is at.
func (c *chart) at(p series.Point) int {
	return int(math.Round(float64(p.At.Sub(c.start)) / float64(c.step)))
}

func (c *chart) values(l series.Line) []*float64 {
	out := make([]*float64, len(c.out.Time))
	for _, p := range l.Points {
		if i := c.at(p); i >= 0 && i < len(out) && !math.IsNaN(p.Value) && !math.IsInf(p.Value, 0) {
			out[i] = value(noDust(p.Value))
		}
	}
	return out
}

// line adds a line; one without a point is none.
func (c *chart) line(name, expr string) {
	for _, l := range c.ask(expr, c.start) {
		c.out.Series = append(c.out.Series, Line{Name: name, Labels: map[string]string{}, Values: c.values(l)})
		return
	}
}

// lines adds a line for each value of a label, the largest first.
func (c *chart) lines(label, expr string) {
	var all []Line
	for _, l := range c.ask(expr, c.start) {
		all = append(all, Line{Name: cmp.Or(l.Labels[label], unnamed), Labels: l.Labels, Values: c.values(l)})
	}
	c.out.Series = append(c.out.Series, largest(all)...)
}

// largest keeps the lines that add up to most; the others are added up in one.
func largest(all []Line) []Line {
	sum := func(l Line) (s float64) {
		for _, v := range l.Values {
			s += orZero(v)
		}
		return s
	}
	slices.SortFunc(all, func(a, b Line) int { return cmp.Or(cmp.Compare(sum(b), sum(a)), cmp.Compare(a.Name, b.Name)) })
	if len(all) <= maxLines {
		return all
	}
	rest := Line{Name: others, Labels: map[string]string{}, Values: make([]*float64, len(all[0].Values))}
	for _, l := range all[maxLines-1:] {
		for i, v := range l.Values {
			if v != nil {
				rest.Values[i] = value(orZero(rest.Values[i]) + *v)
			}
		}
	}
	return append(all[:maxLines-1], rest)
}

// marks are the alerts that began to fire in the chart.
func (r *Report) marks(from, to time.Time) []Mark {
	out := []Mark{}
	past, err := r.o.Alerts.Past(marks)
	if err != nil {
		return out
	}
	for i := range past {
		if a := &past[i]; a.Firing() && !a.Time.Before(from) && !a.Time.After(to) {
			out = append(out, Mark{At: a.Time.UTC(), Name: a.Name, Severity: a.Severity, ID: a.ID})
		}
	}
	slices.Reverse(out)
	return out
}
