package alertnotify

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/boltfile"
)

// memoryClient is a storage extension's client.
type memoryClient struct {
	storage.Client
	values map[string][]byte
}

func (c *memoryClient) Batch(_ context.Context, ops ...*storage.Operation) error {
	for _, op := range ops {
		switch op.Type {
		case storage.Get:
			op.Value = c.values[op.Key]
		case storage.Set:
			c.values[op.Key] = op.Value
		case storage.Delete:
			delete(c.values, op.Key)
		}
	}
	return nil
}

func (c *memoryClient) Close(context.Context) error { return nil }

func contents(t *testing.T, s store) map[uint32]string {
	t.Helper()
	rows := map[uint32]string{}
	moved, err := s.load(t.Context(), func(slot uint32, body []byte) { rows[slot] = string(body) })
	require.NoError(t, err)
	require.Empty(t, moved)
	return rows
}

func TestStores(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b", "rows.db")
	values := map[string][]byte{}
	for name, open := range map[string]func() store{
		"file":      func() store { return &boltStore{path: path} },
		"extension": func() store { return extensionStore{&memoryClient{values: values}} },
	} {
		t.Run(name, func(t *testing.T) {
			s := open()
			assert.Empty(t, contents(t, s))
			require.NoError(t, s.save(t.Context(), map[uint32][]byte{0: []byte("a"), 1: []byte("b"), maxRows - 1: []byte("c")}))
			require.NoError(t, s.save(t.Context(), map[uint32][]byte{1: nil, 2: nil, 0: []byte("d")}))
			require.NoError(t, s.close(t.Context()))
			s = open()
			assert.Equal(t, map[uint32]string{0: "d", maxRows - 1: "c"}, contents(t, s))
			require.NoError(t, s.close(t.Context()))
		})
	}
}

// filled is a file with rows, closed.
func filled(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.db")
	s := &boltStore{path: path}
	require.Empty(t, contents(t, s))
	for slot := range uint32(30) {
		require.NoError(t, s.save(t.Context(), map[uint32][]byte{slot: make([]byte, 1000)}))
	}
	require.NoError(t, s.close(t.Context()))
	return path
}

// However a file is damaged, the store works on: with what could be read, or with nothing and the file moved aside.
func TestDamagedFile(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	moved := 0
	for name, spoil := range map[string]func([]byte) []byte{
		"empty":         func([]byte) []byte { return nil },
		"half of it":    func(b []byte) []byte { return b[:len(b)/2] },
		"no page":       func([]byte) []byte { return []byte("x") },
		"zeros":         func(b []byte) []byte { return make([]byte, len(b)) },
		"the last page": func(b []byte) []byte { return b[:len(b)-4096] },
		"no meta page": func(b []byte) []byte {
			clear(b[:8192])
			return b
		},
		"noise behind the meta pages": func(b []byte) []byte {
			for i := 8192; i < len(b); i++ {
				b[i] = byte(rnd.Uint32())
			}
			return b
		},
		"noise here and there": func(b []byte) []byte {
			for range 2000 {
				b[8192+rnd.IntN(len(b)-8192)] ^= 0x55
			}
			return b
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filled(t)
			body, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, spoil(slices.Clone(body)), 0o600))
			s := &boltStore{path: path}
			where, err := s.load(t.Context(), func(uint32, []byte) {})
			require.NoError(t, err)
			if to, ok := strings.CutPrefix(where, "it was moved to "); ok {
				moved++
				assert.FileExists(t, to)
			} else if name == "empty" {
				assert.Equal(t, path+" was empty", where)
			}
			for slot := range uint32(30) {
				if err := s.save(t.Context(), map[uint32][]byte{slot: []byte("new")}); err != nil {
					require.ErrorIs(t, err, errDamaged)
					moved++
					require.NoError(t, s.save(t.Context(), map[uint32][]byte{slot: []byte("new")}), "after it was moved aside")
				}
			}
			require.NoError(t, s.close(t.Context()))
		})
	}
	assert.GreaterOrEqual(t, moved, 4)
}

func TestFileIsLocked(t *testing.T) {
	path := filled(t)
	first, second := &boltStore{path: path, wait: shortest}, &boltStore{path: path, wait: shortest}
	contents(t, first)
	_, err := second.load(t.Context(), func(uint32, []byte) {})
	require.ErrorIs(t, err, boltfile.ErrInUse)
	require.NoError(t, first.close(t.Context()))
}

// brokenStore fails until it is repaired.
type brokenStore struct {
	store
	loadErr, saveErr error
}

func (s *brokenStore) load(ctx context.Context, visit func(uint32, []byte)) (string, error) {
	if s.loadErr != nil {
		return "", s.loadErr
	}
	return s.store.load(ctx, visit)
}

func (s *brokenStore) save(ctx context.Context, changes map[uint32][]byte) error {
	if s.saveErr != nil {
		return s.saveErr
	}
	return s.store.save(ctx, changes)
}

var errDisk = errors.New("the disk is full")

