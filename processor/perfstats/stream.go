package perfstats

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/expohist"
)

// streamKey is one series of one writer. The start time is part of it: a new start is a new series, and two writers that nothing else tells
// apart do not look like one that is reset all the time.
type streamKey struct {
	resource, attributes [16]byte
	scope, metric        string
	start                pcommon.Timestamp
}

// total is a point's own value: everything since its start.
type total struct {
	value   float64
	hist    *expohist.Histogram
	classic *classic
}

// stream remembers the last point of a cumulative series, or of a gauge what it added to its sub-window.
type stream struct {
	last time.Time
	total
	epoch int64
	bytes int       // of the total's histogram, as far as streams counts them
	used  time.Time // by get
}

// sender remembers when it was that a writer told a metric, so that a series it had not then is known to be new.
type sender struct {
	last    time.Time // of its points
	before  time.Time // the last of those that came before the present batch
	arrived time.Time // the present batch
}

// streams is bounded: when it is full new series are refused instead of old ones being pushed out, because a series that is forgotten
// before its next point never brings anything. When its histograms take more than budget, those that come next are remembered in
// coarser buckets: then what comes between two points is as coarse.
type streams struct {
	limit, budget int
	ttl           time.Duration
	bytes         int // of all histograms
	known         *bounded.Map[streamKey, *stream]
	senders       *bounded.Map[streamKey, *sender] // by keys without attributes
}

// coarseLimit is how many buckets a histogram may have that is remembered above the budget: about 0.7 kB.
const coarseLimit = 64

func newStreams(limit, budget int, ttl time.Duration) *streams {
	return &streams{
		limit: limit, budget: budget, ttl: ttl,
		known: bounded.New[streamKey, *stream](limit, ttl), senders: bounded.New[streamKey, *sender](limit, ttl),
	}
}

// get finds the series or, if there is room, begins it (with a zero last).
func (s *streams) get(key streamKey, now time.Time) *stream {
	if st, ok := s.known.Get(key, now); ok {
		s.known.Touch(key, now)
		st.used = now
		return st
	}
	s.expire(now)
	if s.known.Len() >= s.limit {
		return nil
	}
	st := &stream{used: now}
	s.known.Put(key, st, now)
	return st
}

// heard takes down that a writer told the metric at a time, in a batch that came now, and gives the time of what it told of it in the batch
// before; zero if there was none. Points of one batch may differ in time without one being older news than the other.
func (s *streams) heard(key streamKey, at, now time.Time) (before time.Time) {
	w, ok := s.senders.Get(key, now)
	if !ok {
		s.senders.Put(key, &sender{last: at, arrived: now}, now)
		return time.Time{}
	}
	s.senders.Touch(key, now)
	if at.After(w.last) {
		if now.After(w.arrived) {
			w.before, w.arrived = w.last, now
		}
		w.last = at
	}
	if !w.before.Before(at) {
		return time.Time{}
	}
	return w.before
}

// expire forgets what was not used for the ttl.
func (s *streams) expire(now time.Time) {
	for key, st := range s.known.All() {
		if now.Sub(st.used) <= s.ttl {
			return
		}
		s.bytes -= st.bytes
		s.known.Delete(key)
	}
}

// weigh keeps the account of what a series that took a point in takes.
func (s *streams) weigh(st *stream) {
	if st.hist != nil && s.bytes > s.budget {
		st.hist.Limit(coarseLimit)
	}
	n := 0
	switch {
	case st.hist != nil:
		n = st.hist.Bytes()
	case st.classic != nil:
		n = st.classic.bytes()
	}
	s.bytes += n - st.bytes
	st.bytes = n
}

// advance turns the next point of a cumulative series into the increase since the one before. at is the point's time, not after
// now; depth is how far back an increase may have come.
func (st *stream) advance(start, at, now time.Time, depth time.Duration, t total) (increase, outcome) {
	from, first := st.last, st.last.IsZero()
	if first {
		from = start
	} else if !at.After(from) {
		return increase{}, stale
	}
	before := st.total
	st.last, st.total = at, t.kept()
	oldest := now.Add(-depth)
	switch {
	case first && (start.IsZero() || start.Before(oldest)):
		return increase{}, baseline
	case first:
		return t.whole(from), counted
	case from.Before(oldest):
		return increase{}, gap
	}
	if since, ok := t.since(before); ok {
		since.from = from
		return since, counted
	}
	return t.whole(from), reset
}

// rise is by how much a gauge is above what its series said before in the sub-window: of every series and sub-window the largest value
// counts, and a set's peak is the sum over its series.
func (st *stream) rise(m moment, value float64) (increase, outcome) {
	if st.epoch > m.epoch {
		return increase{}, stale
	}
	before := st.value
	if st.epoch < m.epoch {
		before = 0
	}
	st.epoch, st.value = m.epoch, max(before, value)
	return increase{from: m.at, value: st.value - before}, counted
}

// kept is the copy to remember: since takes the difference in place.
func (t total) kept() total {
	if t.hist != nil {
		t.hist = t.hist.Clone()
	}
	return t
}

// whole takes everything as new.
func (t total) whole(from time.Time) increase {
	switch {
	case t.classic != nil:
		return increase{from: from, hist: t.classic.histogram()}
	case t.hist != nil:
		return increase{from: from, hist: t.hist}
	}
	return increase{from: from, value: t.value}
}

// since takes what came after before, and says false if t cannot be a later state of it.
func (t total) since(before total) (increase, bool) {
	switch {
	case t.classic != nil:
		if before.classic == nil {
			return increase{}, false
		}
		rest, ok := t.classic.since(before.classic)
		if !ok {
			return increase{}, false
		}
		return increase{hist: rest.histogram()}, true
	case t.hist != nil:
		if before.hist == nil {
			return increase{}, false
		}
		return increase{hist: t.hist}, t.hist.Subtract(before.hist)
	}
	return increase{value: t.value - before.value}, before.classic == nil && before.hist == nil && t.value >= before.value
}
