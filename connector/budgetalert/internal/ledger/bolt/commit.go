package bolt

import (
	"runtime"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// commits is the committer: it writes what has come while it wrote, without waiting for more, and looks after what is old when it ticks.
func (l *Ledger) commits() {
	ticker := time.NewTicker(l.options.Retry)
	defer ticker.Stop()
	for {
		select {
		case <-l.wake:
			runtime.Gosched() // requests that are ready to run come along; where none is, nothing is lost
			l.commit(false)
		case <-ticker.C:
			l.tick()
		case done := <-l.ticks:
			l.tick()
			close(done)
		case <-l.stop:
			l.commit(true)
			return
		}
	}
}

func (l *Ledger) tick() {
	l.commit(true)
	l.store.tidy(l.options.Now())
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
	} else if !l.state.Changed() && !(tick && (l.state.Old() || l.behind || l.store.old())) {
		l.mu.Unlock()
		return
	}
	group, changes, waiting := l.next, l.state.Take(), l.stats.Waiting
	l.flying, l.next = group, newGroup()
	l.mu.Unlock()

	err := l.store.commit(changes, now)

	l.mu.Lock()
	l.flying = nil
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
