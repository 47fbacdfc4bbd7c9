package llmcost

import (
	"strings"
	"sync/atomic"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Some clients tell of a call only on the step around it at which service tier it was served, or in which region (Mastra, whose steps have
// the provider's answer). A step ends after its call, and comes with it as a rule, or before it: then the call is priced so. A step that
// comes in a later request changes nothing any more.

// howServed is what a step tells of the call in it.
type howServed struct{ tier, region string }

// servedStep is a step that tells it.
type servedStep struct {
	self uint64
	how  howServed
}

// servedSteps are those that were told.
type servedSteps struct {
	known *bounded.Hashes[howServed]
	any   atomic.Bool // most gateways never see one
}

// servedShare is how many spans are remembered for one such step, and servedLength the longest word that is.
const (
	servedShare  = 16
	servedLength = 32
)

func newServedSteps(limit int, ttl time.Duration) *servedSteps {
	return &servedSteps{known: bounded.NewHashes[howServed](limit/servedShare, ttl)}
}

// noteServed notes a step that tells of something else than the list price.
func (r *request) noteServed(step *spanCall) {
	op, span := &step.op, step.span
	how := howServed{op.TierInside, op.MadeIn}
	if how.tier == "default" || how.tier == "standard" {
		how.tier = ""
	}
	if how == (howServed{}) || len(how.tier) > servedLength || len(how.region) > servedLength {
		return
	}
	if self := r.hash.Span(span.TraceID(), span.SpanID()); self != 0 {
		r.served = append(r.served, servedStep{self, howServed{strings.Clone(how.tier), strings.Clone(how.region)}})
	}
}

// tellServed prices the calls anew that lie in such a step, and do not tell it themselves.
func (s *state) tellServed(r *request) {
	if len(r.served) == 0 && !s.served.any.Load() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range r.served {
		s.served.any.Store(true)
		s.served.known.Put(r.served[i].self, r.served[i].how, r.now)
	}
	for i := range r.calls {
		c := &r.calls[i]
		if c.op.Kind != genai.ModelCall || c.witness < 0 || r.witnesses[c.witness].parent == 0 {
			continue
		}
		w := &r.witnesses[c.witness]
		how, ok := s.served.known.Get(w.parent, r.now)
		if !ok || c.op.ServiceTier != "" || c.op.MadeIn != "" {
			continue
		}
		if c.op.ServiceTier = how.tier; how.region != "" {
			c.op.MadeIn, c.op.Region = how.region, how.region
		}
		r.prices.costOf(&c.op, endOf(c.span, r.now), &r.seen, &c.costing)
		w.price(c)
	}
}
