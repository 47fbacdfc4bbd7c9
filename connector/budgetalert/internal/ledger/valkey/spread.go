package valkey

import (
	"context"
	"strconv"
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
		number, err := c.Do(ctx, c.B().Incr().Key(l.store.keys.spreadCount()).Build()).AsInt64()
		if err != nil {
			return err
		}
		add := c.B().Xadd().Key(l.store.keys.spread()).Maxlen().Almost().Threshold(maxSpread).Id("*").FieldValue().
			FieldValue("by", l.journal.replica).FieldValue("id", a.ID).FieldValue("body", string(a.Body)).
			FieldValue("n", strconv.FormatInt(number, 10)).Build()
		if err := c.Do(ctx, add).Error(); err != nil {
			return err
		}
		l.spread.unsaid = l.spread.unsaid[1:]
	}
	return nil
}

// spot is how far a replica has heard: an epoch, an entry of the stream, and the number of the newest one that it has heard of. A server that lost
// its data begins anew.
type spot struct {
	epoch, entry string
	number       int64
}

func parseSpot(place, epoch string) spot {
	at := spot{epoch: epoch, entry: "0"}
	if parts := strings.Split(place, " "); len(parts) >= 2 && parts[0] == epoch {
		at.entry = parts[1]
		if len(parts) > 2 {
			at.number, _ = strconv.ParseInt(parts[2], 10, 64)
		}
	}
	return at
}

func (s spot) String() string { return s.epoch + " " + s.entry + " " + strconv.FormatInt(s.number, 10) }

// Heard reads the stream.
func (l *Ledger) Heard(ctx context.Context, since string, n int) (alerts []ledger.Alert, place string, lost int, err error) {
	if !l.isUp() {
		return nil, since, 0, nil
	}
	if err := l.say(ctx); err != nil {
		return nil, since, 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, l.options.Timeout)
	defer cancel()
	c, err := l.store.connect()
	if err != nil {
		return nil, since, 0, err
	}
	epoch, err := c.Do(ctx, c.B().Hget().Key(l.store.keys.meta()).Field("epoch").Build()).ToString()
	if client.IsValkeyNil(err) {
		return nil, since, 0, nil // it is given back what it lost within a second
	} else if err != nil {
		return nil, since, 0, err
	}
	at := parseSpot(since, epoch)
	streams, err := c.Do(ctx, c.B().Xread().Count(int64(n)).Streams().Key(l.store.keys.spread()).Id(at.entry).Build()).AsXRead()
	if client.IsValkeyNil(err) {
		return nil, at.String(), 0, nil
	} else if err != nil {
		return nil, since, 0, err
	}
	entries := streams[l.store.keys.spread()]
	if lost, err = l.missed(ctx, c, at, entries); err != nil {
		return nil, since, 0, err
	}
	for _, e := range entries {
		at.entry, at.number = e.ID, max(at.number, numberOf(e))
		if e.FieldValues["by"] != l.journal.replica {
			alerts = append(alerts, ledger.Alert{ID: e.FieldValues["id"], Body: []byte(e.FieldValues["body"])})
		}
	}
	return alerts, at.String(), lost, nil
}

// numberOf counts what was ever spread; 0 where an older version wrote it.
func numberOf(e client.XRangeEntry) int64 {
	n, _ := strconv.ParseInt(e.FieldValues["n"], 10, 64)
	return n
}

// missed is how many entries the stream has dropped since a spot. Two that were written at once may stand in either order, so a number that is
// left out says something only where the entry of the spot is gone too.
func (l *Ledger) missed(ctx context.Context, c client.Client, at spot, entries []client.XRangeEntry) (int, error) {
	if at.number == 0 || len(entries) == 0 || numberOf(entries[0]) <= at.number+1 {
		return 0, nil
	}
	there, err := c.Do(ctx, c.B().Xrange().Key(l.store.keys.spread()).Start(at.entry).End(at.entry).Build()).AsXRange()
	if err != nil || len(there) > 0 {
		return 0, err
	}
	return int(numberOf(entries[0]) - at.number - 1), nil
}
