package hostresources

// gaugeWindow gathers the samples of one interval of a value that goes up and down.
type gaugeWindow struct {
	sum, peak float64
	n         int
}

func (w *gaugeWindow) add(v float64) {
	if w.n == 0 || v > w.peak {
		w.peak = v
	}
	w.sum += v
	w.n++
}

func (w *gaugeWindow) merge(o gaugeWindow) {
	if w.n == 0 || o.n > 0 && o.peak > w.peak {
		w.peak = o.peak
	}
	w.sum += o.sum
	w.n += o.n
}

func (w *gaugeWindow) empty() bool { return w.n == 0 }

func (w *gaugeWindow) average() float64 { return w.sum / float64(w.n) }

// untold are the samples since the last report that was delivered. Those that a report tells are kept until it has been: a peak that
// was lost with a report that failed is told with the next. Samples are taken while a report is under way, so there are two windows.
type untold[W any, P interface {
	*W
	merge(o W)
}] struct {
	telling, since W
}

// begin moves everything into the report that begins.
func (u *untold[W, P]) begin() *W {
	var none W
	P(&u.telling).merge(u.since)
	u.since = none
	return &u.telling
}

// delivered forgets what the report told.
func (u *untold[W, P]) delivered() {
	var none W
	u.telling = none
}

type (
	untoldGauge = untold[gaugeWindow, *gaugeWindow]
	untoldCPU   = untold[cpuWindow, *cpuWindow]
)
