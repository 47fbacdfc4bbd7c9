package valkey

import (
	"context"
	"strings"
	"sync"

	client "github.com/valkey-io/valkey-go"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

const (
	maxSpread = "10000" // entries that the stream keeps: whoever was away for longer does not hear of the older ones
	maxUnsaid = 1000    // alerts that wait here for the server
)

// spread is what this replica has still to tell the others.
type spread struct {
	mu     sync.Mutex
	unsaid []ledger.Alert
}

// Spread tells the other replicas. What the server cannot be told now it is told when they are listened to next.
func (l *Ledger) Spread(ctx context.Context, alerts []ledger.Alert) (dropped int) {
	l.spread.mu.Lock()
	l.spread.unsaid = append(l.spread.unsaid, alerts...)
	l.spread.mu.Unlock()
	if l.isUp() {
		_ = l.say(ctx)
	}
	l.spread.mu.Lock()
	defer l.spread.mu.Unlock()
	dropped = max(len(l.spread.unsaid)-maxUnsaid, 0)
	l.spread.unsaid = l.spread.unsaid[dropped:]
	return dropped
}

func (l *Ledger) say(ctx context.Context) error {
	l.spread.mu.Lock()
	defer l.spread.mu.Unlock()
	if len(l.spread.unsaid) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, l.options.Timeout)
	defer cancel()
	c, err := l.store.connect()
	if err != nil {
		return err
	}
	for len(l.spread.unsaid) > 0 {
		a := l.spread.unsaid[0]
		add := c.B().Xadd().Key(l.store.keys.spread()).Maxlen().Almost().Threshold(maxSpread).Id("*").FieldValue().
			FieldValue("by", l.journal.replica).FieldValue("id", a.ID).FieldValue("body", string(a.Body)).Build()
		if err := c.Do(ctx, add).Error(); err != nil {
			return err
		}
		l.spread.unsaid = l.spread.unsaid[1:]
	}
	return nil
}

// Heard reads the stream. A place is an epoch and an entry: a server that lost its data begins anew.
func (l *Ledger) Heard(ctx context.Context, since string, n int) (alerts []ledger.Alert, place string, err error) {
	if !l.isUp() {
		return nil, since, nil
	}
	if err := l.say(ctx); err != nil {
		return nil, since, err
	}
	ctx, cancel := context.WithTimeout(ctx, l.options.Timeout)
	defer cancel()
	c, err := l.store.connect()
	if err != nil {
		return nil, since, err
	}
	epoch, err := c.Do(ctx, c.B().Hget().Key(l.store.keys.meta()).Field("epoch").Build()).ToString()
	if client.IsValkeyNil(err) {
		return nil, since, nil // it is given back what it lost within a second
	} else if err != nil {
		return nil, since, err
	}
	before, entry, _ := strings.Cut(since, " ")
	if before != epoch {
		entry = "0"
	}
	streams, err := c.Do(ctx, c.B().Xread().Count(int64(n)).Streams().Key(l.store.keys.spread()).Id(entry).Build()).AsXRead()
	if client.IsValkeyNil(err) {
		return nil, epoch + " " + entry, nil
	} else if err != nil {
		return nil, since, err
	}
	for _, e := range streams[l.store.keys.spread()] {
		entry = e.ID
		if e.FieldValues["by"] != l.journal.replica {
			alerts = append(alerts, ledger.Alert{ID: e.FieldValues["id"], Body: []byte(e.FieldValues["body"])})
		}
	}
	return alerts, epoch + " " + entry, nil
}
