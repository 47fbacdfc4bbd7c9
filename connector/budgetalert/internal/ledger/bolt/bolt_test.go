package bolt

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/boltfile"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var start = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// clock is a time that a test sets.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// heard collects notices.
type heard struct {
	mu  sync.Mutex
	all []ledger.Notice
}

func (h *heard) hear(n ledger.Notice) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, n)
}

func (h *heard) kinds() (kinds []ledger.NoticeKind) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, n := range h.all {
		kinds = append(kinds, n.Kind)
	}
	return kinds
}

const never = 24 * time.Hour // so that only the test says when it ticks

type fixture struct {
	*Ledger
	clock *clock
	heard *heard
	dir   string
}

func options(dir string, c *clock, h *heard) Options {
	return Options{
		Options:   ledger.Options{Now: c.Now, Notify: h.hear, Seed: genai.Seed{1}},
		Directory: dir, Retry: never, Patience: time.Nanosecond, logBlocks: 12,
	}
}

func open(t *testing.T, change ...func(*Options)) *fixture {
	f := &fixture{clock: &clock{now: start}, heard: &heard{}, dir: t.TempDir()}
	f.open(t, change...)
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func (f *fixture) open(t *testing.T, change ...func(*Options)) {
	o := options(f.dir, f.clock, f.heard)
	for _, c := range change {
		c(&o)
	}
	var err error
	f.Ledger, err = Open(o)
	require.NoError(t, err)
}

// tick does what the ticker would.
func (f *fixture) tick() {
	done := make(chan struct{})
	f.ticks <- done
	<-done
}

// mend lets commits work again, and waits for one: what comes while a commit fails is refused with it.
func (f *fixture) mend() {
	f.fault.Store(nil)
	f.tick()
}

func (f *fixture) file() string { return filepath.Join(f.dir, fileName) }

var minute = start.Unix() / 60

func call(id uint64, minute, amount int64) ledger.Call {
	return ledger.Call{
		ID: id, Minute: minute,
		Adds: []ledger.Add{{Series: "s", Slot: minute * 60, Amount: amount, Expires: start.Unix() + 7*86400}},
		Book: []book.Entry{{Hour: minute / 60, Row: book.Row{Model: "m"}, Sums: book.Sums{NanoUSD: amount, Calls: 1}}},
	}
}

func record(t *testing.T, l ledger.Ledger, calls ...ledger.Call) {
	require.NoError(t, l.Record(t.Context(), calls, nil))
}

func spent(t *testing.T, l ledger.Ledger) (sum int64) {
	require.NoError(t, l.Series(t.Context(), "s", func(_ string, _, amount int64) { sum += amount }))
	return sum
}

func booked(l ledger.Ledger) (sum int64) {
	l.Booked(func(_ *book.Row, sums *book.Sums, _ time.Time) { sum += sums.NanoUSD })
	return sum
}

func TestLedgerOutlivesTheProcess(t *testing.T) {
	f := open(t)
	require.Empty(t, f.heard.kinds())
	record(t, f, call(1, minute, 10), call(2, minute, 20), call(1, minute, 10))
	require.NoError(t, f.Change(t.Context(), func(v ledger.View) []ledger.Change {
		require.EqualValues(t, 30, v.Sum("s", 0, math.MaxInt64))
		return []ledger.Change{
			{Key: "mark", Value: []byte("x"), IfAbsent: true, Alert: &ledger.Alert{ID: "one", Body: []byte("body")}},
			{Key: "empty", Value: []byte{}, Alert: &ledger.Alert{ID: "two"}},
		}
	}))
	hasher := f.Hasher().Seed()
	require.NoError(t, f.Close())
	require.NoError(t, f.Close(), "once is enough")
	require.ErrorIs(t, f.Record(t.Context(), nil, nil), ErrClosed)

	f.open(t, func(o *Options) { o.Seed = genai.Seed{2} })
	require.Equal(t, hasher, f.Hasher().Seed(), "ids are the same after a restart")
	record(t, f, call(1, minute, 10), call(3, minute, 5))
	require.EqualValues(t, 35, spent(t, f))
	require.EqualValues(t, 35, booked(f))
	require.Equal(t, 3, f.Stats().IDs)
	alerts, err := f.Outbox(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, []ledger.Alert{{ID: "one", Body: []byte("body")}, {ID: "two", Body: []byte{}}}, alerts)
	require.NoError(t, f.Change(t.Context(), func(v ledger.View) []ledger.Change {
		require.Equal(t, "x", string(v.Mark("mark")))
		require.NotNil(t, v.Mark("empty"))
		return []ledger.Change{{Key: "mark", Value: []byte("y"), IfAbsent: true, Alert: &ledger.Alert{ID: "three"}}, {Key: "empty"}}
	}))
	require.NoError(t, f.Delivered(t.Context(), []string{"one"}))
	require.NoError(t, f.Close())

	f.open(t)
	alerts, err = f.Outbox(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, []ledger.Alert{{ID: "two", Body: []byte{}}}, alerts)
	require.Equal(t, 1, f.Stats().Outbox)
	require.Empty(t, f.heard.kinds())
}

func TestNothingNewIsNotWritten(t *testing.T) {
	f := open(t)
	record(t, f, call(1, minute, 10))
	commits := f.Stats().Commits
	record(t, f, call(1, minute, 10))
	require.NoError(t, f.Change(t.Context(), func(ledger.View) []ledger.Change { return nil }))
	require.NoError(t, f.Delivered(t.Context(), []string{"unknown"}))
	f.tick()
	require.Equal(t, commits, f.Stats().Commits)
}

// everything is what a ledger answers.
func everything(t *testing.T, l ledger.Ledger) map[string]string {
	all := map[string]string{}
	require.NoError(t, l.Change(t.Context(), nil)) // drop what is old
	require.NoError(t, l.Series(t.Context(), "", func(series string, slot, amount int64) {
		all[fmt.Sprint("series ", series, slot)] = fmt.Sprint(amount)
	}))
	require.NoError(t, l.Marks(t.Context(), "", func(key string, value []byte) { all["mark "+key] = string(value) }))
	alerts, err := l.Outbox(t.Context(), 1e6)
	require.NoError(t, err)
	all["outbox"] = fmt.Sprintf("%q", alerts)
	require.NoError(t, l.Book(t.Context(), 0, math.MaxInt64/24, func(hour int64, row *book.Row, sums *book.Sums) {
		all[fmt.Sprint("book ", hour, *row)] = fmt.Sprint(*sums)
	}))
	l.Booked(func(row *book.Row, sums *book.Sums, began time.Time) {
		all[fmt.Sprint("total ", *row)] = fmt.Sprint(*sums, began)
	})
	all["ids"] = fmt.Sprint(l.Stats().IDs)
	return all
}

func TestLikeTheModel(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			f := open(t)
			model := ledger.NewMemory(ledger.Options{Now: f.clock.Now, Seed: genai.Seed{1}})
			likeTheModel(t, f, model, rand.New(rand.NewPCG(seed, 1)))
			require.Empty(t, f.heard.kinds())
		})
	}
}

