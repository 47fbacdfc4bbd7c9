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
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// found is what a ledger says that has these two files, as after a kill.
func found(t *testing.T, file, log []byte) (map[string]string, []ledger.NoticeKind) {
	f := &fixture{clock: &clock{now: start}, heard: &heard{}, dir: t.TempDir()}
	require.NoError(t, os.WriteFile(f.file(), file, 0o600))
	require.NoError(t, os.WriteFile(f.log(), log, 0o600))
	f.open(t)
	is := everything(t, f)
	record(t, f, call(9_999_999, minute, 5))
	after := everything(t, f)
	require.NoError(t, f.Close())
	require.NoFileExists(t, f.log(), "it is folded into the file")
	kinds := f.heard.kinds()
	f.open(t)
	require.Equal(t, after, everything(t, f), "what is recorded after the kill is there after a restart")
	require.NoError(t, f.Close())
	return is, kinds
}

func (f *fixture) log() string { return filepath.Join(f.dir, logName) }

func content(t *testing.T, name string) []byte {
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	return b
}

// step changes a bit of everything: slots and rows that are known and new ones, ids of old and new minutes, marks and alerts that come and go.
func step(t *testing.T, f *fixture, i uint64) {
	c := call(100+i, minute-int64(i%7), int64(i))
	c.Adds = append(c.Adds, ledger.Add{Series: fmt.Sprint("team ", i%5), Slot: 1, Amount: 1})
	c.Book[0].Row.Agent = fmt.Sprint(i % 4)
	require.NoError(t, f.Record(t.Context(), []ledger.Call{c, call(100+i/2, minute-int64(i/2%7), int64(i/2))}, func(ledger.View) []ledger.Change {
		all := []ledger.Change{{Key: fmt.Sprint("mark ", i%6), Value: []byte(fmt.Sprint(i)), Alert: &ledger.Alert{ID: fmt.Sprint(i)}}}
		if i%3 == 0 {
			all = append(all, ledger.Change{Key: fmt.Sprint("mark ", (i+2)%6)})
		}
		return all
	}))
	if i%4 == 3 {
		require.NoError(t, f.Delivered(t.Context(), []string{fmt.Sprint(i), fmt.Sprint(i - 5)}))
	}
}

// A kill at any moment between two commits, and between the moment when the file has the log and the one when the log is empty.
func TestTheFileAndItsLog(t *testing.T) {
	f := open(t)
	var before []byte // the log as it was when the file took it
	for i := range uint64(60) {
		step(t, f, i)
		truth := everything(t, f)
		is, kinds := found(t, content(t, f.file()), content(t, f.log()))
		require.Equal(t, truth, is, "step %d", i)
		require.Empty(t, kinds)
		if i%9 == 8 {
			before = content(t, f.log())
			f.tick()
			require.Empty(t, content(t, f.log()))
			is, kinds = found(t, content(t, f.file()), before)
			require.Equal(t, truth, is, "step %d", i)
			require.Empty(t, kinds)
		}
	}
	require.NotEmpty(t, before)
	require.Empty(t, f.heard.kinds())
}

// Whichever header is damaged, and whenever, the other one and the log have all: of a new file, and before and after each fold.
func TestHeadersAndTheLog(t *testing.T) {
	f := open(t)
	check := func(what string) {
		t.Helper()
		truth, file := everything(t, f), content(t, f.file())
		for page := range 2 {
			damaged := bytes.Clone(file)
			clear(damaged[page*4096 : page*4096+64])
			is, kinds := found(t, damaged, content(t, f.log()))
			require.Equal(t, truth, is, "%s, header %d", what, page)
			require.Equal(t, []ledger.NoticeKind{ledger.StoreReset}, kinds)
		}
	}
	check("new")
	for i := range uint64(12) {
		step(t, f, i)
		check(fmt.Sprint("step ", i))
		if i%3 == 2 {
			f.tick()
			check(fmt.Sprint("fold after step ", i))
		}
	}
	require.Empty(t, f.heard.kinds())
}

// prefixes are the truths after each record of a log, by the size of the log.
func prefixes(t *testing.T) (file, log []byte, truths map[int]map[string]string) {
	f := open(t)
	for i := range uint64(5) {
		step(t, f, i)
	}
	f.tick()
	truths = map[int]map[string]string{0: everything(t, f)}
	for i := uint64(5); i < 12; i++ {
		step(t, f, i)
		truths[len(content(t, f.log()))] = everything(t, f) // what a delivery took out is a record of its own
	}
	return content(t, f.file()), content(t, f.log()), truths
}

