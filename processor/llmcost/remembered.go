package llmcost

// known is what is remembered of a witness that counts: how much of the bill it knew and what it cost.
type known struct {
	nano int64
	rank int32
}

// spanRecord is what became of a span and of the spans inside it.
type spanRecord struct {
	nano   int64  // as of known: of the span, or of those directly inside it that count, added up
	rank   int32  // below 0 where the price of what counts is not known
	print  uint32 // of the counts of the span where it or what it lies in counts, else of a call inside it that does
	sum    uint16 // the output of the span, what an agent adds up, or of an agent inside it whose calls count
	models [2]kin // of the span where it is decided, else of the calls inside it
	self   outcome
	child  outcome // counts, countsBare, or childCounted: a span inside stands for, or itself repeats, a counted call
}

func (f *spanRecord) known() known { return known{f.nano, f.rank} }

// responseRecord is the span that counts for a response id, and when. With its key and time it fills a cache line.
type responseRecord struct {
	during period
	nano   int64 // as of known
	by     uint64
	read   inputs
	rank   int32
}

func (a *responseRecord) known() known { return known{a.nano, a.rank} }

// decided notes what became of the span itself.
func (f *spanRecord) decided(w *witness) {
	f.self = w.outcome
	switch w.outcome {
	case counts:
		f.nano, f.rank, f.sum, f.print = w.nano, w.rank, w.output, w.print
	case parentCounted:
		f.rank, f.print = min(w.by.rank, 0), w.print
	case sameResponse, sameCall:
		f.print = w.print
	}
	if !w.passes || w.kin != noKin {
		f.models = [2]kin{w.kin}
	}
}

// counted says whether a call directly inside the span is counted by it, or by a span elsewhere that the span repeats. Where a call
// inside stands for the span, the calls beside that one are others.
func (f *spanRecord) counted(w *witness) bool {
	if f.self != undecided && f.models[0].differs(w.kin) && f.print != w.print {
		return false
	}
	switch f.self {
	case counts, parentCounted:
		return f.rank >= 0 || w.bare || w.unknown()
	case countsBare:
		return w.bare
	case sameResponse, sameCall:
		return f.child != counts
	default:
		return false
	}
}

// covers says whether the spans inside a span stand for w, which is that span's.
func (f *spanRecord) covers(w *witness) bool {
	switch f.child {
	case counts, childCounted:
		return !f.others(w)
	case countsUnknown:
		return w.bare || w.unknown()
	case countsBare:
		return w.bare
	default:
		return !w.bare && (f.sum != 0 && f.sum == w.output || f.print != 0 && f.print == w.print)
	}
}
