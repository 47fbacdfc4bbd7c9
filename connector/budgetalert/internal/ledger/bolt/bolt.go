package bolt

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Options are how a ledger is opened.
type Options struct {
	// Options are those of every ledger. Notify is called by one goroutine, perhaps before Open returns, and may call the ledger.
	ledger.Options
	Directory string
	// Reject refuses batches that cannot be written. Otherwise they are counted in memory and written later.
	Reject bool
	// Retry is how often what is in memory only is tried again, and how often old things are dropped; 0: 1s.
	Retry time.Duration
	// Patience is how long to wait for another process that holds the file; 0: 1s.
	Patience time.Duration

	compactFrom int64 // bytes of a file of which too much can be free; tests want a small one
	logBlocks   int64 // blocks that the log has from the start; tests want few
}

// ErrClosed is what a closed ledger says.
var ErrClosed = errors.New("the ledger is closed")

// Ledger is a ledger in one file. What it knows is in memory; the file is there to know it again.
type Ledger struct {
	options Options
	hasher  *genai.Hasher

	mu      sync.Mutex
	state   *ledger.State
	next    *group    // of those that the next commit writes
	flying  *group    // of those that are being written
	want    int64     // requests that the next commit waits for, for a moment
	ended   time.Time // when the last commit ended
	failing error     // why the last commit failed
	behind  bool      // commits failed, and not all that waited is written
	closed  bool
	stats   ledger.Stats
	notices []ledger.Notice

	turn  chan struct{} // who has put something in may commit; before mu
	store store         // of who has the turn, after Open

	ticks                   chan chan struct{}    // for tests: one more tick
	fault                   atomic.Pointer[error] // for tests: why commits fail
	wake, tell, stop, quiet chan struct{}
	committer, teller       sync.WaitGroup
	close                   sync.Once
	closeErr                error
}

var _ ledger.Ledger = (*Ledger)(nil)

// group is requests that share a commit.
type group struct {
	done     chan struct{}
	err      error
	requests int64
	awaited  bool // by one of them
}

func newGroup() *group { return &group{done: make(chan struct{})} }

// Open opens the ledger of a directory, or makes it. It fails where another process or a newer version owns the file, where the file
// cannot be read, and with Reject where it cannot be written.
func Open(o Options) (*Ledger, error) {
	o.Options = o.Options.Filled()
	if o.Retry <= 0 {
		o.Retry = time.Second
	}
	if o.Patience <= 0 {
		o.Patience = time.Second
	}
	l := &Ledger{
		options: o, next: newGroup(),
		wake: make(chan struct{}, 1), tell: make(chan struct{}, 1), stop: make(chan struct{}), quiet: make(chan struct{}),
		ticks: make(chan chan struct{}), turn: make(chan struct{}, 1),
	}
	if o.compactFrom <= 0 {
		o.compactFrom = compactFrom
	}
	if o.logBlocks <= 0 {
		o.logBlocks = logBlocks
	}
	l.store = store{
		compactFrom: o.compactFrom,
		file: file{
			path: filepath.Join(o.Directory, fileName), patience: o.Patience, log: commitLog{path: filepath.Join(o.Directory, logName), blocks: o.logBlocks},
		},
		seed:     o.Seed,
		segments: newSegments(),
		notify:   l.notify,
		fault:    &l.fault,
	}
	state, err := l.store.start(&o)
	if err != nil {
		var waits unavailableError
		if !errors.As(err, &waits) || o.Reject {
			return nil, fmt.Errorf("budget ledger %s: %w", l.store.path, err)
		}
		l.failing, l.behind = err, true
		l.notify(ledger.StoreUnavailable, err.Error())
	}
	l.state, l.hasher = state, genai.HasherFrom(l.store.seed)
	l.committer.Go(l.commits)
	l.teller.Go(l.tellNotices)
	return l, nil
}

// Hasher makes the ids.
func (l *Ledger) Hasher() *genai.Hasher { return l.hasher }

// Record counts calls and decides.
func (l *Ledger) Record(ctx context.Context, calls []ledger.Call, decide ledger.Decide) error {
	wait, err := l.Begin(ctx, calls, decide)
	if err != nil {
		return err
	}
	return wait()
}

// Begin counts calls and decides. What is not waited for yet comes along with the next commit.
func (l *Ledger) Begin(ctx context.Context, calls []ledger.Call, decide ledger.Decide) (wait func() error, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	now := l.options.Now()
	g, err := l.join(func() { l.state.Record(now, calls, decide) })
	if err != nil {
		return nil, err
	}
	return func() error { return l.await(g) }, nil
}

// Change decides without a batch.
func (l *Ledger) Change(ctx context.Context, decide ledger.Decide) error {
	return l.Record(ctx, nil, decide)
}