func likeTheModel(t *testing.T, f *fixture, model ledger.Ledger, random *rand.Rand) {
	both := func(do func(ledger.Ledger) []bool) {
		require.Equal(t, do(model), do(f.Ledger))
	}
	for range 250 {
		switch random.IntN(12) {
		case 0, 1, 2, 3, 4:
			calls := randomCalls(random, f.clock.Now())
			decide := randomDecision(random, f.clock.Now())
			both(func(l ledger.Ledger) (fresh []bool) {
				require.NoError(t, l.Record(t.Context(), calls, func(v ledger.View) []ledger.Change {
					for i := range calls {
						fresh = append(fresh, v.Fresh(i))
					}
					return decide(v)
				}))
				return fresh
			})
		case 5:
			decide := randomDecision(random, f.clock.Now())
			both(func(l ledger.Ledger) []bool {
				require.NoError(t, l.Change(t.Context(), decide))
				return nil
			})
		case 6:
			n := random.IntN(3)
			both(func(l ledger.Ledger) []bool {
				alerts, err := l.Outbox(t.Context(), n)
				require.NoError(t, err)
				ids := []string{"unknown"}
				for _, a := range alerts {
					ids = append(ids, a.ID)
				}
				require.NoError(t, l.Delivered(t.Context(), ids))
				return nil
			})
		case 7:
			f.clock.Add(time.Duration(random.IntN(20)) * time.Minute)
		case 8:
			f.clock.Add(-time.Duration(random.IntN(10)) * time.Minute)
		case 9:
			f.tick()
		case 10: // a restart
			require.NoError(t, f.Close())
			f.open(t)
		case 11: // a kill: what is in the file counts
			f.tick() // what was too old a second ago may come back otherwise, where the clock was set back since
			file, log := content(t, f.file()), content(t, f.log())
			require.NoError(t, f.Close())
			require.NoError(t, os.WriteFile(f.file(), file, 0o600))
			require.NoError(t, os.WriteFile(f.log(), log, 0o600))
			f.open(t)
		}
		// Both look at each time that comes: what is dropped at a late one does not come back when the clock is set back.
		both(func(l ledger.Ledger) []bool {
			require.NoError(t, l.Change(t.Context(), nil))
			return nil
		})
		if random.IntN(8) == 0 {
			require.Equal(t, everything(t, model), everything(t, f))
		}
	}
	require.Equal(t, everything(t, model), everything(t, f))
}

