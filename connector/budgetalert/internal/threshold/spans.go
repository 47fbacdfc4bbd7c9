package threshold

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// SpanCall is a span that may be too slow.
type SpanCall struct {
	Scope    Scope
	Service  string
	Name     string // of the agent, the model or the tool
	Duration time.Duration
	End      time.Time
	Trace    [16]byte
	Span     [8]byte
}

const maxNoted = 10_000

// spans are slow spans on their way to the machines. Noting one never waits for the ledger.
type spans struct {
	least [numScopes]time.Duration // the lowest threshold of each scope
	rules [numScopes][]*rule

	mu    sync.Mutex
	noted map[noteKey]slow
	some  atomic.Bool

	slow, late, bad, lost atomic.Int64
}

type noteKey struct {
	rule          *rule
	service, name string
}

// slow is the slowest span of a subject since the last look.
type slow struct {
	took  time.Duration
	trace [16]byte
	span  [8]byte
}

func (s *spans) watch(rules []*rule) {
	s.noted = map[noteKey]slow{}
	for i := range s.least {
		s.least[i] = math.MaxInt64
	}
	for _, r := range rules {
		if r.Span != nil {
			s.rules[r.scope] = append(s.rules[r.scope], r)
			s.least[r.scope] = min(s.least[r.scope], r.Span.DurationAbove)
		}
	}
}

func (s *spans) any() bool { return s.some.Load() }

// Span notes a span if it is too slow, and says whether it was: then Flush, or the next Tick, raises what follows. For all others it
// is one comparison, and c is not looked at further; Slow tells beforehand.
func (e *Evaluator) Span(c *SpanCall, now time.Time) bool {
	return e.Slow(c.Scope, c.Duration) && e.spans.note(c, now)
}

// Slow says whether a span of this duration is beyond any threshold.
func (e *Evaluator) Slow(scope Scope, took time.Duration) bool {
	return scope < numScopes && took > e.spans.least[scope]
}

func (s *spans) note(c *SpanCall, now time.Time) bool {
	s.slow.Add(1)
	switch age := now.Sub(c.End); {
	case c.Duration > longestSpan:
		s.bad.Add(1)
		return false
	case age > spanClock || age < -spanClock:
		s.late.Add(1)
		return false
	}
	noted := false
	for _, r := range s.rules[c.Scope] {
		if c.Duration > r.Span.DurationAbove && r.picks(c) {
			noted = true
			s.put(noteKey{r, shorten(c.Service), shorten(c.Name)}, slow{c.Duration, c.Trace, c.Span})
		}
	}
	return noted
}

func (s *spans) put(k noteKey, n slow) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, ok := s.noted[k]
	switch {
	case !ok && len(s.noted) >= maxNoted:
		s.lost.Add(1)
	case !ok || n.took > before.took:
		s.noted[k] = n
		s.some.Store(true)
	}
}

// take gives what was noted, and forgets it.
func (s *spans) take() map[noteKey]slow {
	if !s.some.Load() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	noted := s.noted
	s.noted = map[noteKey]slow{}
	s.some.Store(false)
	return noted
}

func (s *spans) count(st *Stats) {
	st.SlowSpans, st.LateSpans, st.BadSpans, st.LostSpans = s.slow.Load(), s.late.Load(), s.bad.Load(), s.lost.Load()
}

// picks says whether a rule is about a span's service and name.
func (r *rule) picks(c *SpanCall) bool {
	for _, w := range r.where {
		got := c.Name
		if w.attribute == genai.ServiceName {
			got = c.Service
		}
		if !slices.Contains(w.values, got) {
			return false
		}
	}
	return true
}

func (k noteKey) labels() map[string]string {
	labels := map[string]string{}
	if k.service != "" {
		labels[genai.ServiceName] = k.service
	}
	if k.name != "" {
		labels[k.rule.scope.attribute()] = k.name
	}
	return labels
}

// subjectOf is the identity of labels: the same as that of the points that have them.
func subjectOf(labels map[string]string) uint64 {
	var id uint64
	for k, v := range labels {
		id += pair(k, v)
	}
	return id
}
