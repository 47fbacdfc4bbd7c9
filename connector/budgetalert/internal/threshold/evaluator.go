package threshold

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
)

// Options of an Evaluator. The zero value is ready for use.
type Options struct {
	// MaxSeries is how many series may be followed; 0 is 10,000. Further ones are counted and raise nothing.
	MaxSeries int
	// URL is alert.url of every alert.
	URL string
	// Say hears what an operator should read once, one sentence. It must not call the Evaluator.
	Say func(string)
}

const (
	defaultMaxSeries = 10_000
	calmFor          = time.Hour        // how long a series that is well is remembered after its last point
	samplesFor       = 10 * time.Minute // how long llm.perf.samples hold
	heartbeat        = 10 * time.Second
)

// Evaluator follows the series of all thresholds. Its methods may be called from any goroutine.
type Evaluator struct {
	options  Options
	ledger   ledger.Ledger
	rules    []*rule
	byName   map[string]*rule
	byMetric map[string][]*rule
	counts   bool // a rule asks for samples
	spans    spans

	mu      sync.Mutex // held while the ledger writes: steps of one series come one after the other
	clock   clock
	calm    *bounded.Map[uint64, *series] // inactive, nothing to wait for: the oldest may be forgotten
	busy    map[uint64]*series            // all others
	rates   *rates
	samples *bounded.Map[uint64, int64]
	beat    time.Duration // when the heartbeat was written last
	marks   int           // how many are in the ledger
	stats   Stats
}

// Stats is what an Evaluator tells of itself. All but the first two only grow.
type Stats struct {
	Series, Open            int
	Fired, Repeated, Ended  int64 // alerts told, those about no data and about too many alerts too
	Held                    int64 // values beyond a threshold that raised nothing, because max_active alerts were open
	Refused, Unconvertible  int64 // metrics of a kind or unit that cannot be compared
	BadValues               int64 // NaN and infinite
	TooManySeries           int64 // values of series beyond MaxSeries
	SlowSpans               int64 // spans beyond a threshold
	LateSpans, BadSpans     int64 // of these, those that ended too long ago or in the future, and those with an absurd duration: no alert
	BadMarks                int64 // states in the ledger that could not be read
	LedgerErrors, LostSpans int64 // writes that failed and are tried again; slow spans beyond what is kept until the ledger works
}

// kind is what a series is of.
type kind uint8

const (
	metricSeries kind = iota
	spanSeries
	crowdSeries // the alert that a rule has too many alerts
	numKinds
)

// series is what one rule watches of one subject.
type series struct {
	rule   *rule
	kind   kind
	id     uint64 // among all series of all rules
	key    string // of its mark
	labels map[string]string
	state  State
	value  float64
	slow   slow // the span of a span threshold
}

func (s *series) timing() Timing {
	if s.kind == crowdSeries {
		return crowdTiming
	}
	return s.rule.timing
}

// isBusy says whether a state must not be forgotten.
func isBusy(t Timing, s *State) bool {
	return s.Phase != Inactive || s.Lack.Started != 0 || t.NoData == AlertOnNoData && s.Known
}

// isMarked says whether a state is in the ledger. A series that is watched for silence is so from when its pace is known.
func isMarked(t Timing, s *State) bool {
	return s.Phase != Inactive || s.Lack.Started != 0 || t.NoData == AlertOnNoData && s.Known && s.Every != 0
}

// New makes an Evaluator of valid thresholds. Restore must be called before anything else.
func New(list []Config, l ledger.Ledger, o Options) (*Evaluator, error) {
	if err := ValidateAll("thresholds", list); err != nil {
		return nil, err
	}
	if o.MaxSeries <= 0 {
		o.MaxSeries = defaultMaxSeries
	}
	if o.Say == nil {
		o.Say = func(string) {}
	}
	e := &Evaluator{
		options: o, ledger: l, byName: map[string]*rule{}, byMetric: map[string][]*rule{},
		calm: bounded.New[uint64, *series](o.MaxSeries, calmFor), busy: map[uint64]*series{},
		rates: newRates(o.MaxSeries), samples: bounded.New[uint64, int64](o.MaxSeries, samplesFor),
	}
	for i := range list {
		if err := list[i].Validate(); err != nil {
			return nil, fmt.Errorf("thresholds[%d]: %w", i, err)
		}
		r := newRule(list[i])
		e.rules = append(e.rules, r)
		e.byName[r.Name] = r
		if r.Span == nil {
			e.byMetric[r.Metric] = append(e.byMetric[r.Metric], r)
		}
		e.counts = e.counts || r.MinCount > 0
	}
	e.spans.watch(e.rules)
	return e, nil
}