func randomCalls(random *rand.Rand, now time.Time) (calls []ledger.Call) {
	for range random.IntN(6) {
		at := now.Unix()/60 - random.Int64N(10)
		c := ledger.Call{ID: 1 + random.Uint64N(60), Minute: at}
		for range random.IntN(3) {
			slot := at * 60
			if random.IntN(2) == 0 {
				slot = now.Unix() / 7200 * 7200
			}
			c.Adds = append(c.Adds, ledger.Add{
				Series: fmt.Sprint("series ", random.IntN(3)), Slot: slot, Amount: random.Int64N(1000), Expires: now.Unix()/60*60 + 60*random.Int64N(90),
			})
		}
		for range random.IntN(2) {
			c.Book = append(c.Book, book.Entry{
				Hour: at / 60, Row: book.Row{Service: "s", Model: fmt.Sprint(random.IntN(3)), Keys: []string{"team"}},
				Sums: book.Sums{NanoUSD: random.Int64N(1000), Calls: 1, Tokens: [5]int64{1, 2, 3, 4, 5}},
			})
		}
		calls = append(calls, c)
	}
	return calls
}

func randomDecision(random *rand.Rand, now time.Time) ledger.Decide {
	key, expires := fmt.Sprint("mark ", random.IntN(6)), int64(0)
	if random.IntN(2) == 0 {
		expires = now.Unix()/60*60 + 60*random.Int64N(60)
	}
	kind, id := random.IntN(4), random.Int()
	return func(v ledger.View) []ledger.Change {
		value := fmt.Appendf(nil, "%d %s", v.Sum("series 1", 0, math.MaxInt64), v.Mark("mark 1"))
		c := ledger.Change{Key: key, Value: value[:min(len(value), 20)], Expires: expires, IfAbsent: kind == 0}
		switch kind {
		case 1:
			c.Value = nil
		case 2:
			return nil
		}
		c.Alert = &ledger.Alert{ID: fmt.Sprint(id), Body: value}
		return []ledger.Change{c}
	}
}

