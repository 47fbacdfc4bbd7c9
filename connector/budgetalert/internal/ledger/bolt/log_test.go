package bolt

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
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

// body is now and then one that takes several blocks of the log, and sometimes as much as ends a block.
func body(i uint64) []byte {
	switch {
	case i%5 == 4:
		return bytes.Repeat([]byte(fmt.Sprintf("%03d ", i)), int(500*(i%4)+700)) //nolint:gosec // small
	case i%5 == 2:
		return make([]byte, 3000+i)
	}
	return nil
}

// step changes a bit of everything: slots and rows that are known and new ones, ids of old and new minutes, marks and alerts that come and go.
func step(t *testing.T, f *fixture, i uint64) {
	c := call(100+i, minute-int64(i%7), int64(i))
	c.Adds = append(c.Adds, ledger.Add{Series: fmt.Sprint("team ", i%5), Slot: 1, Amount: 1})
	c.Book[0].Row.Agent = fmt.Sprint(i % 4)
	require.NoError(t, f.Record(t.Context(), []ledger.Call{c, call(100+i/2, minute-int64(i/2%7), int64(i/2))}, func(ledger.View) []ledger.Change {
		all := []ledger.Change{{Key: fmt.Sprint("mark ", i%6), Value: []byte(fmt.Sprint(i)), Alert: &ledger.Alert{ID: fmt.Sprint(i), Body: body(i)}}}
		if i%3 == 0 {
			all = append(all, ledger.Change{Key: fmt.Sprint("mark ", (i+2)%6)})
		}
		return all
	}))
	if i%4 == 3 {
		require.NoError(t, f.Delivered(t.Context(), []string{fmt.Sprint(i), fmt.Sprint(i - 5)}))
	}
}

// A kill at any moment between two commits, and between the moment when the file has the log and the one when the log begins anew. Its
// blocks are used again, so it is full of what is over.
func TestTheFileAndItsLog(t *testing.T) {
	f := open(t)
	size := len(content(t, f.log()))
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
			for _, log := range [][]byte{before, content(t, f.log())} {
				is, kinds = found(t, content(t, f.file()), log)
				require.Equal(t, truth, is, "step %d", i)
				require.Empty(t, kinds)
			}
		}
	}
	require.NotEmpty(t, before)
	require.Len(t, content(t, f.log()), size, "it neither grows nor shrinks")
	require.Empty(t, f.heard.kinds())
}

// Of a commit that takes several blocks any of them may be on the disk when the power goes: it counts when all are, and otherwise it is as if it had
// never been. What follows on it counts, whatever is left of it.
func TestCommitThatIsWrittenInPart(t *testing.T) {
	f := open(t, func(o *Options) { o.logBlocks = 40 })
	for i := range uint64(20) { // several generations
		step(t, f, i)
		if i%7 == 6 {
			f.tick()
		}
	}
	for i, size := range []int{1, 3000, 4000, blockRoom, 9000, 13_000} {
		file, before, truth := content(t, f.file()), content(t, f.log()), everything(t, f)
		require.NoError(t, f.Change(t.Context(), func(ledger.View) []ledger.Change {
			return []ledger.Change{{Key: fmt.Sprint("large ", i), Value: bytes.Repeat([]byte("x"), size)}}
		}))
		after, whole := content(t, f.log()), everything(t, f)
		var changed []int
		for at := 0; at < len(after); at += blockSize {
			if !bytes.Equal(before[at:at+blockSize], after[at:at+blockSize]) {
				changed = append(changed, at)
			}
		}
		require.NotEmpty(t, changed)
		for written := range 1 << len(changed) {
			log := bytes.Clone(before)
			for k, at := range changed {
				if written>>k&1 == 1 {
					copy(log[at:at+blockSize], after[at:])
				}
			}
			is, kinds := found(t, file, log)
			require.Empty(t, kinds, "%d bytes, blocks %b", size, written)
			if written == 1<<len(changed)-1 {
				require.Equal(t, whole, is)
			} else if fmt.Sprint(is) != fmt.Sprint(whole) || size > blockRoom { // the last block may add nothing
				require.Equal(t, truth, is, "%d bytes, blocks %b", size, written)
			}
		}
	}
}

