package bolt

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/boltfile"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// sound is a file with trees of several levels, free pages and a bit of everything, and what a ledger says of it.
func sound(t *testing.T) (content []byte, truth map[string]string) {
	f := open(t)
	random := rand.New(rand.NewPCG(11, 11))
	for id := range uint64(40) {
		var calls []ledger.Call
		for i := range uint64(10) {
			c := call(100*id+i+1, minute-int64(id), random.Int64N(1e12))
			c.Adds[0].Series = fmt.Sprintf("team-monthly of a team with quite a long name %d", 100*id+i)
			c.Book[0].Row.Agent = fmt.Sprint("agent ", i)
			calls = append(calls, c)
		}
		require.NoError(t, f.Record(t.Context(), calls, func(ledger.View) []ledger.Change {
			return []ledger.Change{{
				Key: fmt.Sprint("mark ", id), Value: []byte("x"), Alert: &ledger.Alert{ID: fmt.Sprint(id), Body: bytes.Repeat([]byte("text "), 100)},
			}}
		}))
		f.tick()
	}
	truth = everything(t, f)
	require.NoError(t, f.Close())
	content, err := os.ReadFile(f.file())
	require.NoError(t, err)
	return content, truth
}

// opened opens a damaged file, and says what is left of it and what was said. The ledger must work whatever was in the file.
func opened(t *testing.T, content []byte, seed genai.Seed) (map[string]string, []ledger.NoticeKind) {
	f := &fixture{clock: &clock{now: start}, heard: &heard{}, dir: t.TempDir()}
	require.NoError(t, os.WriteFile(f.file(), content, 0o600))
	f.open(t, func(o *Options) { o.Seed = seed })
	found := everything(t, f)
	c := call(9_999_999, minute, 5)
	c.Adds[0].Series = "after"
	record(t, f, c)
	before := everything(t, f)
	require.NoError(t, f.Close())
	f.open(t)
	require.Equal(t, before, everything(t, f), "what is recorded after the damage is there after a restart")
	require.NoError(t, f.Close())
	kinds := f.heard.kinds()
	if len(kinds) == 0 {
		return found, kinds
	}
	aside, err := filepath.Glob(f.file() + ".damaged-*")
	require.NoError(t, err)
	if len(aside) > 0 {
		kept, err := os.ReadFile(aside[0])
		require.NoError(t, err)
		require.Equal(t, content, kept, "nothing of the old file is lost")
	}
	return found, kinds
}

var nothing = map[string]string{"ids": "0", "outbox": "[]"}

// whole says whether the file is as it was, or empty and said to be; nothing in between is allowed.
func wholeOrNothing(t *testing.T, truth, found map[string]string, kinds []ledger.NoticeKind, what string) {
	if len(kinds) == 0 {
		require.Equal(t, truth, found, what)
		return
	}
	require.Equal(t, []ledger.NoticeKind{ledger.StoreReset}, kinds, what)
	require.Equal(t, nothing, found, what)
}

func TestFlippedBits(t *testing.T) {
	content, truth := sound(t)
	random := rand.New(rand.NewPCG(5, 5))
	const headers = 2 * 4096
	reset := 0
	for range 120 {
		at := headers + random.IntN(len(content)-headers)
		damaged := bytes.Clone(content)
		damaged[at] ^= 1 << random.IntN(8)
		found, kinds := opened(t, damaged, genai.Seed{1})
		wholeOrNothing(t, truth, found, kinds, fmt.Sprint("byte ", at))
		reset += len(kinds)
	}
	require.Greater(t, reset, 20)
}

// Every byte of the file is flipped, but what is read is only judged: a value that is not what was written is never given out.
func TestEveryByteFlipped(t *testing.T) {
	content, _ := sound(t)
	values := map[string]string{}
	size := int64(len(content))
	_, err := boltfile.Read(bytes.NewReader(content), size, func(bucket string, key, value []byte) error {
		values[bucket+string(key)] = string(value)
		return nil
	})
	require.NoError(t, err)
	const step = 101 // 3 finds no more, in a minute and a half
	damaged := bytes.Clone(content)
	found := 0
	for at := 0; at < len(damaged); at += step {
		damaged[at] ^= byte(1 << (at % 8))
		n, wrong := 0, false
		h, err := boltfile.Read(bytes.NewReader(damaged), size, func(bucket string, key, sealed []byte) error {
			if _, err := unseal(bucket, key, sealed); err != nil {
				wrong = true
				return err
			}
			if !h0(at) {
				require.Equal(t, values[bucket+string(key)], string(sealed), "byte %d", at)
			}
			n++
			return nil
		})
		if err != nil || wrong {
			require.ErrorIs(t, err, boltfile.ErrDamaged)
			found++
		} else if !h0(at) {
			require.Len(t, values, n, "byte %d: all is there", at)
			require.False(t, h.Lame)
		}
		damaged[at] ^= byte(1 << (at % 8))
	}
	require.Greater(t, found, 1000/step)
}

