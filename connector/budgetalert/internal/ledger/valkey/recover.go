package valkey

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	client "github.com/valkey-io/valkey-go"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// recover makes the server and this replica agree: after the start, a new connection, or an answer that tells of lost data. Batches with
// lower numbers than below that have no answer are sent; the caller sends the others.
func (l *Ledger) recover(ctx context.Context, below uint64) error {
	ctx, cancel := context.WithTimeout(ctx, 10*l.options.Timeout)
	defer cancel()
	if err := l.store.durable(ctx); err != nil {
		return err
	}
	l.dials = l.store.dials.Load()
	var err error
	if l.sha, err = l.store.load(ctx, commonLua+recordLua); err != nil {
		return err
	}
	if err := l.join(ctx, below); err != nil {
		return err
	}
	if err := l.scan(ctx); err != nil {
		return err
	}
	if err := l.replay(ctx, below); err != nil {
		return err
	}
	if err := l.flushAway(ctx); err != nil {
		return err
	}
	if err := l.pulse(ctx); err != nil {
		return err
	}
	l.mu.Lock()
	was := l.up
	l.up = true
	l.mu.Unlock()
	if !was {
		l.notify(ledger.StoreAvailable, "the server is available again, and has all that waited")
	}
	return nil
}

// join finds out whether the server still has what it acknowledged, and gives it what it lost.
func (l *Ledger) join(ctx context.Context, below uint64) error {
	epoch, seq, last, err := l.ask(ctx, "")
	if err != nil {
		return err
	}
	reason := l.loss(epoch, seq, last)
	if reason == "" {
		l.known.epoch = epoch
		if last >= l.journal.next { // the disk was full when these were sent
			l.journal.next, l.sent, l.known.answered = last+1, last, last
		}
		return l.joinGroup(ctx)
	}
	l.notify(ledger.StoreReset, "the server lost data: "+reason+"; it is given back what the replicas know")
	if epoch == l.known.epoch { // a part is lost: all replicas are to see that
		if epoch, _, _, err = l.ask(ctx, epoch); err != nil {
			return err
		}
	}
	if err := l.joinGroup(ctx); err != nil {
		return err
	}
	return l.restore(ctx, epoch, below)
}

// loss says what the server lost since it acknowledged it; nothing where it did not.
func (l *Ledger) loss(epoch string, seq, last uint64) string {
	known, _ := strconv.ParseUint(l.known.seq, 10, 64)
	switch {
	case l.known.epoch == "":
		return ""
	case epoch != l.known.epoch:
		return "it is empty, or another one"
	case seq < known:
		return fmt.Sprintf("it is at change %d, and was at %d", seq, known)
	case last < l.known.answered:
		return fmt.Sprintf("it knows this replica's batches up to %d of %d", last, l.known.answered)
	}
	return ""
}

func (l *Ledger) ask(ctx context.Context, ends string) (epoch string, seq, last uint64, err error) {
	c, err := l.store.connect()
	if err != nil {
		return "", 0, 0, err
	}
	parts, err := joinScript.Exec(ctx, c, l.store.keys.common, []string{newName(), ends}).AsStrSlice()
	if err != nil {
		return "", 0, 0, err
	}
	if len(parts) != 3 {
		return "", 0, 0, fmt.Errorf("an answer of %d parts", len(parts))
	}
	seq, err1 := strconv.ParseUint(parts[1], 10, 64)
	last, err2 := strconv.ParseUint(parts[2], 10, 64)
	return parts[0], seq, last, errors.Join(err1, err2)
}

// joinGroup makes the consumer group of the outbox.
func (l *Ledger) joinGroup(ctx context.Context) error {
	c, err := l.store.connect()
	if err != nil {
		return err
	}
	err = c.Do(ctx, c.B().XgroupCreate().Key(l.store.keys.outbox()).Group(consumerGroup).Id("0").Mkstream().Build()).Error()
	if known, ok := client.IsValkeyErr(err); ok && strings.HasPrefix(known.Error(), "BUSYGROUP") {
		return nil
	}
	return err
}