// A record that was not written to its end was never acknowledged: there is nothing to be said.
func TestLogThatIsCutOff(t *testing.T) {
	file, log, truths := prefixes(t)
	for size := 0; size <= len(log); size += 11 {
		is, kinds := found(t, file, log[:size])
		require.Empty(t, kinds)
		last := size
		for truths[last] == nil {
			last--
		}
		if last != size && is["outbox"] != truths[last]["outbox"] { // a delivery after the last truth
			continue
		}
		require.Equal(t, truths[last], is, "%d bytes", size)
	}
}

// Whatever byte of the log is damaged: what is before is there, what is behind is not, and it is said.
func TestLogThatIsDamaged(t *testing.T) {
	file, log, truths := prefixes(t)
	for at := 0; at < len(log); at += 23 {
		damaged := bytes.Clone(log)
		damaged[at] ^= 1 << (at % 8)
		is, kinds := found(t, file, damaged)
		require.Equal(t, []ledger.NoticeKind{ledger.StoreReset}, kinds, "byte %d", at)
		known := false
		for _, truth := range truths {
			truth["outbox"], is["outbox"] = "", ""
			known = known || fmt.Sprint(truth) == fmt.Sprint(is)
		}
		require.True(t, known, "byte %d: nothing is there that never was", at)
	}
}

// A log that belongs to another ledger, or whose first records are missing.
func TestLogThatDoesNotFollow(t *testing.T) {
	file, log, truths := prefixes(t)
	other := readLog(log, genai.Seed{2}, 0)
	require.True(t, other.lame)
	require.Empty(t, other.ops)
	all := readLog(log, genai.Seed{1}, 0)
	first := recordHeader
	for one := log[:recordHeader]; readLog(log[:first], genai.Seed{1}, 0).size == 0; one = log[:first] {
		first = len(one) + 1
	}
	is, kinds := found(t, file, log[first:])
	require.Equal(t, []ledger.NoticeKind{ledger.StoreReset}, kinds)
	require.Equal(t, truths[len(log)]["series s"+fmt.Sprint((minute-4)*60)], is["series s"+fmt.Sprint((minute-4)*60)], "amounts are what they are")
	require.Equal(t, len(log), int(all.size))
}

// A log that cannot be folded is said, counts go on in memory, and nothing is lost.
func TestLogThatCannotBeFolded(t *testing.T) {
	f := open(t)
	record(t, f, call(1, minute, 10))
	f.fault.Store(&errFull)
	f.tick()
	record(t, f, call(2, minute, 10))
	require.Equal(t, 1, f.Stats().Waiting)
	is, _ := found(t, content(t, f.file()), content(t, f.log()))
	require.Equal(t, "10", is["series s"+fmt.Sprint(minute*60)], "what was acknowledged before is in the log")
	f.mend()
	require.Zero(t, f.Stats().Waiting)
	require.NoError(t, f.Close())
	require.Equal(t, []ledger.NoticeKind{ledger.StoreUnavailable, ledger.StoreAvailable}, f.heard.kinds())
	f.open(t)
	require.EqualValues(t, 20, spent(t, f))
}

// FuzzLog reads logs that nobody wrote.
func FuzzLog(f *testing.F) {
	var some ops
	some.put(slotBucket, []byte("series"), []byte("value"))
	some.del(markBucket, []byte("mark"))
	f.Add(appendRecord(appendRecord(nil, genai.Seed{1}, 1, some), genai.Seed{1}, 2, some))
	f.Fuzz(func(t *testing.T, b []byte) {
		is := readLog(b, genai.Seed{1}, 0)
		require.LessOrEqual(t, is.size, int64(len(b)))
		require.Equal(t, is.ops, readLog(b[:is.size], genai.Seed{1}, 0).ops)
		_ = ops(b).each(func(*op) error { return nil })
	})
}

// What is folded is what all ops one after the other would leave.
func TestFoldingTheLastOpsIsFoldingAll(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var some ops
		for range random.IntN(200) {
			bucket, key := buckets[1+random.IntN(3)], []byte{byte(random.IntN(20))}
			if random.IntN(4) == 0 {
				some.del(bucket, key)
			} else {
				some.put(bucket, key, fmt.Append(nil, random.Int()))
			}
		}
		require.Equal(t, contents(t, some.apply), contents(t, some.applyLast))
	}
}

// contents is what a new file has after a transaction, by bucket and key.
func contents(t *testing.T, do func(*bbolt.Tx) error) map[string]string {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(t.TempDir(), "db"), 0o600, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	all := map[string]string{}
	require.NoError(t, db.Update(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucket([]byte(name)); err != nil {
				return err
			}
		}
		return do(tx)
	}))
	require.NoError(t, db.View(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			err := tx.Bucket([]byte(name)).ForEach(func(k, v []byte) error {
				all[name+"\x00"+string(k)] = string(v)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	return all
}
