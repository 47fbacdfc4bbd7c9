package clientmetrics

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
)

// sign is what gives away that a series in Prometheus has more than one writer.
type sign uint8

const (
	none      sign = iota
	startTime      // a point of a writer that began earlier, told while a later one writes
	value          // a total below the one before it, with the same start time or none
	signs
)

func (s sign) String() string { return [signs]string{"none", "start_time", "value"}[s] }

// point is what is compared of a cumulative point or gauge.
type point struct {
	start, at pcommon.Timestamp
	total     float64
	counts    bool // total never goes down
}

// watcher remembers the last point of each series.
type watcher struct {
	series *bounded.Hashes[point]
}

func newWatcher(limit int, ttl time.Duration) *watcher {
	return &watcher{series: bounded.NewHashes[point](limit, ttl)}
}

// see compares a point with the last one of its series and remembers it, unless an older writer told it.
func (w *watcher) see(series uint64, p point, now time.Time) sign {
	last, ok := w.series.Get(series, now)
	if !ok {
		w.series.Put(series, p, now)
		return none
	}
	s, newer := compare(last, p)
	if !newer {
		p = last
	}
	w.series.Put(series, p, now)
	return s
}

// compare says what p gives away beside the last point of its series, and whether it is newer. A point that comes late or again gives
// nothing away.
func compare(last, p point) (s sign, newer bool) {
	known := last.start != 0 && p.start != 0
	switch {
	case known && p.start < last.start:
		if p.at > last.start {
			return startTime, false
		}
		return none, false
	case known && p.start > last.start:
		return none, true
	case p.at <= last.at:
		return none, false
	case p.counts && last.counts && p.total < last.total:
		return value, true
	default:
		return none, true
	}
}
