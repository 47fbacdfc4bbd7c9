// Package valkey is the ledger that replicas share: a Valkey or Redis server, one Lua script per batch. What a replica cannot tell the
// server yet is in a journal on its own disk, and so is what a server that lost its data must be told again.
//
// A batch is in the journal before it is sent, and has a number: sent twice it counts once and gets the same answer. Each replica has
// shares of its own in every sum. A script answers with all that changed since the last one, so a decision sees exact sums, and what it
// marks applies only to the marks that it saw. Decisions look at levels: one that was lost between the two scripts is made again.
package valkey

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Ledger is the shared ledger as one replica sees it.
type Ledger struct {
	options Options
	hasher  *genai.Hasher
	store   *store
	journal *journal
	local   ledger.Ledger // this replica's own shares, its book, its marks, and alerts that it raised alone

	ops     chan *operation
	notices chan ledger.Notice
	noticed chan struct{}
	closing chan struct{}
	closed  chan struct{}
	once    sync.Once

	// Of the goroutine that commits.
	known    position
	sent     uint64 // the last batch that was sent
	sha      string // of the script that records
	dials    int64  // of the store, when it was looked at last
	answered []answered
	forget   []uint64 // batches whose answers the server may forget: they are settled in the journal
	again    bool     // a batch was answered but not settled here
	ticks    int

	mu      sync.RWMutex
	cache   *cache
	away    away
	marks   map[string]mark
	won     map[string][]byte // alerts that this replica raised, until they are delivered
	up      bool
	stats   ledger.Stats
	taken   taken
	spread  spread
	failure string
}

var (
	_ ledger.Ledger  = (*Ledger)(nil)
	_ ledger.Sharing = (*Ledger)(nil)
)

var errClosed = errors.New("the ledger is closed")

// Open opens the shared ledger. A server that cannot be reached is no error: it is tried again each second. One that may lose data is.
func Open(ctx context.Context, o Options) (*Ledger, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	j, lost, err := openJournal(o.Directory, o.Now())
	if err != nil {
		return nil, err
	}
	local := o.Local
	if local == nil {
		local = ledger.NewMemory(o.Options)
	}
	l := &Ledger{
		options: o, hasher: genai.HasherFrom(o.Seed), journal: j, local: local,
		store:   &store{options: o, keys: newKeys(o.KeyPrefix, j.replica)},
		notices: make(chan ledger.Notice, 256), noticed: make(chan struct{}),
		ops: make(chan *operation), closing: make(chan struct{}), closed: make(chan struct{}),
		known: j.known, sent: j.known.answered, cache: newCache(), marks: map[string]mark{}, won: map[string][]byte{}, up: true,
	}
	go l.deliverNotices()
	if lost != "" {
		l.notify(ledger.StoreReset, lost)
	}
	if err := errors.Join(l.sameLocal(ctx), l.begin(ctx)); err != nil {
		close(l.closing)
		return nil, errors.Join(err, l.release())
	}
	l.count(func(*ledger.Stats) {})
	go l.run()
	return l, nil
}

// deliverNotices passes notices on, in a goroutine of their own: who hears one may call the ledger.
func (l *Ledger) deliverNotices() {
	defer close(l.noticed)
	for notice := range l.notices {
		l.options.Notify(notice)
	}
}

func (l *Ledger) notify(kind ledger.NoticeKind, detail string) {
	select {
	case l.notices <- ledger.Notice{Kind: kind, Detail: detail, Journaled: kind == ledger.StoreUnavailable}:
	default: // nobody hears: one more would not help
	}
}

// begin reads what is on the disk and, when it can be reached, in the server.
func (l *Ledger) begin(ctx context.Context) error {
	if err := l.remember(ctx); err != nil {
		return err
	}
	err := l.recover(ctx, l.journal.next)
	if errors.Is(err, errVolatile) {
		return err
	}
	if err != nil {
		l.down(err)
		return l.remind()
	}
	return nil
}

