package bolt

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// Requests of senders that each wait for their answer share commits; one that is alone waits for nothing.
func TestCommitsGather(t *testing.T) {
	for _, senders := range []int{1, 2, 8} {
		synctest.Test(t, func(t *testing.T) {
			f := open(t)
			const each = 20
			began := time.Now()
			f.turn <- struct{}{} // until all are under way
			var wg sync.WaitGroup
			for sender := range senders {
				wg.Go(func() {
					for i := range each {
						record(t, f, call(uint64(1+sender*each+i), minute, 1))
					}
				})
			}
			synctest.Wait()
			<-f.turn
			wg.Wait()
			stats := f.Stats()
			require.EqualValues(t, senders*each, stats.Requests)
			require.LessOrEqual(t, stats.Commits, int64(each+1), "%d senders", senders)
			if senders == 1 {
				require.Zero(t, time.Since(began))
			}
			time.Sleep(time.Minute)
			began = time.Now()
			record(t, f, call(0, minute, 1))
			require.Zero(t, time.Since(began), "the first one after a while is alone")
			require.NoError(t, f.Close())
		})
	}
}

// What was begun and is not waited for yet comes along with the next commit, is there at the end, and is taken back together with what is
// refused.
func TestWhatIsBegunComesAlong(t *testing.T) {
	f := open(t, func(o *Options) { o.Reject = true })
	begin := func(id uint64, amount int64) func() error {
		wait, err := f.Begin(t.Context(), []ledger.Call{call(id, minute, amount)}, nil)
		require.NoError(t, err)
		return wait
	}
	before := f.Stats().Commits
	first := begin(1, 10)
	record(t, f, call(2, minute, 20))
	require.NoError(t, first())
	require.EqualValues(t, 1, f.Stats().Commits-before)

	full := errors.New("no room")
	f.fault.Store(&full)
	refused := begin(3, 40)
	require.ErrorIs(t, f.Record(t.Context(), []ledger.Call{call(4, minute, 80)}, nil), full)
	require.ErrorIs(t, refused(), full)
	f.mend()

	last := begin(3, 40)
	require.NoError(t, f.Close())
	require.NoError(t, last())
	f.open(t)
	require.EqualValues(t, 70, spent(t, f))
}
