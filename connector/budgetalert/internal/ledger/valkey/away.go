package valkey

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// away is what this replica counted and decided while the server was away. It is on disk too: the batches in the journal, the marks in
// the local ledger.
type away struct {
	series map[string]*slots
	ids    map[awayID]struct{}
	marks  map[string]awayMark
}

type awayID struct {
	minute int64
	id     uint64
}

// awayMark is a mark that was set, or released (nil), where the server had another value, or none.
type awayMark struct {
	expected *string // as the server holds it
	value    []byte
	expires  int64
}

var errFull = errors.New("the ledger's journal is full: the server has been away for too long")

func newAway() away {
	return away{series: map[string]*slots{}, ids: map[awayID]struct{}{}, marks: map[string]awayMark{}}
}

func (a *away) sum(series string, from, to int64) int64 {
	if s := a.series[series]; s != nil {
		return s.sum(from, to)
	}
	return 0
}

// add counts the calls that this replica did not see since the server went away. Another replica may have counted them: the sums are
// right again when the server is back.
func (a *away) add(b *batch, maxIDs int) []bool {
	fresh := make([]bool, len(b.calls))
	for _, i := range b.order {
		c := &b.calls[i]
		id := awayID{c.Minute, c.ID}
		if _, known := a.ids[id]; known {
			continue
		}
		if len(a.ids) < maxIDs {
			a.ids[id] = struct{}{}
		}
		fresh[i] = true
		for _, one := range c.Adds {
			a.addSlot(one.Series, one.Slot, max(one.Amount, 0))
		}
	}
	return fresh
}

func (a *away) addSlot(series string, start, amount int64) {
	s := a.series[series]
	if s == nil {
		s = &slots{}
		a.series[series] = s
	}
	s.add(start, amount, 1)
}

// keep finishes operations without the server: their batches are in the journal.
func (l *Ledger) keep(ctx context.Context, group []*operation) {
	var changes []change
	for _, op := range group {
		if op.batch != nil && op.unsaved == nil && l.options.OnUnavailable == KeepInJournal {
			l.mu.Lock()
			op.fresh = l.away.add(op.batch, l.options.MaxIDs)
			l.mu.Unlock()
		}
		changes = append(changes, l.decided(ctx, op)...)
	}
	l.changeAway(ctx, changes)
	l.count(func(s *ledger.Stats) { s.Requests += int64(len(group)) })
	for _, op := range group {
		switch {
		case op.batch != nil && l.options.OnUnavailable == Reject:
			// It was sent: whether it counted shows later. Its ids make it harmless that the sender sends it again.
			op.done <- l.unavailable()
		case op.batch != nil && op.unsaved != nil:
			op.done <- op.unsaved
		default:
			op.done <- nil
		}
	}
}

// changeAway keeps marks on this replica until the server is back. Their alerts are raised here and now: other replicas may raise the
// same ones, with the same ids.
func (l *Ledger) changeAway(ctx context.Context, changes []change) {
	local := make([]change, 0, len(changes))
	for _, c := range changes {
		if !c.Local && c.Key != "" {
			p := l.away.marks[c.Key]
			c.Key, c.Value, c.Expires, c.Local = awayKey+c.Key, p.encode(), 0, true
			c.expected = nil
		}
		local = append(local, c)
	}
	l.changeLocal(ctx, local)
}

func (p awayMark) encode() []byte {
	b := binary.AppendVarint(nil, p.expires)
	b = append(b, flag(p.expected != nil)+flag(p.value != nil)...)
	expected := ""
	if p.expected != nil {
		expected = *p.expected
	}
	b = binary.AppendUvarint(b, uint64(len(expected)))
	b = append(b, expected...)
	return append(b, p.value...)
}

func decodeAway(b []byte) (p awayMark, ok bool) {
	expires, n := binary.Varint(b)
	if n <= 0 || len(b) < n+2 {
		return p, false
	}
	flags, b := b[n:n+2], b[n+2:]
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) { //nolint:gosec // n is no longer than b
		return p, false
	}
	p.expires = expires
	if flags[0] == '1' {
		p.expected = ptr(string(b[n : n+int(size)])) //nolint:gosec // no longer than b
	}
	if flags[1] == '1' {
		p.value = append([]byte{}, bytes.Clone(b[n+int(size):])...) //nolint:gosec // no longer than b
	}
	return p, true
}

// down notes that the server is away. It is tried again each second.
func (l *Ledger) down(err error) {
	l.store.close()
	l.mu.Lock()
	was := l.up
	l.up, l.failure = false, err.Error()
	l.stats.Failures++
	detail := l.unavailable().Error()
	l.mu.Unlock()
	if was {
		l.notify(ledger.StoreUnavailable, detail)
	}
}

func (l *Ledger) unavailable() error {
	return fmt.Errorf("the server %s is not available: %s", strings.Join(l.options.Endpoints, ", "), l.failure)
}

// sameLocal makes this a new replica where the local ledger is not the one that goes with the journal: its shares are those of a replica
// that is gone, and must not be taken back from a server.
func (l *Ledger) sameLocal(ctx context.Context) error {
	var owner string
	if err := l.local.Marks(ctx, ownerKey, func(_ string, value []byte) { owner = string(value) }); err != nil {
		return err
	}
	if owner == l.journal.replica {
		return nil
	}
	if owner != "" || l.journal.known.epoch != "" {
		if err := l.journal.rename(); err != nil {
			return err
		}
		l.known, l.sent, l.store.keys = l.journal.known, 0, newKeys(l.options.KeyPrefix, l.journal.replica)
	}
	return l.local.Change(ctx, func(ledger.View) []ledger.Change {
		return []ledger.Change{{Key: ownerKey, Value: []byte(l.journal.replica), Local: true}}
	})
}

// remember reads the local marks.
func (l *Ledger) remember(ctx context.Context) error {
	l.away = newAway()
	return l.local.Marks(ctx, "", func(key string, value []byte) {
		value = append([]byte{}, value...)
		switch {
		case len(key) < 2 || key[0] != 0:
			l.marks[key] = mark{value: value}
		case key[:2] == wonKey:
			l.won[key[2:]] = value
		case key[:2] == awayKey:
			if p, ok := decodeAway(value); ok {
				l.away.marks[key[2:]] = p
			}
		case key[:2] == mirrorKey:
			l.cache.setMark(key[2:], ptr(string(value)))
		}
	})
}

// remind takes what this replica knows by itself, where it starts without a server: its own shares, and what waits in the journal.
func (l *Ledger) remind() error {
	err := l.local.Series(context.Background(), "", func(series string, start, amount int64) {
		l.cache.set(share{l.journal.replica, slot{series, start}}.field(), ptr(strconv.FormatInt(amount, 10)))
	})
	if err != nil {
		return err
	}
	for from := uint64(0); ; {
		batches, damaged, err := l.journal.unanswered(from, maxGroup)
		if err != nil || len(batches)+len(damaged) == 0 {
			return err
		}
		if len(damaged) > 0 {
			from = damaged[len(damaged)-1] + 1
		}
		for _, b := range batches {
			l.away.add(b, l.options.MaxIDs)
			from = max(from, b.number+1)
		}
	}
}

func ptr(s string) *string { return &s }
