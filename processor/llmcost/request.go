package llmcost

import (
	"encoding/binary"
	"math"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// request is the working memory of one batch of spans. It is reused, so that reading spans allocates nothing.
type request struct {
	calls     []spanCall
	witnesses []witness // one a call that was not ignored, in the order of calls
	hash      *genai.Hasher
	prices    *policy
	now       time.Time
	spans     []traced
	traces    keySet // of spans
	reporting keySet // calls and steps
	making    keySet // spans that make calls of their own
	claims    bool   // an agent claims usage
	remote    bool   // one of the witnesses stands for every call inside it
	sums      bool   // an agent adds up what its calls used
	steps     bool   // one of the calls is a step
	failing   bool   // a step failed, and the run of a tool with it
	network   []ptrace.Span
	tools     []billedRun
	served    []servedStep
	inside    []insideStep
	reports   []toolSpan
	between   []between
	answered  answerCounts
	from      source // of the spans that are being read; found out with the first call
	countedIn string // of these spans: the signal that counts instead
	agents    []agentReport
	room      room
	seen      recall
}

// spanCall is a GenAI span of the batch that needs an answer.
type spanCall struct {
	op        dialect.Call
	span      ptrace.Span
	witness   int     // index into witnesses; -1 where the span is no call or its scope is ignored
	costing   costing // of a call: as if it counted
	countedIn string  // the signal that counts instead of spans
	alone     bool    // an agent or step that claims usage, in whose trace no call was seen
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
	clear(r.network)
	if cap(r.network) > keepNetwork {
		r.network = nil
	}
	r.network, r.between, r.steps = r.network[:0], r.between[:0], false
	r.failing = false
	r.calls, r.witnesses, r.remote, r.claims, r.sums = r.calls[:0], r.witnesses[:0], false, false, false
	r.inside = r.inside[:0]
	r.tools, r.served, r.reports, r.agents = r.tools[:0], r.served[:0], r.reports[:0], r.agents[:0]
	r.answered.reset()
	r.seen.forget()
	requests.Put(r)
}

// read collects the GenAI spans of a batch, and says of every call what it costs if it counts.
func (r *request) read(td ptrace.Traces, cfg *Config, hash *genai.Hasher, prices *policy, now time.Time) {
	r.hash, r.prices, r.now = hash, prices, now
	opts := dialect.Options{UsageOnAgent: cfg.UsageOnAgent}
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			scope := dialect.NewScope(ss.Scope(), rs.Resource(), &opts)
			ignored := slices.Contains(cfg.IgnoreScopes, ss.Scope().Name())
			r.from = source{}
			var agent string
			agent, r.countedIn = cfg.countedIn(ss.Scope().Name(), signalTraces)
			before := len(r.calls)
			for _, span := range ss.Spans().All() {
				r.readSpan(&scope, span, ignored, cfg.TrustUpstream)
			}
			if agent != "" && !ignored {
				r.noteAgent(agent, r.calls[before:])
			}
		}
	}
	if r.remote || r.enclosing() {
		r.adopt(td)
	}
	if r.steps || len(r.network) > 0 && len(r.witnesses) > 0 {
		r.findBetween(td)
	}
}

// noteAgent notes what a command-line agent told in one scope.
func (r *request) noteAgent(agent string, calls []spanCall) {
	told := agentReport{agent: agent, signal: signalTraces, instead: r.countedIn, any: len(calls) > 0}
	for i := range calls {
		if calls[i].op.Kind == genai.ModelCall {
			told.call()
		}
	}
	r.agents = told.addTo(r.agents)
}

// next is the place of the next call, which counts only when calls is made longer. It holds nothing of an earlier batch.
func (r *request) next() *spanCall {
	n := len(r.calls)
	if n == cap(r.calls) {
		r.calls = slices.Grow(r.calls, 1)
	}
	return &r.calls[:n+1][n]
}

func (r *request) readSpan(scope *dialect.Scope, span ptrace.Span, ignored, trust bool) {
	call := r.next()
	if !dialect.Read(scope, span, &call.op) {
		if kind := span.Kind(); (kind == ptrace.SpanKindClient || kind == ptrace.SpanKindServer) && !span.ParentSpanID().IsEmpty() {
			r.network = append(r.network, span)
		}
		return
	}
	if trust && call.op.Status != "" {
		call.op = dialect.Call{} // lets go of the span
		return
	}
	r.calls = r.calls[:len(r.calls)+1]
	call.span, call.witness, call.countedIn = span, -1, r.countedIn
	r.claims, r.sums = r.claims || call.op.Claims, r.sums || call.op.Sum > 0
	r.steps = r.steps || call.op.Kind == genai.Step
	switch call.op.Kind {
	case genai.ModelCall:
		if model := r.prices.costOf(&call.op, endOf(span, r.now), &r.seen, &call.costing); !ignored && r.countedIn != signalNone {
			r.testify(scope, call, model)
		}
	case genai.Tool:
		r.noteBilledRun(call)
		r.noteReport(scope, call)
	case genai.Step:
		r.noteServed(call)
		r.noteInside(call)
		r.failing = r.failing || call.op.FailsTool && call.op.Failure != genai.Succeeded
		if call.op.ToolCall != "" {
			r.noteBilledRun(call)
		}
	}
}

