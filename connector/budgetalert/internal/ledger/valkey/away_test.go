package valkey

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

func TestServerAway(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	var heard notices
	a, b := open(t, s, t.TempDir(), heard.listen), open(t, s, t.TempDir())
	record(t, a, call(1, 10, "x"))
	record(t, b, call(2, 10, "x"))
	require.EqualValues(t, 20, sum(t, a, "x"))
	s.kill()

	decide := raise("x", 50)
	require.NoError(t, a.Record(t.Context(), []ledger.Call{call(3, 10, "x"), call(4, 10, "x")}, decide))
	require.NoError(t, a.Record(t.Context(), []ledger.Call{call(3, 10, "x"), call(5, 10, "x")}, decide), "one of them came before")
	require.Equal(t, []ledger.NoticeKind{ledger.StoreUnavailable}, heard.kinds(t, 1))
	require.Equal(t, 2, a.Stats().Waiting)
	require.EqualValues(t, 50, sum(t, a, "x"), "what this replica knows")
	require.EqualValues(t, 10, booked(a), "what waits is booked when it is counted")
	alerts, err := a.Outbox(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, []ledger.Alert{{ID: "x@50", Body: []byte("body")}}, alerts, "nobody waits for the server to hear of it")
	require.NoError(t, a.Change(t.Context(), decide), "and it is not raised twice")

	require.NoError(t, b.Record(t.Context(), []ledger.Call{call(3, 10, "x"), call(6, 10, "x")}, nil), "a call that another replica counts too")
	s.start()
	require.Equal(t, []ledger.NoticeKind{ledger.StoreUnavailable, ledger.StoreAvailable}, heard.kinds(t, 2))
	eventually(t, func() bool { return a.Stats().Waiting+b.Stats().Waiting == 0 })
	for _, l := range []*Ledger{a, b} {
		require.EqualValues(t, 60, sum(t, l, "x"))
		require.NoError(t, l.Change(t.Context(), decide))
	}
	require.EqualValues(t, 60, booked(a)+booked(b))
	require.Empty(t, s.entries(), "its mark came to the server without the alert, which is in the replica's own outbox")
	require.NoError(t, a.Delivered(t.Context(), []string{"x@50"}))
	alerts, err = a.Outbox(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, alerts)
}

func TestStartWithoutServer(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	other := open(t, s, t.TempDir())
	record(t, other, call(1, 10, "x"))
	require.NoError(t, other.Close())
	s.kill()

	dir, local := t.TempDir(), ledger.NewMemory(ledger.Options{}) // it outlives its Close, as a file does
	keep := func(o *Options) { o.Local = local }
	decide := raise("x", 20)
	first := open(t, s, dir, keep)
	require.NoError(t, first.Record(t.Context(), []ledger.Call{call(2, 20, "x")}, decide))
	require.NoError(t, first.Close())

	again := open(t, s, dir, keep)
	require.Equal(t, 1, again.Stats().Waiting)
	require.EqualValues(t, 20, sum(t, again, "x"))
	require.NoError(t, again.Change(t.Context(), decide))
	alerts, err := again.Outbox(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, alerts, 1, "raised once, before the restart")
	s.start()
	eventually(t, func() bool { return again.Stats().Waiting == 0 })
	require.EqualValues(t, 30, sum(t, again, "x"))
	require.EqualValues(t, 20, booked(again))
}

func TestReject(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	l := open(t, s, t.TempDir(), func(o *Options) { o.OnUnavailable = Reject })
	record(t, l, call(1, 10, "x"))
	s.kill()
	for range 2 { // the first is sent and gets no answer, the second is not even sent
		require.ErrorContains(t, l.Record(t.Context(), []ledger.Call{call(2, 10, "x")}, nil), "is not available")
	}
	require.NoError(t, l.Change(t.Context(), func(ledger.View) []ledger.Change { return nil }))
	s.start()
	eventually(t, func() bool { return l.Record(t.Context(), []ledger.Call{call(2, 10, "x")}, nil) == nil })
	require.EqualValues(t, 20, sum(t, l, "x"))
	require.EqualValues(t, 20, booked(l))
}

func TestJournalIsFull(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	l := open(t, s, t.TempDir(), func(o *Options) { o.MaxJournal = 100 })
	s.kill()
	var refused error
	for id := uint64(1); refused == nil && id < 100; id++ {
		refused = l.Record(t.Context(), []ledger.Call{call(id, 10, "x")}, nil)
	}
	require.ErrorIs(t, refused, errFull)
}

