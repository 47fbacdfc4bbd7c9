package advice

import (
	"context"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
)

// Priorities, the most important first.
const (
	High   = "high"
	Medium = "medium"
	Low    = "low"
)

// Rule is a recommendation that holds for each series that Expr gives.
type Rule struct {
	Name     string
	Title    string // {subject} stands for the values of the series' labels, {value} and names of Figures for numbers
	Priority string
	Advice   string // as Title
	Expr     string // PromQL, with the threshold and the least number of samples in it
	For      time.Duration
	Every    time.Duration // how often it is looked at; 0 is always
	// Figures are what it rests on: PromQL with the same labels. The value of Expr is "value", or Value where that names it.
	Figures map[string]string
	Value   string
	// Savings is PromQL, USD a month, with the same labels.
	Savings string

	saving savingFunc
}

// savingFunc says what could be saved; false is that the recommendation does not hold.
type savingFunc func(ctx context.Context, o *Options, labels series.Labels, at time.Time) (saved, bool)

// saved is an amount of USD a month, and what it rests on.
type saved struct {
	usd     *float64
	figures map[string]float64
	words   map[string]string // further placeholders
}

// Recommendation is a rule that holds, for one subject.
type Recommendation struct {
	Name     string             `json:"name"`
	Subject  string             `json:"subject"`
	Title    string             `json:"title"`
	Priority string             `json:"priority"`
	Advice   string             `json:"advice"`
	Savings  *float64           `json:"savings_usd_per_month"`
	Figures  map[string]float64 `json:"figures"`
	Since    time.Time          `json:"since"`
}

// subjectOf names a series: the values of its labels in the order of their names.
func subjectOf(labels series.Labels) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		if name != "__name__" && labels[name] != "" {
			words = append(words, labels[name])
		}
	}
	return strings.Join(words, ", ")
}

// fill fills in the placeholders of a text.
func fill(text, subject string, figures map[string]float64, words map[string]string) string {
	if subject == "" {
		subject = "the gateway"
	}
	pairs := []string{"{subject}", subject}
	for name, value := range figures {
		pairs = append(pairs, "{"+name+"}", number(name, value))
	}
	for name, word := range words {
		pairs = append(pairs, "{"+name+"}", word)
	}
	return alert.Legible(strings.NewReplacer(pairs...).Replace(text))
}

// counted are figures that are whole. An increase of a histogram is not.
var counted = map[string]bool{"calls": true, "retries": true, "tokens": true, "concurrency": true, "repeated_input_tokens": true}

// number is a figure as people say it: three digits or so, none that say nothing.
func number(name string, f float64) string {
	digits := 2
	switch a := max(f, -f); {
	case a >= 100, f == math.Trunc(f):
		digits = 0
	case a >= 10:
		digits = 1
	}
	if amount := strings.HasSuffix(name, "usd"); amount && math.Abs(f) < 0.1 && f != 0 {
		digits = 6
	} else if amount {
		digits = 2
	}
	text := strconv.FormatFloat(f, 'f', digits, 64)
	if digits > 0 && !strings.HasSuffix(name, "usd") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}
