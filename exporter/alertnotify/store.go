package alertnotify

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"

	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// store keeps rows by slot. Calls come one after the other.
type store interface {
	// load visits all rows; where the store was damaged, it is empty and lost says what became of the damaged one.
	load(ctx context.Context, visit func(slot uint32, body []byte)) (lost string, err error)
	// save writes all changes or none; nil deletes. They are durable when it returns.
	save(ctx context.Context, changes map[uint32][]byte) error
	close(ctx context.Context) error
}

// errDamaged is of a save in a store that must be loaded anew: it has moved what it had aside and is empty.
var errDamaged = errors.New("the store is damaged")

// extensionStore is a store in a storage extension, which cannot say which keys it has.
type extensionStore struct{ client storage.Client }

func slotKey(slot uint32) string { return fmt.Sprintf("row-%d", slot) }

func (s extensionStore) load(ctx context.Context, visit func(slot uint32, body []byte)) (string, error) {
	gets := make([]*storage.Operation, maxRows)
	for slot := range gets {
		gets[slot] = storage.GetOperation(slotKey(uint32(slot))) //nolint:gosec // below maxRows
	}
	if err := s.client.Batch(ctx, gets...); err != nil {
		return "", err
	}
	for slot, get := range gets {
		if get.Value != nil {
			visit(uint32(slot), get.Value) //nolint:gosec // below maxRows
		}
	}
	return "", nil
}

func (s extensionStore) save(ctx context.Context, changes map[uint32][]byte) error {
	ops := make([]*storage.Operation, 0, len(changes))
	for _, slot := range slices.Sorted(maps.Keys(changes)) {
		if body := changes[slot]; body != nil {
			ops = append(ops, storage.SetOperation(slotKey(slot), body))
		} else {
			ops = append(ops, storage.DeleteOperation(slotKey(slot)))
		}
	}
	return s.client.Batch(ctx, ops...)
}

func (s extensionStore) close(ctx context.Context) error { return s.client.Close(ctx) }

func slotBytes(slot uint32) []byte { return binary.BigEndian.AppendUint32(nil, slot) }
