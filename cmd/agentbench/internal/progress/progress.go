// Package progress shows where a run stands: one line that is written again on a terminal, plain lines elsewhere.
package progress

import (
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/bench"
)

// between is the time between two plain lines.
const between = 10 * time.Second

// Line writes progress.
type Line struct {
	w        io.Writer
	terminal bool

	mu    sync.Mutex
	at    time.Duration // of the last line or update
	count int           // ended by then
	rate  float64
	shown time.Duration // of the last plain line
	of    string        // what the last line was about
	width int
}

// New writes to w.
func New(w io.Writer, terminal bool) *Line { return &Line{w: w, terminal: terminal} }

// Tell shows where a run stands.
func (l *Line) Tell(p bench.Progress) {
	l.mu.Lock()
	defer l.mu.Unlock()
	what := fmt.Sprint(p.Scenario, p.Step, p.Waiting)
	if what != l.of {
		l.end()
		l.of, l.at, l.count, l.rate, l.shown = what, 0, 0, 0, -between
	}
	if d := p.At - l.at; d > 0 {
		l.rate = float64(p.Live.Ended-l.count) / d.Seconds()
	}
	l.at, l.count = p.At, p.Live.Ended
	text := l.text(p)
	switch {
	case l.terminal:
		fmt.Fprintf(l.w, "\r%s%s", text, strings.Repeat(" ", max(0, l.width-len(text))))
		l.width = len(text)
	case p.At-l.shown >= between:
		l.shown = p.At
		fmt.Fprintln(l.w, text)
	}
}

// End ends the line.
func (l *Line) End() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end()
}

func (l *Line) end() {
	if l.terminal && l.width > 0 {
		fmt.Fprintln(l.w)
		l.width = 0
	}
}

func (l *Line) text(p bench.Progress) string {
	head := p.Scenario
	if p.Step != "" {
		head += " " + p.Step
	}
	if p.Waiting {
		return fmt.Sprintf("%s  waiting for spans %s of %s  cost %.6f USD", head, clock(p.At), clock(p.Of), p.CostUSD)
	}
	text := head + "  " + clock(p.At)
	if p.Of > 0 {
		text += " of " + clock(p.Of)
	}
	text += fmt.Sprintf("  %.1f/s  in flight %d  p95 %s  errors %s", l.rate, p.Live.InFlight, seconds(p.Live.P95), share(p.Live.Failed, p.Live.Ended))
	if p.HasCost {
		text += fmt.Sprintf("  cost %.6f USD", p.CostUSD)
	}
	return text
}

func clock(d time.Duration) string { return d.Round(time.Second).String() }

func seconds(v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	return time.Duration(v * float64(time.Second)).Round(time.Millisecond).String()
}

func share(n, of int) string {
	if of == 0 {
		return "0"
	}
	return fmt.Sprintf("%d (%.1f %%)", n, 100*float64(n)/float64(of))
}
