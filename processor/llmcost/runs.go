package llmcost

import (
	"sync/atomic"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// A turn or a run tells the sum of its calls, and some models cost more in a call with a long prompt: that goes by each of the calls. Where
// steps have told the input of them all (Codex), the run is priced by that. Where none has it is an estimate if that makes a difference: Codex's
// as if no call were long, for Codex makes its context short before it is; any other as one call.

// toldCalls are calls that steps of a trace told.
type toldCalls struct{ n, input, shortest, longest int64 }

func (t *toldCalls) add(c *toldCalls) {
	if c.n == 0 {
		return
	}
	if t.n == 0 || c.shortest < t.shortest {
		t.shortest = c.shortest
	}
	t.n, t.input, t.longest = t.n+c.n, t.input+c.input, max(t.longest, c.longest)
}

// maxInside is how many steps, and how many runs, of one request are held against each other: more are an attack, and their runs stay estimates.
const maxInside = 1 << 10

// insideStep is one of the request's steps that told it.
type insideStep struct {
	trace, self uint64
	during      period
	input       int64
}

// runCalls are those of the traces, and of the runs that were priced by them.
type runCalls struct {
	traces *bounded.Hashes[toldCalls]
	runs   *bounded.Hashes[toldCalls]
	steps  *bounded.Hashes[struct{}] // that are among them
	any    atomic.Bool
}

// runsShare is how many spans are remembered for one such trace, or one such run.
const runsShare = 16

func newRunCalls(limit int, ttl time.Duration) *runCalls {
	return &runCalls{
		traces: bounded.NewHashes[toldCalls](limit/runsShare, ttl),
		runs:   bounded.NewHashes[toldCalls](limit/runsShare, ttl),
		steps:  bounded.NewHashes[struct{}](limit/runsShare, ttl),
	}
}

func (r *request) noteInside(step *spanCall) {
	if n := step.op.InputInside; n > 0 && n <= genai.MaxTokens && len(r.inside) < maxInside {
		trace := step.span.TraceID()
		if self := r.hash.Span(trace, step.span.SpanID()); self != 0 {
			r.inside = append(r.inside, insideStep{r.hash.Trace(trace), self, periodOf(step.span), n})
		}
	}
}

// tellRuns prices the runs of a request anew of whose calls steps have told.
func (s *state) tellRuns(r *request) {
	if len(r.inside) == 0 && !s.runs.any.Load() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs.any.Store(true)
	asked := 0
	for i := range r.calls {
		c := &r.calls[i]
		if c.op.Kind != genai.ModelCall || !c.op.OfRun || c.witness < 0 {
			continue
		}
		w := &r.witnesses[c.witness]
		if w.self == 0 {
			continue
		}
		told, ok := s.runs.runs.Get(w.self, r.now)
		if !ok {
			if asked++; asked > maxInside {
				continue
			}
			if told = s.runs.of(r, w, c.op.Usage.Input); told.n == 0 {
				continue
			}
			s.runs.runs.Put(w.self, told, r.now)
		}
		c.op.Calls = dialect.Calls{Shortest: told.shortest, Longest: told.longest, Most: told.input / told.n}
		r.prices.costOf(&c.op, endOf(c.span, r.now), &r.seen, &c.costing)
		w.price(c)
	}
	s.runs.remember(r)
}

// of finds the calls whose input adds up to the run's: those of this request, or with them those that came before.
func (t *runCalls) of(r *request, w *witness, input int64) (told toldCalls) {
	for i := range r.inside {
		if in := &r.inside[i]; in.trace == w.trace && w.during.holds(in.during) {
			told.add(&toldCalls{1, in.input, in.input, in.input})
		}
	}
	if told.input == input {
		for i := range r.inside {
			if in := &r.inside[i]; in.trace == w.trace && w.during.holds(in.during) {
				t.steps.Put(in.self, struct{}{}, r.now)
			}
		}
		return told
	}
	t.remember(r)
	told, _ = t.traces.Get(w.trace, r.now)
	t.traces.Put(w.trace, toldCalls{}, r.now) // what comes now is the next run's
	if told.input != input {
		return toldCalls{}
	}
	return told
}

// remember notes the request's steps for a run that comes later.
func (t *runCalls) remember(r *request) {
	for i := range r.inside {
		in := &r.inside[i]
		if _, known := t.steps.Get(in.self, r.now); known {
			continue
		}
		t.steps.Put(in.self, struct{}{}, r.now)
		told, _ := t.traces.Get(in.trace, r.now)
		told.add(&toldCalls{1, in.input, in.input, in.input})
		t.traces.Put(in.trace, told, r.now)
	}
}

// unevenRun says that the price of a run would be another if its calls were longer or shorter than is known.
func (r *pricedModel) unevenRun(op *dialect.Call, call *pricing.Call) string {
	if !op.OfRun || op.Usage.Input == 0 {
		return ""
	}
	var short, long pricing.Cost
	call.Usage.Longest = max(op.Calls.Shortest, 1)
	err := r.model.PriceTo(&short, call, r.factor)
	call.Usage.Longest = op.Calls.Longest // all of it where that is not known
	if err == nil {
		err = r.model.PriceTo(&long, call, r.factor)
	}
	if err != nil || short.Total != long.Total {
		return genai.ReasonModelGuessed
	}
	return ""
}