// A write that failed may have been one all the same: what was refused does not count, nor stands it in the place of what was written later.
func TestLogThatCannotBeWritten(t *testing.T) {
	f := open(t, func(o *Options) { o.Reject = true })
	step(t, f, 1)
	truth := everything(t, f)
	l := &f.store.log
	working := l.file
	broken, err := os.Open(f.log())
	require.NoError(t, err)
	l.file = broken // cannot be written
	require.Error(t, f.Record(t.Context(), []ledger.Call{call(500, minute, 7)}, nil))
	require.NoError(t, broken.Close())
	l.file = working
	image := content(t, f.log())
	last := readLog(image, genai.Seed{1}, 0).last
	copy(image[l.block*blockSize:], l.room[:blockSize])
	require.NoError(t, os.WriteFile(f.log(), image, 0o600))
	require.Equal(t, last+1, readLog(image, genai.Seed{1}, 0).last)

	f.tick()
	is, kinds := found(t, content(t, f.file()), content(t, f.log()))
	require.Empty(t, kinds)
	require.Equal(t, truth, is)
	record(t, f, call(501, minute, 8))
	truth = everything(t, f)
	is, kinds = found(t, content(t, f.file()), content(t, f.log()))
	require.Empty(t, kinds)
	require.Equal(t, truth, is)
}

// A file system that accepts a file for writes around the cache and then refuses them.
func TestWriteThatMustGoThroughTheCache(t *testing.T) {
	f := open(t)
	step(t, f, 1)
	f.tick()
	odd := alignedBlocks(2)[1:]
	require.NoError(t, f.store.log.write(odd[:blockSize], 0)) // refused around the cache, for where it is in memory
	step(t, f, 2)
	truth := everything(t, f)
	is, kinds := found(t, content(t, f.file()), content(t, f.log()))
	require.Equal(t, truth, is)
	require.Empty(t, kinds)
}

// More than the log has blocks for: it grows, and has its size again when that is folded.
func TestCommitThatIsLargerThanTheLog(t *testing.T) {
	f := open(t)
	require.NoError(t, f.Change(t.Context(), func(ledger.View) []ledger.Change {
		return []ledger.Change{{Key: "mark", Value: []byte("x"), Alert: &ledger.Alert{ID: "large", Body: bytes.Repeat([]byte("large "), 20_000)}}}
	}))
	truth := everything(t, f)
	is, kinds := found(t, content(t, f.file()), content(t, f.log()))
	require.Equal(t, truth, is)
	require.Empty(t, kinds)
	size := len(content(t, f.log()))
	require.Greater(t, size, 120_000)
	f.tick()
	require.Less(t, len(content(t, f.log())), size)
}

