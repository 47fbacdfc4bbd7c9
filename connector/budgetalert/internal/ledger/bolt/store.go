package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"sync/atomic"
	"syscall"
	"time"

	"go.etcd.io/bbolt"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/boltfile"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// store is the file and what is to be done with it.
type store struct {
	file
	seed        genai.Seed
	compactFrom int64
	segments    segments
	notify      func(ledger.NoticeKind, string)
	// anew says that there is no file of ours: the next commit holds all that is known and makes one.
	anew bool
	// broken says that the file there was ours and is of no use now.
	broken bool
	// all says that the next commit must hold all that is known, because a file is made anew.
	all bool
	// stuck says that the log must be folded into the file before anything is committed: it is of another process, or could not be written or
	// folded.
	stuck bool
	ops   ops // of the commit under way
	// fault fails commits just before they are one; for tests.
	fault *atomic.Pointer[error]
}

// unavailableError says that the file cannot be written now; perhaps later.
type unavailableError struct{ error }

func (e unavailableError) Unwrap() error { return e.error }

// start reads the file, or makes one.
func (s *store) start(o *Options) (*ledger.State, error) {
	now := o.Now()
	state := newState(o)
	load := newLoader(state, now)
	h, err := s.open(false, load)
	var newer newerError
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) { // a file stands where the directory should be: perhaps not for long
		if err = s.first(); !errors.Is(err, errOther) {
			return state, err
		}
		h, err = s.open(false, load) // another process was quicker
	}
	switch {
	case err == nil:
		return state, s.loaded(state, load, h, now)
	case errors.Is(err, boltfile.ErrDamaged) && !errors.As(err, &newer):
		return newState(o), s.replaceDamaged(err, now)
	case !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.EROFS):
		return nil, err
	}
	// What cannot be written can perhaps be read.
	state = newState(o)
	load = newLoader(state, now)
	h, readErr := s.open(true, load)
	if readErr != nil {
		return nil, errors.Join(err, readErr)
	}
	s.take(load, h)
	return state, unavailableError{errors.Join(err, s.close())}
}

func newState(o *Options) *ledger.State {
	state := ledger.NewState(o.Options)
	state.Track(o.Reject)
	return state
}

// first makes the first file.
func (s *store) first() error {
	s.anew = true
	err := s.commit(&ledger.Changes{}, time.Time{})
	if err == nil || errors.Is(err, errOther) || errors.Is(err, boltfile.ErrInUse) {
		return err
	}
	return unavailableError{err}
}

func (s *store) replaceDamaged(damage error, now time.Time) error {
	to, err := s.moveAside(now)
	if err != nil {
		return fmt.Errorf("%w; it cannot be moved aside: %w", damage, err)
	}
	s.notify(ledger.StoreReset, fmt.Sprintf("the budget ledger could not be read (%v); it begins anew, and the old file is %s", damage, to))
	return s.first()
}

func (s *store) take(load *loader, h boltfile.Header) {
	s.seed, s.segments, s.txid, s.stuck = load.seed, load.segments, h.TxID, len(s.pending) > 0
	switch {
	case load.log.lame:
		s.notify(ledger.StoreReset, "the log of the budget ledger is damaged: the last commits may be missing")
	case load.noLog && !h.Lame && s.wasHeld():
		s.notify(ledger.StoreReset, "the log of the budget ledger is gone or empty, and who wrote it was killed: what was recorded in its last second may be missing")
	case h.Lame:
		s.notify(ledger.StoreReset, "one of the two headers of the budget ledger was damaged; by the other one and the log all is there")
	}
}

// compactFrom is the size below which nobody cares how much of a file is free.
const compactFrom = 16 << 20

// loaded takes over what was read, and writes the file anew where half of it is free: bbolt gives nothing back by itself.
func (s *store) loaded(state *ledger.State, load *loader, h boltfile.Header, now time.Time) error {
	s.take(load, h)
	s.sweepAway()
	half := int64(h.Pages)*h.PageSize > s.compactFrom && 2*uint64(h.Free) > h.Pages //nolint:gosec // sizes are not negative
	if !h.Uneven && !half {
		_ = s.hold(held) // where that cannot be written, a log that goes is not noticed
		return nil
	}
	state.All()
	changes := state.Take()
	kept := s.segments
	s.segments = newSegments()
	var all ops
	all.write(changes, &s.segments, now.Unix())
	err := s.create(s.seed, true, all.apply)
	if err == nil {
		state.Kept(changes)
		if err = s.close(); err == nil {
			return s.ready(now)
		}
		return unavailableError{err}
	}
	state.Again(changes)
	if s.segments = kept; h.Uneven {
		_ = s.close()
		s.lose()
		return unavailableError{err}
	}
	return nil // it goes on as it is
}

