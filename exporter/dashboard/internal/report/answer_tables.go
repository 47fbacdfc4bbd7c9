package report

import (
	"cmp"
	"context"
	"slices"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
)

// maxRows is how many rows a table has; the dearest stay.
const maxRows = 500

// table is a table that is being made.
type table struct {
	a    *ask
	w    window
	rows map[string]*Row
	usd  map[string]nano
	// priced is how many calls of the book have a price, where some have none.
	priced  map[string]nano
	ofCalls bool // a row counts calls of the book
}

func (r *Report) table(ctx context.Context, q *query, fill func(*table)) (any, error) {
	w, err := q.window()
	if err != nil {
		return nil, err
	}
	t := &table{a: newAsk(ctx, r.o.Querier, q.now), w: w, rows: map[string]*Row{}, usd: map[string]nano{}, priced: map[string]nano{}}
	t.w = w.inHours(t.a)
	fill(t)
	if err := t.a.wait(); err != nil {
		return nil, err
	}
	out := Table{Timestamp: q.now.UTC(), Range: w.name, Rows: make([]Row, 0, len(t.rows))}
	var sum nano
	for _, n := range t.usd {
		sum += n
	}
	for name, row := range t.rows {
		t.cost(name, row, sum)
		row.TokensPerCall = each(row.Tokens, row.Calls)
		out.Rows = append(out.Rows, *row)
	}
	slices.SortFunc(out.Rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(orZero(b.USD), orZero(a.USD)), cmp.Compare(orZero(b.Calls), orZero(a.Calls)), cmp.Compare(a.Name, b.Name))
	})
	out.Rows = out.Rows[:min(len(out.Rows), maxRows)]
	return out, nil
}

// cost fills in what a row cost: nothing is known of one with calls that lack a price and none that cost anything.
func (t *table) cost(name string, row *Row, sum nano) {
	n, ok := t.usd[name]
	priced, some := t.priced[name]
	if !ok || some && n == 0 {
		return
	}
	row.USD, row.Share = n.usd(), share(n, sum)
	calls := row.Calls
	if some && t.ofCalls {
		calls = value(priced.float())
	}
	if row.USDPerCall = each(row.USD, calls); row.USDPerCall != nil {
		row.USDPerCall = inUSD(*row.USDPerCall)
	}
}

func each(of, n *float64) *float64 {
	if of == nil || n == nil || *n <= 0 {
		return nil
	}
	return value(*of / *n)
}

func (t *table) row(name string) *Row {
	if t.rows[name] == nil {
		t.rows[name] = &Row{Name: name}
	}
	return t.rows[name]
}

// book fills in what the book says: cost, tokens, cache hits and, with calls, how many.
func (t *table) book(r *Report, name func(series.Labels) string, calls bool, first func(*Row, series.Labels)) {
	from := t.a.now.Add(-t.w.length)
	usd, tokens := r.between(t.a, bookedUSD, from, t.a.now), r.between(t.a, bookedTokens, from, t.a.now)
	called := r.between(t.a, bookedCalls, from, t.a.now)
	without := r.between(t.a, bookedUnpriced, from, t.a.now)
	unpriced := sums(without.rows, name)
	t.ofCalls = calls
	for _, p := range split(called.rows, name) {
		row := t.row(p.name)
		if first(row, p.first); calls {
			row.Calls = value(p.n.float())
		}
		t.usd[p.name] = 0 // called, and free
		if n := unpriced[p.name]; n > 0 {
			row.Unpriced, t.priced[p.name] = value(n.float()), p.n-n
		} else if without.known {
			row.Unpriced = value(0)
		}
	}
	for _, p := range split(usd.rows, name) {
		first(t.row(p.name), p.first)
		t.usd[p.name] = p.n
	}
	read, input := map[string]float64{}, map[string]float64{}
	for _, one := range tokens.rows {
		name, n := split([]bookRow{one}, name)[0].name, float64(one.n)/1e9
		row := t.row(name)
		row.Tokens = value(orZero(row.Tokens) + n)
		switch one.labels[labelToken] {
		case "cache_read":
			read[name] += n
			input[name] += n
		case "input_uncached", "cache_write":
			input[name] += n
		}
	}
	for name, n := range input {
		part := read[name]
		t.row(name).CacheHit = percent(&part, &n)
	}
}

