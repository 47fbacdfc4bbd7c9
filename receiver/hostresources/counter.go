package hostresources

import "time"

// counterStarts remembers since when each device has been counting: since boot, or since the last report before it came or its
// counters fell back, so that a replaced disk or interface reads as a new start and not as a negative rate. It holds the devices
// of the last report only.
type counterStarts struct {
	last     map[string]counterStart
	reported time.Time
}

type counterStart struct {
	reading deviceReading
	start   time.Time
}

// update gives the start of each device's counters as of this report.
func (c *counterStarts) update(devices []deviceReading, boot, now time.Time) []time.Time {
	starts := make([]time.Time, len(devices))
	next := make(map[string]counterStart, len(devices))
	for i, d := range devices {
		before, ok := c.last[d.name]
		switch {
		case c.last == nil:
			starts[i] = boot
		case ok && !fellBack(before.reading, d):
			starts[i] = before.start
		default:
			starts[i] = c.reported
		}
		next[d.name] = counterStart{reading: d, start: starts[i]}
	}
	c.last, c.reported = next, now
	return starts
}

func fellBack(before, now deviceReading) bool {
	return now.inBytes < before.inBytes || now.outBytes < before.outBytes || now.inOps < before.inOps || now.outOps < before.outOps ||
		now.inErrors < before.inErrors || now.outErrors < before.outErrors || now.inDrops < before.inDrops || now.outDrops < before.outDrops
}
