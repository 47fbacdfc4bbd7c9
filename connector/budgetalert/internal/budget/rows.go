package budget

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
)

// Of budgets that the book cannot take apart (with `where`, of runs, by keys that it does not have) the ledger keeps rows of their own: what
// was spent by each model, agent and service of a group, in the slots of the group. Those that come when there are too many share one.
const (
	rowsPrefix = "drivers|" // begins the names of their series
	maxRows    = 64         // of a group
	maxRunRows = 8          // of a run
	maxAllRows = 50_000     // of a budget
	maxRowText = 160        // bytes of a row as the name of a series has it
	otherRows  = ""         // the one that is shared
)

// appendWho names a row of the book: model, agent, service, and the keys of the book.
func (o *Options) appendWho(to []byte, row *book.Row) []byte {
	first := len(to)
	part := func(name, value string) {
		if value == "" {
			return
		}
		if len(to) > first {
			to = append(to, ", "...)
		}
		to = append(append(to, name...), value...)
	}
	part("", row.Model)
	part("", row.Agent)
	part("", row.Service)
	for i, v := range row.Keys {
		if i < len(o.BookKeys) && v != "" {
			part(o.BookKeys[i].Name+" ", v)
		}
	}
	if len(to) == first {
		return append(to, "unknown"...)
	}
	return to
}

// row is the series of the row that a call of a group belongs to.
func (e *Engine) row(g *group, of *book.Row) string {
	r := g.rule
	r.key = e.options.appendWho(r.key[:0], of)
	if len(r.key) > maxRowText {
		r.key = append(r.key[:0], strings.ToValidUTF8(string(r.key[:maxRowText]), "")...)
	}
	if series, ok := g.rows[string(r.key)]; ok {
		return series
	}
	text := string(r.key)
	most := maxRows
	if r.period.Kind == Run {
		most = maxRunRows
	}
	if len(g.rows) >= most || r.rows >= maxAllRows {
		text = otherRows
	}
	return g.addRow(text)
}

func (g *group) addRow(text string) string {
	if series, ok := g.rows[text]; ok {
		return series
	}
	r := g.rule
	series := r.rowSeries + g.series[len(r.series)+2:] + "|" + escaper.Replace(text)
	if g.rows == nil {
		g.rows = map[string]string{}
	}
	g.rows[text] = series
	r.rows++
	return series
}

// scanRows finds the rows that the ledger has of each group.
func (e *Engine) scanRows(ctx context.Context, r *rule, all map[string]*figures) error {
	if r.rowSeries == "" {
		return nil
	}
	return e.ledger.Series(ctx, r.rowSeries, func(series string, _, _ int64) {
		name := series[len(r.rowSeries):]
		end := strings.LastIndexByte(name, '|')
		if end < 0 {
			return
		}
		f := all[name[:end]]
		if f == nil {
			return
		}
		if text := unescaper.Replace(name[end+1:]); len(f.rows) == 0 || f.rows[len(f.rows)-1] != text { // the slots of a series come together
			f.rows = append(f.rows, text)
		}
	})
}

// takeRows takes over what a scan found: rows whose slots are gone make room.
func (r *rule) takeRows(groups []found) {
	r.rows = 0
	if r.all != nil {
		r.all.rows = nil
	}
	for _, g := range r.groups {
		g.rows = nil
	}
	for _, f := range groups {
		for _, text := range f.rows {
			f.group.addRow(text)
		}
	}
}

// ownDrivers are the three rows of a group that spent most.
func (d *decision) ownDrivers(g *group, w window, spent int64) (texts []string) {
	r := g.rule
	from, to := w.start, w.start+1
	switch r.period.Kind {
	case Rolling, Block:
		to = w.end
	case Run:
		from, to = g.run.from, forever.end
	}
	type row struct {
		text   string
		amount int64
	}
	var rows []row
	for text, series := range g.rows {
		if amount := d.view.Sum(series, from, to); amount > 0 {
			rows = append(rows, row{text, amount})
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(b.amount, a.amount), cmp.Compare(a.text, b.text)) })
	for _, one := range rows[:min(3, len(rows))] {
		texts = append(texts, r.driver(firstOf(one.text, "all others"), one.amount, float64(one.amount)/float64(max(spent, one.amount)))+")")
	}
	return texts
}
