package valkey

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	client "github.com/valkey-io/valkey-go"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// run is a client that sends calls to replicas in turn and sends again what was refused, and one in five at random: to any of them.
type run struct {
	replicas []*Ledger
	decide   ledger.Decide

	turn   atomic.Int64
	nano   atomic.Int64 // what was acknowledged
	number atomic.Uint64
	sent   atomic.Int64
	stop   chan struct{}
	done   sync.WaitGroup
}

const (
	batchSize = 20
	oneCall   = 1_000_003 // nano-USD
	stepUSD   = 200 * oneCall
)

// startRun sends until it is stopped, with some workers.
func startRun(t *testing.T, workers int, replicas ...*Ledger) *run {
	r := &run{replicas: replicas, stop: make(chan struct{})}
	r.decide = r.crossings
	for w := range workers {
		r.done.Go(func() { r.work(t, rand.New(rand.NewPCG(1, uint64(w)))) })
	}
	return r
}

func (r *run) work(t *testing.T, random *rand.Rand) {
	var last []ledger.Call
	for {
		select {
		case <-r.stop:
			return
		default:
		}
		calls := make([]ledger.Call, batchSize)
		for i := range calls {
			calls[i] = call(r.number.Add(1), oneCall, "all", fmt.Sprintf("g%d", i%3))
		}
		for n := len(last) / 5; n > 0; n-- {
			calls = append(calls, last[random.IntN(len(last))])
		}
		r.send(t, calls)
		r.nano.Add(batchSize * oneCall)
		if last = calls[:batchSize]; random.IntN(5) == 0 {
			r.send(t, last)
		}
	}
}

func (r *run) send(t *testing.T, calls []ledger.Call) {
	for end := time.Now().Add(deadline); ; {
		replica := r.replicas[r.turn.Add(1)%int64(len(r.replicas))]
		err := replica.Record(context.Background(), calls, r.decide)
		if err == nil {
			r.sent.Add(1)
			return
		}
		if time.Now().After(end) {
			t.Errorf("a batch was refused for a minute: %v", err)
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// crossings raises an alert for each step that the sum of all has passed: once.
func (r *run) crossings(v ledger.View) []ledger.Change {
	var changes []ledger.Change
	for step := v.Sum("all", 0, 1<<40) / stepUSD; step > 0; step-- {
		key := fmt.Sprintf("step-%d", step)
		if v.Mark(key) != nil {
			break
		}
		changes = append(changes, ledger.Change{
			Key: key, Value: []byte("fired"), Expires: never, IfAbsent: true,
			Alert: &ledger.Alert{ID: key, Body: []byte(key)},
		})
	}
	return changes
}

// wait lets the run send some batches more.
func (r *run) wait(t *testing.T, batches int64) {
	t.Helper()
	from := r.sent.Load()
	eventually(t, func() bool { return r.sent.Load() >= from+batches })
}

// finish stops the run and compares every replica with what was acknowledged.
func (r *run) finish(t *testing.T, s *server) {
	t.Helper()
	close(r.stop)
	r.done.Wait()
	total := r.nano.Load()
	eventually(t, func() bool {
		for _, l := range r.replicas {
			if l.Stats().Waiting > 0 {
				return false
			}
		}
		return true
	})
	var nano, calls int64
	for i, l := range r.replicas {
		require.Equal(t, total, sum(t, l, "all"), "replica %d", i)
		require.Equal(t, total, sum(t, l, "g0")+sum(t, l, "g1")+sum(t, l, "g2"))
		require.NoError(t, l.Change(t.Context(), r.decide))
		sums := bookedSums(l)
		nano, calls = nano+sums.NanoUSD, calls+sums.Calls
	}
	require.Equal(t, total, nano, "the books of all replicas together")
	require.Equal(t, total/oneCall, calls)
	r.alerts(t, s, int(total/stepUSD))
}

// alerts checks that every crossing raised one alert: each id is in the stream once. Replicas that decided without the server have
// theirs in their own outbox.
func (r *run) alerts(t *testing.T, s *server, want int) {
	t.Helper()
	ids := map[string]int{}
	for _, id := range s.entries() {
		ids[id]++
		require.Equal(t, 1, ids[id], "%s is in the stream twice", id)
	}
	for _, l := range r.replicas {
		alone, err := l.local.Outbox(t.Context(), 1<<20)
		require.NoError(t, err)
		for _, a := range alone {
			ids[a.ID]++
		}
	}
	require.Len(t, ids, want, "crossings")
}

func openSome(t *testing.T, s *server, n int, change ...func(*Options)) (replicas []*Ledger) {
	t.Helper()
	for range n {
		replicas = append(replicas, open(t, s, t.TempDir(), change...))
	}
	return replicas
}

func TestReplicasTogether(t *testing.T) {
	t.Parallel()
	for _, n := range []int{2, 4} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			s := startServer(t, durable...)
			r := startRun(t, 4, openSome(t, s, n)...)
			r.wait(t, 400)
			r.finish(t, s)
		})
	}
}