func TestClockSetBack(t *testing.T) {
	f := open(t)
	record(t, f, call(1, minute, 10))
	for _, step := range []time.Duration{-time.Hour, 30 * time.Minute, -2 * time.Hour, 3 * time.Hour} {
		f.clock.Add(step)
		f.tick()
		require.NoError(t, f.Close())
		f.open(t)
		record(t, f, call(1, minute, 10))
		require.EqualValues(t, 10, spent(t, f), "known, and there")
	}
	f.clock.Add(8 * 24 * time.Hour)
	f.tick()
	require.Zero(t, spent(t, f))
	f.tick()
	f.clock.Add(-8*24*time.Hour - time.Hour)
	require.NoError(t, f.Close())
	f.open(t)
	require.Zero(t, spent(t, f), "what is dropped does not come back")
	require.EqualValues(t, 10, booked(f))
}

// A gateway that starts with a clock that is a month ahead drops nothing before that has lasted for an hour.
func TestStartWithAClockThatIsAhead(t *testing.T) {
	const month = 31 * 24 * time.Hour
	mark := func(ledger.View) []ledger.Change {
		return []ledger.Change{{Key: "m", Value: []byte("x"), Expires: start.Unix() + 86400}}
	}
	for name, right := range map[string]bool{"and set right": false, "for good": true} {
		t.Run(name, func(t *testing.T) {
			f := open(t)
			require.NoError(t, f.Record(t.Context(), []ledger.Call{call(1, minute, 10)}, mark))
			require.NoError(t, f.Close())
			f.clock.Add(month)
			f.open(t)
			require.True(t, f.Stats().Doubt)
			for range 30 {
				f.clock.Add(time.Minute)
				f.tick()
			}
			require.False(t, f.Stats().Doubt, "but nothing is dropped")
			require.EqualValues(t, 10, spent(t, f))
			if right {
				f.clock.Add(time.Hour)
				f.tick()
				require.Zero(t, spent(t, f))
				require.Zero(t, f.Stats().IDs)
				return
			}
			require.NoError(t, f.Close())
			f.clock.Add(-month)
			f.open(t)
			require.False(t, f.Stats().Doubt)
			f.tick()
			record(t, f, call(1, minute, 10))
			require.EqualValues(t, 10, spent(t, f), "known, and there")
			marks := 0
			require.NoError(t, f.Marks(t.Context(), "m", func(string, []byte) { marks++ }))
			require.Equal(t, 1, marks)
		})
	}
}

// A gateway that was away for the night is at home in ten minutes, one that was for a minute at once.
func TestStartAfterAWhile(t *testing.T) {
	f := open(t)
	record(t, f, call(1, minute, 10))
	for away, doubt := range map[time.Duration]bool{time.Minute: false, 8 * time.Hour: true} {
		require.NoError(t, f.Close())
		f.clock.Add(away)
		f.open(t)
		require.Equal(t, doubt, f.Stats().Doubt)
		f.clock.Add(10 * time.Minute)
		require.False(t, f.Stats().Doubt)
		record(t, f, call(0, f.clock.Now().Unix()/60, 1))
	}
}

// count counts what is in the buckets of the file.
func count(t *testing.T, f *fixture) map[string]int {
	n := map[string]int{}
	file, err := os.Open(f.file())
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	require.NoError(t, err)
	_, err = boltfile.Read(file, info.Size(), func(bucket string, _, _ []byte) error {
		n[bucket]++
		return nil
	})
	require.NoError(t, err)
	return n
}

