package history

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
)

var (
	// ErrUnavailable is a history that cannot be read or written now.
	ErrUnavailable = errors.New("the history is not available")
	errDiskFull    = fmt.Errorf("the disk has less than %d MiB left", minFree>>20)
)

// store is one database: open, or not for a reason.
type store struct {
	dir     string
	options func() *tsdb.Options
	log     *slog.Logger
	free    func(string) (uint64, error)
	now     func() time.Time

	mu     sync.Mutex
	db     *tsdb.DB // nil while it is not open
	reason error    // why it is not

	freeAt time.Time
	full   bool
}

// open does nothing where it is open. What is damaged is moved aside.
func (s *store) open() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db != nil {
		return nil
	}
	db, err := s.try()
	if err != nil && damaged(err) {
		if moved := s.moveAside(err); moved {
			db, err = s.try()
		}
	}
	s.db, s.reason = db, err
	return err
}

func (s *store) try() (db *tsdb.DB, err error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	// The database reads its log in goroutines of its own, which must not run out of disk.
	if s.noRoom() {
		return nil, errDiskFull
	}
	err = guard(func() (err error) {
		db, err = tsdb.Open(s.dir, s.log, nil, s.options(), nil)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.dir, err)
	}
	db.DisableCompactions() // compact does that
	return db, nil
}

// noRoom says whether the disk is full, as it was a second ago.
func (s *store) noRoom() bool {
	now := s.now()
	if d := now.Sub(s.freeAt); d >= 0 && d < time.Second {
		return s.full
	}
	free, err := s.free(s.dir)
	s.freeAt, s.full = now, err == nil && free < minFree
	return s.full
}

func (s *store) get() (*tsdb.DB, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db == nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, s.reason)
	}
	return s.db, nil
}

// writable is get, for who writes.
func (s *store) writable() (*tsdb.DB, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db == nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, s.reason)
	}
	if s.noRoom() {
		return nil, errDiskFull
	}
	return s.db, nil
}

// abandon leaves a database that panicked as it is: closing it could wait for ever.
func (s *store) abandon(db *tsdb.DB, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db == db {
		s.db, s.reason = nil, err
		s.log.Error("The database broke; another one will be opened in its place", "dir", s.dir, "error", err)
	}
}

// append lets fill append what it has and commits it. No part of it is there with an error.
func (s *store) append(ctx context.Context, fill func(*tsdb.DB, storage.AppenderV2) error) error {
	db, err := s.writable()
	if err != nil {
		return err
	}
	var app storage.AppenderV2
	err = guard(func() error {
		app = db.AppenderV2(ctx)
		return fill(db, app)
	})
	end := app.Commit
	if err != nil {
		end = app.Rollback
	}
	broke := guard(end)
	if errors.Is(broke, errPanicked) {
		s.abandon(db, broke)
	}
	return errors.Join(err, broke)
}

// compact writes blocks, joins them and removes the oldest, where it is time to.
func (s *store) compact(ctx context.Context) error {
	db, err := s.writable()
	if err != nil {
		return err
	}
	err = guard(func() error { return db.Compact(ctx) })
	if errors.Is(err, errPanicked) {
		s.abandon(db, err)
	}
	return err
}

func (s *store) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db == nil {
		return nil
	}
	db := s.db
	s.db, s.reason = nil, errors.New("it is closed")
	return guard(db.Close)
}

// options of what both databases have in common. The database does nothing by itself but wait.
func baseOptions(block, retention time.Duration) *tsdb.Options {
	o := tsdb.DefaultOptions()
	o.MinBlockDuration = block.Milliseconds()
	o.MaxBlockDuration = max(retention/10, block).Milliseconds()
	o.RetentionDuration = retention.Milliseconds()
	o.NoLockfile = true // the directory of both has one
	o.WALSegmentSize = 16 << 20
	o.WALCompression = "snappy"
	o.BlockReloadInterval = math.MaxInt64
	o.HeadChunksWriteBufferSize = 1 << 20
	o.StripeSize = 1 << 10
	return o
}

func rawOptions(o *Options) func() *tsdb.Options {
	return func() *tsdb.Options {
		t := baseOptions(2*time.Hour, o.Retention)
		t.MaxBytes = o.MaxBytes
		t.OutOfOrderTimeWindow = lateBy.Milliseconds()
		t.EnableExemplarStorage = true
		t.MaxExemplars = maxExemplars
		t.EnableSTAsZeroSample = true
		return t
	}
}

// longOptions allow days that come after hours that are younger.
func longOptions() *tsdb.Options {
	t := baseOptions(24*time.Hour, longRetention)
	t.OutOfOrderTimeWindow = (72 * time.Hour).Milliseconds()
	return t
}

func (o *Options) store(name string, options func() *tsdb.Options) *store {
	return &store{dir: filepath.Join(o.Dir, name), options: options, log: o.Logger, free: o.Free, now: o.Now, reason: errors.New("it is not open")}
}
