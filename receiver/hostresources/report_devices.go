package hostresources

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// deviceMetric is one counter of a device, in both directions.
type deviceMetric struct {
	def     *definition
	in, out func(*deviceReading) uint64
}

// deviceKind is how disks, or network interfaces, are reported.
type deviceKind struct {
	name, direction string // attributes
	in, out         string // values of direction
	metrics         []deviceMetric
}

var (
	inBytes  = func(d *deviceReading) uint64 { return d.inBytes }
	outBytes = func(d *deviceReading) uint64 { return d.outBytes }
	inOps    = func(d *deviceReading) uint64 { return d.inOps }
	outOps   = func(d *deviceReading) uint64 { return d.outOps }

	diskKind = deviceKind{
		name: genai.AttrDevice, direction: genai.AttrDiskDirection, in: "read", out: "write",
		metrics: []deviceMetric{{defDiskIO, inBytes, outBytes}, {defDiskOperations, inOps, outOps}},
	}
	interfaceKind = deviceKind{
		name: genai.AttrNetworkInterface, direction: genai.AttrNetworkDirection, in: "receive", out: "transmit",
		metrics: []deviceMetric{
			{defNetworkIO, inBytes, outBytes},
			{defNetworkPackets, inOps, outOps},
			{
				defNetworkErrors,
				func(d *deviceReading) uint64 { return d.inErrors },
				func(d *deviceReading) uint64 { return d.outErrors },
			},
			{
				defNetworkDropped,
				func(d *deviceReading) uint64 { return d.inDrops },
				func(d *deviceReading) uint64 { return d.outDrops },
			},
		},
	}
)

// report reads the devices, writes those that are chosen and ends the series of those that are not reported any more.
func (s *deviceSeries) report(w *pointWriter, c *chooser, boot, now time.Time) {
	all, complete := c.readAll(now)
	if !complete && len(all) == 0 {
		return
	}
	s.update(all, complete, boot, w.at)
	chosen := c.choose(all, now)
	for i := range chosen {
		s.known[chosen[i].name].told = true
	}
	for _, d := range s.known {
		d.zero.holding = d.zero.holding && d.told // whoever is reported later has been counting before
	}
	for _, m := range s.kind.metrics {
		points := w.metric(m.def)
		for i := range chosen {
			r := &chosen[i]
			d := s.known[r.name]
			points.counted(d, m.in(r), s.kind.attributes(r.name, s.kind.in)...)
			points.counted(d, m.out(r), s.kind.attributes(r.name, s.kind.out)...)
		}
	}
	for _, name := range s.ended() {
		for _, m := range s.kind.metrics {
			w.end(m.def, s.kind.attributes(name, s.kind.in)...)
			w.end(m.def, s.kind.attributes(name, s.kind.out)...)
		}
	}
	for i := range chosen {
		s.known[chosen[i].name].shown = true
	}
}

func (k *deviceKind) attributes(device, direction string) []string {
	return []string{k.name, device, k.direction, direction}
}

// counted adds a point of a device's counter.
func (p *points) counted(d *deviceState, v uint64, attributes ...string) {
	if p.w.holds(&d.zero) {
		v = 0
	}
	p.since(d.start, known(v), attributes...)
}