// h0 says whether a byte is in the headers: the other header may be read then, whose commit is one older.
func h0(at int) bool { return at < 2*4096 }

func TestDamagedHeader(t *testing.T) {
	content, truth := sound(t)
	for _, headers := range [][]int{{0}, {1}, {0, 1}} {
		damaged := bytes.Clone(content)
		for _, page := range headers {
			clear(damaged[page*4096 : page*4096+64])
		}
		found, kinds := opened(t, damaged, genai.Seed{1})
		require.Equal(t, []ledger.NoticeKind{ledger.StoreReset}, kinds)
		if len(headers) == 2 {
			require.Equal(t, nothing, found)
			continue
		}
		require.Equal(t, truth, found, "by the other header")
	}
}

func TestPagesThatMoved(t *testing.T) {
	content, truth := sound(t)
	n := len(content) / 4096
	random := rand.New(rand.NewPCG(6, 6))
	for range 25 {
		a, b := 2+random.IntN(n-2), 2+random.IntN(n-2)
		page := func(of []byte, i int) []byte { return of[i*4096 : (i+1)*4096] }
		for _, how := range []string{"over", "swapped", "zero"} {
			damaged := bytes.Clone(content)
			switch how {
			case "over":
				copy(page(damaged, a), page(content, b))
			case "swapped":
				copy(page(damaged, a), page(content, b))
				copy(page(damaged, b), page(content, a))
			case "zero":
				clear(page(damaged, a))
			}
			found, kinds := opened(t, damaged, genai.Seed{1})
			wholeOrNothing(t, truth, found, kinds, fmt.Sprint(how, a, b))
		}
	}
}

func TestTruncatedFile(t *testing.T) {
	content, truth := sound(t)
	for _, size := range []int{0, 1, 79, 80, 4095, 4096, 8192, 12_288, 16_384, len(content) / 2, len(content) - 4096, len(content) - 1} {
		found, kinds := opened(t, content[:size], genai.Seed{1})
		wholeOrNothing(t, truth, found, kinds, fmt.Sprint(size))
		if size <= 16_384 {
			require.NotEmpty(t, kinds, size)
		}
	}
}

func TestForeignFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "foreign")
	db, err := bbolt.Open(name, 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket([]byte("theirs"))
		return err
	}))
	require.NoError(t, db.Close())
	theirs, err := os.ReadFile(name)
	require.NoError(t, err)
	for _, content := range [][]byte{theirs, []byte("budgets:\n  - name: org-daily\n"), bytes.Repeat([]byte("x"), 100_000)} {
		found, kinds := opened(t, content, genai.Seed{1})
		require.Equal(t, nothing, found)
		require.Equal(t, []ledger.NoticeKind{ledger.StoreReset}, kinds)
	}
}

func TestFileTruncatedWhileInUse(t *testing.T) {
	f := open(t)
	for id := uint64(1); id <= 500; id++ {
		c := call(id, minute, 10)
		c.Adds[0].Series = fmt.Sprintf("series with a name that fills the pages of the file %d", id)
		record(t, f, c)
	}
	require.NoError(t, os.Truncate(f.file(), 8192))
	for id := uint64(1); id <= 600; id++ {
		c := call(id, minute, 10)
		c.Adds[0].Series = fmt.Sprintf("series with a name that fills the pages of the file %d", id)
		record(t, f, c)
	}
	f.tick()
	require.Zero(t, f.Stats().Waiting)
	before := everything(t, f)
	require.EqualValues(t, 6000, booked(f))
	require.NoError(t, f.Close())
	require.Equal(t, []ledger.NoticeKind{ledger.StoreUnavailable, ledger.StoreReset, ledger.StoreAvailable}, f.heard.kinds())
	f.open(t)
	require.Equal(t, before, everything(t, f), "it was written anew from memory")
}

func TestFileRemovedWhileInUse(t *testing.T) {
	f := open(t)
	record(t, f, call(1, minute, 10))
	require.NoError(t, os.RemoveAll(f.dir))
	record(t, f, call(2, minute, 10))
	require.EqualValues(t, 20, spent(t, f))
	require.NoError(t, f.Close())
}
