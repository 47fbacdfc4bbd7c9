package valkey

import (
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// OnUnavailable says what Record does while the server cannot be reached.
type OnUnavailable string

// Its values.
const (
	KeepInJournal OnUnavailable = "journal" // keep the batch in the journal, decide on what this replica knows, count it on return
	Reject        OnUnavailable = "reject"  // fail: the sender must try again
)

// Options of a shared ledger. Zero values are replaced by the defaults that are said with them.
type Options struct {
	ledger.Options // MaxIDs holds for all replicas together; Seed is made of KeyPrefix and Secret

	Endpoints          []string // host:port, or the path of a socket: one server, or some nodes of a cluster
	Username, Password string
	TLS                *tls.Config
	KeyPrefix          string // replicas with the same prefix share a ledger; default "otelcol"

	// Directory keeps the journal and this replica's own share of the book. Two processes must not share it.
	Directory     string
	Journal       time.Duration // how long ids of counted calls are kept for a server that lost its data; default 15m
	MaxJournal    int64         // bytes of batches that may wait for the server; default 1 GiB. Above it Record fails
	OnUnavailable OnUnavailable // default KeepInJournal
	AllowVolatile bool          // accept a server that forgets: without append-only file, or one that evicts keys

	MaxOutbox int           // alerts that may wait in the stream; default 10,000. Above it crossings wait too, none is lost
	Reclaim   time.Duration // after this time another replica takes over alerts that were taken and not delivered; default 30s
	Timeout   time.Duration // of one exchange with the server; default 3s

	// Secret goes into the ids beside KeyPrefix: the same text on all replicas. The seed of the ids comes from the configuration and not
	// from the server, so that a replica can count before it ever reached one, and after one lost its data.
	Secret string

	// Local keeps this replica's own shares, book and marks, and is closed with the ledger. It must last as long as the journal; nil is one
	// in memory, for tests.
	Local ledger.Ledger

	patience time.Duration
}

func (o Options) withDefaults() Options {
	o.KeyPrefix = either(o.KeyPrefix, "otelcol")
	o.Journal = either(o.Journal, 15*time.Minute)
	o.MaxJournal = either(o.MaxJournal, 1<<30)
	o.OnUnavailable = either(o.OnUnavailable, KeepInJournal)
	o.MaxOutbox = either(o.MaxOutbox, 10_000)
	o.Reclaim = either(o.Reclaim, 30*time.Second)
	o.Timeout = either(o.Timeout, 3*time.Second)
	o.patience = either(o.patience, defaultPatience)
	sum := sha256.Sum256([]byte("budgetalert\x00" + o.KeyPrefix + "\x00" + o.Secret))
	o.Seed = genai.Seed(sum[:])
	o.Options = o.Filled()
	return o
}

func either[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// Validate says all that is wrong with the options.
func (o Options) Validate() error {
	var errs []error
	if len(o.Endpoints) == 0 {
		errs = append(errs, errors.New("endpoint: must not be empty"))
	}
	if o.Directory == "" {
		errs = append(errs, errors.New("directory: must not be empty: the journal is there"))
	}
	if strings.ContainsAny(o.KeyPrefix, "{}\x00") {
		errs = append(errs, fmt.Errorf("key_prefix: must not contain braces, got %q", o.KeyPrefix))
	}
	if o.OnUnavailable != "" && o.OnUnavailable != KeepInJournal && o.OnUnavailable != Reject {
		errs = append(errs, fmt.Errorf("on_unavailable: must be journal or reject, got %q", o.OnUnavailable))
	}
	for _, d := range []struct {
		name  string
		value time.Duration
	}{{"journal", o.Journal}, {"dedupe_window", o.DedupeWindow}, {"timeout", o.Timeout}} {
		if d.value < 0 {
			errs = append(errs, fmt.Errorf("%s: must not be negative, got %v", d.name, d.value))
		}
	}
	return errors.Join(errs...)
}