func TestServerIsKilled(t *testing.T) {
	t.Parallel()
	s := startServer(t, append(durable[:len(durable):len(durable)], "--appendfsync", "always")...)
	var heard notices
	r := startRun(t, 4, openSome(t, s, 2, heard.listen)...)
	for range 3 {
		r.wait(t, 50)
		s.restart()
	}
	r.wait(t, 50)
	r.finish(t, s)
	require.Zero(t, heard.count(ledger.StoreReset), "an append-only file loses nothing in a kill")
}

func TestServerForgets(t *testing.T) {
	t.Parallel()
	s := startServer(t, volatil...)
	var heard notices
	r := startRun(t, 4, openSome(t, s, 4, allowAll, heard.listen)...)
	for range 2 {
		r.wait(t, 100)
		s.restart()
	}
	r.wait(t, 100)
	r.finish(t, s)
	require.GreaterOrEqual(t, heard.count(ledger.StoreReset), 4, "every replica says so")
}

func TestServerIsFlushed(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	var heard notices
	r := startRun(t, 4, openSome(t, s, 4, heard.listen)...)
	for range 2 {
		r.wait(t, 100)
		require.NoError(t, s.do("FLUSHALL"))
	}
	r.wait(t, 100)
	r.finish(t, s)
	require.GreaterOrEqual(t, heard.count(ledger.StoreReset), 4)
}

// TestReplicaWaitsForTheOthers: after a loss a call that another replica has counted is not counted here before that one has said so.
func TestReplicaWaitsForTheOthers(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	a, b := open(t, s, t.TempDir()), open(t, s, t.TempDir())
	record(t, b, call(1, 10, "x"))
	require.EqualValues(t, 10, sum(t, a, "x"))
	field := string(heartbeatField) + a.journal.replica
	beat := func() (value string) {
		_ = s.with(func(ctx context.Context, c client.Client) (err error) {
			value, err = c.Do(ctx, c.B().Hget().Key(a.store.keys.state()).Field(field).Build()).ToString()
			return err
		})
		return value
	}
	release, held := make(chan struct{}), make(chan struct{})
	var waiting sync.WaitGroup
	waiting.Go(func() {
		b.onTick(func() { // b does nothing meanwhile
			close(held)
			<-release
		})
	})
	<-held
	require.NoError(t, s.do("FLUSHALL"))
	var fresh []bool
	waiting.Go(func() {
		if err := a.Record(context.Background(), []ledger.Call{call(1, 10, "x"), call(2, 10, "x")}, func(v ledger.View) []ledger.Change {
			fresh = []bool{v.Fresh(0), v.Fresh(1)}
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
	eventually(t, func() bool { return beat() != "" }) // a has restored what it knows
	close(release)
	waiting.Wait()
	require.Equal(t, []bool{false, true}, fresh)
	require.EqualValues(t, 20, sum(t, b, "x"))
	require.EqualValues(t, 20, booked(a)+booked(b))
}