// Metrics compares all points that a threshold is about, and returns when what follows from that is in the ledger. After an error the
// series are as they were: the next points tell it again.
func (e *Evaluator) Metrics(ctx context.Context, md pmetric.Metrics, now time.Time) error {
	if len(e.byMetric) == 0 {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	b := e.gather(md, now)
	if len(b.order) == 0 {
		return nil
	}
	t := e.turn(now)
	for _, key := range b.order {
		g := b.series[key]
		value, ended := g.value()
		r, in := g.rule, Ended
		if !ended {
			in = r.reading(value, g.samples)
		}
		s := e.find(metricSeries, r, key.series)
		if s == nil {
			if ended {
				continue
			}
			s = e.newSeries(metricSeries, r, key.series, r.parts.labels(g.from))
		}
		if ended {
			value = s.value
		}
		t.step(s, in, value)
	}
	return t.commit(ctx)
}

// Tick lets time pass. Call it every second.
func (e *Evaluator) Tick(ctx context.Context, now time.Time) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	t := e.turn(now)
	t.occurred()
	for _, s := range e.busy {
		if !t.has(s) {
			t.step(s, Nothing, s.value)
		}
	}
	t.beat()
	return t.commit(ctx)
}

// Flush writes what slow spans raise, without waiting for Tick. It costs nothing while there is none.
func (e *Evaluator) Flush(ctx context.Context, now time.Time) error {
	if !e.spans.any() {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	t := e.turn(now)
	t.occurred()
	return t.commit(ctx)
}

// Stats tells what there is and what was done.
func (e *Evaluator) Stats() Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	st := e.stats
	st.Series = e.calm.Len() + len(e.busy)
	for _, r := range e.rules {
		st.Open += r.active
	}
	e.spans.count(&st)
	return st
}

// find gives a series that is followed.
func (e *Evaluator) find(k kind, r *rule, subject uint64) *series {
	id := subject + pair(r.Name, string(rune('0'+k)))
	if s, ok := e.busy[id]; ok {
		return s
	}
	s, _ := e.calm.Get(id, e.clock.last)
	return s
}

// newSeries makes one that is not followed yet: a turn sees to that.
func (e *Evaluator) newSeries(k kind, r *rule, subject uint64, labels map[string]string) *series {
	s := &series{rule: r, kind: k, labels: labels, id: subject + pair(r.Name, string(rune('0'+k)))}
	s.key = markPrefix + s.fingerprint()
	return s
}

// follow puts a series where its state belongs.
func (e *Evaluator) follow(s *series, ended bool) {
	switch {
	case isBusy(s.timing(), &s.state):
		e.calm.Delete(s.id)
		e.busy[s.id] = s
	case ended || s.kind != metricSeries:
		e.calm.Delete(s.id)
		delete(e.busy, s.id)
	default:
		delete(e.busy, s.id)
		e.calm.Put(s.id, s, e.clock.last)
	}
}

// sayOnce says a thing once for each rule.
func (e *Evaluator) sayOnce(r *rule, about, sentence string) {
	if !r.said[about] {
		r.said[about] = true
		e.options.Say(sentence)
	}
}

const (
	markPrefix = "threshold/"
	markAlive  = markPrefix + "alive"
)

func (s *series) fingerprint(parts ...string) string {
	if s.kind == crowdSeries {
		parts = append(parts, string(TooManyAlerts))
	}
	return alert.Fingerprint(s.rule.Name, s.labels, parts...)
}

func finite(v float64) float64 {
	return math.Max(-math.MaxFloat64, math.Min(v, math.MaxFloat64))
}
