package genaimetrics

import (
	"cmp"
	"slices"
)

// flightSpans bounds the calls of one series that are looked at together; with more in one interval the peak is taken in parts.
const flightSpans = 1024

// flight finds out how many calls were in flight at once, from the times of their spans. A span arrives when its call is over,
// so the calls that ended in earlier intervals are kept as long as a call of this one may have overlapped them.
type flight struct {
	spans []span // kept from earlier, then new
	old   int    // how many of them are from earlier
	peak  int64  // of the parts of this interval that were looked at already
}

// span is the time of one call in unix nano; the end is not part of it.
type span struct{ start, end int64 }

// add notes a call. A call that took no time was in flight for a nanosecond.
func (f *flight) add(start, end int64) {
	if len(f.spans) >= flightSpans {
		f.look()
	}
	f.spans = append(f.spans, span{start, max(end, start+1)})
}

// take gives the peak since the last take: the most calls at one time that was not before the first new call began.
func (f *flight) take() int64 {
	f.look()
	p := f.peak
	f.peak = 0
	return p
}

// look takes the new calls into the peak and forgets the calls that ended first, up to half of what fits.
func (f *flight) look() {
	if f.old == len(f.spans) {
		return
	}
	first := f.spans[f.old].start // at which a new call begins
	for _, s := range f.spans[f.old:] {
		first = min(first, s.start)
	}
	slices.SortFunc(f.spans, func(a, b span) int { return cmp.Compare(a.end, b.end) })
	f.peak = max(f.peak, peak(f.spans, first))
	if extra := len(f.spans) - flightSpans/2; extra > 0 {
		f.spans = slices.Delete(f.spans, 0, extra)
	}
	f.old = len(f.spans)
}

// peak sweeps over the times at which calls begin and end: the most calls at one time, from first on. The calls are in the order
// of their ends.
func peak(spans []span, first int64) int64 {
	var fixed [flightSpans]int64
	starts := fixed[:0]
	for _, s := range spans {
		starts = append(starts, s.start)
	}
	slices.Sort(starts)
	now, most, ended := int64(0), int64(0), 0
	for _, at := range starts {
		for ended < len(spans) && spans[ended].end <= at { // a call that ends when another begins is over
			ended++
			now--
		}
		now++
		if at >= first {
			most = max(most, now)
		}
	}
	return most
}