func TestOldThingsLeaveTheFile(t *testing.T) {
	f := open(t)
	id := uint64(0)
	for range 30 {
		var calls []ledger.Call
		for range 40 {
			id++
			c := call(id, f.clock.Now().Unix()/60, 1)
			c.Adds[0].Slot, c.Adds[0].Expires = int64(id), f.clock.Now().Unix()+3600
			calls = append(calls, c)
		}
		require.NoError(t, f.Record(t.Context(), calls, func(ledger.View) []ledger.Change {
			return []ledger.Change{{Key: fmt.Sprint("mark ", id), Value: []byte("x"), Expires: f.clock.Now().Unix() + 3600}}
		}))
		f.clock.Add(time.Minute / 2)
	}
	require.NoError(t, f.Close())
	n := count(t, f)
	require.Equal(t, 1200, n[slotBucket])
	require.Equal(t, 30, n[markBucket])
	require.Equal(t, 30, n[idBucket])
	f.open(t)
	f.clock.Add(2 * time.Minute)
	for range 10 {
		f.tick()
	}
	require.Equal(t, 15, count(t, f)[idBucket], "the segments of a minute are merged")
	require.NoError(t, f.Close())
	f.open(t)
	require.Equal(t, 1200, f.Stats().IDs)
	record(t, f, call(1, minute, 1), call(1200, minute+14, 1))
	require.Equal(t, 1200, f.Stats().IDs)
	f.clock.Add(2 * time.Hour)
	for range 8 {
		f.tick()
	}
	n = count(t, f)
	require.Zero(t, n[slotBucket])
	require.Zero(t, n[markBucket])
	require.Zero(t, n[idBucket])
	require.EqualValues(t, 1200, booked(f))
}

func TestMergedSegmentsOfALargeMinute(t *testing.T) {
	f := open(t)
	const ids = 3 * largeSegment
	id := uint64(0)
	for range ids / 64 {
		var calls []ledger.Call
		for range 64 {
			id++
			calls = append(calls, ledger.Call{ID: id, Minute: minute})
		}
		record(t, f, calls...)
	}
	f.clock.Add(2 * time.Minute)
	for range 5 {
		f.tick()
	}
	require.Equal(t, 3, count(t, f)[idBucket])
	require.NoError(t, f.Close())
	f.open(t)
	require.Equal(t, ids, f.Stats().IDs)
	f.clock.Add(62 * time.Minute)
	record(t, f, ledger.Call{ID: 1, Minute: minute})
	f.tick()
	f.tick()
	require.Equal(t, 1, count(t, f)[idBucket], "the minute is gone, but for what came again")
	require.NoError(t, f.Close())
	f.open(t)
	require.Equal(t, 1, f.Stats().IDs)
}

func TestTooManyIDsLeaveTheFile(t *testing.T) {
	f := open(t, func(o *Options) { o.MaxIDs = 100 })
	for i := range 250 {
		record(t, f, ledger.Call{ID: uint64(i + 1), Minute: f.clock.Now().Unix() / 60})
		f.clock.Add(6 * time.Second)
	}
	f.tick()
	f.tick()
	known := f.Stats().IDs
	require.LessOrEqual(t, known, 100)
	require.NoError(t, f.Close())
	f.open(t, func(o *Options) { o.MaxIDs = 100 })
	require.Equal(t, known, f.Stats().IDs)
	require.Zero(t, f.Stats().EvictedIDs)
}

func TestBookFoldsInTheFile(t *testing.T) {
	f := open(t)
	var all int64
	for range 60 {
		record(t, f, call(0, f.clock.Now().Unix()/60, 7))
		all += 7
		f.clock.Add(24 * time.Hour)
		f.tick()
		if f.clock.Now().Day()%10 == 0 {
			require.NoError(t, f.Close())
			f.open(t)
		}
	}
	rows, sum := 0, int64(0)
	require.NoError(t, f.Book(t.Context(), 0, math.MaxInt64/24, func(hour int64, _ *book.Row, s *book.Sums) {
		rows++
		sum += s.NanoUSD
		if age := f.clock.Now().Unix()/3600 - hour; age > book.KeptHours+24 {
			require.Zero(t, hour%24, "days count as their first hour")
		}
	}))
	require.Equal(t, 60, rows)
	require.Equal(t, all, sum)
	require.Equal(t, all, booked(f))
	require.Equal(t, 61, count(t, f)[bookBucket])
}

