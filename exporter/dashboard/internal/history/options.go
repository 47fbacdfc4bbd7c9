package history

import (
	"log/slog"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
)

const (
	// longRetention is how long recorded series are kept.
	longRetention = 400 * 24 * time.Hour
	// lateBy is how old a sample may be, against the newest of the database: queues reorder.
	lateBy = 30 * time.Minute
	// aheadBy is how far in the future a sample may be. The head would begin with one that is further, and refuse all that come in the meantime.
	aheadBy = 10 * time.Minute
	// lookback is how long a series is taken to have its last value.
	lookback = 5 * time.Minute

	maxExemplars = 100_000
	// maxLabelBytes is how long the labels of a series may be together.
	maxLabelBytes = 16 << 10
	// minFree is what the disk must have free: below that nothing is written, and what was written can be compacted.
	minFree = 64 << 20
)

// Options say where the history is and what it may take.
type Options struct {
	Dir       string
	Retention time.Duration
	MaxBytes  int64 // of blocks of what comes in
	MaxSeries int   // in memory; a sample of another one is rejected

	QueryTimeout time.Duration
	MaxSamples   int // in memory, of one query
	Concurrency  int // of queries

	// Patience is how long another process may still hold the directory.
	Patience time.Duration

	Logger *slog.Logger
	Now    func() time.Time
	// Free is how many bytes the disk of a directory has left.
	Free func(dir string) (uint64, error)
	// Version is what status/buildinfo says.
	Version string

	// Alerts are those that are open, for /api/v1/alerts and rules.
	Alerts func() []alert.Alert
	Hooks  Hooks
}

// Hooks hear what happens. They are called often and by several goroutines.
type Hooks struct {
	Appended func(samples int)
	Rejected func(reason string, samples int)
	Refused  func(limit string) // a query
	// Trouble hears that nothing can be written, each time that changes; nil when it can again.
	Trouble func(err error)
}

// Why samples are rejected.
const (
	RejectedDelta     = "delta"         // it is no total, and nothing here adds up
	RejectedFuture    = "future"        // more than aheadBy from now
	RejectedOld       = "too_old"       // more than lateBy older than the newest
	RejectedDuplicate = "duplicate"     // another value is there for that time
	RejectedInvalid   = "invalid"       // a name, a label or a histogram that is none
	RejectedSeries    = "series_limit"  // Options.MaxSeries
	RejectedDisk      = "disk_full"     // less than minFree
	RejectedStorage   = "storage_error" // the database could not write
)

// Rejections are all reasons.
func Rejections() []string {
	return []string{
		RejectedDelta, RejectedFuture, RejectedOld, RejectedDuplicate, RejectedInvalid, RejectedSeries, RejectedDisk, RejectedStorage,
	}
}

// What a query can be refused for, as it is called in the configuration.
const (
	LimitTimeout     = "query.timeout"
	LimitSamples     = "query.max_samples"
	LimitConcurrency = "query.concurrency"
)

// Limits are all of them.
func Limits() []string { return []string{LimitTimeout, LimitSamples, LimitConcurrency} }
