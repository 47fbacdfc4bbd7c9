package budgetalert

import (
	"encoding/binary"
	"time"
)

// zeros knows which series of the book are still exported as 0: Prometheus finds an increase only between two values of a series, so each
// begins with a 0 that stands for a while. That must be right across a crash too: a value once said may not fall back to 0, and a series
// that was never said must not begin with its value. So before a series' first value is exported the ledger knows that it is: `saved` is
// what it keeps.
type zeros struct {
	standFor time.Duration
	until    int64               // unix nano: series that began by then and are not pending have had their 0
	pending  map[uint64]int64    // by hash of the row: when its 0 was first exported by this process, unix nano; 0 is not yet
	seen     map[uint64]struct{} // the pending rows met in this export
	changed  bool                // since the last save
}

const maxPending = 100_000

func newZeros(standFor time.Duration) *zeros {
	return &zeros{standFor: standFor, pending: map[uint64]int64{}, seen: map[uint64]struct{}{}}
}

// restore reads what saved wrote. What was pending begins its 0 again: there may have been a gap.
func (z *zeros) restore(b []byte) {
	if len(b) < 8 || len(b)%8 != 0 {
		return
	}
	z.until = int64(binary.LittleEndian.Uint64(b)) //nolint:gosec // as saved wrote it
	for b = b[8:]; len(b) > 0; b = b[8:] {
		z.pending[binary.LittleEndian.Uint64(b)] = 0
	}
}

func (z *zeros) saved() []byte {
	b := binary.LittleEndian.AppendUint64(make([]byte, 0, 8+8*len(z.pending)), uint64(z.until)) //nolint:gosec // any 64 bits will do
	for row := range z.pending {
		b = binary.LittleEndian.AppendUint64(b, row)
	}
	return b
}

// begin prepares an export at now of rows that visit names with the time at which each began: afterwards waits says which are 0. It is true
// where saved must be stored before the export.
func (z *zeros) begin(now int64, last bool, visit func(func(row uint64, began int64))) (save bool) {
	z.changed = false
	clear(z.seen)
	latest := now
	visit(func(row uint64, began int64) {
		latest = max(latest, began) // the clock may have been set back since
		first, waits := z.pending[row]
		switch {
		case !waits && began <= z.until:
			return
		case !waits && len(z.pending) >= maxPending:
			return // a value without a 0 before it is better than no end of memory
		case !waits || first == 0:
			first = now
			z.changed = true
		}
		if z.pending[row] = first; last || now-first >= int64(z.standFor) {
			delete(z.pending, row)
			z.changed = true
			return
		}
		z.seen[row] = struct{}{}
	})
	for row := range z.pending {
		if _, ok := z.seen[row]; !ok { // it is no row of the book any more
			delete(z.pending, row)
			z.changed = true
		}
	}
	if z.changed {
		z.until = max(z.until, latest)
	}
	return z.changed
}

// waits says whether a row is exported as 0.
func (z *zeros) waits(row uint64) bool {
	_, ok := z.pending[row]
	return ok
}
