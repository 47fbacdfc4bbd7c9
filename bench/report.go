package bench

import (
	"fmt"
	"io"
	"strings"
)

// Row is one comparison.
type Row struct {
	What   string  // what is measured, on what
	Ours   string  // our side, with its unit
	Peer   string  // who it is compared with, and their side
	Ratio  float64 // ours to the peer's, except for price lookup: how many times faster ours is; 0 for a figure without a peer
	Target string  // "" where there is none
	OK     bool
}

// AtMost is a row whose ratio must not be above target.
func AtMost(r Row, target float64) Row {
	r.Target, r.OK = fmt.Sprintf("≤ %.2f", target), r.Ratio <= target
	return r
}

// AtLeast is a row whose ratio must not be below target.
func AtLeast(r Row, target float64) Row {
	r.Target, r.OK = fmt.Sprintf("≥ %g", target), r.Ratio >= target
	return r
}

// cost says what a unit costs.
func (r Result) cost() string {
	if r.Allocs < 0 {
		return fmt.Sprintf("%.0f ns", r.Nanos)
	}
	return fmt.Sprintf("%.0f ns, %.2f allocs", r.Nanos, r.Allocs)
}

// Against compares subject i with subject j.
func Against(what string, s []Subject, r []Result, i, j int) Row {
	return Row{What: what, Ours: s[i].Name + ": " + r[i].cost(), Peer: s[j].Name + ": " + r[j].cost(), Ratio: r[i].Nanos / r[j].Nanos}
}

// Write prints rows as a Markdown table.
func Write(w io.Writer, rows []Row) error {
	var b strings.Builder
	b.WriteString("| what | ours | peer | ratio | target | |\n| --- | --- | --- | ---: | --- | --- |\n")
	for _, r := range rows {
		verdict := ""
		switch {
		case r.Target != "" && r.OK:
			verdict = "ok"
		case r.Target != "":
			verdict = "**missed**"
		}
		ratio := "–"
		if r.Ratio != 0 {
			ratio = fmt.Sprintf("%.3g", r.Ratio)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", r.What, r.Ours, r.Peer, ratio, r.Target, verdict)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
