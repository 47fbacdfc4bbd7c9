package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/steady"
)

// Options are what all ledgers have in common.
type Options struct {
	MaxIDs       int              // 0: 5,000,000
	DedupeWindow time.Duration    // 0: 1h
	MaxOutbox    int              // alerts that may wait to be delivered; 0: 10,000. A change whose alert finds no room is not made: it comes again
	Now          func() time.Time // nil: time.Now
	Notify       func(Notice)     // called from any goroutine, without a lock held; nil: nobody listens
	Seed         genai.Seed       // of the Hasher of a new ledger; zero: one that nobody knows
}

// The defaults.
const (
	DefaultMaxIDs       = 5_000_000
	DefaultDedupeWindow = time.Hour
	DefaultMaxOutbox    = 10_000
)

// Filled are the options with the defaults filled in.
func (o Options) Filled() Options {
	if o.MaxIDs <= 0 {
		o.MaxIDs = DefaultMaxIDs
	}
	if o.DedupeWindow <= 0 {
		o.DedupeWindow = DefaultDedupeWindow
	}
	if o.MaxOutbox <= 0 {
		o.MaxOutbox = DefaultMaxOutbox
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Notify == nil {
		o.Notify = func(Notice) {}
	}
	if o.Seed == (genai.Seed{}) {
		o.Seed = genai.NewHasher().Seed()
	}
	return o
}

// State is all that a ledger knows, in memory. It is for one goroutine at a time, and it is where a ledger on a disk keeps its truth.
type State struct {
	ids    ids
	series map[string]*series
	marks  map[string]*mark
	outbox outbox
	book   *book.Book
	due    calendar

	now   int64 // Unix seconds, of the call under way
	swept int64 // the minute in which what is old was dropped last
	last  int64 // Unix seconds: what was loaded was written then at the latest
	clock setClock
	fresh []bool

	changed changed
	durable uint64 // the last entry of the outbox that may be given out
}

// NewState makes an empty ledger.
func NewState(o Options) *State {
	return &State{
		ids: newIDs(o.MaxIDs, o.DedupeWindow), series: map[string]*series{}, marks: map[string]*mark{},
		outbox: outbox{ids: map[string]uint64{}, max: o.MaxOutbox}, book: book.New(), due: calendar{},
		clock: setClock{steady: steady.New(o.Now())},
	}
}

// Record counts the calls that are not known, and decides.
func (s *State) Record(now time.Time, calls []Call, decide Decide) {
	s.Sweep(now)
	s.know(calls)
	var found recent
	for i := range calls {
		if s.fresh[i] {
			s.count(&calls[i], now, &found)
		}
	}
	if decide != nil {
		s.apply(decide((*view)(s)))
	}
}

// know finds out which calls are fresh, and remembers them.
func (s *State) know(calls []Call) {
	s.ids.reach(calls)
	s.fresh = s.fresh[:0]
	for i := range calls {
		c := &calls[i]
		fresh := c.ID == 0 || s.ids.add(c.Minute, c.ID, s.now)
		s.fresh = append(s.fresh, fresh)
		if fresh && c.ID != 0 && s.changed.on {
			s.changed.ids = append(s.changed.ids, ID{c.Minute, c.ID})
		}
	}
}

func (s *State) count(c *Call, now time.Time, found *recent) {
	for i := range c.Adds {
		s.add(&c.Adds[i], found.series(s, i, c.Adds[i].Series))
	}
	for i := range c.Book {
		s.book.Add(&c.Book[i], now)
	}
}

// recent are the series that the last call added to, by the place of the add: those of the next call of a batch, mostly. It is good as long
// as no series is dropped.
type recent [4]*series

func (r *recent) series(s *State, place int, name string) *series {
	if place >= len(r) {
		return s.seriesOf(name)
	}
	if r[place] == nil || r[place].name != name {
		r[place] = s.seriesOf(name)
	}
	return r[place]
}

func (s *State) add(a *Add, one *series) {
	i, ok := one.find(a.Slot)
	if !ok {
		one.insert(i, a.Slot, a.Expires)
		if a.Expires != 0 {
			s.due.add(a.Expires, due{series: one.name, slot: a.Slot})
		}
	}
	if s.changed.undo {
		slot := &one.slots[i]
		s.changed.undoSlots = append(s.changed.undoSlots, undoSlot{slotRef{one, a.Slot}, slot.amount, slot.expires, !ok})
	}
	one.add(i, a.Amount, a.Expires)
	s.touchSlot(one, i)
}

// seriesOf finds a series, or makes it.
func (s *State) seriesOf(name string) *series {
	one := s.series[name]
	if one == nil {
		name = clip(name)
		if one = s.series[name]; one == nil {
			one = &series{name: strings.Clone(name)}
			s.series[one.name] = one
		}
	}
	return one
}

func (s *State) apply(changes []Change) {
	for i := range changes {
		c := &changes[i]
		if c.Alert != nil && s.outbox.full(c.Alert.ID) { // neither the mark nor the alert: whoever decides again finds it
			if c.Key == "" || !c.IfAbsent || s.mark(c.Key) == nil {
				s.outbox.refused++
			}
			continue
		}
		if c.Key != "" && !s.set(c) {
			continue
		}
		if c.Alert != nil {
			s.outbox.add(c.Alert)
		}
	}
}

// Sweep drops once a minute what is too old. A clock that was set back drops nothing before its time, and brings nothing back; one that was set
// forward drops nothing before it has gone on for an hour.
func (s *State) Sweep(now time.Time) {
	s.now = now.Unix()
	minute := s.now / 60
	if minute == s.swept || !s.clock.trusted(now) {
		return
	}
	s.swept = minute
	s.ids.expire(s.now)
	s.due.take(s.now, s.expire)
	s.book.Sweep(now)
}

// expire drops a slot or a mark, where it was not given more time since.
func (s *State) expire(d due) {
	if d.mark != "" {
		m := s.marks[d.mark]
		switch {
		case m == nil || m.expires == 0:
		case m.expired(s.now):
			delete(s.marks, d.mark)
			s.dropped(d)
		default:
			s.due.add(m.expires, d)
		}
		return
	}
	one := s.series[d.series]
	if one == nil {
		return
	}
	i, ok := one.find(d.slot)
	if !ok || one.slots[i].expires == 0 {
		return
	}
	if expires := one.slots[i].expires; expires >= s.now {
		s.due.add(expires, d)
		return
	}
	one.remove(i)
	s.dropped(d)
	if len(one.slots) == 0 {
		delete(s.series, d.series)
	}
}

// MaxName is how long a series or the key of a mark is: a store may refuse longer keys, and names hold what senders wrote.
const MaxName = 1024

// clip shortens a name that is too long, and keeps it apart from all others.
func clip(name string) string {
	if len(name) <= MaxName {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return strings.ToValidUTF8(name[:MaxName-2*len(sum)], "") + hex.EncodeToString(sum[:])
}