func keeperOn(s store) (*keeper, *[]error) {
	var faults []error
	cfg := createDefaultConfig().(*Config)
	w := defaultWebhook()
	w.Name = "w"
	cfg.Webhooks = []WebhookConfig{w}
	return newKeeper(s, cfg, func(err error) {
		if err != nil {
			faults = append(faults, err)
		}
	}), &faults
}

// A disk that is full keeps nothing from being sent, and keeps the sender from forgetting it.
func TestKeeperOnAFullDisk(t *testing.T) {
	values := map[string][]byte{}
	s := &brokenStore{store: extensionStore{&memoryClient{values: values}}, saveErr: errDisk}
	k, faults := keeperOn(s)
	require.NoError(t, k.load(t.Context()))
	a := []alert.Alert{*budgetAlert()}
	outcomes, err := k.accept(t.Context(), a, noon)
	require.ErrorIs(t, err, errDisk, "the sender keeps it")
	assert.False(t, outcomes[0].repeated)
	slot, r := k.next("w")
	require.NotNil(t, r, "it is worked on")

	outcomes, err = k.accept(t.Context(), a, noon)
	require.ErrorIs(t, err, errDisk)
	assert.True(t, outcomes[0].repeated, "it came again and is known")
	assert.Len(t, *faults, 2)

	s.saveErr = nil
	_, err = k.accept(t.Context(), a, noon)
	require.NoError(t, err, "now it is on disk")
	require.NoError(t, k.done(t.Context(), "w", slot, r.alert.ID))

	k, _ = keeperOn(s)
	require.NoError(t, k.load(t.Context()))
	require.Len(t, k.current(), 1)
	_, r = k.next("w")
	assert.Nil(t, r, "the webhook has had it")
}

// A directory that cannot be read at the start is read when it can be: what is in it and what has come meanwhile are both kept.
func TestKeeperLoadsLate(t *testing.T) {
	values := map[string][]byte{}
	inner := extensionStore{&memoryClient{values: values}}
	k, _ := keeperOn(inner)
	require.NoError(t, k.load(t.Context()))
	_, err := k.accept(t.Context(), []alert.Alert{*numbered(1), *numbered(2)}, noon)
	require.NoError(t, err)

	s := &brokenStore{store: inner, loadErr: errDisk}
	k, _ = keeperOn(s)
	require.ErrorIs(t, k.load(t.Context()), errDisk)
	_, err = k.accept(t.Context(), []alert.Alert{*numbered(3), *numbered(1)}, noon)
	require.ErrorIs(t, err, errDisk)
	s.loadErr = nil
	require.NoError(t, k.tidy(t.Context(), noon))
	check := func(k *keeper) {
		var ids []string
		for _, r := range k.current() {
			ids = append(ids, r.alert.ID)
		}
		slices.Sort(ids)
		assert.Equal(t, []string{"id-1", "id-2", "id-3"}, ids)
	}
	check(k)
	k, _ = keeperOn(inner)
	require.NoError(t, k.load(t.Context()))
	check(k)
}

func TestKeeperWithDamage(t *testing.T) {
	values := map[string][]byte{"row-5": []byte("{"), "row-6": []byte(`{"v":99}`)}
	k, faults := keeperOn(extensionStore{&memoryClient{values: values}})
	require.NoError(t, k.load(t.Context()))
	require.Len(t, *faults, 1)
	require.ErrorContains(t, (*faults)[0], "2 rows could not be read")
	_, err := k.accept(t.Context(), []alert.Alert{*budgetAlert()}, noon)
	require.NoError(t, err)
	assert.Len(t, values, 1, "what cannot be read is removed")
}

// A file that is damaged while it is open is replaced, with all that is in memory.
func TestKeeperReplacesADamagedFile(t *testing.T) {
	inner := extensionStore{&memoryClient{values: map[string][]byte{}}}
	s := &brokenStore{store: inner}
	k, faults := keeperOn(s)
	require.NoError(t, k.load(t.Context()))
	_, err := k.accept(t.Context(), []alert.Alert{*numbered(1)}, noon)
	require.NoError(t, err)
	emptied := &emptiedStore{memoryClient{values: map[string][]byte{}}, false}
	k.store = emptied
	_, err = k.accept(t.Context(), []alert.Alert{*numbered(2)}, noon)
	require.NoError(t, err)
	assert.Len(t, emptied.values, 2)
	require.Len(t, *faults, 1)
	assert.ErrorIs(t, (*faults)[0], errDamaged)
}

// emptiedStore finds at its first write that it was damaged.
type emptiedStore struct {
	memoryClient
	found bool
}

func (s *emptiedStore) load(context.Context, func(uint32, []byte)) (string, error) { return "", nil }
func (s *emptiedStore) close(context.Context) error                                { return nil }

func (s *emptiedStore) save(ctx context.Context, changes map[uint32][]byte) error {
	if !s.found {
		s.found = true
		return errDamaged
	}
	return extensionStore{&s.memoryClient}.save(ctx, changes)
}
