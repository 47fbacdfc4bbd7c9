package valkey

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"

	client "github.com/valkey-io/valkey-go"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// consumerGroup is the group of all replicas: each alert is taken by one of them.
const consumerGroup = "replicas"

// taken are the alerts that this replica took from the stream, oldest first. They come again until they are delivered.
type taken struct {
	mu      sync.Mutex
	alerts  []takenAlert
	again   bool         // what an earlier life of this replica took was asked for
	deliver []takenAlert // delivered, and the server was not told yet
}

type takenAlert struct {
	entry string
	ledger.Alert
}

// Outbox takes alerts: first those that this replica raised alone, then those of the stream.
func (l *Ledger) Outbox(ctx context.Context, n int) ([]ledger.Alert, error) {
	alerts, err := l.local.Outbox(ctx, n)
	if err != nil {
		return nil, err
	}
	l.taken.mu.Lock()
	defer l.taken.mu.Unlock()
	var failed error
	if missing := n - len(alerts) - len(l.taken.alerts); missing > 0 && l.isUp() {
		if failed = l.take(ctx, missing); noGroup(failed) {
			failed = nil // the server lost its data, and is given it back within a second
		}
	}
	for _, a := range l.taken.alerts {
		if len(alerts) == n {
			break
		}
		alerts = append(alerts, a.Alert)
	}
	if len(alerts) > 0 {
		return alerts, nil
	}
	return nil, failed
}

func noGroup(err error) bool {
	known, ok := client.IsValkeyErr(err)
	return ok && strings.HasPrefix(known.Error(), "NOGROUP")
}

func (l *Ledger) isUp() bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.up
}

// take takes up to n alerts more: what this replica took in an earlier life, what another took long ago, what is new.
func (l *Ledger) take(ctx context.Context, n int) error {
	ctx, cancel := context.WithTimeout(ctx, l.options.Timeout)
	defer cancel()
	c, err := l.store.connect()
	if err != nil {
		return err
	}
	key, name := l.store.keys.outbox(), l.journal.replica
	if !l.taken.again {
		own := c.B().Xreadgroup().Group(consumerGroup, name).Count(int64(n)).Streams().Key(key).Id("0").Build()
		if err := l.read1(c.Do(ctx, own)); err != nil {
			return err
		}
		l.taken.again = true
	}
	idle := strconv.FormatInt(l.options.Reclaim.Milliseconds(), 10)
	orphans, err := c.Do(ctx, c.B().Xautoclaim().Key(key).Group(consumerGroup).Consumer(name).MinIdleTime(idle).Start("0").
		Count(int64(n)).Build()).ToArray()
	if err != nil {
		return err
	}
	if len(orphans) > 1 {
		entries, err := orphans[1].AsXRange()
		if err != nil {
			return err
		}
		l.hold(entries)
	}
	return l.read1(c.Do(ctx, c.B().Xreadgroup().Group(consumerGroup, name).Count(int64(n)).Streams().Key(key).Id(">").Build()))
}

// read1 holds what XREADGROUP answers for one stream; nothing is no error.
func (l *Ledger) read1(result client.ValkeyResult) error {
	streams, err := result.AsXRead()
	if client.IsValkeyNil(err) {
		return nil
	}
	for _, entries := range streams {
		l.hold(entries)
	}
	return err
}

func (l *Ledger) hold(entries []client.XRangeEntry) {
	for _, e := range entries {
		if e.FieldValues == nil || e.FieldValues["id"] == "" {
			continue // removed meanwhile
		}
		same := func(a takenAlert) bool { return a.ID == e.FieldValues["id"] }
		if slices.ContainsFunc(l.taken.alerts, same) || slices.ContainsFunc(l.taken.deliver, same) {
			continue
		}
		l.taken.alerts = append(l.taken.alerts, takenAlert{e.ID, ledger.Alert{ID: e.FieldValues["id"], Body: []byte(e.FieldValues["body"])}})
	}
}

// Delivered removes alerts. What the server cannot be told now it is told later.
func (l *Ledger) Delivered(ctx context.Context, ids []string) error {
	err := l.local.Delivered(ctx, ids)
	l.taken.mu.Lock()
	l.taken.alerts = slices.DeleteFunc(l.taken.alerts, func(a takenAlert) bool {
		if !slices.Contains(ids, a.ID) {
			return false
		}
		l.taken.deliver = append(l.taken.deliver, a)
		return true
	})
	l.taken.mu.Unlock()
	if l.isUp() {
		_ = l.deliverAgain(ctx)
	}
	return err
}

// deliverAgain tells the server what was delivered.
func (l *Ledger) deliverAgain(ctx context.Context) error {
	l.taken.mu.Lock()
	defer l.taken.mu.Unlock()
	if len(l.taken.deliver) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, l.options.Timeout)
	defer cancel()
	var args []string
	for _, a := range l.taken.deliver {
		args = append(args, a.ID, a.entry)
	}
	_, err := l.store.call(ctx, deliveredScript, nil, args)
	if err == nil {
		l.taken.deliver = nil
	}
	return err
}
