package budget

import (
	"math"
	"slices"
	"sync"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

const (
	maxAhead = 600  // seconds that a call may end in the future
	slack    = 3600 // seconds that slots are kept beyond their use
)

// posting is what one Record brings.
type posting struct {
	now    int64
	calls  []ledger.Call
	spends []*Spend // by call
	adds   []ledger.Add
	books  []book.Entry
	// touches are the groups and periods that the posting adds to, each once or more.
	touches  []touch
	overflow []*rule // whose overflow group it adds to
	late     bool    // calls were counted apart because of their time
	aside    bool    // stats has something
	stats    Stats
	index    map[string][]place
	latched  []latched // what the decision found or made; it holds once the ledger has it
}

// postings are used again: the ledger keeps nothing of one that it has recorded.
var postings = sync.Pool{New: func() any { return new(posting) }}

// maxPosting is of how many calls a posting is kept for the next Record.
const maxPosting = 10_000

func (b *posting) release() {
	if cap(b.calls) > maxPosting {
		return
	}
	clear(b.calls)
	clear(b.spends)
	clear(b.adds)
	clear(b.books)
	clear(b.touches)
	clear(b.overflow)
	*b = posting{
		calls: b.calls[:0], spends: b.spends[:0], adds: b.adds[:0], books: b.books[:0], touches: b.touches[:0], overflow: b.overflow[:0],
	}
	postings.Put(b)
}

type touch struct {
	group  *group
	window window
}

// place is an add of a call.
type place struct{ call, add int }

type latched struct {
	group *group
	start int64
	level int
}

// of is where the posting adds to a series. It is made when it is asked for first: when something fires, mostly.
func (b *posting) of(series string) []place {
	if b.index == nil {
		b.index = make(map[string][]place, len(b.touches))
		for i := range b.calls {
			for k := range b.calls[i].Adds {
				name := b.calls[i].Adds[k].Series
				b.index[name] = append(b.index[name], place{i, k})
			}
		}
	}
	return b.index[series]
}

// prepare reads spends into calls of the ledger. The lock is held. What it needs of the stack must be gone when the ledger is called: see lateUsage.
//
//go:noinline
func (e *Engine) prepare(spends []Spend, now time.Time) *posting {
	b := postings.Get().(*posting)
	b.now = now.Unix()
	e.postings++
	b.calls, b.spends, b.books = slices.Grow(b.calls, len(spends)), slices.Grow(b.spends, len(spends)), slices.Grow(b.books, len(spends))
	b.adds = slices.Grow(b.adds, len(spends)*(len(e.rules)+1))
	for i := range spends {
		s := &spends[i]
		t := s.End.Unix()
		if apart := b.apart(s, t, e.late); apart != nil {
			b.aside = true
			apart.Calls++
			apart.NanoUSD = add(apart.NanoUSD, max(s.NanoUSD, 0))
			continue
		}
		first := len(b.adds)
		for k := range s.Shares {
			if share := &s.Shares[k]; share.Budget >= 0 && share.Budget < len(e.rules) {
				e.share(b, s, share, t)
			}
		}
		b.books = append(b.books, book.Entry{Hour: floor(t, 3600) / 3600, Row: s.Row, Sums: s.Sums})
		n := len(b.books)
		b.calls = append(b.calls, ledger.Call{
			ID: s.ID, Minute: floor(t, 60) / 60, Adds: b.adds[first:len(b.adds):len(b.adds)], Book: b.books[n-1 : n : n],
		})
		b.spends = append(b.spends, s)
	}
	return b
}

// apart is where a call is counted that is in no total; nil: it is in them.
func (b *posting) apart(s *Spend, t, late int64) *Apart {
	switch {
	case s.bad():
		return &b.stats.Bad
	case t > b.now+maxAhead:
		b.late = true
		return &b.stats.Future
	case t < b.now-late:
		b.late = true
		return &b.stats.Late
	}
	return nil
}

func (s *Stats) add(o *Stats) {
	for _, of := range [][2]*Apart{{&s.Late, &o.Late}, {&s.Future, &o.Future}, {&s.Bad, &o.Bad}} {
		of[0].Calls += of[1].Calls
		of[0].NanoUSD = add(of[0].NanoUSD, of[1].NanoUSD)
	}
	s.RunsOverflow += o.RunsOverflow
	s.GroupsOverflow += o.GroupsOverflow
}

func (s *Spend) bad() bool {
	least := min(s.NanoUSD, s.Calls, s.Failed, s.Unpriced)
	for _, n := range s.Tokens {
		least = min(least, n)
	}
	return least < 0
}

// share adds a call to one budget.
func (e *Engine) share(b *posting, s *Spend, share *Share, t int64) {
	r := e.rules[share.Budget]
	amount := r.counts(&s.Sums)
	if amount == 0 || len(share.Group) != len(r.keys) {
		return
	}
	var g *group
	var over bool
	if r.period.Kind == Run {
		if g = r.runOf(share, t); g == nil {
			b.stats.RunsOverflow++
			b.aside = true
			b.overflow = append(b.overflow, r)
			return
		}
	} else if g, over = r.groupOf(share.Group); over {
		b.stats.GroupsOverflow++
		b.aside = true
		b.overflow = append(b.overflow, r)
	}
	g.seen = max(g.seen, t)
	w := r.windowOf(g, t)
	slot, expires := r.slot(w, t, e.late)
	if r.period.Kind == Run {
		expires = g.seen + r.idle + 120
	}
	b.adds = append(b.adds, ledger.Add{Series: g.series, Slot: slot, Amount: amount, Expires: expires})
	if g.minutes != "" && g.minutes != g.series {
		b.adds = append(b.adds, ledger.Add{Series: g.minutes, Slot: floor(t, 60), Amount: amount, Expires: t + r.longest() + slack})
	}
	if r.rowSeries != "" && !g.overflow {
		b.adds = append(b.adds, ledger.Add{Series: e.row(g, &s.Row), Slot: slot, Amount: amount, Expires: expires})
	}
	if g.days != "" {
		day := r.daily.window(t)
		b.adds = append(b.adds, ledger.Add{Series: g.days, Slot: day.start, Amount: amount, Expires: day.end + weekdayHistory})
	}
	if !g.overflow && (g.touched.posting != e.postings || g.touched.start != w.start) {
		g.touched.posting, g.touched.start = e.postings, w.start
		b.touches = append(b.touches, touch{g, w})
	}
}

// windowOf is the period of a call; of a rolling budget and a block, which move, only that it is one.
func (r *rule) windowOf(g *group, t int64) window {
	switch r.period.Kind {
	case Lifetime:
		return forever
	case Rolling, Block:
		return window{}
	case Run:
		return window{g.run.start, math.MaxInt64}
	}
	return r.calendar.window(t)
}

// slot is where the amount of a call goes.
func (r *rule) slot(w window, t, late int64) (slot, expires int64) {
	switch r.period.Kind {
	case Lifetime:
		return 0, 0
	case Rolling:
		return floor(t, 60), t + max(r.length, r.longest()) + slack
	case Block: // its block may begin with a call that comes late
		return floor(t, 60), t + 2*r.length + late + slack
	case Run:
		return w.start, 0
	}
	return w.start, w.end + late + slack
}

func (r *rule) longest() (seconds int64) {
	for i := range r.burn {
		seconds = max(seconds, r.burn[i].long)
	}
	return seconds
}
