// Package compare says whether one run is worse than another, beyond what chance does.
//
// Requests of a run wait for each other, so they are no independent observations: what is compared are batches of consecutive requests
// (measure.Batches), by a permutation test of the difference of their means, which assumes nothing about their distribution. All tests of a
// comparison together raise a false alarm with probability Alpha (Holm's correction), and a difference must be at least MinEffect to count.
package compare

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"reflect"
	"slices"
	"text/tabwriter"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/measure"
)

// Options of a comparison.
type Options struct {
	Alpha     float64 // probability of a false alarm, of all tests together
	MinEffect float64 // smallest relative difference that counts
}

// Run is what is read of a JSON report.
type Run struct {
	ID        string              `json:"benchmark_id"`
	Scenarios map[string]Scenario `json:"scenarios"`
}

// Scenario is one of a run.
type Scenario struct {
	Config  any             `json:"config"`
	Loop    string          `json:"loop"`
	Invalid string          `json:"invalid"`
	Batches []measure.Batch `json:"batches"`
}

// Read reads a JSON report.
func Read(r io.Reader) (*Run, error) {
	var run Run
	if err := json.NewDecoder(r).Decode(&run); err != nil {
		return nil, err
	}
	if len(run.Scenarios) == 0 {
		return nil, fmt.Errorf("it is no report of agentbench: it has no scenarios")
	}
	return &run, nil
}

// Row is the comparison of one figure of one scenario.
type Row struct {
	Scenario, Name string
	Old, New       float64
	Change         float64 // relative; of error_rate the difference
	P              float64 // probability of such a difference by chance alone, after Holm's correction
	Verdict        Verdict
}

// Verdict says what a row means.
type Verdict string

// The verdicts.
const (
	Same   Verdict = "no difference"
	Worse  Verdict = "WORSE"
	Better Verdict = "better"
)

// Result is a whole comparison.
type Result struct {
	Rows  []Row
	Notes []string
	// Worse says that some figure is, Unusable that a run must not be compared.
	Worse, Unusable bool
}

// minErrors is the smallest difference of error rates that counts.
const minErrors = 0.01

// figures are what is compared; more of each is worse.
var figures = []struct {
	name string
	of   func(b *measure.Batch) (float64, bool)
}{
	{"response_time", func(b *measure.Batch) (float64, bool) { return known(b.Response) }},
	{"service_time", func(b *measure.Batch) (float64, bool) { return known(b.Service) }},
	{"p95", func(b *measure.Batch) (float64, bool) { return known(b.P95) }},
	{"ttft", func(b *measure.Batch) (float64, bool) { return known(b.TTFT) }},
	{errorRate, func(b *measure.Batch) (float64, bool) {
		return 1 - float64(b.Good)/float64(b.Requests), b.Requests > 0
	}},
	{"cost_per_good_request_usd", func(b *measure.Batch) (float64, bool) {
		v, ok := known(b.CostUSD)
		return v / float64(b.Good), ok && b.Good > 0
	}},
}

const errorRate = "error_rate"

func known(v *float64) (float64, bool) {
	if v == nil {
		return 0, false
	}
	return *v, true
}

// Runs compares two runs.
func Runs(older, newer *Run, o Options) *Result {
	r := &Result{}
	for _, name := range slices.Sorted(maps.Keys(older.Scenarios)) {
		a := older.Scenarios[name]
		b, ok := newer.Scenarios[name]
		if !ok {
			r.note("%s: only the old run has it", name)
			continue
		}
		for which, s := range map[string]Scenario{"old": a, "new": b} {
			if s.Invalid != "" {
				r.Unusable = true
				r.note("%s: the %s run is invalid: %s", name, which, s.Invalid)
			}
		}
		if !reflect.DeepEqual(a.Config, b.Config) {
			r.note("%s: the two runs were configured differently", name)
		}
		r.scenario(name, a, b)
	}
	for _, name := range slices.Sorted(maps.Keys(newer.Scenarios)) {
		if _, ok := older.Scenarios[name]; !ok {
			r.note("%s: only the new run has it", name)
		}
	}
	if len(r.Rows) == 0 {
		r.Unusable = true
		r.note("there is nothing to compare")
	}
	slices.Sort(r.Notes)
	r.judge(o)
	return r
}

func (r *Result) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

func (r *Result) scenario(name string, a, b Scenario) {
	for _, f := range figures {
		if f.name == "response_time" && a.Loop == "closed" && b.Loop == "closed" {
			continue // the same as service_time
		}
		x, y := values(a.Batches, f.of), values(b.Batches, f.of)
		if len(x) < 5 || len(y) < 5 {
			if len(x) > 0 && len(y) > 0 {
				r.note("%s: too few requests to compare %s", name, f.name)
			}
			continue
		}
		row := Row{Scenario: name, Name: f.name, Old: mean(x), New: mean(y), P: permutation(x, y)}
		row.Change = row.New - row.Old
		if f.name != errorRate && row.Change != 0 { // what was free and is not any more has changed without end
			row.Change /= row.Old
		}
		r.Rows = append(r.Rows, row)
	}
}

func values(batches []measure.Batch, of func(*measure.Batch) (float64, bool)) []float64 {
	var out []float64
	for i := range batches {
		if v, ok := of(&batches[i]); ok {
			out = append(out, v)
		}
	}
	return out
}

// judge corrects the probabilities for the number of tests and gives verdicts.
func (r *Result) judge(o Options) {
	order := make([]*Row, len(r.Rows))
	for i := range r.Rows {
		order[i] = &r.Rows[i]
	}
	slices.SortStableFunc(order, func(a, b *Row) int { return cmp.Compare(a.P, b.P) })
	least := 0.0
	for i, row := range order {
		least = max(least, min(1, row.P*float64(len(order)-i)))
		row.P = least
		effect := o.MinEffect
		if row.Name == errorRate {
			effect = minErrors
		}
		row.Verdict = Same
		if row.P <= o.Alpha && math.Abs(row.Change) >= effect {
			row.Verdict = Better
			if row.Change > 0 {
				row.Verdict = Worse
				r.Worse = true
			}
		}
	}
}

// Write writes it for people.
func (r *Result) Write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "scenario\tfigure\told\tnew\tchange\tp\t")
	for i := range r.Rows {
		row := &r.Rows[i]
		change := fmt.Sprintf("%+.1f %%", 100*row.Change)
		if row.Name == errorRate {
			change = fmt.Sprintf("%+.1f points", 100*row.Change)
		}
		fmt.Fprintf(t, "%s\t%s\t%.4g\t%.4g\t%s\t%.4f\t%s\n", row.Scenario, row.Name, row.Old, row.New, change, row.P, row.Verdict)
	}
	for _, note := range r.Notes {
		fmt.Fprintln(t, "note: "+note)
	}
	return t.Flush()
}