// The log of the version before, after a kill.
func TestLogWithoutBlocks(t *testing.T) {
	f := open(t)
	step(t, f, 1)
	f.tick()
	file, logged := content(t, f.file()), f.store.log.last
	for i := range uint64(5) {
		step(t, f, 2+i)
	}
	log := appendRecord(nil, genai.Seed{1}, logged+1, readLog(content(t, f.log()), genai.Seed{1}, logged).ops)
	is, kinds := found(t, file, log)
	require.Equal(t, everything(t, f), is)
	require.Empty(t, kinds)
	is, kinds = found(t, file, append(log, log[:100]...))
	require.Equal(t, everything(t, f), is)
	require.Empty(t, kinds, "cut off")
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

// prefixes are the truths after each record of a log, by the size of what is in its blocks.
func prefixes(t *testing.T) (file, log []byte, truths map[int]map[string]string) {
	f := open(t)
	for i := range uint64(5) {
		step(t, f, i)
	}
	f.tick()
	truths = map[int]map[string]string{0: everything(t, f)}
	for i := uint64(5); i < 12; i++ {
		step(t, f, i)
		stream, lame := readBlocks(content(t, f.log()), genai.Seed{1})
		require.False(t, lame)
		truths[len(stream)] = everything(t, f) // what a delivery took out is a record of its own
	}
	return content(t, f.file()), content(t, f.log()), truths
}

// anyOf says whether a ledger is as it was once, deliveries aside.
func anyOf(truths map[int]map[string]string, is map[string]string) bool {
	is = maps.Clone(is)
	is["outbox"] = ""
	for _, truth := range truths {
		truth = maps.Clone(truth)
		if truth["outbox"] = ""; maps.Equal(truth, is) {
			return true
		}
	}
	return false
}

// whole is the truth after the last record.
func whole(truths map[int]map[string]string) map[string]string {
	return truths[slices.Max(slices.Collect(maps.Keys(truths)))]
}

// used is the part of a log that is not zeros.
func used(log []byte) []byte { return bytes.TrimRight(log, "\x00") }

// A record that was not written to its end was never acknowledged: there is nothing to be said.
func TestLogThatIsCutOff(t *testing.T) {
	file, log, truths := prefixes(t)
	for size := 511; size <= len(used(log)); size += 511 { // an empty one is another matter
		is, kinds := found(t, file, log[:size])
		require.Empty(t, kinds)
		require.True(t, anyOf(truths, is), "%d bytes", size)
	}
	is, _ := found(t, file, log[:len(used(log))/blockSize*blockSize+blockSize])
	require.Equal(t, whole(truths), is)
}

// Whatever byte of the log is damaged: nothing is there that never was, and where something is not there it is said.
func TestLogThatIsDamaged(t *testing.T) {
	file, log, truths := prefixes(t)
	said := 0
	for at := 0; at < len(used(log)); at += 61 {
		damaged := bytes.Clone(log)
		damaged[at] ^= 1 << (at % 8)
		is, kinds := found(t, file, damaged)
		if len(kinds) == 0 { // behind the end of a block
			require.Equal(t, whole(truths), is, "byte %d", at)
			continue
		}
		said++
		require.Equal(t, []ledger.NoticeKind{ledger.StoreReset}, kinds, "byte %d", at)
		require.True(t, anyOf(truths, is), "byte %d: nothing is there that never was", at)
	}
	require.Greater(t, said, len(used(log))/61/2)
}

// The same where the blocks hold what is over, too: none of that ever counts again.
func TestLogThatIsDamagedAndUsedAgain(t *testing.T) {
	f := open(t)
	for i := range uint64(12) {
		step(t, f, i)
	}
	f.tick()
	file, truths := content(t, f.file()), map[int]map[string]string{0: everything(t, f)}
	for i := uint64(12); i < 15; i++ {
		step(t, f, i)
		truths[int(i)] = everything(t, f) //nolint:gosec // small
	}
	log := content(t, f.log())
	random := rand.New(rand.NewPCG(7, 7))
	n := len(used(log))
	for range 200 {
		damaged := bytes.Clone(log)
		at := random.IntN(n)
		what := "bit"
		switch random.IntN(3) {
		case 0:
			damaged[at] ^= 1 << random.IntN(8)
		case 1:
			what = "block"
			other := random.IntN(n)
			copy(damaged[at/blockSize*blockSize:][:blockSize], log[other/blockSize*blockSize:])
		default:
			what = "zeros"
			clear(damaged[at : at+random.IntN(blockSize)])
		}
		is, kinds := found(t, file, damaged)
		require.True(t, anyOf(truths, is), "%s at %d", what, at)
		if what == "bit" && len(kinds) == 0 {
			require.Equal(t, whole(truths), is, "byte %d", at)
		}
	}
}

// A log that belongs to another ledger, or whose first records are missing.
func TestLogThatDoesNotFollow(t *testing.T) {
	file, log, truths := prefixes(t)
	other := readLog(log, genai.Seed{2}, 0)
	require.True(t, other.lame)
	require.Empty(t, other.ops)

	stream, _ := readBlocks(log, genai.Seed{1})
	size, number, ok := readHeader(stream, genai.Seed{1})
	require.True(t, ok)
	rest := readRecords(stream[recordHeader+size:], genai.Seed{1}, number-1)
	require.True(t, rest.lame, "one is missing")
	is, kinds := found(t, file, appendRecord(nil, genai.Seed{1}, number+1, rest.ops))
	require.Equal(t, []ledger.NoticeKind{ledger.StoreReset}, kinds)
	require.Equal(t, whole(truths)["series s"+fmt.Sprint((minute-4)*60)], is["series s"+fmt.Sprint((minute-4)*60)], "amounts are what they are")
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
	records := appendRecord(appendRecord(nil, genai.Seed{1}, 1, some), genai.Seed{1}, 2, some)
	f.Add(records)
	block := make([]byte, 2*blockSize)
	sealBlock(block, genai.Seed{1}, 0, 7, copy(block[blockHeader:], records))
	f.Add(block)
	f.Fuzz(func(t *testing.T, b []byte) {
		is := readLog(b, genai.Seed{1}, 0)
		require.LessOrEqual(t, len(is.ops), len(b))
		_ = ops(b).each(func(*op) error { return nil })

		// The same bytes in blocks that are right.
		var log []byte
		for i := int64(0); ; i++ {
			block := make([]byte, blockSize)
			n := copy(block[blockHeader:], b)
			sealBlock(block, genai.Seed{1}, i, 7, n)
			log, b = append(log, block...), b[n:]
			if n < blockRoom {
				break
			}
		}
		in := readLog(log, genai.Seed{1}, 0)
		stream, _ := readBlocks(log, genai.Seed{1})
		require.Equal(t, readRecords(stream, genai.Seed{1}, 0), in)
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
