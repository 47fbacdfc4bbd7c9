package valkey

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"strconv"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// change is a change with the value of the mark that was decided on. It applies where the mark still has that.
type change struct {
	ledger.Change
	expected *string // as the server holds it; nil: not set
}

// The keys of what this package keeps in the local ledger among the local marks. No key of a budget begins so.
const (
	mirrorKey = "\x00m" // a shared mark, for a server that lost it
	wonKey    = "\x00w" // an alert that this replica raised, until it is delivered
	ownerKey  = "\x00o" // the replica whose local ledger this is
	awayKey   = "\x00p" // a mark that was set while the server was away
)

// overlay sets a mark in memory, before the server or the disk has it: the decisions that follow must see it. False: nothing to do.
func (l *Ledger) overlay(c ledger.Change) (change, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.Key == "" {
		return change{Change: c}, c.Alert != nil
	}
	now := l.options.Now().Unix()
	current := l.sharedMark(c.Key, now)
	if c.Local {
		current = l.localMark(c.Key, now)
	}
	if c.IfAbsent && current != nil || c.Value == nil && current == nil && c.Alert == nil {
		return change{}, false
	}
	c.Value = bytes.Clone(c.Value)
	expected := l.cache.mark(c.Key)
	switch {
	case c.Local:
		expected = nil
		if m, ok := l.marks[c.Key]; ok {
			expected = ptr(m.String())
		}
		l.setLocal(c.Key, c.Value, c.Expires)
	case l.up:
		l.setShared(&c)
	default:
		first, ok := l.away.marks[c.Key]
		if !ok {
			first.expected = l.cache.mark(c.Key)
		}
		first.value, first.expires = c.Value, c.Expires
		l.away.marks[c.Key] = first
	}
	return change{c, expected}, true
}

// setShared sets a mark as the server will hold it.
func (l *Ledger) setShared(c *ledger.Change) {
	if c.Value == nil {
		l.cache.setMark(c.Key, nil)
	} else {
		l.cache.setMark(c.Key, ptr(mark{c.Value, c.Expires}.String()))
	}
}

func (l *Ledger) setLocal(key string, value []byte, expires int64) {
	if value == nil {
		delete(l.marks, key)
	} else {
		l.marks[key] = mark{value, expires}
	}
}

// revert takes back what overlay did, last first.
func (l *Ledger) revert(changes []change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := len(changes) - 1; i >= 0; i-- {
		c := &changes[i]
		switch {
		case c.Key == "":
		case c.Local:
			old := mark{}
			if c.expected != nil {
				old = parseMark(*c.expected)
			}
			l.setLocal(c.Key, old.value, old.expires)
		default:
			l.cache.setMark(c.Key, c.expected)
		}
	}
}

// change writes changes while the server is there. On an error none of the shared ones holds: the next decision makes them again.
func (l *Ledger) change(ctx context.Context, changes []change) error {
	var local, shared []change
	for _, c := range changes {
		if c.Local {
			local = append(local, c)
		} else {
			shared = append(shared, c)
		}
	}
	l.changeLocal(ctx, local)
	if len(shared) == 0 {
		return nil
	}
	return l.changeShared(ctx, shared)
}

func (l *Ledger) changeLocal(ctx context.Context, changes []change) {
	if len(changes) == 0 {
		return
	}
	plain := make([]ledger.Change, len(changes))
	for i := range changes {
		plain[i] = changes[i].Change
		plain[i].Local, plain[i].IfAbsent = true, false // decided already
	}
	if err := l.local.Change(ctx, func(ledger.View) []ledger.Change { return plain }); err != nil {
		l.revert(changes)
		l.count(func(s *ledger.Stats) { s.Failures++ })
	}
}

func (l *Ledger) changeShared(ctx context.Context, changes []change) error {
	ctx, cancel := context.WithTimeout(ctx, l.options.Timeout)
	defer cancel()
	args := []string{l.known.epoch, l.cache.seq, strconv.Itoa(l.options.MaxOutbox)}
	for i := range changes {
		args = appendChange(args, &changes[i], l.options.Now().Unix())
	}
	r, err := l.store.call(ctx, marksScript, nil, args)
	won := map[string][]byte{}
	if err != nil {
		l.revert(changes)
		for _, c := range changes {
			if c.Alert != nil && !errors.Is(err, errMoved) { // it may have been raised: a server that forgets then is told of it
				won[c.Alert.ID] = c.Alert.Body
			}
		}
		l.keepWon(ctx, won)
		return err
	}
	var lost []change
	for i, c := range changes {
		switch {
		case i >= len(r.extra) || r.extra[i] != '1':
			lost = append(lost, c)
		case c.Alert != nil:
			won[c.Alert.ID] = c.Alert.Body
		}
	}
	l.revert(lost)
	l.apply(ctx, r)
	l.keepWon(ctx, won)
	l.mirror(ctx)
	return nil
}

func appendChange(args []string, c *change, now int64) []string {
	field, alert, body := "", "", ""
	expects, expected, value := "0", "", ""
	if c.expected != nil {
		expects, expected = "1", *c.expected
		if over(parseMark(expected).expires, now) {
			expects = "2"
		}
	}
	if c.Value != nil {
		value = mark{c.Value, c.Expires}.String()
	}
	if c.Key != "" {
		field = string(markField) + c.Key
	}
	if c.Alert != nil {
		alert, body = c.Alert.ID, string(c.Alert.Body)
	}
	return append(args, field, expects, expected, flag(c.Value != nil), value, expiryText(c.Expires), alert, body)
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// keepWon remembers alerts for a server that loses its outbox.
func (l *Ledger) keepWon(ctx context.Context, won map[string][]byte) {
	l.mu.Lock()
	maps.Copy(l.won, won)
	l.mu.Unlock()
	var changes []ledger.Change
	for id, body := range won {
		changes = append(changes, ledger.Change{Key: wonKey + id, Value: body, Local: true})
	}
	l.note(ctx, changes)
}

// mirror remembers the marks that changed, as they stand now.
func (l *Ledger) mirror(ctx context.Context) {
	var local []ledger.Change
	for key := range l.cache.changed {
		c := ledger.Change{Key: mirrorKey + key, Local: true}
		if stored := l.cache.mark(key); stored != nil {
			c.Value, c.Expires = []byte(*stored), l.cache.expires[string(markField)+key]
		}
		local = append(local, c)
	}
	clear(l.cache.changed)
	l.note(ctx, local)
}

// note writes marks of this package's own to the local ledger.
func (l *Ledger) note(ctx context.Context, changes []ledger.Change) {
	if len(changes) == 0 {
		return
	}
	if err := l.local.Change(ctx, func(ledger.View) []ledger.Change { return changes }); err != nil {
		l.count(func(s *ledger.Stats) { s.Failures++ })
	}
}
