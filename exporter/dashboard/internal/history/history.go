package history

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/tsdb/fileutil"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
	"github.com/otelcol-llm/otelcol-llm/internal/ticks"
)

const (
	lockName    = "lock"
	rawName     = "metrics"
	longName    = "long"
	lockPause   = 50 * time.Millisecond
	tendEvery   = 30 * time.Second
	closeWithin = 5 * time.Second
)

// ErrInUse is a directory that another process, or another exporter of this one, has open.
var ErrInUse = errors.New("another process or exporter uses it")

// History is both databases and what asks them.
type History struct {
	o       Options
	lock    fileutil.Releaser
	raw     *store // what comes in
	long    *store // what is recorded of it
	engine  *promql.Engine
	slots   chan struct{} // one taken for each query under way
	waiting chan struct{} // and for each that waits for one
	meta    *metadataStore
	journal *recorder

	troubleMu sync.Mutex
	trouble   map[string]error // by what is tried

	life   context.Context // ends queries
	cancel context.CancelFunc
	stop   chan struct{}
	work   sync.WaitGroup
	closed sync.Once
}

var _ series.Querier = (*History)(nil)

// Open takes the directory and opens what is there. Only a directory that is in use or cannot be made is an error: what is damaged is moved
// aside, and a database that cannot be opened now is tried again and again while the rest of the gateway runs.
func Open(ctx context.Context, o Options) (*History, error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := takeLock(ctx, o.Dir, o.Patience)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Dir, err)
	}
	h := &History{
		o: o, lock: lock,
		raw: o.store(rawName, rawOptions(&o)), long: o.store(longName, longOptions),
		slots: make(chan struct{}, o.Concurrency), waiting: make(chan struct{}, waitersPerSlot*o.Concurrency),
		meta: openMetadata(filepath.Join(o.Dir, metadataName)),
		stop: make(chan struct{}), trouble: map[string]error{},
	}
	h.engine = newEngine(&o)
	h.life, h.cancel = context.WithCancel(context.WithoutCancel(ctx))
	h.journal = newRecorder(h)
	h.reopen()
	return h, nil
}

// Start begins to do what is done by the clock: write blocks, record hours and days. The databases would do the first by themselves.
func (h *History) Start() {
	h.work.Go(func() {
		for range ticks.Until(h.stop, tendEvery) {
			h.Tend()
		}
	})
	h.work.Go(h.journal.run)
}

// takeLock waits for who ends.
func takeLock(ctx context.Context, dir string, patience time.Duration) (fileutil.Releaser, error) {
	for waited := time.Duration(0); ; waited += lockPause {
		lock, _, err := fileutil.Flock(filepath.Join(dir, lockName))
		switch {
		case err == nil:
			return lock, nil
		case errors.Is(err, os.ErrPermission), errors.Is(err, os.ErrNotExist), errors.Is(err, syscall.EISDIR):
			return nil, err
		case waited >= patience:
			return nil, fmt.Errorf("%w (%w)", ErrInUse, err)
		}
		select {
		case <-time.After(lockPause):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// reopen opens what is not open.
func (h *History) reopen() {
	h.noteTrouble("open", errors.Join(h.raw.open(), h.long.open()))
}

// noteTrouble says how something that is tried again and again went, and passes on when trouble begins and when there is none any more.
func (h *History) noteTrouble(what string, err error) {
	h.troubleMu.Lock()
	defer h.troubleMu.Unlock()
	before := len(h.trouble)
	if err == nil {
		delete(h.trouble, what)
	} else {
		h.trouble[what] = err
	}
	switch {
	case before == 0 && err != nil:
		h.o.Hooks.Trouble(err)
	case before > 0 && len(h.trouble) == 0:
		h.o.Hooks.Trouble(nil)
	}
}

// Tend opens what is not open, writes blocks where it is time to, and metadata.
func (h *History) Tend() {
	h.reopen()
	var errs []error
	for _, s := range []*store{h.raw, h.long} {
		err := s.compact(h.life)
		// What keeps all from being written is told by who writes.
		if err != nil && !errors.Is(err, ErrUnavailable) && !errors.Is(err, errDiskFull) && !errors.Is(err, context.Canceled) {
			errs = append(errs, fmt.Errorf("%s: blocks: %w", s.dir, err))
		}
	}
	h.noteTrouble("compact", errors.Join(errs...))
	h.noteTrouble("metadata", h.meta.save())
}

// Close ends queries and writes what is in memory to disk. A second time it does nothing.
func (h *History) Close(ctx context.Context) (err error) {
	h.closed.Do(func() { err = h.close(ctx) })
	return err
}

func (h *History) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, closeWithin)
	defer cancel()
	close(h.stop)
	h.cancel()
	h.work.Wait()
	for range cap(h.slots) {
		select {
		case h.slots <- struct{}{}:
		case <-ctx.Done():
			// A query that does not end reads files that must stay mapped: what was committed is on disk.
			return errors.Join(fmt.Errorf("a query did not end: %w", ctx.Err()), h.meta.save(), h.lock.Release())
		}
	}
	return errors.Join(h.raw.close(), h.long.close(), h.meta.save(), h.lock.Release())
}
