package test

import (
	"cmp"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// roundRobin sends calls of 0.10 USD to gateways in turn, each until one acknowledges it: what failed goes to the next gateway, and some come again.
type roundRobin struct {
	retrying
	urls    []string
	further int           // comes again: to the same gateway, or to one further on
	patient time.Duration // with an answer, before it goes to the next gateway; twice as long each time around
	every   int64         // which calls come again: 5, every fifth, where it is 0
	next    atomic.Int64  // number of the last call
	took    atomic.Int64  // requests that were made
}

// sendAll sends n calls, some at a time, and returns when they are all acknowledged.
func (r *roundRobin) sendAll(n int64) {
	const workers = 4
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: workers}}
	last := r.next.Load() + n
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for call := r.next.Add(1); call <= last; call = r.next.Add(1) {
				body := budgetCall(int(call), 40_000, time.Now())
				at := r.deliver(client, body, int(call))
				if call%cmp.Or(r.every, 5) == 0 {
					r.deliver(client, body, at+r.further)
				}
				r.acknowledged.Add(1)
			}
		})
	}
	all.Wait()
	client.CloseIdleConnections()
	r.next.Store(last)
}

// deliver sends a request from one gateway on to the next until one takes it, and says which.
func (r *roundRobin) deliver(client *http.Client, body []byte, at int) int {
	for tries := 0; ; tries, at = tries+1, at+1 {
		to := retrying{url: r.urls[at%len(r.urls)]}
		waiting := http.Client{Transport: client.Transport, Timeout: min(r.patient<<min(tries/len(r.urls), 10), time.Minute)}
		r.took.Add(1)
		if to.send(&waiting, body) {
			return at
		}
		time.Sleep(20 * time.Millisecond)
	}
}
