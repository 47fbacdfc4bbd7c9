package admission

import "math"

// walk goes through a request as the decoder does, but on a stack of its own. It has to take for a message what the decoder takes for one, or
// what nests would get by: hence the groups, which nobody sends.
type walk struct {
	open  []message
	skip  uint64 // bytes of the field that do not matter
	step  step
	group int // groups that are open

	varint uint64
	shift  uint
	field  int32
	lost   bool // it makes no sense: the decoder refuses it
}

// message is one that has begun; left are its bytes to come.
type message struct {
	kind *kind
	left uint64
}

// step is what the next number is.
type step uint8

const (
	tag step = iota
	number64
	length
)

func newWalk(request *kind) *walk {
	return &walk{open: []message{{request, math.MaxUint64}}}
}

func (w *walk) scan(piece []byte) error {
	for len(piece) > 0 && !w.lost {
		for w.skip == 0 && w.step == tag && w.shift == 0 && w.open[len(w.open)-1].left == 0 {
			w.open = w.open[:len(w.open)-1]
		}
		if w.skip > 0 {
			n := min(w.skip, uint64(len(piece)))
			w.skip -= n
			piece = piece[n:]
			continue
		}
		c := piece[0]
		piece = piece[1:]
		if w.take(1); w.lost || !w.number(c) {
			continue
		}
		if len(w.open) > maxNesting {
			return errNesting
		}
	}
	return nil
}

// take has bytes of the innermost message.
func (w *walk) take(n uint64) {
	m := &w.open[len(w.open)-1]
	if w.lost = w.lost || n > m.left; !w.lost {
		m.left -= n
	}
}

// number takes one byte of a number, and true is its last one, with all that it means.
func (w *walk) number(c byte) bool {
	if w.shift >= 64 {
		w.lost = true
		return false
	}
	w.varint |= uint64(c&0x7f) << w.shift
	if w.shift += 7; c >= 0x80 {
		return false
	}
	n := w.varint
	w.varint, w.shift = 0, 0
	switch w.step {
	case tag:
		w.tagged(n)
	case number64:
		w.step = tag
	case length:
		w.step = tag
		w.begin(n)
	}
	return true
}

// tagged begins a field.
func (w *walk) tagged(n uint64) {
	w.field = int32(n >> 3) //nolint:gosec // as the decoder does
	if w.field <= 0 {
		w.lost = true
		return
	}
	switch n & 7 {
	case 0:
		w.step = number64
		w.group = 0
	case 1:
		w.pass(8)
	case 2:
		w.step = length
	case 3:
		w.group++
	case 4:
		w.lost = w.group == 0
		w.group--
	case 5:
		w.pass(4)
	default:
		w.lost = true
	}
}

// pass leaves out bytes. The first field in a group ends it, for the decoder.
func (w *walk) pass(n uint64) {
	w.group = 0
	w.take(n)
	w.skip = n
}

// begin begins a message, or leaves it out: also one in which there is no room for as many messages as would be too many, which most are.
func (w *walk) begin(n uint64) {
	m := w.open[len(w.open)-1]
	if n < uint64(2*(maxNesting-len(w.open))) || w.group > 0 || //nolint:gosec // no more are open than may be
		int(w.field) >= len(m.kind) || m.kind[w.field] == nil {
		w.pass(n)
		return
	}
	w.take(n)
	w.open = append(w.open, message{m.kind[w.field], n})
}
