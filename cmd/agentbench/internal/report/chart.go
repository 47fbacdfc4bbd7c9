package report

import (
	"fmt"
	"html"
	"html/template"
	"strings"
)

// The size of a chart, and the room for what is written beside its axes.
const (
	chartWidth, chartHeight = 560.0, 230.0
	left, right, top, under = 58.0, 24.0, 26.0, 34.0
)

// series is one line of a chart; a point without a value breaks it.
type series struct {
	class, label string
	points       []point
	dots         bool
}

type point struct {
	x, y float64
	gap  bool
	bad  bool
	tip  string
}

// chart draws lines into a frame with two axes.
type chart struct {
	xLabel       string
	xOf, yOf     func(float64) string
	xMost, yMost float64
	lines        []series
}

func (c *chart) draw(title string) template.HTML {
	var b strings.Builder
	_, xTicks := scale(c.xMost)
	xTop := max(c.xMost, 1e-9)
	yTop, yTicks := scale(c.yMost)
	x := func(v float64) float64 { return left + v/xTop*(chartWidth-left-right) }
	y := func(v float64) float64 { return chartHeight - under - v/yTop*(chartHeight-top-under) }
	fmt.Fprintf(&b, `<svg viewBox="0 0 %g %g" role="img" aria-label="%s">`, chartWidth, chartHeight, html.EscapeString(title))
	for _, v := range yTicks {
		fmt.Fprintf(&b, `<line class="grid" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, left, chartWidth-right, y(v), y(v))
		fmt.Fprintf(&b, `<text class="tick" text-anchor="end" x="%.1f" y="%.1f">%s</text>`, left-6, y(v)+4, html.EscapeString(c.yOf(v)))
	}
	for _, v := range xTicks {
		if v > xTop*(1+1e-9) {
			break
		}
		fmt.Fprintf(&b, `<text class="tick" text-anchor="middle" x="%.1f" y="%.1f">%s</text>`, x(v), chartHeight-under+16, html.EscapeString(c.xOf(v)))
	}
	fmt.Fprintf(&b, `<text class="tick" text-anchor="end" x="%.1f" y="%.1f">%s</text>`, chartWidth-right, chartHeight-4, html.EscapeString(c.xLabel))
	at := left
	for i := range c.lines {
		s := &c.lines[i]
		if s.label != "" {
			fmt.Fprintf(&b, `<rect class="%s key" x="%.1f" y="6" width="12" height="4"/><text class="tick" x="%.1f" y="12">%s</text>`,
				s.class, at, at+17, html.EscapeString(s.label))
			at += 30 + 7*float64(len([]rune(s.label)))
		}
		s.draw(&b, x, y)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) //nolint:gosec // all that is not ours is escaped above
}

func (s *series) draw(b *strings.Builder, x, y func(float64) float64) {
	if !s.dots {
		fmt.Fprintf(b, `<path class="%s" d="`, s.class)
		up := true
		for _, p := range s.points {
			if p.gap {
				up = true
				continue
			}
			letter := "L"
			if up {
				letter = "M"
			}
			fmt.Fprintf(b, "%s%.1f %.1f", letter, x(p.x), y(p.y))
			up = false
		}
		b.WriteString(`"/>`)
		return
	}
	for _, p := range s.points {
		if p.gap {
			continue
		}
		class := s.class
		if p.bad {
			class = "bad"
		}
		fmt.Fprintf(b, `<circle class="%s" cx="%.1f" cy="%.1f" r="4"><title>%s</title></circle>`, class, x(p.x), y(p.y), html.EscapeString(p.tip))
	}
}

// overTime is the latency by the time of the run.
func overTime(s *Scenario) template.HTML {
	if len(s.Timeline) == 0 {
		return ""
	}
	p50, p95 := series{class: "one", label: "p50"}, series{class: "two", label: "p95"}
	failed := series{class: "bad", label: "", dots: true}
	most := 0.0
	for _, slot := range s.Timeline {
		at := (slot.From + slot.To) / 2
		p50.points, p95.points = append(p50.points, of(at, slot.P50)), append(p95.points, of(at, slot.P95))
		if slot.P95 != nil {
			most = max(most, *slot.P95)
		}
		if slot.Failed > 0 {
			failed.label = "failed"
			failed.points = append(failed.points, point{x: at, tip: fmt.Sprintf("%d of %d failed", slot.Failed, slot.Requests)})
		}
	}
	c := chart{
		xLabel: "since the start", xOf: func(v float64) string { return fmt.Sprintf("%g s", v) }, yOf: func(v float64) string { return axis(v, most) },
		xMost: s.Timeline[len(s.Timeline)-1].To, yMost: most, lines: []series{p50, p95, failed},
	}
	return c.draw("latency over time")
}

func of(x float64, y *float64) point {
	if y == nil {
		return point{x: x, gap: true}
	}
	return point{x: x, y: *y}
}

// axis writes a number of seconds in the unit of the axis.
func axis(v, most float64) string {
	if most < 1 {
		return fmt.Sprintf("%g ms", round3(1000*v))
	}
	return fmt.Sprintf("%g s", round3(v))
}

func round3(v float64) float64 {
	var out float64
	_, _ = fmt.Sscanf(fmt.Sprintf("%.3g", v), "%g", &out) // what it has written itself
	return out
}

// cdf is the share of requests that took at most so long.
func cdf(s *Scenario) template.HTML {
	if len(s.Distribution) == 0 {
		return ""
	}
	line := series{class: "one"}
	most := s.Distribution[len(s.Distribution)-1].Seconds
	for _, p := range s.Distribution {
		line.points = append(line.points, point{x: p.Seconds, y: 100 * p.Q})
	}
	c := chart{
		xLabel: "", xOf: func(v float64) string { return axis(v, most) }, yOf: func(v float64) string { return fmt.Sprintf("%g %%", v) },
		xMost: most, yMost: 100, lines: []series{line},
	}
	return c.draw("share of requests that took at most so long")
}

// curve is the latency by the load, of a capacity search.
func curve(s *Scenario) template.HTML {
	if s.Capacity == nil || len(s.Capacity.Steps) == 0 {
		return ""
	}
	p50, p95, dots := series{class: "one", label: "p50"}, series{class: "two", label: "p95"}, series{class: "two", dots: true}
	most, load := 0.0, 0.0
	for _, step := range s.Capacity.Steps {
		load = max(load, step.Load)
		p50.points, p95.points = append(p50.points, of(step.Load, step.P50)), append(p95.points, of(step.Load, step.P95))
		dot := of(step.Load, step.P95)
		dot.bad, dot.tip = !step.Holds, fmt.Sprintf("%.4g: %s", step.Load, map[bool]string{true: "holds", false: step.Why}[step.Holds])
		dots.points = append(dots.points, dot)
		if step.P95 != nil {
			most = max(most, *step.P95)
		}
	}
	label := "requests a second; red does not hold"
	if s.Capacity.Search == "users" {
		label = "users; red does not hold"
	}
	c := chart{
		xLabel: label, xOf: func(v float64) string { return fmt.Sprintf("%g", round3(v)) }, yOf: func(v float64) string { return axis(v, most) },
		xMost: load, yMost: most, lines: []series{p50, p95, dots},
	}
	return c.draw("latency by load")
}

// share is where the time went, as one bar.
func share(s *Scenario) template.HTML {
	m, ok := s.Metrics["time_share"].(map[string]any)
	if !ok {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %g 62" role="img" aria-label="where the time went">`, chartWidth)
	at := 0.0
	for _, part := range []struct{ key, label, class string }{{"llm", "model calls", "one"}, {"tool", "tools", "two"}, {"agent", "agent", "three"}} {
		v := percent(m[part.key])
		width := v / 100 * chartWidth
		fmt.Fprintf(&b, `<rect class="%s key" x="%.1f" y="0" width="%.1f" height="26"/>`, part.class, at, width)
		at += width
	}
	x := 0.0
	for _, part := range []struct{ key, label, class string }{{"llm", "model calls", "one"}, {"tool", "tools", "two"}, {"agent", "agent", "three"}} {
		text := fmt.Sprintf("%s %.0f %%", part.label, percent(m[part.key]))
		fmt.Fprintf(&b, `<rect class="%s key" x="%.1f" y="42" width="12" height="12"/><text class="tick" x="%.1f" y="52">%s</text>`, part.class, x, x+17, text)
		x += 40 + 7*float64(len(text))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) //nolint:gosec // numbers only
}
