package valkey

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"maps"
	"strconv"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// change is a change with the value of the mark that was decided on. It applies where the mark still has that.
type change struct {
	ledger.Change
	expected []byte // nil: not set
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
	marks, current := l.cache.marks, l.sharedMark(c.Key)
	if c.Local {
		marks, current = l.marks, l.marks[c.Key]
	}
	if c.IfAbsent && current != nil || c.Value == nil && current == nil && c.Alert == nil {
		return change{}, false
	}
	c.Value = bytes.Clone(c.Value)
	if !l.up && !c.Local {
		first, ok := l.away.marks[c.Key]
		if !ok {
			first.expected = l.cache.marks[c.Key]
		}
		first.value, first.expires = c.Value, c.Expires
		l.away.marks[c.Key] = first
	} else {
		setMark(marks, c.Key, c.Value)
	}
	return change{c, current}, true
}

func setMark(marks map[string][]byte, key string, value []byte) {
	if value == nil {
		delete(marks, key)
	} else {
		marks[key] = value
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
			setMark(l.marks, c.Key, c.expected)
		default:
			setMark(l.cache.marks, c.Key, c.expected)
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
		args = appendChange(args, &changes[i])
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
	l.mu.Lock()
	for i, c := range changes {
		if c.Key != "" && i < len(r.extra) && r.extra[i] == '1' && c.Value != nil {
			l.cache.learn(string(markField)+c.Key, c.Expires)
		}
	}
	l.mu.Unlock()
	l.keepWon(ctx, won)
	var keys []string
	for _, c := range changes {
		if c.Key != "" {
			keys = append(keys, c.Key)
		}
	}
	l.mirror(ctx, keys...)
	return nil
}

func appendChange(args []string, c *change) []string {
	field, alert, body := "", "", ""
	if c.Key != "" {
		field = string(markField) + c.Key
	}
	if c.Alert != nil {
		alert, body = c.Alert.ID, string(c.Alert.Body)
	}
	return append(args, field, flag(c.expected != nil), string(c.expected), flag(c.Value != nil), string(c.Value), expiryText(c.Expires),
		alert, body)
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

// mirror remembers the marks that stand now.
func (l *Ledger) mirror(ctx context.Context, keys ...string) {
	var local []ledger.Change
	for _, key := range keys {
		c := ledger.Change{Key: mirrorKey + key, Local: true}
		if value, ok := l.cache.marks[key]; ok {
			c.Expires = l.cache.expires[string(markField)+key]
			c.Value = append(binary.AppendVarint(nil, c.Expires), value...)
		}
		local = append(local, c)
	}
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