// TestJournalThatCannotBeWritten: a full disk stops nothing while the server answers, also after it was away. While both are missing batches are
// refused, and not counted.
func TestJournalThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	l := open(t, s, t.TempDir())
	reopen := func(readOnly bool) {
		var err error
		l.onTick(func() {
			path := l.journal.db.Path()
			if err = l.journal.close(); err == nil {
				l.journal.db, err = bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: readOnly})
			}
		})
		require.NoError(t, err)
	}
	record(t, l, call(1, 10, "x"))
	reopen(true)
	record(t, l, call(2, 10, "x"))
	s.restart()
	eventually(t, func() bool { return l.Record(t.Context(), []ledger.Call{call(3, 10, "x")}, nil) == nil })
	require.EqualValues(t, 30, sum(t, l, "x"))
	s.kill()
	for range 2 {
		require.Error(t, l.Record(t.Context(), []ledger.Call{call(4, 10, "x")}, nil))
		require.EqualValues(t, 30, sum(t, l, "x"))
	}
	reopen(false)
	s.start()
	eventually(t, func() bool { return l.Record(t.Context(), []ledger.Call{call(4, 10, "x")}, nil) == nil })
	eventually(t, func() bool { return l.Stats().Waiting == 0 })
	require.EqualValues(t, 40, sum(t, l, "x"))
	require.EqualValues(t, 40, booked(l))
}

func TestServerThatForgetsIsRefused(t *testing.T) {
	t.Parallel()
	s := startServer(t, "--appendonly", "no", "--maxmemory-policy", "allkeys-lru")
	_, err := Open(t.Context(), testOptions(s, t.TempDir()))
	require.ErrorIs(t, err, errVolatile)
	require.ErrorContains(t, err, "aof_enabled is 0")
	require.ErrorContains(t, err, "maxmemory-policy is allkeys-lru")
	require.ErrorContains(t, err, "allow_volatile")
	open(t, s, t.TempDir(), allowAll)
}

func TestSentinelIsRefused(t *testing.T) {
	t.Parallel()
	config := filepath.Join(t.TempDir(), "sentinel.conf") // it writes there
	require.NoError(t, os.WriteFile(config, nil, 0o600))
	socket := filepath.Join(filepath.Dir(config), "s")
	s := startServerWith(t, socket, []string{config, "--sentinel", "--port", "0", "--unixsocket", socket})
	_, err := Open(t.Context(), testOptions(s, t.TempDir(), allowAll))
	require.ErrorContains(t, err, "is a Sentinel")
}

func TestServerThatForgetsIsRefusedLater(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	var heard notices
	l := open(t, s, t.TempDir(), heard.listen)
	record(t, l, call(1, 10, "x"))
	s.kill()
	s.args = append(s.args, volatil...)
	s.start()
	record(t, l, call(2, 10, "x"))
	require.Equal(t, []ledger.NoticeKind{ledger.StoreUnavailable}, heard.kinds(t, 1))
	require.Equal(t, 1, l.Stats().Waiting)
}

func TestPassword(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	require.NoError(t, s.do("ACL", "SETUSER", "gateway", "on", ">secret", "~{test}:*", "+@all"))
	require.NoError(t, s.do("ACL", "SETUSER", "default", "off"))
	l := open(t, s, t.TempDir(), func(o *Options) { o.Username, o.Password = "gateway", "secret" })
	record(t, l, call(1, 10, "x"))
	require.EqualValues(t, 10, sum(t, l, "x"))
	require.Zero(t, l.Stats().Waiting, "the keys that the user may use are all that are used")
}

// TestLostAnswer: a batch whose answer did not arrive before a crash is sent again, and the replica learns which calls it counted.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	dir := t.TempDir()
	calls := []ledger.Call{call(1, 10, "x"), call(2, 10, "x")}
	l := open(t, s, dir)
	other := open(t, s, t.TempDir())
	record(t, other, calls[0])
	require.Equal(t, []bool{false, true}, record(t, l, calls...))
	require.NoError(t, l.Close())

	j, _, err := openJournal(dir, time.Now())
	require.NoError(t, err)
	before := position{epoch: j.known.epoch, seq: "0"}
	require.NoError(t, j.commit([]*batch{newBatch(1, calls)}, nil, before, time.Now())) // as it was before the answer
	replica := j.replica
	require.NoError(t, j.close())

	local := ledger.NewMemory(ledger.Options{})
	require.NoError(t, local.Change(t.Context(), func(ledger.View) []ledger.Change {
		return []ledger.Change{{Key: ownerKey, Value: []byte(replica)}}
	}))
	again := open(t, s, dir, func(o *Options) { o.Local = local })
	require.EqualValues(t, 10, booked(again), "the one that it counted")
	require.EqualValues(t, 20, sum(t, again, "x"))
	require.Equal(t, []bool{false, true}, record(t, again, calls[1], call(3, 10, "x")), "and the numbers go on")
	require.EqualValues(t, 30, sum(t, other, "x"))
}

