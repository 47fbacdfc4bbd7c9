package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteText writes what people read first.
func (r *Report) WriteText(w io.Writer) error {
	for _, name := range r.Names() {
		r.Scenarios[name].text(w, name)
	}
	fmt.Fprintln(w, "\nRecommendations")
	for _, line := range r.Recommendations {
		fmt.Fprintln(w, "  "+line)
	}
	_, err := fmt.Fprintln(w)
	return err
}

func (s *Scenario) text(w io.Writer, name string) {
	fmt.Fprintf(w, "\n%s (%s loop): %d requests, %d good\n", name, s.Loop, s.requests, s.good)
	if s.Invalid != "" {
		fmt.Fprintf(w, "  INVALID: %s\n", s.Invalid)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  \tavg\tp50\tp90\tp95\tp99")
	line := func(label string, get func(stat string) any) {
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\t%s\n", label, second(get("avg")), second(get("p50")), second(get("p90")), second(get("p95")), second(get("p99")))
	}
	for _, timing := range []string{"response_time", "service_time"} {
		if timing == "service_time" || s.Loop == "open" {
			line(strings.ReplaceAll(timing, "_", " "), func(stat string) any { return s.Metrics[stat+"_"+timing] })
		}
	}
	for _, timing := range []string{"ttft", "itl"} {
		if m, ok := s.Metrics[timing].(map[string]any); ok {
			line(timing, func(stat string) any { return m[stat] })
		}
	}
	_ = t.Flush() // an error of w comes again with the next line
	for _, one := range []struct{ name, label, format string }{
		{"requests_per_second", "requests a second", "%.2f"},
		{"goodput_per_second", "good ones within the SLO", "%.2f"},
		{"error_rate", "failed", "%.2f %%"},
		{"tokens_per_second", "tokens a second", "%.1f"},
		{"cost_usd", "cost, USD", "%.9f"},
		{"cost_per_good_request_usd", "cost of a good request, USD", "%.9f"},
	} {
		if v, ok := s.figure(one.name); ok {
			if strings.HasSuffix(one.format, "%%") {
				v *= 100
			}
			fmt.Fprintf(w, "  %-28s "+one.format+"\n", one.label, v)
		}
	}
	if share, ok := s.Metrics["time_share"].(map[string]any); ok {
		fmt.Fprintf(w, "  %-28s model %.0f %%, tools %.0f %%, agent %.0f %%\n", "time", percent(share["llm"]), percent(share["tool"]), percent(share["agent"]))
	}
	s.textOfCapacity(w)
	s.textOfEnd(w)
}

func (s *Scenario) textOfCapacity(w io.Writer) {
	c := s.Capacity
	if c == nil {
		return
	}
	unit := "/s"
	if c.Search == "users" {
		unit = " users"
	}
	fmt.Fprintf(w, "  %-28s %.4g%s, with %.1f requests in the agent (Little's law)\n", "capacity", c.Found, unit, c.MaxConcurrent)
	if c.Limit != "" {
		fmt.Fprintf(w, "  %-28s %s\n", "more does not hold", c.Limit)
	}
	for _, step := range c.Steps {
		state := "holds"
		if !step.Holds {
			state = step.Why
		}
		fmt.Fprintf(w, "    %8.4g%s  p50 %s  p95 %s  %s\n", step.Load, unit, milliseconds(step.P50), milliseconds(step.P95), state)
	}
}

func milliseconds(v *float64) string {
	if v == nil {
		return "-"
	}
	return second(*v)
}

func (s *Scenario) textOfEnd(w io.Writer) {
	for _, class := range sortedFailures(s.Failures) {
		fmt.Fprintf(w, "  failed: %d %s, such as: %s\n", s.Failures[class].Count, class, s.Failures[class].Example)
	}
	for _, c := range s.Checks {
		fmt.Fprintf(w, "  %-7s %s (%v)\n", c.Status, c.Text, c.Value)
	}
	for _, note := range s.Notes {
		fmt.Fprintf(w, "  note: %s\n", note)
	}
}

func second(v any) string {
	f, ok := v.(float64)
	switch {
	case !ok:
		return "-"
	case f < 1:
		return fmt.Sprintf("%.1f ms", 1000*f)
	}
	return fmt.Sprintf("%.2f s", f)
}

func percent(v any) float64 {
	f, _ := v.(float64)
	return 100 * f
}
