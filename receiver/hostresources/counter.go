package hostresources

import (
	"maps"
	"slices"
	"time"
)

// deviceSeries remembers the devices of one kind: since when each has been counting, and whose series are to be ended. A device counts
// since boot, or since the last reading before it came or its counters fell back, so that a replaced disk or interface reads as a new
// start and not as a negative rate. It knows all devices that the last reading had, whether they are reported or not: one that takes
// a free place under the cap has been counting all the while.
type deviceSeries struct {
	kind     *deviceKind
	known    map[string]*deviceState // nil before the first reading
	read     time.Time               // of the points that the last reading went into
	reported bool                    // since the last delivery
}

type deviceState struct {
	reading deviceReading
	start   time.Time
	zero    zeroFirst
	present bool
	unread  bool // may be there: the last reading failed in part
	told    bool // in the last report
	shown   bool // may be seen downstream
}

// update takes a reading of all devices for points of the time at. One that is not complete says nothing of those that it lacks.
func (s *deviceSeries) update(all []deviceReading, complete bool, boot, at time.Time) {
	first := s.known == nil
	if first {
		s.known = make(map[string]*deviceState, len(all))
	}
	before := make(map[string]bool, len(s.known))
	for name, d := range s.known {
		before[name], d.present, d.told = d.present, d.present && !complete, false
		d.unread = d.present
	}
	for _, r := range all {
		d := s.known[r.name]
		if d == nil {
			d = &deviceState{}
			s.known[r.name] = d
		}
		switch {
		case first:
			d.start = boot
		case !before[r.name]:
			d.start, d.zero = s.read, zeroFirst{holding: true}
		case fellBack(d.reading, r):
			d.start = s.read
		}
		d.reading, d.present, d.unread = r, true, false
	}
	maps.DeleteFunc(s.known, func(_ string, d *deviceState) bool { return !d.present && !d.shown })
	s.read, s.reported = at, true
}

// ended are the devices that were reported and are not any more.
func (s *deviceSeries) ended() (names []string) {
	for name, d := range s.known {
		if d.shown && !d.told && !d.unread {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// delivered notes that the report made then has arrived: what it ended is forgotten.
func (s *deviceSeries) delivered(then time.Time) {
	if !s.reported {
		return
	}
	s.reported = false
	for name, d := range s.known {
		if d.told {
			d.zero.delivered(then)
			continue
		}
		if d.shown = d.shown && d.unread; !d.present {
			delete(s.known, name)
		}
	}
}

func fellBack(before, now deviceReading) bool {
	return now.inBytes < before.inBytes || now.outBytes < before.outBytes || now.inOps < before.inOps || now.outOps < before.outOps ||
		now.inErrors < before.inErrors || now.outErrors < before.outErrors || now.inDrops < before.inDrops || now.outDrops < before.outDrops
}