// TestForgotWhileReplicaWasDown: a server that lost its data while a replica was down gets that one's share back when it starts.
func TestForgotWhileReplicaWasDown(t *testing.T) {
	t.Parallel()
	s := startServer(t, volatil...)
	dir, local := t.TempDir(), ledger.NewMemory(ledger.Options{})
	keep := func(o *Options) { o.Local = local }
	l := open(t, s, dir, keep, allowAll)
	decide := raise("x", 10)
	require.NoError(t, l.Record(t.Context(), []ledger.Call{call(1, 10, "x")}, decide))
	require.NoError(t, l.Close())
	s.restart()
	var heard notices
	again := open(t, s, dir, keep, allowAll, heard.listen)
	require.Equal(t, []ledger.NoticeKind{ledger.StoreReset}, heard.kinds(t, 1))
	require.EqualValues(t, 10, sum(t, again, "x"))
	require.Equal(t, []bool{false, true}, record(t, again, call(1, 10, "x"), call(2, 10, "x")), "ids are known")
	require.NoError(t, again.Change(t.Context(), decide))
	require.Equal(t, []string{"x@10"}, s.entries(), "the alert that was not delivered is there again, once")
}

// TestSurvivorRemembersTheOthers: what a replica that is gone for good had counted is given back by one that saw it.
func TestSurvivorRemembersTheOthers(t *testing.T) {
	t.Parallel()
	s := startServer(t, volatil...)
	gone, l := open(t, s, t.TempDir(), allowAll), open(t, s, t.TempDir(), allowAll)
	decide := raise("x", 10)
	require.NoError(t, gone.Record(t.Context(), []ledger.Call{call(1, 10, "x")}, decide))
	require.NoError(t, gone.Delivered(t.Context(), outbox(t, gone)))
	require.NoError(t, gone.Close())
	record(t, l, call(2, 5, "x"))
	require.NoError(t, s.do("FLUSHALL"))
	require.EqualValues(t, 15, sum(t, l, "x"))
	require.NoError(t, l.Change(t.Context(), decide))
	require.Empty(t, s.entries(), "its mark is there, so nothing is raised again")
}

func outbox(t *testing.T, l *Ledger) (ids []string) {
	alerts, err := l.Outbox(t.Context(), 100)
	require.NoError(t, err)
	for _, a := range alerts {
		ids = append(ids, a.ID)
	}
	return ids
}

func TestDamagedJournalIsMovedAside(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	dir := t.TempDir()
	l := open(t, s, dir)
	record(t, l, call(1, 10, "x"))
	require.NoError(t, l.Close())
	require.NoError(t, os.WriteFile(filepath.Join(dir, "journal.db"), []byte("no journal"), 0o600))
	var heard notices
	again := open(t, s, dir, heard.listen)
	require.Equal(t, []ledger.NoticeKind{ledger.StoreReset}, heard.kinds(t, 1))
	record(t, again, call(1, 10, "x"), call(2, 10, "x"))
	require.EqualValues(t, 20, sum(t, again, "x"))
	aside, err := filepath.Glob(filepath.Join(dir, "journal.db.damaged-*"))
	require.NoError(t, err)
	require.Len(t, aside, 1)
}

func TestDamagedBatchIsLeftOut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j, _, err := openJournal(dir, time.Now())
	require.NoError(t, err)
	require.NoError(t, j.commit([]*batch{newBatch(1, []ledger.Call{call(1, 10, "x")}), newBatch(2, []ledger.Call{call(2, 20, "x")})}, nil,
		j.known, time.Now()))
	require.NoError(t, j.spoil(1))
	require.NoError(t, j.close())
	s := startServer(t, durable...)
	var heard notices
	l := open(t, s, dir, heard.listen)
	require.Equal(t, []ledger.NoticeKind{ledger.StoreReset}, heard.kinds(t, 1))
	require.EqualValues(t, 20, sum(t, l, "x"))
}

func TestSecondProcessIsRefused(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	dir := t.TempDir()
	open(t, s, dir)
	_, err := Open(t.Context(), testOptions(s, dir))
	require.ErrorContains(t, err, "another process uses it")
}

func TestClosed(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	l := open(t, s, t.TempDir())
	require.NoError(t, l.Close())
	require.NoError(t, l.Close())
	require.ErrorIs(t, l.Record(t.Context(), nil, nil), errClosed)
}