func TestSecondProcess(t *testing.T) {
	f := open(t)
	_, err := Open(options(f.dir, f.clock, f.heard))
	require.ErrorIs(t, err, boltfile.ErrInUse)
	require.ErrorContains(t, err, "another process uses it")
	record(t, f, call(1, minute, 10))
}

func TestNewerFormat(t *testing.T) {
	f := open(t)
	record(t, f, call(1, minute, 10))
	require.NoError(t, f.Close())
	db, err := bbolt.Open(f.file(), 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(metaBucket)).Put(formatKey, seal(metaBucket, formatKey, []byte{0, 0, 0, formatVersion + 1}))
	}))
	require.NoError(t, db.Close())
	_, err = Open(options(f.dir, f.clock, f.heard))
	require.ErrorContains(t, err, "its format is 4 and this version reads 3")
	names, err := os.ReadDir(f.dir)
	require.NoError(t, err)
	require.Len(t, names, 1, "it stays where it is")
}

// A ledger that an older version has written, which knew no log.
func TestOlderFormat(t *testing.T) {
	f := open(t)
	record(t, f, call(1, minute, 10))
	require.NoError(t, f.Close())
	db, err := bbolt.Open(f.file(), 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bbolt.Tx) error {
		meta := tx.Bucket([]byte(metaBucket))
		return errors.Join(meta.Delete(loggedKey), meta.Put(formatKey, seal(metaBucket, formatKey, []byte{0, 0, 0, 1})))
	}))
	require.NoError(t, db.Close())
	for range 2 {
		f.open(t)
		record(t, f, call(1, minute, 10), call(2, minute, 5))
		require.EqualValues(t, 15, spent(t, f))
		require.NoError(t, f.Close())
	}
	require.Empty(t, f.heard.kinds())
	require.Equal(t, 3, count(t, f)[metaBucket])
}

func TestManyWritersShareCommits(t *testing.T) {
	f := open(t)
	var wg sync.WaitGroup
	for worker := range 16 {
		wg.Go(func() {
			for i := range 50 {
				id := uint64(i+1)<<8 | uint64(worker/2) // each comes from two workers
				err := f.Record(t.Context(), []ledger.Call{call(id, minute, 1)}, func(v ledger.View) []ledger.Change {
					n := v.Sum("s", 0, math.MaxInt64) / 20
					return []ledger.Change{{Key: fmt.Sprint(n), Value: []byte("x"), IfAbsent: true, Alert: &ledger.Alert{ID: fmt.Sprint(n)}}}
				})
				if err != nil {
					panic(err)
				}
			}
		})
	}
	wg.Wait()
	stats := f.Stats()
	require.EqualValues(t, 400, spent(t, f))
	require.LessOrEqual(t, stats.Commits, stats.Requests)
	require.Equal(t, 21, stats.Outbox)
	before := everything(t, f)
	require.NoError(t, f.Close())
	f.open(t)
	require.Equal(t, before, everything(t, f))
}

var errFull = errors.New("no space left on device")

func TestStoreThatFails(t *testing.T) {
	f := open(t)
	record(t, f, call(1, minute, 10))
	f.fault.Store(&errFull)
	for id := uint64(2); id < 100; id++ {
		record(t, f, call(id, minute, 10))
	}
	raise := func(ledger.View) []ledger.Change { return []ledger.Change{{Alert: &ledger.Alert{ID: "one"}}} }
	require.NoError(t, f.Change(t.Context(), raise))
	f.tick()
	require.EqualValues(t, 990, spent(t, f), "it is counted in memory")
	stats := f.Stats()
	require.Equal(t, 99, stats.Waiting)
	require.EqualValues(t, 2, stats.Failures, "the first batch found out; later ones wait for the tick")
	alerts, err := f.Outbox(t.Context(), 1)
	require.NoError(t, err)
	require.Len(t, alerts, 1, "alerts do not wait for the disk")
	require.Equal(t, start, f.clock.Now())
	f.fault.Store(nil)
	f.tick()
	stats = f.Stats()
	require.Zero(t, stats.Waiting)
	require.EqualValues(t, 100, stats.Requests)
	record(t, f, call(100, minute, 10), call(2, minute, 10))
	require.NoError(t, f.Close())
	require.Equal(t, []ledger.NoticeKind{ledger.StoreUnavailable, ledger.StoreAvailable}, f.heard.kinds(), "each once")
	f.open(t)
	require.EqualValues(t, 1000, spent(t, f))
	require.EqualValues(t, 1000, booked(f))
	require.Equal(t, 100, f.Stats().IDs)
	require.Equal(t, 1, f.Stats().Outbox)
}

