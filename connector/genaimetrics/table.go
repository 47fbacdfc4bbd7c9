package genaimetrics

import (
	"math"
	"time"
)

// series is one time series: the values of its family's point attributes, then of the dimensions, and what was observed.
type series struct {
	// What every observation touches comes first, to be in one cache line.
	used     int64 // unix nano of the last observation
	sum      int64 // counter, money (nano-USD), gauge
	debt     int64 // llm.cost.saved.usd: losses that later savings make good first, nano-USD
	overflow bool
	dist     *distribution // histogram
	flight   *flight       // llm.inflight.peak
	start    int64         // unix nano: an instant before the first observation, the same in every export
	shown    int64         // unix nano of the steady clock: when it was first exported; 0 is never
	stood    bool          // its value was exported; what was not told does not expire

	exemplar exemplar
	key      string
	values   []string // "" is an attribute that the points do not have
}

// exemplar points at the largest observation of an interval.
type exemplar struct {
	value float64
	time  int64 // unix nano; 0 is no exemplar
	trace [16]byte
	span  [8]byte
}

// offer keeps the larger of two observations.
func (x *exemplar) offer(value float64, at *origin) {
	if x.time == 0 || value > x.value {
		*x = exemplar{value: value, time: at.time, trace: at.trace, span: at.span}
	}
}

// origin is the span that an observation comes from.
type origin struct {
	time  int64
	trace [16]byte
	span  [8]byte
}

// table holds the series of one family. It is no bounded.Map, because a full one must not forget: an evicted counter would
// come back from 0. What comes when it is full adds up in its overflow series, which never expires.
type table struct {
	limit    int
	index    map[string]*series
	list     []*series // in order of creation, the overflow series not among them
	overflow *series
}

func newTable(limit int) table { return table{limit: limit, index: map[string]*series{}} }

// get finds the series with these values or makes it; start is for a new one. The values are kept.
func (t *table) get(key []byte, values []string, start int64) *series {
	if s, ok := t.index[string(key)]; ok {
		return s
	}
	if len(t.list) >= t.limit {
		if t.overflow == nil {
			t.overflow = &series{overflow: true, start: start}
		}
		return t.overflow
	}
	s := &series{key: string(key), values: values, start: start}
	t.index[s.key] = s
	t.list = append(t.list, s)
	return s
}

// expire drops the series that were not used for longer than after and says how many those were.
func (t *table) expire(now time.Time, after time.Duration) int {
	oldest := now.Add(-after).UnixNano()
	kept := t.list[:0]
	for _, s := range t.list {
		if s.used < oldest && s.stood {
			delete(t.index, s.key)
			continue
		}
		kept = append(kept, s)
	}
	n := len(t.list) - len(kept)
	clear(t.list[len(kept):])
	t.list = kept
	return n
}

// waits says whether a series that is exported now must be exported as 0 still: it is new, and its 0 has not stood for zeroFor.
func (s *series) waits(now int64, zeroFor time.Duration) bool {
	if s.stood {
		return false
	}
	if s.shown == 0 {
		s.shown = now
	}
	s.stood = now-s.shown >= int64(zeroFor)
	return !s.stood
}

// all calls f on every series, the overflow series last.
func (t *table) all(f func(*series)) {
	for _, s := range t.list {
		f(s)
	}
	if t.overflow != nil {
		f(t.overflow)
	}
}

func (t *table) size() int {
	if t.overflow != nil {
		return len(t.list) + 1
	}
	return len(t.list)
}

// save adds a saving, which is negative where writing to the prompt cache cost more than reading from it saved. A counter
// may not fall, so a loss waits for later savings: the counter is the most that was ever saved on balance.
func (s *series) save(nano, weight int64) {
	if nano < 0 {
		s.debt = addSaturating(s.debt, mulSaturating(-nano, weight))
		return
	}
	saved := mulSaturating(nano, weight)
	paid := min(s.debt, saved)
	s.debt -= paid
	s.sum = addSaturating(s.sum, saved-paid)
}

// addSaturating adds two counts that are not negative; what does not fit stays at the largest int64, because a counter may
// never fall.
func addSaturating(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// mulSaturating multiplies two counts that are not negative.
func mulSaturating(a, b int64) int64 {
	if b > 1 && a > math.MaxInt64/b {
		return math.MaxInt64
	}
	return a * b
}