// run is the one goroutine that writes.
func (l *Ledger) run() {
	defer close(l.closed)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case op := <-l.ops:
			l.commit(l.group(op))
		case <-tick.C:
			l.tick()
		case <-l.closing:
			l.leave()
			return
		}
	}
}

// maxGroup is how many batches go to the server in one exchange.
const maxGroup = 64

func (l *Ledger) group(first *operation) []*operation {
	group := []*operation{first}
	for len(group) < maxGroup {
		select {
		case op := <-l.ops:
			group = append(group, op)
		default:
			return group
		}
	}
	return group
}

// Hasher makes the ids.
func (l *Ledger) Hasher() *genai.Hasher { return l.hasher }

// Record counts calls and decides. Once the committing goroutine has the batch it is waited for, which the time limit of an exchange
// bounds: an error after that would be no promise.
func (l *Ledger) Record(ctx context.Context, calls []ledger.Call, decide ledger.Decide) error {
	op := &operation{calls: named(calls), decide: decide, done: make(chan error, 1)}
	select {
	case l.ops <- op:
		return <-op.done
	case <-ctx.Done():
		return ctx.Err()
	case <-l.closing:
		return errClosed
	}
}

// Change decides without a batch.
func (l *Ledger) Change(ctx context.Context, decide ledger.Decide) error {
	return l.Record(ctx, nil, decide)
}

// Series visits slots: as the server had them when it answered last, and what waits for it here.
func (l *Ledger) Series(_ context.Context, prefix string, visit func(series string, slot, amount int64)) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for series, s := range l.cache.series {
		if strings.HasPrefix(series, prefix) {
			for _, one := range *s {
				visit(series, one.start, book.Saturate(one.sum, l.away.sum(series, one.start, one.start+1)))
			}
		}
	}
	for series, s := range l.away.series {
		if strings.HasPrefix(series, prefix) {
			for _, one := range *s {
				if !l.cache.has(series, one.start) {
					visit(series, one.start, one.sum)
				}
			}
		}
	}
	return nil
}

// Marks visits marks: the shared ones and this replica's own.
func (l *Ledger) Marks(_ context.Context, prefix string, visit func(key string, value []byte)) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	now := l.options.Now().Unix()
	see := func(key string, value []byte) {
		if value != nil && strings.HasPrefix(key, prefix) {
			visit(key, value)
		}
	}
	for key := range l.marks {
		see(key, l.localMark(key, now))
	}
	for key := range l.away.marks {
		see(key, l.sharedMark(key, now))
	}
	for key := range l.cache.marks {
		if _, changed := l.away.marks[key]; !changed {
			see(key, l.sharedMark(key, now))
		}
	}
	return nil
}

// Book visits this replica's own rows.
func (l *Ledger) Book(ctx context.Context, from, to int64, visit func(hour int64, row *book.Row, sums *book.Sums)) error {
	return l.local.Book(ctx, from, to, visit)
}

// Booked visits this replica's own totals.
func (l *Ledger) Booked(visit func(row *book.Row, sums *book.Sums, began time.Time)) {
	l.local.Booked(visit)
}

// Stats tells of the ledger.
func (l *Ledger) Stats() ledger.Stats {
	l.mu.RLock()
	defer l.mu.RUnlock()
	stats := l.stats
	own := l.local.Stats()
	stats.Outbox += own.Outbox
	stats.Doubt = own.Doubt
	return stats
}

// Close ends the commits that are under way. What the server was not told stays in the journal.
func (l *Ledger) Close() error {
	err := errClosed
	l.once.Do(func() {
		close(l.closing)
		<-l.closed
		err = l.release()
	})
	if errors.Is(err, errClosed) {
		return nil
	}
	return err
}

func (l *Ledger) release() error {
	close(l.notices)
	<-l.noticed
	l.store.close()
	return errors.Join(l.journal.close(), l.local.Close())
}