func TestStoreThatFailsUntilTheEnd(t *testing.T) {
	f := open(t)
	record(t, f, call(1, minute, 10))
	f.fault.Store(&errFull)
	record(t, f, call(2, minute, 10))
	err := f.Close()
	require.ErrorIs(t, err, errFull)
	require.ErrorContains(t, err, "1 batches were not written")
	f.open(t)
	require.EqualValues(t, 10, spent(t, f))
}

func TestRejectTakesBack(t *testing.T) {
	f := open(t, func(o *Options) { o.Reject = true })
	model := ledger.NewMemory(ledger.Options{Now: f.clock.Now, Seed: genai.Seed{1}})
	random := rand.New(rand.NewPCG(7, 7))
	for i := range 150 {
		calls, decide := randomCalls(random, f.clock.Now()), randomDecision(random, f.clock.Now())
		broken := i%3 == 1
		if broken {
			f.fault.Store(&errFull)
		}
		commits := f.Stats().Commits
		err := f.Record(t.Context(), calls, decide)
		if broken && (err != nil || f.Stats().Commits == commits) {
			if err != nil {
				require.ErrorIs(t, err, errFull)
			}
		} else {
			require.NoError(t, err)
			require.NoError(t, model.Record(t.Context(), calls, decide))
		}
		f.mend()
		if i%10 == 0 {
			f.clock.Add(time.Minute)
			f.tick()
		}
		require.Equal(t, everythingButEmpty(t, model), everythingButEmpty(t, f), i)
	}
	require.NoError(t, f.Close())
	f.open(t)
	require.Equal(t, everythingButEmpty(t, model), everythingButEmpty(t, f))
	kinds := f.heard.kinds()
	require.Equal(t, ledger.StoreUnavailable, kinds[0])
	require.Equal(t, ledger.StoreAvailable, kinds[1])
}

// everythingButEmpty leaves out rows that hold nothing: a row that was taken back stays with 0.
func everythingButEmpty(t *testing.T, l ledger.Ledger) map[string]string {
	all := everything(t, l)
	zero := fmt.Sprint(book.Sums{})
	for key, value := range all {
		if len(value) >= len(zero) && value[:len(zero)] == zero {
			delete(all, key)
		}
	}
	return all
}

func TestRejectRefusesAllInFlight(t *testing.T) {
	f := open(t, func(o *Options) { o.Reject = true })
	record(t, f, call(1000, minute, 1))
	f.fault.Store(&errFull)
	var wg sync.WaitGroup
	errs := make([]error, 32)
	for i := range errs {
		wg.Go(func() { errs[i] = f.Record(t.Context(), []ledger.Call{call(uint64(i/2)+1, minute, 1)}, nil) })
	}
	wg.Wait()
	for _, err := range errs {
		require.ErrorIs(t, err, errFull)
	}
	require.EqualValues(t, 1, spent(t, f))
	require.EqualValues(t, 1, booked(f))
	require.Equal(t, 1, f.Stats().IDs)
	f.mend()
	for i := range errs {
		record(t, f, call(uint64(i/2)+1, minute, 1))
	}
	require.EqualValues(t, 17, spent(t, f))
	require.NoError(t, f.Close())
	f.open(t)
	require.EqualValues(t, 17, spent(t, f))
}

