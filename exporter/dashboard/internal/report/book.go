package report

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
)

// The counters of the book. Their values outlive the gateway, so what was spent between two moments is the difference of two values.
const (
	bookedUSD    = "llm_cost_booked_usd_total"
	bookedCalls  = "llm_calls_booked_total"
	bookedTokens = "llm_tokens_booked_total"
	// bookedUnpriced are those of bookedCalls that have no price.
	bookedUnpriced = "llm_unpriced_booked_total"
)

// Labels of the book.
const (
	labelService  = "service_name"
	labelProvider = "gen_ai_provider_name"
	labelModel    = "gen_ai_request_model"
	labelAgent    = "gen_ai_agent_name"
	labelTool     = "gen_ai_tool_name"
	labelToken    = "gen_ai_token_type"
	labelOverflow = "otel_metric_overflow"
	labelID       = "otelcol_component_id"
)

// nano are 10^-9 of what a counter counts. Amounts are added as integers.
type nano int64

func toNano(f float64) nano { return nano(math.Round(f * 1e9)) }

func (n nano) float() float64 { return float64(n) / 1e9 }

func (n nano) usd() *float64 { return value(n.float()) }

// inUSD is an amount without the noise of a division.
func inUSD(f float64) *float64 { return toNano(f).usd() }

// bookRow is by what a series of the book grew.
type bookRow struct {
	labels series.Labels
	n      nano
}

// grown is by what a counter of the book grew between two moments.
type grown struct {
	rows []bookRow
	// known is false where there is no value, or the first one is no beginning: then rows are what is known.
	known bool
	young bool // the history begins in between
}

func (g grown) total() nano {
	var sum nano
	for _, r := range g.rows {
		sum += r.n
	}
	return sum
}

// usd is nil where what it has is not all.
func (g grown) usd() *float64 {
	if !g.known {
		return nil
	}
	return g.total().usd()
}

// lookbacks are how far back a value may be that still holds: the gateway may have been off for that long.
var lookbacks = []time.Duration{time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 35 * 24 * time.Hour}

// values are a counter's at a moment, by series. A gateway that changed its name goes on with the same book.
func values(a *ask, counter string, at time.Time) map[string]bookRow {
	if all := readBook(a, "max without (job, instance) ("+counter+")", at); len(all) > 0 {
		return all
	}
	for _, back := range lookbacks {
		if all := readBook(a, fmt.Sprintf("max without (job, instance) (last_over_time(%s[%ds]))", counter, int64(back.Seconds())), at); len(all) > 0 {
			return all
		}
	}
	return nil
}

func readBook(a *ask, expr string, at time.Time) map[string]bookRow {
	found := a.vector(expr, at)
	all := make(map[string]bookRow, len(found))
	for _, s := range found {
		delete(s.Labels, "__name__")
		all[keyOf(s.Labels)] = bookRow{s.Labels, toNano(s.Value)}
	}
	return all
}

func keyOf(labels series.Labels) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		b.WriteString(name + "\x00" + labels[name] + "\x00")
	}
	return b.String()
}

// between is by what a counter grew from one moment to the other.
func (r *Report) between(a *ask, counter string, from, to time.Time) grown {
	later := values(a, counter, to)
	if len(later) == 0 {
		return grown{}
	}
	base, known, young := r.base(a, counter, from, to)
	g := grown{known: known, young: young}
	for key, row := range later {
		n := row.n - base[key]
		if n < 0 { // a book that was lost began anew
			n = row.n
		}
		if n > 0 {
			g.rows = append(g.rows, bookRow{row.labels, n})
		}
	}
	return g
}

// compared is what was spent in a period with which a later one is compared. Where nothing says that the gateway was there when it began, that is
// not known: of what was spent before it came it saw nothing.
func (r *Report) compared(a *ask, from, to time.Time) grown {
	g := r.between(a, bookedUSD, from, to)
	if g.young && len(a.vector("last_over_time(llm_budget_spent_usd[1d])", from)) == 0 {
		g.known = false
	}
	return g
}

// base is what the series were at a moment. A series that was not there then was 0: the book shows all rows that it has. Where nothing was
// there, the history begins later: the first values are what was spent before it, and only if all of them are 0 that is known to be nothing.
func (r *Report) base(a *ask, counter string, from, to time.Time) (base map[string]nano, known, young bool) {
	key := fmt.Sprint(counter, from.Unix())
	r.mu.Lock()
	b, ok := r.bases.Get(key, a.now)
	r.mu.Unlock()
	if ok {
		return b.values, b.known, b.young
	}
	found := values(a, counter, from)
	b = based{values: map[string]nano{}, known: true, young: len(found) == 0}
	if b.young {
		length := int64(math.Ceil(to.Sub(from).Seconds()))
		found = readBook(a, fmt.Sprintf("max without (job, instance) (min_over_time(%s[%ds]))", counter, max(length, 1)), to)
	}
	for key, row := range found {
		if b.values[key] = row.n; b.young && row.n != 0 {
			b.known = false
		}
	}
	// What comes late, or is not there at all yet, may change it.
	if len(found) > 0 && a.ctx.Err() == nil && a.now.Sub(from) > settled {
		r.mu.Lock()
		r.bases.Put(key, b, a.now)
		r.mu.Unlock()
	}
	return b.values, b.known, b.young
}

// settled is after how long nothing is added to the history any more.
const settled = 35 * time.Minute

type based struct {
	values       map[string]nano
	known, young bool
}

// fixedLabels are not keys of a group.
var fixedLabels = map[string]bool{
	"__name__": true, "job": true, "instance": true, labelService: true, labelProvider: true, labelModel: true, labelAgent: true, labelToken: true,
	labelOverflow: true, labelID: true, "budget_name": true, "budget_period": true, "budget_timezone": true,
	"otel_scope_name": true, "otel_scope_version": true, "otel_scope_schema_url": true,
}

// groupOf are the labels that are keys: of the book, or of a budget.
func groupOf(labels series.Labels) map[string]string {
	group := map[string]string{}
	for name, v := range labels {
		if !fixedLabels[name] {
			group[name] = v
		}
	}
	return group
}

func groupName(group map[string]string) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(group)) {
		words = append(words, group[name])
	}
	return strings.Join(words, ", ")
}

// What a row is called that lacks the label, or has what could not be told apart.
const (
	unnamed  = "unknown"
	overflow = "all others"
)

// part is one row of a split.
type part struct {
	name  string
	first series.Labels // of one of its series
	n     nano
}

// split adds rows up by a name, the largest first.
func split(rows []bookRow, name func(series.Labels) string) []part {
	index := map[string]int{}
	var parts []part
	for _, r := range rows {
		called := name(r.labels)
		switch {
		case r.labels[labelOverflow] != "":
			called = overflow
		case called == "":
			called = unnamed
		}
		i, ok := index[called]
		if !ok {
			i = len(parts)
			index[called] = i
			parts = append(parts, part{name: called, first: r.labels})
		}
		parts[i].n += r.n
	}
	slices.SortFunc(parts, func(a, b part) int {
		if a.n != b.n {
			return int(max(-1, min(1, b.n-a.n)))
		}
		return strings.Compare(a.name, b.name)
	})
	return parts
}

func byModel(l series.Labels) string { return l[labelModel] }
func byAgent(l series.Labels) string { return l[labelAgent] }
func byGroup(l series.Labels) string { return groupName(groupOf(l)) }
