package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// agent is a fake one whose times are known: workers that take so long for a request each, and streams with scripted gaps.
type agent struct {
	takes   time.Duration
	workers chan struct{}

	mu    sync.Mutex
	until time.Time // nothing is begun before
	gaps  []time.Duration
}

func newAgent(workers int, takes time.Duration) *agent {
	return &agent{takes: takes, workers: make(chan struct{}, workers)}
}

// stall makes the agent begin nothing for d from now on.
func (a *agent) stall(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.until = time.Now().Add(d)
}

func (a *agent) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/stream" {
		a.stream(w)
		return
	}
	a.workers <- struct{}{}
	defer func() { <-a.workers }()
	a.mu.Lock()
	until := a.until
	a.mu.Unlock()
	time.Sleep(time.Until(until))
	time.Sleep(a.takes)
	fmt.Fprint(w, `{"output": "yes"}`)
}

func (a *agent) stream(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/event-stream")
	flush := w.(http.Flusher)
	next := time.Now()
	for _, gap := range a.gaps {
		next = next.Add(gap) // a late event does not make the others late
		time.Sleep(time.Until(next))
		fmt.Fprint(w, "data: {\"text\": \"word \"}\n\n")
		flush.Flush()
	}
	fmt.Fprint(w, "data: [DONE]\n\n")
}