// scan reads all of the state. What changes meanwhile comes with the next answer: the sequence is read first.
func (l *Ledger) scan(ctx context.Context) error {
	fresh, err := l.read(ctx, l.known.epoch)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for field := range fresh.unknown {
		if expires, ok := l.cache.expires[field]; ok {
			fresh.learn(field, expires)
		}
	}
	for key := range l.cache.marks {
		fresh.changed[key] = struct{}{}
	}
	l.cache, l.known.seq = fresh, fresh.seq
	return nil
}

func (l *Ledger) read(ctx context.Context, epoch string) (*cache, error) {
	c, err := l.store.connect()
	if err != nil {
		return nil, err
	}
	fresh := newCache()
	seq, err := c.Do(ctx, c.B().Hget().Key(l.store.keys.meta()).Field("seq").Build()).ToString()
	if err != nil && !client.IsValkeyNil(err) {
		return nil, err
	}
	fresh.seq = either(seq, "0")
	for cursor := uint64(0); ; {
		entry, err := c.Do(ctx, c.B().Hscan().Key(l.store.keys.state()).Cursor(cursor).Count(1000).Build()).AsScanEntry()
		if err != nil {
			return nil, err
		}
		for i := 0; i+1 < len(entry.Elements); i += 2 {
			fresh.set(entry.Elements[i], &entry.Elements[i+1])
		}
		if cursor = entry.Cursor; cursor == 0 {
			_, err = l.store.ask(ctx, epoch, l.dials)
			return fresh, err
		}
	}
}

// replay sends the batches that have no answer. Those that the server counted before get the answer of then.
func (l *Ledger) replay(ctx context.Context, below uint64) error {
	l.again = false
	for from := uint64(0); ; {
		if len(l.answered) > 0 {
			_ = l.save(nil) // a disk that is full stops nothing: what is sent again gets the answer of then
		}
		group, next, err := l.waiting(from, below)
		if err != nil || next == from {
			return err
		}
		from = next
		if len(group) == 0 {
			continue
		}
		if n, err := l.exchange(ctx, group); err != nil || n < len(group) {
			return errors.Join(err, fmt.Errorf("%d batches wait", l.journal.waiting))
		}
	}
}

// waiting reads some batches without an answer from a number on, and says where to go on; at the end, at the same number.
func (l *Ledger) waiting(from, below uint64) (group []*operation, next uint64, err error) {
	batches, damaged, err := l.journal.unanswered(from, maxGroup)
	if err != nil {
		return nil, from, err
	}
	for _, number := range damaged {
		from = max(from, number+1)
		l.answered = append(l.answered, answered{number: number})
		l.notify(ledger.StoreReset, "a batch in the journal was damaged: it is not counted")
	}
	for _, b := range batches {
		if b.number < below {
			group = append(group, &operation{batch: b, done: make(chan error, 1)})
			from = max(from, b.number+1)
		}
	}
	return group, from, nil
}

// flushAway tells the server of the marks that were set without it. Where it has another value by now, that holds.
func (l *Ledger) flushAway(ctx context.Context) error {
	var changes []change
	var done []ledger.Change
	for key, p := range l.away.marks {
		if now := l.cache.mark(key); (now == nil) == (p.expected == nil) && (now == nil || *now == *p.expected) {
			changes = append(changes, change{ledger.Change{Key: key, Value: p.value, Expires: p.expires}, p.expected})
		}
		done = append(done, ledger.Change{Key: awayKey + key, Local: true})
	}
	if len(changes) > 0 {
		l.mu.Lock()
		for i := range changes {
			l.setShared(&changes[i].Change)
		}
		l.mu.Unlock()
		if err := l.changeShared(ctx, changes); err != nil {
			return err
		}
	}
	l.note(ctx, done)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.away = newAway()
	return nil
}

func isNoScript(err error) bool {
	known, ok := client.IsValkeyErr(err)
	return ok && known.IsNoScript()
}