// testify makes a call a witness.
func (r *request) testify(scope *dialect.Scope, call *spanCall, model kin) {
	call.witness = len(r.witnesses)
	w := newWitness(r.hash, &call.op, call.span)
	if w.answers(&call.op) {
		w.kin = model
	}
	w.twin = r.twinOf(scope, &call.op, &w, model)
	r.tellTalk(scope, &call.op, &w)
	w.price(call)
	r.witnesses, r.remote = append(r.witnesses, w), r.remote || w.remote
}

func newWitness(hash *genai.Hasher, op *dialect.Call, span ptrace.Span) witness {
	trace, id, parent := span.TraceID(), span.SpanID(), span.ParentSpanID()
	w := witness{
		up:     -1,
		during: periodOf(span),
		bare:   op.Usage == (genai.Usage{}),
		failed: op.Failure != genai.Succeeded,
		output: shortOf(op.Usage.Output),
		print:  printOf(&op.Usage),
		tie:    binary.BigEndian.Uint64(id[:]),
		trace:  hash.Trace(trace),
		self:   hash.Span(trace, id), // spans without ids are all different ones
	}
	if w.self != 0 && parent != id && !op.Sequel {
		w.parent = hash.Span(trace, parent)
	}
	if !w.bare && !op.CacheHit { // an answer from a cache has the id of the answer that was paid
		w.response = hash.Response(op.ResponseID, op.Usage.Output)
		w.read = inputsOf(&op.Usage)
		w.read.unique = genai.UniqueResponseID(op.ResponseID)
	} else if w.bare && !op.CacheHit && genai.UniqueResponseID(op.ResponseID) { // of an answer whose usage another span may tell
		w.response, w.read.unique = hash.Response(op.ResponseID, 0), true
	}
	w.fetched = op.Fetched && w.read.unique
	w.loose = op.Loose && w.self != 0
	w.remote = w.loose || w.self != 0 && op.Name == genai.OpInvokeAgent && span.Kind() == ptrace.SpanKindClient
	if !talks(op.Name) && (!w.bare || op.Name == opRerank) {
		w.keepApart(hash.Text(op.Name))
	}
	return w
}

// talks says that an operation's model writes an answer.
func talks(operation string) bool {
	switch operation {
	case genai.OpChat, genai.OpTextCompletion, genai.OpGenerateContent, genai.OpInvokeAgent, genai.OpInvokeWorkflow, "":
		return true
	}
	return false
}

// price notes what the call costs, and how much of the bill is known.
func (w *witness) price(call *spanCall) {
	w.nano, w.rank = call.costing.cost.Total, rank(&call.op)
	if call.costing.unknown() && !w.bare {
		w.rank -= unknownPrice
	}
}

// periodOf is when a span was under way; times that cannot be are not known.
func periodOf(span ptrace.Span) period {
	start, end := span.StartTimestamp(), span.EndTimestamp()
	if start > math.MaxInt64 || end > math.MaxInt64 || end < start {
		return period{}
	}
	return period{int64(start), int64(end)} //nolint:gosec // both fit
}

// rank orders the witnesses of one call in one request: a price that is known before one that is not, then known usage before guessed, then
// more sub-counts and fees for tools, then one that tells how long the cache keeps what was written, then a bill, then a named answering model.
func rank(op *dialect.Call) int16 {
	r := int16(0)
	switch op.UsageState {
	case genai.UsageKnown:
		r = 2000
	case genai.UsageGuessed:
		r = 1000
	}
	if op.Usage == (genai.Usage{}) {
		r = 0
	}
	r += 10 * int16(op.Usage.SubCounts()) //nolint:gosec // six at most
	if op.Billed != (genai.Billed{}) {
		r += 10
	}
	if op.Untold.Lifetime {
		r -= 5
	}
	if op.CostSource == dialect.CostBill {
		r += 2
	}
	if op.ResponseModel != "" {
		r++
	}
	return r
}

// ignoredCall is the cost of a call of a scope that ignore_scopes names.
var ignoredCall = costing{status: genai.StatusDuplicate, reason: genai.ReasonIgnoredScope}

// answer is what the span's call cost, or why the span has no cost of its own. It is false for a GenAI span that is neither a call nor a
// roll-up of calls, such as a tool's.
func (c *spanCall) answer(witnesses []witness) (*costing, bool) {
	switch c.op.Kind {
	case genai.ModelCall:
	case genai.Agent, genai.Workflow, genai.Step:
		c.costing = costing{status: genai.StatusRollup, reason: genai.ReasonAgentSpan}
		if c.alone {
			c.costing = costing{status: genai.StatusUnpriced, reason: genai.ReasonAgentOnly}
		}
		return &c.costing, true
	default:
		return nil, false
	}
	if c.witness < 0 {
		if c.countedIn != signalNone { // what counts nowhere stands for nothing, nor does anything for it
			c.costing = ignoredCall
		}
	} else if w := &witnesses[c.witness]; !w.outcome.duplicate() {
		c.op.Adds, c.op.Same = w.adds, w.same
	} else {
		c.costing = costing{status: genai.StatusDuplicate, reason: w.outcome.reason(), uncounted: w.uncounted()}
	}
	return &c.costing, true
}

// endOf is the instant whose prices hold: the end of the span, else its start, else now. A time past the year 2262 is none.
func endOf(span ptrace.Span, now time.Time) time.Time {
	return firstTime(now, span.EndTimestamp(), span.StartTimestamp())
}

func firstTime(now time.Time, times ...pcommon.Timestamp) time.Time {
	for _, t := range times {
		if t != 0 && t <= math.MaxInt64 {
			return t.AsTime()
		}
	}
	return now
}
