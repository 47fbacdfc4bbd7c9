package book

import (
	"cmp"
	"slices"
)

// Query asks who spent most in a period. All times are Unix hours.
type Query struct {
	From, To int64 // the period until now: from <= hour < to
	// BeforeFrom and BeforeTo are the same elapsed part of the period before; equal where there is none.
	BeforeFrom, BeforeTo int64
	// BeforeUntil is where that part ends, in Unix seconds: of a row that goes on after it as much counts as lies before it. 0: rows count whole.
	BeforeUntil int64
	// Folded is the hour up to which the book has days instead of hours.
	Folded int64
	Top    int
	// Where says which rows count; nil: all.
	Where func(*Row) bool
	// By leaves of a row what tells the answers apart: for models it empties all other fields. It may keep no slice of the row; nil: all
	// fields tell.
	By func(*Row)
	// Amount is what is compared; nil: nano-USD.
	Amount func(*Sums) int64
}

// Driver is one answer.
type Driver struct {
	Row            Row
	Amount, Before int64
	Share          float64 // of all that the query counts, 0 to 1
	Change         float64 // against Before: 0.5 is half as much again; only where HasBefore
	HasBefore      bool
}

// Drivers are the largest rows of a period, largest first. visit is how a book is read, such as Visit.
func Drivers(q *Query, visit func(from, to int64, visit func(hour int64, row *Row, sums *Sums))) []Driver {
	found := map[string]*Driver{}
	var total int64
	var key []byte
	var by Row
	count := func(before bool) func(int64, *Row, *Sums) {
		return func(hour int64, row *Row, sums *Sums) {
			amount := q.amount(row, sums)
			if before {
				amount = q.elapsed(hour, amount)
			}
			if amount == 0 {
				return
			}
			keys := append(by.Keys[:0], row.Keys...)
			by = *row
			by.Keys = keys
			if q.By != nil && !by.Overflow {
				q.By(&by)
			}
			key = AppendKey(key[:0], &by)
			d := found[string(key)]
			if d == nil {
				d = &Driver{Row: by}
				d.Row.Keys = slices.Clone(by.Keys)
				found[string(key)] = d
			}
			if before {
				d.Before = Saturate(d.Before, amount)
				return
			}
			d.Amount = Saturate(d.Amount, amount)
			total = Saturate(total, amount)
		}
	}
	visit(q.From, q.To, count(false))
	if q.BeforeTo > q.BeforeFrom {
		visit(q.BeforeFrom, q.BeforeTo, count(true))
	}
	return q.top(found, total)
}

// elapsed is what of a row of the period before lies in the same elapsed part.
func (q *Query) elapsed(hour, amount int64) int64 {
	length := int64(3600)
	if hour < q.Folded && hour%24 == 0 {
		length *= 24
	}
	part := q.BeforeUntil - hour*3600
	switch {
	case q.BeforeUntil == 0 || part >= length:
		return amount
	case part <= 0:
		return 0
	}
	return int64(float64(amount) * float64(part) / float64(length))
}

func (q *Query) amount(row *Row, sums *Sums) int64 {
	if q.Where != nil && !q.Where(row) {
		return 0
	}
	if q.Amount == nil {
		return sums.NanoUSD
	}
	return q.Amount(sums)
}

func (q *Query) top(found map[string]*Driver, total int64) []Driver {
	type named struct {
		key string
		*Driver
	}
	all := make([]named, 0, len(found))
	for key, d := range found {
		if d.Amount > 0 {
			all = append(all, named{key, d})
		}
	}
	slices.SortFunc(all, func(a, b named) int {
		return cmp.Or(cmp.Compare(b.Amount, a.Amount), cmp.Compare(a.key, b.key))
	})
	drivers := make([]Driver, 0, min(max(q.Top, 0), len(all)))
	for _, d := range all[:cap(drivers)] {
		d.Share = float64(d.Amount) / float64(total)
		if d.HasBefore = d.Before > 0; d.HasBefore {
			d.Change = float64(d.Amount)/float64(d.Before) - 1
		}
		drivers = append(drivers, *d.Driver)
	}
	return drivers
}
