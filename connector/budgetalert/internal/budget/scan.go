package budget

import (
	"context"
	"math"
)

// figures are what the ledger has of one group.
type figures struct {
	spent       int64           // in the period under way; of a run, in all slots
	first       int64           // the first slot
	minutes     []minute        // of a block
	long, short []int64         // by burn rate
	days        map[int64]int64 // by start
	rows        []string
}

type minute struct{ at, amount int64 }

// found is a group and its figures.
type found struct {
	group *group
	*figures
}

// scan reads all series of a rule. Without a lock: the ledger has its own.
func (e *Engine) scan(ctx context.Context, r *rule, w window, now int64) (map[string]*figures, error) {
	all := map[string]*figures{}
	var last string
	var f *figures
	err := e.ledger.Series(ctx, r.series, func(series string, slot, amount int64) {
		name := series[len(r.series):]
		if len(name) < 2 {
			return
		}
		if text := name[2:]; f == nil || text != last {
			last = text
			if f = all[text]; f == nil {
				f = &figures{first: math.MaxInt64, long: make([]int64, len(r.burn)), short: make([]int64, len(r.burn))}
				all[text] = f
			}
		}
		f.count(r, w, name[0], slot, amount, now)
	})
	return all, err
}

func (f *figures) count(r *rule, w window, kind byte, slot, amount, now int64) {
	switch kind {
	case 's':
		f.first = min(f.first, slot)
		if r.period.Kind == Run || w.has(slot) {
			f.spent = add(f.spent, amount)
		}
		if r.period.Kind == Block {
			f.minutes = append(f.minutes, minute{slot, amount})
		}
		if r.period.Kind == Rolling {
			f.burn(r, slot, amount, now)
		}
	case 'm':
		f.burn(r, slot, amount, now)
	case 'd':
		if f.days == nil {
			f.days = map[int64]int64{}
		}
		f.days[slot] = amount
	}
}

// burn adds a minute to the windows that end with the last whole minute: a sweep comes when a minute has just begun, and nothing is in that.
func (f *figures) burn(r *rule, slot, amount, now int64) {
	end := floor(now, 60)
	for i := range r.burn {
		if slot < end && slot >= end-r.burn[i].long {
			f.long[i] = add(f.long[i], amount)
		}
		if slot < end && slot >= end-r.burn[i].short {
			f.short[i] = add(f.short[i], amount)
		}
	}
}

// current is the period under way; none for blocks and runs, which groups have of their own.
func (r *rule) current(now int64) window {
	switch r.period.Kind {
	case Lifetime:
		return forever
	case Rolling:
		return r.rolling(now)
	case Run, Block:
		return window{}
	}
	return r.calendar.window(now)
}

// groupsOf joins what was scanned with the groups of the engine. The lock is held.
func (r *rule) groupsOf(all map[string]*figures, now int64) []found {
	groups := make([]found, 0, len(all))
	for text, f := range all {
		g := r.ofText(text)
		if r.period.Kind == Run {
			r.knownRun(g, f, now)
		}
		g.refresh(now)
		g.known.level = 0 // an alert may have found the outbox full: it is found again
		groups = append(groups, found{g, f})
	}
	return groups
}

// idle forgets groups of which the ledger has nothing and from which nothing came for a while.
func (r *rule) idleGroups(all map[string]*figures, now int64) {
	if r.period.Kind == Run {
		r.endRuns(now)
		return
	}
	for key, g := range r.groups {
		if _, ok := all[g.series[len(r.series)+2:]]; !ok && now-g.seen > slack {
			delete(r.groups, key)
		}
	}
}
