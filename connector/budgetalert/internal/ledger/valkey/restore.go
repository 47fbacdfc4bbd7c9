package valkey

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"
)

const (
	restoreChunk = 500
	// defaultPatience is how long a replica waits for the others to restore what they know, before it counts on, and for how long after
	// its last heartbeat another is taken to be alive.
	defaultPatience = 5 * time.Second
	// longest is how long a slot stays whose end is not known any more.
	longest = 400 * 24 * time.Hour
)

// restore gives a server that lost its data back what this replica knows: its own shares exactly, those of the others at least as high
// as it saw them, marks, the ids of the last batches, alerts that were not delivered. Then it waits for the others to do the same: a call
// that another replica has counted must not count here because its id is not there yet.
func (l *Ledger) restore(ctx context.Context, epoch string, below uint64) error {
	was := l.cache
	if err := l.step(ctx, epoch, "begin", 1, []string{l.journal.replica}); err != nil {
		return err
	}
	now, err := l.read(ctx, epoch)
	if err != nil {
		return err
	}
	own, err := l.ownShares(ctx, now)
	if err != nil {
		return err
	}
	marks, alerts := l.restoredMarks(was), []string{}
	for id, body := range l.won {
		alerts = append(alerts, id, string(body))
	}
	for _, part := range []struct {
		what string
		size int
		args []string
	}{{"own", 3, own}, {"others", 4, l.otherShares(was)}, {"marks", 3, marks}, {"alerts", 2, alerts}} {
		if err := l.step(ctx, epoch, part.what, part.size, part.args); err != nil {
			return err
		}
	}
	if err := l.restoreIDs(ctx, epoch); err != nil {
		return err
	}
	first, err := l.firstWaiting()
	if err != nil {
		return err
	}
	l.sent = min(first, below) - 1
	err = l.step(ctx, epoch, "finish", 2, []string{strconv.FormatUint(l.sent, 10), string(heartbeatField) + l.journal.replica})
	if err != nil {
		return err
	}
	l.forget = l.forget[:0]
	l.waitForOthers(ctx, was, epoch)
	l.known = position{epoch: epoch, seq: "0", answered: l.sent}
	return nil
}

// step runs scripts/restore.lua for a list in chunks; size is how many arguments belong together.
func (l *Ledger) step(ctx context.Context, epoch, what string, size int, list []string, buckets ...string) error {
	for chunk := range slices.Chunk(list, size*restoreChunk) {
		if _, err := l.store.call(ctx, restoreScript, buckets, append([]string{epoch, what}, chunk...)); err != nil {
			return err
		}
	}
	return nil
}

// ownShares are what the local ledger holds, and 0 for what the server has of this replica beyond that.
func (l *Ledger) ownShares(ctx context.Context, now *cache) ([]string, error) {
	var args []string
	own := map[string]bool{}
	add := func(field string, sum int64) {
		own[field] = true
		args = append(args, field, strconv.FormatInt(sum, 10), l.endOf(field))
	}
	err := l.local.Series(ctx, "", func(series string, start, amount int64) {
		add(share{l.journal.replica, slot{series, start}}.field(), amount)
	})
	for field := range now.shares {
		if s, ok := parseShare(field); ok && s.replica == l.journal.replica && !own[field] {
			add(field, 0)
		}
	}
	return args, err
}

func (l *Ledger) endOf(field string) string {
	if expires := l.cache.expires[field]; expires != 0 {
		return strconv.FormatInt(expires, 10)
	}
	return strconv.FormatInt(l.options.Now().Add(longest).Unix(), 10)
}

func (l *Ledger) otherShares(was *cache) []string {
	var args []string
	for field, sum := range was.shares {
		if s, ok := parseShare(field); ok && s.replica != l.journal.replica {
			args = append(args, s.replica, field, strconv.FormatInt(sum, 10), l.endOf(field))
		}
	}
	return args
}

func (l *Ledger) restoredMarks(was *cache) []string {
	var args []string
	now := l.options.Now().Unix()
	for key := range was.marks {
		field := string(markField) + key
		if expires := was.expires[field]; !over(expires, now) {
			args = append(args, field, *was.mark(key), expiryText(expires))
		}
	}
	return args
}

// restoreIDs tells the server of the ids that the last batches counted: the calls in them may come again.
func (l *Ledger) restoreIDs(ctx context.Context, epoch string) error {
	now := l.options.Now()
	var errs []error
	head := []string{strconv.FormatInt(now.Unix(), 10), strconv.FormatInt(int64(l.options.DedupeWindow.Seconds()), 10)}
	buckets := map[int64][]string{}
	flush := func(minute int64) {
		_, err := l.store.call(ctx, restoreScript, []string{l.store.keys.ids(minute)},
			append([]string{epoch, "ids", head[0], head[1]}, buckets[minute]...))
		errs = append(errs, err)
		delete(buckets, minute)
	}
	errs = append(errs, l.save(nil)) // the last answers too
	errs = append(errs, l.journal.ids(func(minute int64, id uint64) {
		if buckets[minute] = append(buckets[minute], idText(id)); len(buckets[minute]) == 5*restoreChunk {
			flush(minute)
		}
	}))
	for minute := range buckets {
		flush(minute)
	}
	return errors.Join(errs...)
}

// firstWaiting is the number of the first batch without an answer.
func (l *Ledger) firstWaiting() (uint64, error) {
	batches, _, err := l.journal.unanswered(0, 1)
	if err != nil || len(batches) == 0 {
		return l.journal.next, err
	}
	return batches[0].number, nil
}

// waitForOthers waits until every replica that was alive has restored too, or for some seconds.
func (l *Ledger) waitForOthers(ctx context.Context, was *cache, epoch string) {
	var newest int64
	for _, beat := range was.beats {
		newest = max(newest, beat.at)
	}
	alive := map[string]bool{}
	for replica, beat := range was.beats {
		if replica != l.journal.replica && beat.at >= newest-int64(l.options.patience.Seconds()) {
			alive[replica] = true
		}
	}
	if len(was.beats) == 0 { // just started: nobody is known
		sleep(ctx, defaultPatience/2)
	}
	for end := time.Now().Add(l.options.patience); len(alive) > 0 && time.Now().Before(end) && ctx.Err() == nil; sleep(ctx, 20*time.Millisecond) {
		now, err := l.beats(ctx, alive)
		if err != nil {
			return
		}
		for replica, beat := range now {
			if beat.epoch == epoch {
				delete(alive, replica)
			}
		}
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

func (l *Ledger) beats(ctx context.Context, of map[string]bool) (map[string]heartbeat, error) {
	c, err := l.store.connect()
	if err != nil {
		return nil, err
	}
	var fields []string
	for replica := range of {
		fields = append(fields, string(heartbeatField)+replica)
	}
	values, err := c.Do(ctx, c.B().Hmget().Key(l.store.keys.state()).Field(fields...).Build()).ToArray()
	if err != nil {
		return nil, err
	}
	found := newCache()
	for i := range values {
		if value, err := values[i].ToString(); err == nil && i < len(fields) {
			found.set(fields[i], &value)
		}
	}
	return found.beats, nil
}
