package load

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/random"
)

// runner is one run of a plan.
type runner struct {
	plan   Plan
	script *script
	target Target
	sink   Sink
	start  time.Time
	talks  atomic.Int64 // conversations so far
	warmup bool
	left   atomic.Int64 // requests of the warm-up that are left
	failed atomic.Pointer[error]
	slots  chan struct{} // nil: no limit
}

// Run does the warm-up and then the plan, waits for the requests in flight, and returns how long the measured part took, from the first
// start to the last answer. When ctx ends it stops at once; requests in flight are then interrupted and not recorded.
func Run(ctx context.Context, p Plan, target Target, sink Sink) (time.Duration, error) {
	script, err := newScript(p.Scenario, p.Seed)
	if err != nil {
		return 0, err
	}
	r := &runner{plan: p, script: script, target: target, sink: sink}
	if p.Warmup > 0 {
		r.warmup = true
		r.left.Store(int64(p.Warmup))
		r.start = time.Now()
		r.closed(ctx, min(max(p.Users, 1), p.Warmup))
		r.warmup = false
	}
	r.start = time.Now()
	if p.Rate > 0 {
		if p.InFlight > 0 {
			r.slots = make(chan struct{}, p.InFlight)
		}
		r.open(ctx)
	} else {
		r.closed(ctx, p.Users)
	}
	took := time.Since(r.start)
	if failed := r.failed.Load(); failed != nil {
		return took, *failed
	}
	return took, nil
}

// closed runs users until each has asked what it may.
func (r *runner) closed(ctx context.Context, users int) {
	var wg sync.WaitGroup
	for user := range users {
		wg.Go(func() { r.user(ctx, user) })
	}
	wg.Wait()
}

func (r *runner) user(ctx context.Context, user int) {
	var t *talk
	ready := r.start
	for n := 0; r.more(n); n++ {
		if t == nil || t.over() {
			t = r.script.talk(r.plan.Run, int(r.talks.Add(1)-1), user)
		}
		if !r.warmup {
			ready = ready.Add(t.think())
		}
		if !r.within(ready) || !sleep(ctx, ready) {
			return
		}
		if !r.ask(ctx, t, ready) {
			return
		}
		ready = time.Now()
	}
}

// more says whether a user that has asked n times may ask again.
func (r *runner) more(n int) bool {
	if r.warmup {
		return r.left.Add(-1) >= 0
	}
	return r.plan.PerUser == 0 || n < r.plan.PerUser
}

func (r *runner) within(t time.Time) bool {
	return r.warmup || r.plan.Duration == 0 || t.Sub(r.start) < r.plan.Duration
}

// open starts conversations by the schedule. A generator that is late starts at once what is due: the schedule never moves.
func (r *runner) open(ctx context.Context) {
	rng := random.New(r.plan.Seed, 1)
	var wg sync.WaitGroup
	defer wg.Wait()
	offset := 0.0 // adding up times would add up what rounding them loses
	for n := 0; ; n++ {
		gap := random.Gap(r.plan.Scenario.Arrival, r.plan.Rate, rng)
		if n == 0 && r.plan.Scenario.Arrival.Process != "poisson" {
			gap = 0
		}
		offset += gap
		due := r.start.Add(seconds(offset))
		if !r.within(due) || !sleep(ctx, due) {
			return
		}
		t := r.script.talk(r.plan.Run, int(r.talks.Add(1)-1), n)
		wg.Go(func() { r.arrival(ctx, t, due) })
	}
}

// arrival is one conversation of an open loop; only its first turn keeps the schedule, the others follow the answers.
func (r *runner) arrival(ctx context.Context, t *talk, due time.Time) {
	for r.ask(ctx, t, due) && !t.over() {
		due = time.Now().Add(t.think())
		if !r.within(due) || !sleep(ctx, due) {
			return
		}
	}
}

// ask sends one question and records what came of it. It says whether the conversation can go on.
func (r *runner) ask(ctx context.Context, t *talk, intended time.Time) bool {
	q, err := t.next()
	if err != nil {
		r.failed.CompareAndSwap(nil, &err)
		return false
	}
	q.Run = r.plan.Run
	_, _ = rand.Read(q.Trace[:]) // never fails
	_, _ = rand.Read(q.Span[:])
	lag := max(0, time.Since(intended))
	if !r.enter(ctx) {
		return false
	}
	defer r.leave()
	r.sink.Begin(q.Trace, q.Span)
	timeout := time.Duration(r.plan.Scenario.RequestTimeout)
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	started := time.Now()
	answer := r.target.Do(limited, q)
	ended := time.Now()
	if ctx.Err() != nil && answer.Failure != "" {
		r.sink.Interrupted(q.Trace)
		return false
	}
	if answer.Failure != "" && errors.Is(limited.Err(), context.DeadlineExceeded) {
		answer.Failure = Timeout
	}
	r.sink.End(Record{
		User: q.User, Turn: q.Turn, Trace: q.Trace, Warmup: r.warmup,
		Intended: intended.Sub(r.start), Started: started.Sub(r.start), Ended: ended.Sub(r.start), Lag: lag, Answer: answer,
	})
	t.heard(q, answer.Text)
	return true
}

// enter waits for one of the requests that may be in flight.
func (r *runner) enter(ctx context.Context) bool {
	if r.slots == nil {
		return true
	}
	select {
	case r.slots <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (r *runner) leave() {
	if r.slots != nil {
		<-r.slots
	}
}
