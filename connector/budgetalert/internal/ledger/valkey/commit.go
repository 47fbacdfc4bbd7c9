package valkey

import (
	"context"
	"errors"
	"strconv"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// operation is one Record or Change that waits for its answer.
type operation struct {
	calls  []ledger.Call
	decide ledger.Decide
	done   chan error

	batch   *batch // nil without calls
	unsaved error  // why the batch is not in the journal
	fresh   []bool
	reply   reply
}

// commit writes a group: to the journal, to the server, and what the decisions changed to the server again.
func (l *Ledger) commit(group []*operation) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*l.options.Timeout)
	defer cancel()
	group = l.enter(group)
	below := l.journal.next
	for _, op := range group {
		if op.batch != nil {
			below = op.batch.number
			break
		}
	}
	if l.up && l.store.dials.Load() != l.dials {
		l.check(ctx, below)
	}
	rest := group
	for tries := 0; l.up && len(rest) > 0; tries++ {
		n, err := l.exchange(ctx, rest)
		rest = rest[n:]
		if err == nil {
			continue
		}
		if (errors.Is(err, errMoved) || isNoScript(err)) && tries < 5 {
			l.check(ctx, below)
			continue
		}
		l.down(err)
	}
	if len(rest) > 0 {
		l.keep(ctx, rest)
	}
}

// check looks at the server again, and gives it what it lost.
func (l *Ledger) check(ctx context.Context, below uint64) {
	var err error
	for range 5 {
		if err = l.recover(ctx, below); !errors.Is(err, errMoved) {
			break
		}
	}
	if err != nil {
		l.down(err)
	}
}

// enter writes the batches of a group to the journal and returns the operations that can go on: nothing is sent that is not in it, as
// long as the disk takes it. The server is the store: a disk that is full stops nothing while the server answers.
func (l *Ledger) enter(group []*operation) []*operation {
	if !l.up && l.options.OnUnavailable == Reject {
		return l.refuse(group, l.unavailable())
	}
	if !l.up && l.journal.bytes >= l.options.MaxJournal {
		return l.refuse(group, errFull)
	}
	var batches []*batch
	for _, op := range group {
		if len(op.calls) > 0 {
			op.batch = newBatch(l.journal.next, op.calls)
			l.journal.next++
			batches = append(batches, op.batch)
		}
	}
	if len(batches) == 0 {
		return group
	}
	if err := l.save(batches); err != nil {
		if !l.up {
			return l.refuse(group, err)
		}
		for _, op := range group {
			op.unsaved = err
		}
	}
	return group
}

// refuse answers the operations that have a batch, with nothing counted, and returns the others.
func (l *Ledger) refuse(group []*operation, err error) []*operation {
	var others []*operation
	for _, op := range group {
		if len(op.calls) > 0 {
			op.done <- err
		} else {
			others = append(others, op)
		}
	}
	return others
}

// save writes batches, and the answers since the last time, to the journal.
func (l *Ledger) save(batches []*batch) error {
	err := l.journal.commit(batches, l.answered, l.known, l.options.Now())
	if err != nil {
		l.count(func(s *ledger.Stats) { s.Failures++ })
		if len(l.answered) > 10_000 { // they stay in the journal as not answered: the server tells the answers again
			l.answered = nil
		}
		return err
	}
	for _, a := range l.answered {
		l.forget = append(l.forget, a.number)
	}
	l.answered = l.answered[:0]
	l.count(func(*ledger.Stats) {})
	return nil
}

func (l *Ledger) count(f func(*ledger.Stats)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(&l.stats)
	l.stats.Waiting = max(l.journal.waiting-len(l.answered), 0)
}

// exchange sends operations to the server and finishes those that it answered: their number is returned, and why there are no more.
func (l *Ledger) exchange(ctx context.Context, group []*operation) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, l.options.Timeout)
	defer cancel()
	batches := make([]*batch, 0, len(group))
	for _, op := range group {
		if op.batch != nil {
			batches = append(batches, op.batch)
		}
	}
	replies, failed := l.send(ctx, batches)
	answered, next := 0, 0
	for _, op := range group {
		if op.batch != nil {
			if next == len(replies) {
				break
			}
			op.reply = replies[next]
			next++
			var ok bool
			if op.fresh, ok = op.batch.fresh(op.reply.extra); !ok {
				failed = errors.Join(failed, errors.New("the server forgot its answer to a batch"))
				break
			}
		}
		answered++
	}
	if len(batches) == 0 && failed != nil {
		answered = 0
	}
	l.finish(ctx, group[:answered], replies)
	return answered, failed
}

// send tells the server of batches; without any it asks for what changed. It returns the answers before the first failure.
func (l *Ledger) send(ctx context.Context, batches []*batch) ([]reply, error) {
	var all []scriptRun
	forget, before := l.forget, l.sent
	for _, b := range batches {
		all = append(all, scriptRun{l.bucketKeys(b), b.args(l.head(b.number, before), l.journal.replica, forget)})
		before, forget = b.number, nil
	}
	if len(batches) == 0 {
		all = append(all, scriptRun{args: l.head(0, before)})
	}
	results, err := l.store.calls(ctx, l.sha, all)
	if err != nil {
		return nil, err
	}
	var replies []reply
	for _, result := range results {
		r, err := readReply(result)
		if err != nil {
			return replies, err
		}
		replies = append(replies, r)
		if len(batches) > 0 {
			l.sent = batches[len(replies)-1].number
			l.forget = l.forget[:0]
		}
	}
	return replies, nil
}

// head is how the arguments of scripts/record.lua begin.
func (l *Ledger) head(number, before uint64) []string {
	text := ""
	if number > 0 {
		text = strconv.FormatUint(number, 10)
	}
	return []string{
		l.known.epoch, l.cache.seq, text, strconv.FormatUint(before, 10),
		strconv.FormatInt(int64(l.options.DedupeWindow.Seconds()), 10), strconv.FormatInt(l.options.Now().Unix(), 10),
	}
}

func (l *Ledger) bucketKeys(b *batch) []string {
	names := make([]string, len(b.buckets))
	for i := range b.buckets {
		names[i] = l.store.keys.ids(b.buckets[i].minute)
	}
	return names
}