func TestNoticeMayCallTheLedger(t *testing.T) {
	f := &fixture{clock: &clock{now: start}, heard: &heard{}, dir: t.TempDir()}
	told := make(chan error, 2)
	opened := make(chan struct{})
	f.open(t, func(o *Options) {
		o.Notify = func(n ledger.Notice) {
			<-opened
			told <- f.Change(t.Context(), func(ledger.View) []ledger.Change {
				return []ledger.Change{{Alert: &ledger.Alert{ID: fmt.Sprint(n.Kind)}}}
			})
		}
	})
	close(opened)
	f.fault.Store(&errFull)
	record(t, f, call(1, minute, 1))
	require.NoError(t, <-told)
	f.fault.Store(nil)
	f.tick()
	require.NoError(t, <-told)
	require.Equal(t, 2, f.Stats().Outbox)
	require.NoError(t, f.Close())
}

func TestFileThatIsMostlyFree(t *testing.T) {
	small := func(o *Options) { o.compactFrom = 1 << 20 }
	f := open(t, small)
	name := strings.Repeat("a series with a name that is not short ", 6)
	var calls []ledger.Call
	for i := range 10_000 {
		calls = append(calls, ledger.Call{Adds: []ledger.Add{{
			Series: name[:200] + fmt.Sprint(i), Slot: 1, Amount: 1, Expires: start.Unix() + 60,
		}}})
	}
	record(t, f, calls...)
	record(t, f, call(1, minute, 10))
	require.NoError(t, f.Change(t.Context(), func(ledger.View) []ledger.Change {
		return []ledger.Change{{Key: "mark", Value: []byte("x"), Alert: &ledger.Alert{ID: "one"}}}
	}))
	f.tick()
	large := size(t, f)
	require.Greater(t, large, int64(1<<20))
	require.NoError(t, f.Close())
	f.clock.Add(time.Hour)
	f.open(t, small)
	for range 10_000/ledger.FewGone + 2 {
		f.tick()
	}
	before := everything(t, f)
	require.NoError(t, f.Close())
	require.NoError(t, os.WriteFile(fmt.Sprintf(temporaryName, f.file(), 1), []byte("of a process that was killed"), 0o600))
	f.open(t, small)
	require.Less(t, size(t, f), large/10)
	require.Equal(t, before, everything(t, f))
	record(t, f, call(1, minute, 10), call(2, minute, 10))
	require.NoError(t, f.Close())
	f.open(t)
	require.EqualValues(t, 20, spent(t, f))
	require.Empty(t, f.heard.kinds())
	require.NoError(t, f.Close())
	names, err := os.ReadDir(f.dir)
	require.NoError(t, err)
	require.Len(t, names, 1)
}

func size(t *testing.T, f *fixture) int64 {
	info, err := os.Stat(f.file())
	require.NoError(t, err)
	return info.Size()
}

func TestMillionIDs(t *testing.T) {
	if testing.Short() {
		t.Skip("a million ids")
	}
	f := open(t)
	const ids, batch = 1_000_000, 20_000
	for from := 0; from < ids; from += batch {
		calls := make([]ledger.Call, batch)
		for i := range calls {
			calls[i] = ledger.Call{ID: uint64(from+i)*0x9E3779B97F4A7C15 + 1, Minute: minute + int64(from/batch/2)}
		}
		record(t, f, calls...)
	}
	require.NoError(t, f.Close())
	began := time.Now()
	f.open(t)
	t.Logf("%d ids loaded in %s from %d bytes", ids, time.Since(began), size(t, f))
	require.Equal(t, ids, f.Stats().IDs)
	seventy := uint64(77)
	known := ledger.Call{ID: seventy*0x9E3779B97F4A7C15 + 1, Minute: minute}
	require.NoError(t, f.Record(t.Context(), []ledger.Call{known}, func(v ledger.View) []ledger.Change {
		require.False(t, v.Fresh(0))
		return nil
	}))
}
