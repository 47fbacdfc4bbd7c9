package valkey

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// maxAsked is of how many fields the expiry is asked in a second.
const maxAsked = 5000

// tick is what happens once a second, in the committing goroutine.
func (l *Ledger) tick() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*l.options.Timeout)
	defer cancel()
	l.ticks++
	if !l.up || l.again || l.store.dials.Load() != l.dials {
		l.check(ctx, l.journal.next)
	} else if err := l.pulse(ctx); errors.Is(err, errMoved) {
		l.check(ctx, l.journal.next)
	} else if err != nil {
		l.down(err)
	}
	if l.up {
		switch err := l.tend(ctx); {
		case errors.Is(err, errMoved):
			l.dials = -1 // the next commit looks
		case err != nil:
			l.down(err)
		}
	}
	if l.known != l.journal.known || len(l.answered) > 0 {
		_ = l.save(nil) // counted as a failure; the next one tries again
	}
	if l.ticks%10 == 0 {
		if err := l.journal.prune(l.options.Now().Add(-l.options.Journal)); err != nil {
			l.count(func(s *ledger.Stats) { s.Failures++ })
		}
	}
}

// pulse says that this replica is alive and reads what changed.
func (l *Ledger) pulse(ctx context.Context) error {
	r, err := l.beat(ctx)
	if err != nil {
		return err
	}
	l.apply(ctx, r)
	var ids, age, evicted int64
	if _, err := fmt.Sscan(r.extra, &ids, &age, &evicted); err != nil {
		return err
	}
	l.count(func(s *ledger.Stats) {
		s.IDs, s.EvictedIDs, s.Horizon = int(ids), evicted, l.options.DedupeWindow
		if evicted > 0 {
			s.Horizon = min(s.Horizon, time.Duration(age)*time.Second)
		}
	})
	return nil
}

func (l *Ledger) beat(ctx context.Context, at ...string) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, l.options.Timeout)
	defer cancel()
	now := l.options.Now()
	return l.store.call(ctx, tickScript, nil, append([]string{
		l.known.epoch, l.cache.seq, strconv.FormatInt(now.Unix(), 10), strconv.FormatInt(int64(l.options.DedupeWindow.Seconds()), 10),
		strconv.Itoa(l.options.MaxIDs), string(heartbeatField) + l.journal.replica, strconv.FormatInt(now.Add(24*time.Hour).Unix(), 10),
	}, at...))
}

// tend asks when fields end, which alerts were delivered, and how many wait.
func (l *Ledger) tend(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, l.options.Timeout)
	defer cancel()
	if l.ticks%30 == 0 {
		l.cache.over(l.options.Now().Unix())
		l.forgetLocal(ctx)
	}
	if err := l.askExpiries(ctx, l.cache.ask(maxAsked)); err != nil {
		return err
	}
	l.mirror(ctx)
	if err := l.askDelivered(ctx); err != nil {
		return err
	}
	c, err := l.store.connect()
	if err != nil {
		return err
	}
	waiting, err := c.Do(ctx, c.B().Xlen().Key(l.store.keys.outbox()).Build()).AsInt64()
	if err != nil {
		return err
	}
	l.count(func(s *ledger.Stats) { s.Outbox = int(waiting) })
	return l.deliverAgain(ctx)
}

// forgetLocal drops the local marks that the local ledger has no more.
func (l *Ledger) forgetLocal(ctx context.Context) {
	held := map[string]bool{}
	if l.local.Marks(ctx, "", func(key string, _ []byte) { held[key] = true }) != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.marks, func(key string, _ mark) bool { return !held[key] })
}

// askExpiries learns when fields end; those that the server has no more are dropped.
func (l *Ledger) askExpiries(ctx context.Context, fields []string) error {
	if len(fields) == 0 {
		return nil
	}
	c, err := l.store.connect()
	if err != nil {
		return err
	}
	results, err := l.store.ask(ctx, l.known.epoch, l.dials, c.B().Zmscore().Key(l.store.keys.expires()).Member(fields...).Build(),
		c.B().Hmget().Key(l.store.keys.state()).Field(fields...).Build())
	if err != nil {
		return err
	}
	scores, err := results[0].ToArray()
	if err != nil {
		return err
	}
	values, err := results[1].ToArray()
	if err != nil {
		return err
	}
	if len(scores) != len(fields) || len(values) != len(fields) {
		return fmt.Errorf("%d scores and %d values of %d fields", len(scores), len(values), len(fields))
	}
	l.mu.Lock()
	for i, field := range fields {
		l.cache.forget(field)
		value, err := values[i].ToString()
		if err != nil {
			l.cache.set(field, nil)
		} else {
			end, _ := scores[i].AsFloat64() // none: it never ends
			l.cache.set(field, &value)
			l.cache.forget(field)
			l.cache.learn(field, int64(end))
		}
	}
	l.mu.Unlock()
	return nil
}

// askDelivered forgets the alerts of this replica that the outbox has no more.
func (l *Ledger) askDelivered(ctx context.Context) error {
	if len(l.won) == 0 {
		return nil
	}
	ids := make([]string, 0, len(l.won))
	for id := range l.won {
		ids = append(ids, id)
	}
	c, err := l.store.connect()
	if err != nil {
		return err
	}
	results, err := l.store.ask(ctx, l.known.epoch, l.dials, c.B().Hmget().Key(l.store.keys.alerts()).Field(ids...).Build())
	if err != nil {
		return err
	}
	entries, err := results[0].ToArray()
	if err != nil {
		return err
	}
	var done []ledger.Change
	l.mu.Lock()
	for i, id := range ids {
		if i < len(entries) && entries[i].IsNil() {
			delete(l.won, id)
			done = append(done, ledger.Change{Key: wonKey + id, Local: true})
		}
	}
	l.mu.Unlock()
	l.note(ctx, done)
	return nil
}

// leave ends the work of the committing goroutine.
func (l *Ledger) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), l.options.Timeout)
	defer cancel()
	if l.up {
		_, _ = l.beat(ctx, "0") // the others need not wait for this replica; a failure costs them seconds
		_ = l.deliverAgain(ctx)
	}
	_ = l.save(nil)
}
