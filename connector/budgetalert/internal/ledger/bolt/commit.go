package bolt

import (
	"runtime"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// gatherFor is how long a commit that follows another one waits for requests at most.
const gatherFor = 2 * time.Millisecond

// commits is the committer: it writes what has come while it wrote, and looks after what is old when it ticks.
func (l *Ledger) commits() {
	ticker := time.NewTicker(l.options.Retry)
	defer ticker.Stop()
	for {
		select {
		case <-l.wake:
			runtime.Gosched() // requests that are ready to run come along; where none is, nothing is lost
			l.gather()
			l.inTurn(func() {
				l.commit(false)
				if len(l.store.pending) > foldFrom {
					l.fold()
				}
			})
		case <-ticker.C:
			l.inTurn(l.tick)
		case done := <-l.ticks:
			l.inTurn(l.tick)
			close(done)
		case <-l.stop:
			l.inTurn(func() { l.commit(true) })
			return
		}
	}
}

func (l *Ledger) inTurn(do func()) {
	l.turn <- struct{}{}
	defer func() { <-l.turn }()
	do()
}

// commitAlone commits for one request: to wake the committer, and to be woken by it, takes as long as the write.
func (l *Ledger) commitAlone(wait *group) {
	runtime.Gosched() // as the committer does
	select {
	case l.turn <- struct{}{}:
	default:
		l.wakeUp()
		return
	}
	defer func() { <-l.turn }()
	select {
	case <-wait.done: // the committer was there before
		return
	default:
	}
	l.commit(false)
	if len(l.store.pending) > foldFrom {
		l.wakeUp()
	}
}

// gather waits until as many requests have come as were under way when the last commit ended, a moment ago: their senders are about to send
// the next ones, and one commit costs as much as another. A request that was alone waits for nobody.
func (l *Ledger) gather() {
	if l.gathered() {
		return
	}
	timer := time.NewTimer(gatherFor)
	defer timer.Stop()
	for !l.gathered() {
		select {
		case <-l.wake:
		case <-timer.C:
			return
		}
	}
}

func (l *Ledger) gathered() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed || l.next.requests >= l.want || time.Since(l.ended) >= gatherFor
}

func (l *Ledger) tick() {
	l.commit(true)
	l.fold()
	l.store.tidy(l.options.Now())
}

// fold writes the log into the file. Where that fails the next commit tries again, before it does anything else.
func (l *Ledger) fold() {
	l.mu.Lock()
	failing := l.failing
	l.mu.Unlock()
	if failing != nil {
		return
	}
	err := l.store.fold()
	if err == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stats.Failures++
	if !l.behind {
		l.say(ledger.StoreUnavailable, err.Error())
	}
	l.failing, l.behind = err, true
}

// commit writes what changed. Old things alone wait for the tick.
func (l *Ledger) commit(tick bool) {
	now := l.options.Now()
	l.mu.Lock()
	if tick {
		l.state.Sweep(now)
	}
	if l.store.all {
		l.state.All()
		l.store.all = false
	} else if !l.state.Changed() && !(tick && (l.state.Old() || l.behind)) {
		l.mu.Unlock()
		return
	}
	group, changes, waiting := l.next, l.state.Take(), l.stats.Waiting
	l.flying, l.next = group, newGroup()
	l.mu.Unlock()

	err := l.store.commit(changes, now)

	l.mu.Lock()
	l.flying = nil
	l.want, l.ended = group.requests+l.next.requests, time.Now()
	if err == nil {
		l.kept(group, changes, waiting)
	} else {
		l.failed(group, changes, err)
	}
	l.mu.Unlock()
	close(group.done)
}

// kept says that a commit is durable, and with it what waited when it began.
func (l *Ledger) kept(g *group, changes *ledger.Changes, waited int) {
	l.state.Kept(changes)
	l.stats.Commits++
	l.stats.Requests += g.requests + int64(waited)
	l.stats.Waiting -= waited
	l.failing = nil
	switch {
	case !l.behind:
	case l.stats.Waiting > 0:
		l.wakeUp()
	default:
		l.behind = false
		l.say(ledger.StoreAvailable, "the budget ledger is written again, with all that waited in memory")
	}
}

// failed keeps in memory what was not written, or takes it back together with all that came after and may rest on it.
func (l *Ledger) failed(g *group, changes *ledger.Changes, err error) {
	l.stats.Failures++
	l.state.Again(changes)
	if !l.behind {
		l.say(ledger.StoreUnavailable, err.Error())
	}
	l.failing, l.behind = err, true
	if !l.options.Reject {
		l.stats.Waiting += int(g.requests) + int(l.next.requests)
		l.state.Show()
		close(l.next.done)
		l.next = newGroup()
		return
	}
	l.state.Undo()
	g.err, l.next.err = err, err
	close(l.next.done)
	l.next = newGroup()
}
