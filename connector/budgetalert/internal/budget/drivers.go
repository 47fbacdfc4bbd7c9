package budget

import (
	"fmt"
	"slices"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
)

const hour = 3600

// maxDriven is how many alerts of one decision look for what drove them: the book is long, and a commit waits.
const maxDriven = 20

// column says where in a row of the book the value of a group key is; ok is false where the book cannot tell.
func (o *Options) column(key GroupKey) (of func(*book.Row) string, ok bool) {
	if i := slices.Index(o.BookKeys, key); i >= 0 {
		return func(r *book.Row) string {
			if i >= len(r.Keys) {
				return ""
			}
			return r.Keys[i]
		}, true
	}
	if key.From != FromSpan && key.From != FromResource {
		return nil, false
	}
	switch key.Name {
	case "service.name":
		return func(r *book.Row) string { return r.Service }, true
	case "gen_ai.provider.name":
		return func(r *book.Row) string { return r.Provider }, true
	case "gen_ai.request.model":
		return func(r *book.Row) string { return r.Model }, true
	case "gen_ai.agent.name":
		return func(r *book.Row) string { return r.Agent }, true
	}
	return nil, false
}

// columns are those of all group keys; ok is false where the book cannot tell which calls the budget counts.
func (o *Options) columns(r *rule) (of []func(*book.Row) string, ok bool) {
	if r.where || r.period.Kind == Run {
		return nil, false
	}
	for _, key := range r.keys {
		column, ok := o.column(key)
		if !ok {
			return nil, false
		}
		of = append(of, column)
	}
	return of, true
}

// counts is what sums of the book are in the rule's unit.
func (r *rule) counts(s *book.Sums) int64 {
	switch r.unit {
	case USD:
		return s.NanoUSD
	case Calls:
		return s.Calls
	}
	var n int64
	for i, counts := range r.tokens {
		if counts {
			n = add(n, s.Tokens[i])
		}
	}
	return n
}

// driversOf are the three rows of the book that spent most in the period, beside the same elapsed part of the period before: the hour under
// way beside the same part of its hour. The book has whole hours: where these hold more than the period does, they would name calls that are
// not in it.
func (d *decision) driversOf(g *group, w window, spent int64) (texts []string) {
	r := g.rule
	if g.overflow || d.drivers >= maxDriven {
		return nil
	}
	d.drivers++
	of, ok := d.engine.options.columns(r)
	if !ok {
		return d.ownDrivers(g, w, spent)
	}
	q := book.Query{
		From: floor(w.start, hour) / hour, To: floor(d.now, hour)/hour + 1, Top: 3, Amount: r.counts,
		Where: func(row *book.Row) bool {
			for i, column := range of {
				if column(row) != g.values[i] {
					return false
				}
			}
			return !row.Overflow || len(of) == 0
		},
	}
	d.before(r, &q, w)
	for _, one := range book.Drivers(&q, d.view.Book) {
		if one.Amount > spent {
			return nil
		}
		texts = append(texts, d.engine.options.driver(r, &one))
	}
	return texts
}

// before asks for the same elapsed part of the period before too, where there is one of which all was seen.
func (d *decision) before(r *rule, q *book.Query, w window) {
	old := window{w.start - r.length, w.start}
	switch {
	case r.period.Kind == Lifetime || r.period.Kind == Block: // there is none before it, or nobody knows where
		return
	case r.period.Kind.calendar():
		old = before(r.period.Kind, r.zone, w)
	}
	if max(r.since, d.engine.booked) > old.start {
		return
	}
	until := min(old.start+d.now-w.start, w.start)
	to := -floor(-until, hour) / hour
	if to > q.From && w.start-old.start < 24*hour { // an hour is in both, and no small part of them: what it has is of this one, perhaps
		return
	}
	q.BeforeFrom, q.BeforeTo, q.BeforeUntil, q.Folded = floor(old.start, hour)/hour, to, until, floor(d.now, hour)/hour-book.KeptHours
}

// driver is one row of the book as people read it: gpt-4o, support-agent of chat: 512.30 USD (43 %, up 20 %).
func (o *Options) driver(r *rule, d *book.Driver) string {
	name := "all others"
	if !d.Row.Overflow {
		name = string(o.appendWho(nil, &d.Row))
	}
	text := r.driver(name, d.Amount, d.Share)
	switch {
	case d.HasBefore && d.Change >= 0.005:
		text += fmt.Sprintf(", up %.0f %%", 100*d.Change)
	case d.HasBefore && d.Change <= -0.005:
		text += fmt.Sprintf(", down %.0f %%", -100*d.Change)
	}
	return text + ")"
}

// driver is a row without its end.
func (r *rule) driver(name string, amount int64, share float64) string {
	return fmt.Sprintf("%s: %s %s (%.0f %%", name, r.unit.text(amount), r.unit, 100*share)
}
