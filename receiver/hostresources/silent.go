package hostresources

import (
	"maps"
	"slices"
	"strings"
)

// silentReports is in how many reports in a row a gauge of the host must be missing until its series is ended. One may be missing
// because no sample was taken between two reports.
const silentReports = 2

// hostSeries remembers which gauges of the host may be seen downstream, so that one that has gone silent does not stand there with its
// last value: the swap space after swapoff, the modes of CPU time that a cgroup with a new limit does not count, what cannot be read any
// more. Their number is fixed by the code.
type hostSeries map[string]*hostSerie

type hostSerie struct {
	def        *definition
	attributes []string
	missed     int
}

// seen notes that the report under way has the series.
func (h hostSeries) seen(def *definition, attributes []string) {
	key := def.name + "\x00" + strings.Join(attributes, "\x00")
	if s := h[key]; s != nil {
		s.missed = -1
		return
	}
	h[key] = &hostSerie{def: def, attributes: slices.Clone(attributes), missed: -1}
}

// end ends what has gone silent.
func (h hostSeries) end(w *pointWriter) {
	for _, key := range slices.Sorted(maps.Keys(h)) {
		s := h[key]
		if s.missed++; s.missed >= silentReports {
			w.end(s.def, s.attributes...)
		}
	}
}

// delivered forgets what the last report ended.
func (h hostSeries) delivered() {
	maps.DeleteFunc(h, func(_ string, s *hostSerie) bool { return s.missed >= silentReports })
}
