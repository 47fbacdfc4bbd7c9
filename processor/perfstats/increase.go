package perfstats

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/expohist"
)

// increase is what one point says came since the point before it.
type increase struct {
	from  time.Time
	value float64             // of a counter
	hist  *expohist.Histogram // of a histogram, else nil
}

// empty says that nothing came.
func (i increase) empty() bool { return i.value == 0 && (i.hist == nil || i.hist.Count() == 0) }

// number is what of an increase a ratio divides.
func (i increase) number(kind string) float64 {
	switch {
	case i.hist == nil:
		return i.value
	case kind == kindSum:
		return i.hist.Sum()
	}
	return float64(i.hist.Count())
}

// increase is what a point brings over what its series said before.
func (e *engine) increase(o *origin, r *reading) (increase, outcome) {
	start := time.Time{}
	if known(r.start) {
		start = r.start.AsTime().Add(-e.shift(r.timestamp, o.now))
	}
	switch {
	case r.delta:
		if start.IsZero() || start.After(r.at) {
			start = r.at
		}
		return r.total.whole(start), counted
	case r.kind == gauges && r.place == late:
		return increase{}, late
	}
	key := o.streamKey(r)
	st := e.streams.get(key, o.now)
	if st == nil {
		return increase{}, tooMany
	}
	if r.kind == gauges {
		return st.rise(r.moment, r.total.value)
	}
	key.attributes = [16]byte{}
	if before := e.streams.heard(key, r.at, o.now); st.last.IsZero() && start.Before(before) {
		start = before // the sender was heard without this series, so it began since
	}
	i, result := st.advance(start, r.at, o.now, max(e.cfg.Window, o.depth), r.total)
	e.streams.weigh(st)
	return i, result
}
