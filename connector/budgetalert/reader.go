package budgetalert

import (
	"context"
	"encoding/hex"
	"math/rand/v2"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/threshold"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// reader turns what clients tell into spends. It is immutable: any number of requests use it at once. A changed list of budgets makes a new one.
type reader struct {
	hasher *genai.Hasher
	rules  []rule
	by     []groupKey // of the book
	late   time.Duration
	slow   *threshold.Evaluator // nil: nobody asks for slow spans
}

// rule is what a budget wants to know of a call.
type rule struct {
	keys  []groupKey
	where *condition
	run   bool // the budget is of one run
}

// spending is what one request tells of what it spent.
type spending struct {
	spends   []budget.Spend
	unpriced []unpricedCall
	counters []ledger.Change // the last points of cumulative counters
	counts   requestCounts
	req      request
	now      time.Time
	op       genai.Operation // the one being read

	// What spends refer to: one array of each for all of them.
	shares []budget.Share
	texts  []string
}

// requestCounts is what the component tells of a request in its own metrics.
type requestCounts struct {
	calls, unpriced, missing int64
	badAmount, badTime       int64
	late, future             int64
}

// unpricedCall is a call that no budget in USD sees.
type unpricedCall struct {
	provider, model, reason string
	end                     time.Time
	trace                   [16]byte
	span                    [8]byte
}

// spendings are used again: a request of 100 calls would leave a tenth of a megabyte to the garbage collector. Nobody keeps anything of one
// when its request is recorded.
var spendings = sync.Pool{New: func() any { return new(spending) }}

// maxSpends is of how many calls a spending is kept for the next request.
const maxSpends = 10_000

func newSpending(ctx context.Context, now time.Time) *spending {
	b := spendings.Get().(*spending)
	b.req, b.now = request{ctx: ctx}, now
	return b
}

// release gives the spending back, without what its texts belong to.
func (b *spending) release() {
	if cap(b.spends) > maxSpends {
		return
	}
	clear(b.spends)
	clear(b.unpriced)
	clear(b.shares)
	clear(b.texts)
	*b = spending{spends: b.spends[:0], unpriced: b.unpriced[:0], shares: b.shares[:0], texts: b.texts[:0]}
	spendings.Put(b)
}

// textsOf is room for n texts.
func (b *spending) textsOf(n int) []string {
	first := len(b.texts)
	b.texts = append(b.texts, make([]string, n)...)
	return b.texts[first:len(b.texts):len(b.texts)]
}

// tooEarly is how far ahead of this machine's clock a client's may be.
const tooEarly = 10 * time.Minute

// call is one model call that was read, by a span or otherwise.
type call struct {
	op       *genai.Operation
	service  string
	id       uint64
	end      pcommon.Timestamp
	trace    pcommon.TraceID
	span     pcommon.SpanID
	attrs    pcommon.Map // where group keys are looked for
	resource pcommon.Map
	sums     *book.Sums  // where it is some calls, or a part of what some used: how many, and their tokens
	what     seen        // what a `where` looks at ...
	seen     func() seen // ... or, where it is no span, what makes it one
}

// tells says whether an operation is a model call of its own, or an agent whose calls nobody tells.
func tells(op *genai.Operation) bool {
	return op.IsCall() || op.Status == genai.StatusUnpriced && !op.Elsewhere
}

// add counts a call into the spending, or says why it does not count.
func (r *reader) add(b *spending, c *call) {
	b.counts.calls++
	end := c.end.AsTime()
	if c.end == 0 || c.end > 1<<63-1 {
		b.counts.badTime++
		return
	}
	if c.id == 0 { // nothing tells it from another one, so it is one each time
		c.id = rand.Uint64() | 1 //nolint:gosec // no secret
	}
	s := budget.Spend{ID: c.id, End: end, Sums: sumsOf(c.op), Trace: c.trace, Span: c.span}
	switch {
	case c.op.Counts():
		var ok bool
		if s.NanoUSD, ok = genai.NanoUSD(c.op.TotalUSD); !ok {
			b.counts.badAmount++
			return
		}
		s.SavedNanoUSD = savedNanoUSD(c.op.SavedUSD)
	case c.op.Adds != genai.AddsAll: // the report before had no price either
	default:
		s.Unpriced = 1
		b.noteUnpriced(c, end)
		if c.op.Reason == genai.ReasonAgentOnly {
			return // calls that nobody tells of: there is nothing to count
		}
	}
	switch { // the engine finds that too, and counts it in no total
	case end.After(b.now.Add(tooEarly)):
		b.counts.future++
	case end.Before(b.now.Add(-r.late)):
		b.counts.late++
	}
	if c.sums != nil {
		s.Calls, s.Unpriced, s.Tokens = c.sums.Calls, c.sums.Calls*s.Unpriced, c.sums.Tokens
	}
	if c.op.Failure != genai.Succeeded {
		s.Failed = s.Calls
	}
	s.Row = r.row(b, c)
	s.Shares = r.shares(b, c)
	b.spends = append(b.spends, s)
}

func (b *spending) noteUnpriced(c *call, end time.Time) {
	b.counts.unpriced++
	reason := c.op.Reason
	if c.op.Status == "" {
		reason = genai.ReasonNoLLMCost
	}
	b.unpriced = append(b.unpriced, unpricedCall{
		provider: cut(c.op.Provider), model: cut(c.op.ModelAsked()), reason: reason, end: end, trace: c.trace, span: c.span,
	})
}

// sumsOf is what a report adds to the calls and their tokens.
func sumsOf(op *genai.Operation) (s book.Sums) {
	if op.Adds == genai.AddsAll {
		s.Calls = 1
	}
	if op.AddsTokens() {
		s.Tokens = tokensOf(op)
	}
	return s
}

// tokensOf is in the order of book.TokenTypes.
func tokensOf(op *genai.Operation) (t [book.TokenTypes]int64) {
	u := &op.Usage
	return [book.TokenTypes]int64{u.InputUncached(), u.CacheRead, u.CacheWrite, u.OutputVisible(), u.Reasoning}
}

func (r *reader) row(b *spending, c *call) book.Row {
	row := book.Row{Service: cut(c.service), Provider: cut(c.op.Provider), Model: cut(c.op.ModelAsked()), Agent: cut(c.op.Agent)}
	if len(r.by) > 0 {
		row.Keys = b.textsOf(len(r.by))
		for i := range r.by {
			row.Keys[i] = r.by[i].value(c.attrs, c.resource, &b.req)
		}
	}
	return row
}

// shares says in which budgets a call counts, and in which group of each.
func (r *reader) shares(b *spending, c *call) []budget.Share {
	if len(r.rules) == 0 {
		return nil
	}
	first := len(b.shares)
	for i := range r.rules {
		if share, ok := r.share(b, c, i); ok {
			b.shares = append(b.shares, share)
		}
	}
	return b.shares[first:len(b.shares):len(b.shares)]
}

func (r *reader) share(b *spending, c *call, i int) (share budget.Share, ok bool) {
	rule := &r.rules[i]
	if rule.where != nil {
		if c.seen != nil {
			c.what, c.seen = c.seen(), nil
		}
		if !c.what.holds(b.req.ctx, rule.where) {
			return share, false
		}
	}
	share.Budget = i
	if rule.run {
		if share.Run = runOf(c); share.Run == "" {
			return share, false // of no run that anything else could belong to
		}
	}
	if len(rule.keys) > 0 {
		share.Group = b.textsOf(len(rule.keys))
	}
	for k := range rule.keys {
		if share.Group[k] = rule.keys[k].value(c.attrs, c.resource, &b.req); share.Group[k] == "" {
			b.counts.missing++
		}
	}
	return share, true
}

// runOf is the conversation, else the trace.
func runOf(c *call) string {
	switch {
	case c.op.Conversation != "":
		return cut(c.op.Conversation)
	case !c.trace.IsEmpty():
		return hex.EncodeToString(c.trace[:])
	}
	return ""
}

func serviceOf(resource pcommon.Map) string { return cut(genai.ServiceOf(resource)) }
