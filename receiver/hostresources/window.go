package hostresources

// gaugeWindow gathers the samples of one collection interval of a value that goes up and down.
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

func (w *gaugeWindow) empty() bool { return w.n == 0 }

func (w *gaugeWindow) average() float64 { return w.sum / float64(w.n) }