// times fills in what a histogram says.
func (t *table) times(name, label string) {
	h := hist{w: t.w, name: name, by: label}
	t.each(label, h.average(), func(r *Row, f float64) { r.Avg = &f })
	t.each(label, h.quantile("0.5"), func(r *Row, f float64) { r.P50 = &f })
	t.each(label, h.quantile("0.95"), func(r *Row, f float64) { r.P95 = &f })
	t.each(label, h.quantile("0.99"), func(r *Row, f float64) { r.P99 = &f })
}

// each fills in a figure of rows that are there.
func (t *table) each(label, expr string, set func(*Row, float64)) {
	for name, f := range t.a.by(label, expr) {
		if row := t.rows[name]; row != nil {
			set(row, f)
		}
	}
}

// errors fills in how many failed, of counters with a status.
func (t *table) errors(counter, label string) {
	ok := t.a.by(label, t.w.increase(counter+`{status="ok"}`, label))
	t.each(label, t.w.increase(counter, label), func(r *Row, all float64) {
		good := ok[r.Name]
		if r.ErrorPercent = restOf(percent(&good, &all)); r.ErrorPercent != nil {
			r.Calls = value(max(orZero(r.Calls), orZero(whole(&all))))
		}
	})
}

func (t *table) quality(label string) {
	t.each(label, hist{w: t.w, name: series.Evaluation, by: label}.average(), func(r *Row, f float64) { r.Quality = &f })
}

func (r *Report) models(ctx context.Context, q *query) (any, error) {
	return r.table(ctx, q, func(t *table) {
		t.book(r, byModel, true, func(row *Row, l series.Labels) { row.Provider = word(l[labelProvider]) })
		for name, n := range t.a.by(labelModel, t.w.increase("llm_calls_total", labelModel)) {
			if n >= 0.5 {
				t.row(name)
			}
		}
		t.errors("llm_calls_total", labelModel)
		t.times(series.CallDuration, labelModel)
		t.each(labelModel, hist{w: t.w, name: series.FirstChunk, by: labelModel}.quantile("0.5"), func(r *Row, f float64) { r.FirstChunkP50 = &f })
		t.each(labelModel, "1 / ("+hist{w: t.w, name: series.PerChunk, by: labelModel}.quantile("0.5")+" > 1e-9)", func(r *Row, f float64) { r.OutputPerSec = &f })
		t.each(labelModel, t.w.increase("llm_retries_total", labelModel), func(r *Row, f float64) { r.RetryPercent = percent(&f, r.Calls) })
	})
}

func (r *Report) agents(ctx context.Context, q *query) (any, error) {
	return r.table(ctx, q, func(t *table) {
		t.book(r, byAgent, false, func(*Row, series.Labels) {})
		for name, n := range t.a.by(labelAgent, t.w.increase("agent_requests_total", labelAgent)) {
			if n >= 0.5 {
				t.row(name).Calls = whole(&n)
			}
		}
		t.errors("agent_requests_total", labelAgent)
		t.times(series.AgentDuration, labelAgent)
		t.quality(labelAgent)
	})
}

func (r *Report) tools(ctx context.Context, q *query) (any, error) {
	return r.table(ctx, q, func(t *table) {
		for name, tool := range toolsOf(t.a, t.w) {
			row := t.row(name)
			row.Calls, row.ErrorPercent = tool.Executions, restOf(tool.SuccessRate)
		}
		t.times(series.ToolDuration, labelTool)
	})
}

func (r *Report) groups(ctx context.Context, q *query) (any, error) {
	return r.table(ctx, q, func(t *table) {
		t.book(r, byGroup, true, func(row *Row, l series.Labels) { row.Group = groupOf(l) })
		if len(t.rows) == 1 && t.rows[unnamed] != nil { // the book has no keys
			clear(t.rows)
		}
	})
}
