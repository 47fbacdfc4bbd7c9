package llmcost

import (
	"context"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"
)

// unheardAfter is for how long a signal that counts may be silent while an agent tells of calls in another one: a turn of Codex takes minutes, and
// metrics are sent once in one.
const unheardAfter = 10 * time.Minute

// signals are those of an agent, what tells most first.
var signals = []string{signalTraces, signalLogs, signalMetrics}

// agentReport is what one scope of a command-line agent told.
type agentReport struct {
	agent, signal string
	instead       string // the signal that counts instead; "" where it is this one
	any           bool   // it told something
	reports       int64  // of model calls: spans, records or points
}

func (t *agentReport) call() {
	t.any = true
	t.reports++
}

// addTo adds it to those of a request, if there is anything in it.
func (t *agentReport) addTo(all []agentReport) []agentReport {
	if t.agent == "" || !t.any {
		return all
	}
	return append(all, *t)
}

// unheard finds out which agents tell of their calls in no signal that counts. It knows agents, not the people who run them.
type unheard struct {
	say func(t agentReport, first bool)

	mu     sync.Mutex
	heard  map[string]time.Time // when an agent told something in the signal that counts
	silent map[[2]string]*silence
	began  time.Time
}

// silence is what an agent tells in a signal that does not count, while nothing comes in the one that does.
type silence struct {
	reports int64
	wait    *time.Timer // nil while nothing waits
	said    bool
}

func newUnheard(say func(t agentReport, first bool)) *unheard {
	return &unheard{say: say, heard: map[string]time.Time{}, silent: map[[2]string]*silence{}, began: time.Now()}
}

// tell notes what one scope of an agent told.
func (u *unheard) tell(t agentReport, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch last, ok := u.heard[t.agent]; {
	case t.instead == "":
		u.heard[t.agent] = now
		u.hush(t.agent)
		return
	case t.instead == signalNone || t.reports == 0 || ok && now.Sub(last) < unheardAfter:
		return
	}
	key := [2]string{t.agent, t.signal}
	s := u.silent[key]
	if s == nil {
		s = &silence{}
		u.silent[key] = s
	}
	s.reports += t.reports
	if s.wait == nil {
		s.wait = time.AfterFunc(unheardAfter, func() { u.end(t) })
	}
}

// isNew says whether a point tells of calls that would have been heard of in another signal: the total of a session that began before says
// nothing new, and comes again each minute.
func (u *unheard) isNew(agent string, started pcommon.Timestamp) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	at := started.AsTime()
	return at.After(u.began) && at.After(u.heard[agent])
}

// hush forgets what an agent told elsewhere.
func (u *unheard) hush(agent string) {
	for key, s := range u.silent {
		if key[0] == agent && s.wait != nil {
			s.wait.Stop()
			s.wait, s.reports = nil, 0
		}
	}
}

// end says what came in vain. Of several signals the log names the one that tells most.
func (u *unheard) end(t agentReport) {
	u.mu.Lock()
	defer u.mu.Unlock()
	s := u.silent[[2]string{t.agent, t.signal}]
	if s.wait == nil { // heard meanwhile
		return
	}
	first := !s.said
	for _, better := range signals[:slices.Index(signals, t.signal)] {
		first = first && u.silent[[2]string{t.agent, better}] == nil
	}
	t.reports = s.reports
	*s = silence{said: true}
	u.say(t, first)
}

// stop ends all waiting.
func (u *unheard) stop() {
	u.mu.Lock()
	defer u.mu.Unlock()
	for key := range u.silent {
		u.hush(key[0])
	}
}

// tellAgents notes what the agents of a request told.
func (s *state) tellAgents(all []agentReport, now time.Time) {
	for _, t := range all {
		s.unheard.tell(t, now)
	}
}

// sayUnheard counts what no total has, and warns of it once.
func (s *state) sayUnheard(t agentReport, first bool) {
	s.telemetry.LlmcostUnheard.Add(context.Background(), t.reports, metric.WithAttributeSet(attribute.NewSet(
		attribute.String("agent", t.agent), attribute.String("signal", t.signal))))
	if first {
		s.logger.Warn("A command-line agent tells of its calls in a signal that does not count, and of none in the one that does: they are priced, "+
			"and in no total, budget or event. Name the signal under llmcost, or switch the other one on at the agent",
			zap.String("agent", t.agent), zap.String("comes", t.signal), zap.String("counts", t.instead),
			zap.String("write", "cli_agents: {"+t.agent+": "+t.signal+"}"))
	}
}
