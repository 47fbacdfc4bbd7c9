package llmcost

// known is what is remembered of a witness that counts: how much of the bill it knew, what it cost, and its counts.
type known struct {
	nano  int64
	rank  int16
	print uint32
}

// nothing says that of what counts nothing is known.
func (k known) nothing() bool { return k.nano == 0 && (k.rank == 0 || k.rank == noUsage) }

// spanRecord is what became of a span and of the spans inside it.
type spanRecord struct {
	nano   int64  // as of known: of the span, or of those directly inside it that count, added up
	print  uint32 // of the counts of the span where it or what it lies in counts, else of a call inside it that does
	rank   int16  // below 0 where the price of what counts is not known
	sum    uint16 // the output of the span, what an agent adds up, or of an agent inside it whose calls count
	models [2]kin // of the span where it is decided, else of the calls inside it
	self   outcome
	failed bool    // the span tells a failure
	child  outcome // counts, countsBare …, or childCounted: a span inside stands for, or itself repeats, a counted call
	adds   uint8   // of a witness that adds: what, and what it has in common
}

func (f *spanRecord) known() known { return known{f.nano, f.rank, f.print} }

// upRecord is the span that one between two reports lies in.
type upRecord struct {
	span   uint64
	passes bool
}

// responseRecord is the span that counts for a response id, and when. With its key and time it fills a cache line.
type responseRecord struct {
	during period
	nano   int64 // as of known
	by     uint64
	read   inputs
	rank   int16
}

// known is told of w, another report of the answer.
func (a *responseRecord) known(w *witness) known {
	k := known{nano: a.nano, rank: a.rank}
	if a.read.all == w.read.all {
		k.print = w.print
	}
	return k
}

// told is the rank of what counts for the answer.
func (a *responseRecord) told() int16 {
	if a.read.asked {
		return noUsage
	}
	return a.rank
}

// andInside is what counts for a span that repeats an answer: what counts for that, or, of one that adds up, what counts inside.
func (f *spanRecord) andInside(w *witness, said *responseRecord) known {
	var by known
	if said != nil && !said.read.asked {
		by = said.known(w)
	}
	if f.child == counts && f.self != counts && f.nano > by.nano {
		return f.known()
	}
	return by
}

// decided notes what became of the span itself.
func (f *spanRecord) decided(w *witness) {
	f.self, f.failed, f.adds = w.outcome, w.failed, uint8(w.adds)<<4|uint8(w.same)
	switch w.outcome {
	case countsBare:
		f.rank = noUsage
	case counts:
		f.nano, f.rank, f.sum, f.print = w.nano, w.rank, w.output, w.print
	case parentCounted:
		f.rank, f.print = min(w.by.rank, 0), w.print
	case sameResponse, sameCall:
		f.print = w.print
		if w.by.rank < 0 && f.child != counts {
			f.rank = w.by.rank
		}
	}
	f.models = [2]kin{w.kin}
}

// counted says whether a call directly inside the span is counted by it, or by a span elsewhere that the span repeats. Where a call
// inside stands for the span, the calls beside that one are others; so is a try that failed in one that got its answer.
func (f *spanRecord) counted(w *witness) bool {
	if f.holdsOther(w) {
		return false
	}
	switch f.self {
	case counts, parentCounted:
		return f.tells(w)
	case countsBare:
		return w.bare
	case sameResponse, sameCall:
		return f.child != counts && f.tells(w)
	default:
		return false
	}
}

// tells says whether what counts for the span knows of its bill what w does.
func (f *spanRecord) tells(w *witness) bool {
	return f.rank >= 0 || w.bare || w.unknown() && f.rank != noUsage
}

// holdsOther says that a call directly inside the span is another than the span's.
func (f *spanRecord) holdsOther(w *witness) bool {
	return f.self != undecided && f.models[0].differs(w.kin) && f.print != w.print || w.failed && w.bare && !f.failed && f.self != countsBare
}

// above is the rank of what counts for the span that w lies in, where w tells of that call. Without usage it is one call: of several in it the
// first to come.
func (f *spanRecord) above(w *witness) int16 {
	if f.holdsOther(w) || f.rank == noUsage && (f.child == counts || f.child == countsUnknown) {
		return 0
	}
	return f.rank
}

// below is the same of the calls in the span, which is that of w.
func (f *spanRecord) below(w *witness) int16 {
	switch {
	case f.child == countsUnknown, f.self == undecided && f.print == w.print|priceless:
		return -unknownPrice
	case f.self == countsBare, f.child == countsBare, f.child == countsFailed && w.failed:
		return noUsage
	}
	return 0
}

// covers says whether the spans inside a span stand for w, which is that span's.
func (f *spanRecord) covers(w *witness) bool {
	switch f.child {
	case counts, childCounted:
		return !f.others(w)
	case countsUnknown:
		return w.bare || w.unknown()
	case countsBare, countsFailed:
		return w.bare
	default:
		return !w.bare && (f.sum != 0 && f.sum == w.output || f.print > mixed && (f.print == w.print || f.print == w.print|priceless && w.unknown()))
	}
}