// lose gives the file up: it is moved aside with the next commit, and written anew.
func (s *store) lose() { s.anew, s.broken, s.all = true, true, true }

// commit writes what changed into the log, or all that is known into a new file where there is none.
func (s *store) commit(c *ledger.Changes, now time.Time) error {
	if err := s.ready(now); err != nil {
		return err
	}
	if s.stuck {
		if err := s.fold(); err != nil {
			return err
		}
	}
	s.segments.dropped(c.Dropped)
	if s.anew {
		s.segments = newSegments()
	}
	s.ops = s.ops[:0]
	s.ops.write(c, &s.segments, now.Unix())
	if fault := s.fault.Load(); fault != nil {
		return *fault
	}
	switch {
	case s.anew:
		if err := s.create(s.seed, false, s.ops.apply); err != nil {
			return err
		}
		s.anew, s.stuck, s.pending = false, false, nil
		return s.ready(now)
	case len(s.ops) == 0:
		return nil
	}
	if err := s.log.add(s.ops); err != nil {
		s.stuck = true
		return err
	}
	s.pending = append(s.pending, s.ops...)
	return nil
}

// foldFrom is how much of the log waits for no tick.
const foldFrom = 1 << 20

// fold writes into the file what the log has, and drops what is old.
func (s *store) fold() error {
	if s.db == nil || len(s.pending) == 0 && len(s.segments.drops) == 0 && !s.stuck {
		return nil
	}
	var left []drop
	err := s.updateOrLose(func(tx *bbolt.Tx) (err error) {
		if err = s.pending.applyLast(tx); err != nil {
			return err
		}
		if left, err = s.segments.drop(tx); err != nil {
			return err
		}
		if fault := s.fault.Load(); fault != nil {
			return *fault
		}
		return logged(tx, s.log.behind())
	})
	if err == nil && (len(s.pending) > 0 || s.stuck) { // a header that is damaged must not take with it what the log is about to forget
		err = s.updateOrLose(s.again)
	}
	if err == nil {
		s.segments.drops = left
		s.pending = s.pending[:0]
		err = s.log.clear()
	}
	s.stuck = err != nil
	return err
}

// again is a transaction that changes nothing: after it the other header, too, is of a file that has what the one before wrote.
func (s *store) again(tx *bbolt.Tx) error { return logged(tx, s.log.behind()) }

func (s *store) updateOrLose(do func(*bbolt.Tx) error) error {
	err := s.update(do)
	if errors.Is(err, boltfile.ErrBroken) {
		s.lose()
	}
	return err
}

// ready makes sure that there is a file to write to, or a place for one.
func (s *store) ready(now time.Time) error {
	if s.broken {
		to, err := s.moveAside(now)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		s.broken = false
		s.notify(ledger.StoreReset, "the budget ledger broke while it was in use; it is written anew from memory, and the old file is "+to)
	}
	if s.anew || s.db != nil {
		return nil
	}
	was, last := s.txid, s.log.last
	load := newLoader(ledger.NewState(ledger.Options{}.Filled()), now)
	h, err := s.open(false, load)
	if err == nil && (h.TxID != was || load.log.last != last) {
		err = errors.Join(errOther, s.close())
		s.txid, s.log.last = was, last
	}
	if s.stuck = len(s.pending) > 0; err == nil {
		_ = s.hold(held)
	}
	return err
}

// tidy merges small segments of ids, a few each time. What it cannot do now it does later.
func (s *store) tidy(now time.Time) {
	for range 2 {
		minute, ok := s.segments.toMerge(now.Unix())
		if !ok || s.db == nil || len(s.pending) > 0 {
			return
		}
		var left loose
		if err := s.updateOrLose(func(tx *bbolt.Tx) (err error) {
			left, err = s.segments.merge(tx, minute)
			return err
		}); err != nil {
			return
		}
		s.segments.loose[minute] = left
	}
}

// end folds what is left and closes the file. What cannot be folded stays in the log.
func (s *store) end() error {
	if s.fold() == nil && s.hold(0) == nil {
		s.log.remove()
	}
	return s.close()
}
