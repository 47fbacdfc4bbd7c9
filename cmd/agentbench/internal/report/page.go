package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("").Funcs(template.FuncMap{
	"second": second, "percent": percent, "figure": func(s *Scenario, name string) any { return s.Metrics[name] },
	"usd": usd, "count": count, "timing": timingCells,
}).Parse(pageText))

// WriteHTML writes the report as one page that needs nothing else.
func (r *Report) WriteHTML(w io.Writer) error {
	type view struct {
		Name string
		*Scenario
		Requests, Good              int
		OverTime, CDF, Curve, Share template.HTML
	}
	data := struct {
		*Report
		Views []view
	}{Report: r}
	for _, name := range r.Names() {
		s := r.Scenarios[name]
		data.Views = append(data.Views, view{
			Name: name, Scenario: s, Requests: s.requests, Good: s.good, OverTime: overTime(s), CDF: cdf(s), Curve: curve(s), Share: share(s),
		})
	}
	return pageTemplate.Execute(w, data)
}

func usd(v any) string {
	f, ok := v.(float64)
	switch {
	case !ok:
		return "unknown"
	case f != 0 && f < 0.01:
		return fmt.Sprintf("$%.6f", f)
	}
	return fmt.Sprintf("$%.4f", f)
}

func count(v any) string {
	switch v := v.(type) {
	case float64:
		return fmt.Sprintf("%.4g", v)
	case nil:
		return "–"
	default:
		return fmt.Sprint(v)
	}
}

// timingCells are the rows of the table of times.
func timingCells(s *Scenario) [][]string {
	var out [][]string
	stats := []string{"avg", "p50", "p90", "p95", "p99"}
	add := func(label string, get func(stat string) any) {
		row := []string{label}
		for _, stat := range stats {
			row = append(row, second(get(stat)))
		}
		out = append(out, row)
	}
	for _, name := range []string{"response_time", "service_time"} {
		if name == "service_time" || s.Loop == "open" {
			add(strings.ReplaceAll(name, "_", " "), func(stat string) any { return s.Metrics[stat+"_"+name] })
		}
	}
	for _, timing := range []string{"ttft", "itl"} {
		if m, ok := s.Metrics[timing].(map[string]any); ok {
			add(timing, func(stat string) any { return m[stat] })
		}
	}
	return out
}

// scale makes ticks for an axis from 0 to at least most.
func scale(most float64) (top float64, ticks []float64) {
	if !(most > 0) {
		most = 1
	}
	step := math.Pow(10, math.Floor(math.Log10(most)))
	for _, f := range []float64{0.2, 0.25, 0.5, 1, 2} {
		if most/(step*f) <= 5 {
			step *= f
			break
		}
	}
	for v := 0.0; ; v += step {
		ticks = append(ticks, v)
		if v >= most-step*1e-9 {
			return v, ticks
		}
	}
}
