package llmcost

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// request is the working memory of one batch of spans. It is reused, so that reading spans allocates nothing.
type request struct {
	calls     []spanCall
	witnesses []witness // one a call that was not ignored, in the order of calls
	remote    bool      // one of them is a remote agent
	tally     tally
}

// spanCall is a GenAI span of the batch that needs an answer.
type spanCall struct {
	op      genai.Operation
	span    ptrace.Span
	witness int // index into witnesses; -1 where the span is no call or its scope is ignored
}

// keepCalls bounds the memory that an unusually large batch leaves in the pool.
const keepCalls = 8192

var requests = sync.Pool{New: func() any { return new(request) }}

func takeRequest() *request { return requests.Get().(*request) }

func (r *request) giveBack() {
	if cap(r.calls) > keepCalls {
		return
	}
	clear(r.calls) // lets go of the batch
	r.calls, r.witnesses, r.remote = r.calls[:0], r.witnesses[:0], false
	r.tally.reset()
	requests.Put(r)
}

// read collects the GenAI spans of a batch.
func (r *request) read(td ptrace.Traces, cfg *Config) {
	opts := genai.Options{UsageOnAgent: cfg.UsageOnAgent}
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			scope := genai.NewScope(ss.Scope(), rs.Resource(), &opts)
			ignored := slices.Contains(cfg.IgnoreScopes, ss.Scope().Name())
			for _, span := range ss.Spans().All() {
				r.readSpan(&scope, span, ignored, cfg.TrustUpstream)
			}
		}
	}
	if r.remote {
		adopt(r.witnesses, td)
	}
}

// next is the place of the next call, which counts only when calls is made longer. It holds nothing of an earlier batch.
func (r *request) next() *spanCall {
	n := len(r.calls)
	if n == cap(r.calls) {
		r.calls = slices.Grow(r.calls, 1)
	}
	return &r.calls[:n+1][n]
}

func (r *request) readSpan(scope *genai.Scope, span ptrace.Span, ignored, trust bool) {
	call := r.next()
	if !genai.Read(scope, span, &call.op) {
		return
	}
	if trust && call.op.Status != "" {
		call.op = genai.Operation{} // lets go of the span
		return
	}
	r.calls = r.calls[:len(r.calls)+1]
	call.span, call.witness = span, -1
	if call.op.Kind == genai.ModelCall && !ignored {
		call.witness = len(r.witnesses)
		w := newWitness(&call.op, span)
		r.witnesses, r.remote = append(r.witnesses, w), r.remote || w.remote
	}
}

// seed makes the hashes of this process unpredictable to senders.
var seed = maphash.MakeSeed()

func newWitness(op *genai.Operation, span ptrace.Span) witness {
	trace, id, parent := span.TraceID(), span.SpanID(), span.ParentSpanID()
	w := witness{
		up:   -1,
		bare: op.Usage == (genai.Usage{}),
		rank: rank(op),
		tie:  binary.BigEndian.Uint64(id[:]),
	}
	if !trace.IsEmpty() && !id.IsEmpty() { // spans without ids are all different ones
		w.self = spanKey(trace, id)
		if !parent.IsEmpty() && parent != id {
			w.parent = spanKey(trace, parent)
		}
	}
	if op.ResponseID != "" && !w.bare && !op.CacheHit { // an answer from a cache has the id of the answer that was paid
		w.response = responseKey(op)
	}
	w.remote = w.self != 0 && op.Name == genai.OpInvokeAgent && span.Kind() == ptrace.SpanKindClient
	return w
}

// rank orders the witnesses of one call in one request: known usage before guessed, then more sub-counts, then a bill,
// then a named answering model.
func rank(op *genai.Operation) int {
	r := 0
	switch op.UsageState {
	case genai.UsageKnown:
		r = 2000
	case genai.UsageGuessed:
		r = 1000
	}
	if op.Usage == (genai.Usage{}) {
		r = 0
	}
	r += 10 * op.Usage.SubCounts()
	if op.CostSource == genai.CostBill {
		r += 2
	}
	if op.ResponseModel != "" {
		r++
	}
	return r
}

func spanKey(trace pcommon.TraceID, span pcommon.SpanID) uint64 {
	var b [24]byte
	copy(b[:16], trace[:])
	copy(b[16:], span[:])
	return maphash.Bytes(seed, b[:])
}

// responseKey takes in the tokens because some servers' response ids are not unique.
func responseKey(op *genai.Operation) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	h.WriteString(op.ResponseID)
	var b [17]byte
	binary.LittleEndian.PutUint64(b[1:], uint64(op.Usage.Input))  //nolint:gosec // any 64 bits will do
	binary.LittleEndian.PutUint64(b[9:], uint64(op.Usage.Output)) //nolint:gosec // any 64 bits will do
	h.Write(b[:])
	return h.Sum64()
}

// bill decides what the span's call cost, or says why the span has no cost of its own. It is false for a GenAI span that
// is neither a call nor a roll-up of calls, such as a tool's.
func (c *spanCall) bill(p *policy, witnesses []witness, now time.Time) (bill, bool) {
	switch c.op.Kind {
	case genai.ModelCall:
	case genai.Agent, genai.Workflow, genai.Step:
		return bill{status: genai.StatusRollup, reason: genai.ReasonAgentSpan}, true
	default:
		return bill{}, false
	}
	o := ignoredScope
	if c.witness >= 0 {
		o = witnesses[c.witness].outcome
	}
	if o.duplicate() {
		return bill{status: genai.StatusDuplicate, reason: o.reason()}, true
	}
	return p.billFor(&c.op, endOf(c.span, now)), true
}

// endOf is the instant whose prices hold: the end of the span, else its start, else now. A time past the year 2262 is none.
func endOf(span ptrace.Span, now time.Time) time.Time {
	for _, t := range []pcommon.Timestamp{span.EndTimestamp(), span.StartTimestamp()} {
		if t != 0 && t <= math.MaxInt64 {
			return t.AsTime()
		}
	}
	return now
}