// Delivered removes alerts.
func (l *Ledger) Delivered(ctx context.Context, ids []string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return l.do(func() { l.state.Delivered(ids) })
}

// do changes the state and waits until that is durable. It does not wait for the caller's context: the commit comes, and a caller that
// went away would not know what became of its batch.
func (l *Ledger) do(change func()) error {
	g, err := l.join(change)
	if err != nil {
		return err
	}
	return l.await(g)
}

// join changes the state and finds the commit that makes durable what the change rests on; nil where all of it is, or where only time helps.
func (l *Ledger) join(change func()) (*group, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, ErrClosed
	}
	change()
	switch {
	case !l.state.Changed():
		return l.flying, nil
	case l.failing != nil && !l.options.Reject:
		l.stats.Waiting++
		l.state.Show()
		return nil, nil
	}
	l.next.requests++
	return l.next, nil
}

// await waits for a commit. The first who does, and the last one that it is worth waiting for, see to it that there is one. A request that is
// alone, as the last one was, commits by itself.
func (l *Ledger) await(g *group) error {
	if g == nil {
		return nil
	}
	l.mu.Lock()
	due := g == l.next && (!g.awaited || g.requests >= l.want)
	alone := due && !g.awaited && g.requests == 1 && l.want <= 1 && l.flying == nil
	g.awaited = true
	l.mu.Unlock()
	switch {
	case alone:
		l.commitAlone(g)
	case due:
		l.wakeUp()
	}
	<-g.done
	return g.err
}

func (l *Ledger) wakeUp() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// look looks at the state.
func (l *Ledger) look(at func(*ledger.State)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at(l.state)
}

// Series visits slots.
func (l *Ledger) Series(_ context.Context, prefix string, visit func(series string, slot, amount int64)) error {
	l.look(func(s *ledger.State) { s.Series(prefix, visit) })
	return nil
}

// Marks visits marks.
func (l *Ledger) Marks(_ context.Context, prefix string, visit func(key string, value []byte)) error {
	now := l.options.Now()
	l.look(func(s *ledger.State) {
		s.Sweep(now)
		s.Marks(prefix, visit)
	})
	return nil
}

// Outbox takes alerts to deliver: those that are durable, or that must wait for it in memory.
func (l *Ledger) Outbox(_ context.Context, n int) ([]ledger.Alert, error) {
	var alerts []ledger.Alert
	l.look(func(s *ledger.State) { alerts = s.Outbox(n) })
	return alerts, nil
}

// Book visits rows.
func (l *Ledger) Book(_ context.Context, from, to int64, visit func(hour int64, row *book.Row, sums *book.Sums)) error {
	l.look(func(s *ledger.State) { s.Book().Visit(from, to, visit) })
	return nil
}

// Booked visits totals.
func (l *Ledger) Booked(visit func(row *book.Row, sums *book.Sums, began time.Time)) {
	l.look(func(s *ledger.State) { s.Book().Totals(visit) })
}

// Stats tells of the ledger.
func (l *Ledger) Stats() (stats ledger.Stats) {
	now := l.options.Now()
	l.look(func(s *ledger.State) {
		stats = s.Stats(now)
		stats.Commits, stats.Requests = l.stats.Commits, l.stats.Requests
		stats.Failures, stats.Waiting = l.stats.Failures, l.stats.Waiting
	})
	return stats
}

// Close writes what waits and closes the file.
func (l *Ledger) Close() error {
	l.close.Do(func() {
		l.mu.Lock()
		l.closed = true
		l.mu.Unlock()
		close(l.stop)
		l.committer.Wait()
		close(l.quiet)
		l.teller.Wait()
		if l.stats.Waiting > 0 {
			l.closeErr = fmt.Errorf("budget ledger %s: %d batches were not written: %w", l.store.path, l.stats.Waiting, l.failing)
		}
		l.inTurn(func() { l.closeErr = errors.Join(l.closeErr, l.store.end()) })
	})
	return l.closeErr
}

// notify puts a notice where the teller finds it. No lock may be held.
func (l *Ledger) notify(kind ledger.NoticeKind, detail string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.say(kind, detail)
}

// say is notify for who holds the lock.
func (l *Ledger) say(kind ledger.NoticeKind, detail string) {
	l.notices = append(l.notices, ledger.Notice{Kind: kind, Detail: detail})
	select {
	case l.tell <- struct{}{}:
	default:
	}
}

// tellNotices calls Notify from a goroutine of its own: who hears may call the ledger.
func (l *Ledger) tellNotices() {
	for end := false; !end; {
		select {
		case <-l.tell:
		case <-l.quiet:
			end = true
		}
		l.mu.Lock()
		notices := l.notices
		l.notices = nil
		l.mu.Unlock()
		for _, notice := range notices {
			l.options.Notify(notice)
		}
	}
}
