// Package ledger is the money that survives: what was spent, which calls that counted, which alerts were raised, and which of these are
// still to be delivered. It knows nothing of budgets: it adds up series of integers, remembers ids and keeps marks.
package ledger

import (
	"context"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Call is what one model call adds, once: a call whose ID is known adds nothing.
type Call struct {
	ID     uint64 // made with the ledger's Hasher; 0 is never known, so it counts each time
	Minute int64  // Unix minute in which the call ended: the bucket of its id, which is known in that bucket only
	Adds   []Add
	Book   []book.Entry
}

// Add is an amount for one slot of one series.
type Add struct {
	Series  string // the same text on every replica, such as "org-daily" and a group
	Slot    int64  // Unix seconds: the start of a period or of a minute
	Amount  int64  // nano-USD, tokens or calls
	Expires int64  // Unix seconds after which the slot may be dropped
}

// View is what a decision sees: the ledger with the batch in it.
type View interface {
	// Fresh says whether the call with this index in the batch was counted now; false in a decision without a batch.
	Fresh(call int) bool
	// Sum adds up the slots of a series with from <= slot < to.
	Sum(series string, from, to int64) int64
	// Mark is the value of a mark; nil when it is not set. It must not be changed.
	Mark(key string) []byte
	// Room says whether more alerts that this replica raises by itself (Local) find room beside taken ones of this decision. Where not, they
	// count as refused: to raise them would change nothing.
	Room(taken, more int) bool
	// Book visits this replica's own rows, as Ledger.Book does: for the drivers of an alert (book.Drivers). It takes as long as there are
	// rows, so only where something is raised. Row and sums are the ledger's own and hold until visit returns.
	Book(from, to int64, visit func(hour int64, row *book.Row, sums *book.Sums))
}

// Change sets or releases one mark, and may raise an alert with it: both happen, or neither.
type Change struct {
	Key     string
	Value   []byte // nil releases the mark
	Expires int64  // Unix seconds after which the mark may be dropped; 0: never
	// IfAbsent drops the change, its alert too, where the mark is set already (by another replica, perhaps).
	IfAbsent bool
	// Local keeps the mark on this replica: the state of a threshold on its own metrics.
	Local bool
	Alert *Alert
}

// Alert is an entry of the outbox: it stays until Delivered.
type Alert struct {
	ID   string // alert.id
	Body []byte // as internal/alert encodes it
}

// Decide looks at the ledger after a batch and says what to mark. It is called once per batch, inside the commit, and must be quick; it
// must not call the ledger.
type Decide func(View) []Change

// Ledger is where money is recorded. All methods may be called from any goroutine. Record and Change return when what they wrote is
// durable, or when it was kept in memory (or in the journal) because the store is not available and the configuration allows that. A visit
// is one look at the ledger, which waits for it: the function must be quick, must not call the ledger, and gets what is the ledger's own.
type Ledger interface {
	// Hasher makes the ids: the same for all replicas, before and after a restart.
	Hasher() *genai.Hasher
	// Record counts calls and decides, in one transaction. An error means that nothing was counted and that the batch can be sent again. When
	// it returns calls are the caller's again, who may use them for others.
	Record(ctx context.Context, calls []Call, decide Decide) error
	// Change decides without a batch: roll-over, forecasts, thresholds.
	Change(ctx context.Context, decide Decide) error
	// Series visits all slots of all series whose name begins with prefix, in no order; for start-up, metrics and reports.
	Series(ctx context.Context, prefix string, visit func(series string, slot, amount int64)) error
	// Marks visits all marks whose key begins with prefix.
	Marks(ctx context.Context, prefix string, visit func(key string, value []byte)) error
	// Outbox takes up to n alerts to deliver, oldest first. What is taken and not Delivered comes again, here or on another replica.
	Outbox(ctx context.Context, n int) ([]Alert, error)
	// Delivered removes alerts that the next consumer has accepted.
	Delivered(ctx context.Context, ids []string) error
	// Book visits this replica's own rows of the hours from <= hour < to (Unix hours); days that were folded count as their first hour.
	Book(ctx context.Context, from, to int64, visit func(hour int64, row *book.Row, sums *book.Sums)) error
	// Booked visits the totals per row since the book began: they only grow.
	Booked(visit func(row *book.Row, sums *book.Sums, began time.Time))
	Stats() Stats
	// Close ends the commits that are under way and closes the store.
	Close() error
}

// Beginning is a ledger that can do something else between what it writes and the moment at which that is durable.
type Beginning interface {
	// Begin is Record up to there: the calls are the caller's again, and wait does the rest. It must be called, once.
	Begin(ctx context.Context, calls []Call, decide Decide) (wait func() error, err error)
}

// Begin is Beginning's where the ledger has it. Otherwise it records, and there is nothing to wait for.
func Begin(ctx context.Context, l Ledger, calls []Call, decide Decide) (wait func() error, err error) {
	if b, ok := l.(Beginning); ok {
		return b.Begin(ctx, calls, decide)
	}
	return func() error { return nil }, l.Record(ctx, calls, decide)
}

// Sharing is a ledger that replicas share. Each alert is taken by one of them; what it spreads, all others hear.
type Sharing interface {
	// Spread tells the other replicas, now or when the store is back; a crash before that loses it. Where too many wait for the store the
	// oldest are dropped: how many that were is returned.
	Spread(ctx context.Context, alerts []Alert) (dropped int)
	// Heard are up to n alerts that others spread after the place since, "" at first, oldest first, and the place behind them. Lost is how many
	// between the two were gone before they were heard.
	Heard(ctx context.Context, since string, n int) (alerts []Alert, place string, lost int, err error)
}

// Stats is what a ledger tells of itself.
type Stats struct {
	IDs               int           // ids known
	Horizon           time.Duration // a call counted no longer ago is surely known: the dedupe window, less when ids were evicted
	EvictedIDs        int64         // ids forgotten before their time, because there were too many
	Commits, Requests int64         // commits of the store, and batches in them
	Failures          int64         // commits that failed
	Waiting           int           // batches that are in memory or in the journal only
	Outbox            int           // alerts to deliver
	Refused           int64         // alerts that found the outbox full, each time they did
	Doubt             bool          // the clock is far ahead of the time that passed, and was not for long: nothing is over because of it
}

// Notice is what a ledger finds out by itself and an operator must hear.
type Notice struct {
	Kind   NoticeKind
	Detail string // one sentence
	// Journaled says of a store that is not available that what is counted meanwhile is on disk all the same.
	Journaled bool
}

// NoticeKind says what happened.
type NoticeKind uint8

// The notices.
const (
	StoreReset       NoticeKind = iota + 1 // the store was damaged or lost data; it was replaced or replayed
	StoreUnavailable                       // commits fail: money is counted in memory or in the journal only
	StoreAvailable                         // commits work again, and all that waited is written
)
