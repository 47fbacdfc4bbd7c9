package boltfile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"
)

const patience = 100 * time.Millisecond

// filled is a file with 300 values in one bucket, and what they are.
func filled(t *testing.T) (path string, values map[string]string) {
	t.Helper()
	path, values = filepath.Join(t.TempDir(), "file.db"), map[string]string{}
	db, err := Open(path, patience)
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte("bucket"))
		for i := range 300 {
			key, value := fmt.Sprintf("key %03d", i), fmt.Sprintf("%0100d", i)
			values[key] = value
			err = errors.Join(err, b.Put([]byte(key), []byte(value)))
		}
		return err
	}))
	require.NoError(t, db.Close())
	return path, values
}

// allOf reads everything through bbolt.
func allOf(t *testing.T, db *bbolt.DB) map[string]string {
	t.Helper()
	found := map[string]string{}
	require.NoError(t, db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("bucket")).ForEach(func(k, v []byte) error {
			found[string(k)] = string(v)
			return nil
		})
	}))
	return found
}

func TestOpenAgain(t *testing.T) {
	path, values := filled(t)
	db, err := Open(path, patience)
	require.NoError(t, err)
	require.Equal(t, values, allOf(t, db))
	_, err = Open(path, patience)
	require.ErrorIs(t, err, ErrInUse)
	require.NoError(t, db.Close())
}

// What is no file of bbolt, or only a part of one, is an error and stays as it is.
func TestNoFileOfBbolt(t *testing.T) {
	path, _ := filled(t)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for name, content := range map[string][]byte{
		"one byte":   []byte("x"),
		"zeros":      make([]byte, len(whole)),
		"half of it": whole[:len(whole)/2],
		"no header":  append(make([]byte, 2*4096), whole[2*4096:]...),
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(path, content, 0o600))
			_, err := Open(path, patience)
			require.ErrorIs(t, err, ErrDamaged)
			kept, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, content, kept)
		})
	}
}

// A flipped bit behind the headers is seen, or all keys are there: bbolt never gets a page in which it would lose its way.
func TestFlippedBit(t *testing.T) {
	path, values := filled(t)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	damaged := 0
	for at := 2 * 4096; at < len(whole); at += 131 {
		content := bytes.Clone(whole)
		content[at] ^= 1 << (at % 8)
		keys := 0
		_, err := Read(bytes.NewReader(content), int64(len(content)), func(string, []byte, []byte) error {
			keys++
			return nil
		})
		if err != nil {
			require.ErrorIs(t, err, ErrDamaged)
			damaged++
			continue
		}
		require.Len(t, values, keys, "byte %d", at)
	}
	require.Greater(t, damaged, 5)
}

func TestGuard(t *testing.T) {
	require.ErrorIs(t, Guard(func() error { panic("lost") }), ErrBroken)
	require.ErrorIs(t, Guard(func() error { return os.ErrClosed }), os.ErrClosed)
	require.NoError(t, Guard(func() error { return nil }))
}
