package llmcost

import (
	"sync"
	"time"
)

// maxHeld is how many witnesses wait for one decision; then it is made at once.
const maxHeld = 10_000

// holding gathers the witnesses of requests that come within a short time of one another and has them decided together, as if they had
// come in one request: then the twin that knows most of the bill counts, also where two instrumentations export apart.
type holding struct {
	hold   time.Duration
	decide func([]witness)

	mu      sync.Mutex
	current *round
}

// round is the requests that are decided together.
type round struct {
	requests [][]witness
	held     int
	timer    *time.Timer
	decided  chan struct{}
}

// wait adds a request and returns when it is decided, at most hold later.
func (h *holding) wait(request []witness) {
	h.mu.Lock()
	r := h.current
	if r == nil {
		r = &round{decided: make(chan struct{})}
		r.timer = time.AfterFunc(h.hold, func() { h.end(r) })
		h.current = r
	}
	r.requests = append(r.requests, request)
	r.held += len(request)
	full := r.held >= maxHeld
	h.mu.Unlock()
	if full {
		h.end(r)
	}
	<-r.decided
}

// end decides a round, once.
func (h *holding) end(r *round) {
	h.mu.Lock()
	if h.current != r {
		h.mu.Unlock()
		return
	}
	h.current = nil
	h.mu.Unlock()
	r.timer.Stop()
	defer close(r.decided)
	if len(r.requests) == 1 {
		h.decide(r.requests[0])
		return
	}
	all := make([]witness, 0, r.held)
	for _, request := range r.requests {
		all = append(all, request...)
	}
	h.decide(all)
	for _, request := range r.requests {
		all = all[copy(request, all):]
	}
}
