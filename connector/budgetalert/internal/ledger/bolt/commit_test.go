package bolt

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
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
