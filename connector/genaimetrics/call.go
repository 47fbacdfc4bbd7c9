package genaimetrics

import (
	"math"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// counted says whether any metric is made of an operation. Steps and the second reports of calls have none, and are not remembered either.
func counted(op *genai.Operation) bool {
	if op.IsCall() || op.Reason == genai.ReasonAgentOnly || op.Status == genai.StatusDuplicate && op.Attempt > 0 {
		return true
	}
	switch op.Kind {
	case genai.Agent, genai.Tool, genai.Cache:
		return true
	case genai.Retrieval:
		return op.Failure != genai.Succeeded
	case genai.ModelCall:
		return op.Name == genai.OpInvokeAgent
	}
	return false
}

// observe adds one operation to all its metrics. The caller holds the lock.
func (e *engine) observe(o *observation) {
	op := &o.op
	switch {
	case op.IsCall():
		e.observeCall(o)
	case op.Status == genai.StatusDuplicate && op.Attempt > 0: // often only one of the two who report a call knows its retries
		e.addRetries(e.callRoute(o), o)
	case op.Reason == genai.ReasonAgentOnly: // calls that nobody tells of
		e.add(e.callRoute(o), slotUnpricedCalls, o.weight)
	}
	switch {
	case op.Kind == genai.Agent, op.Kind == genai.ModelCall && op.Name == genai.OpInvokeAgent: // the second is a remote agent
		e.observeAgent(o)
	case op.Kind == genai.Tool:
		e.observeTool(o)
	case op.Kind == genai.Retrieval:
		e.observeRetrieval(o)
	case op.Kind == genai.Cache:
		e.observeCache(o)
	}
}

// callRoute is where a model call adds to.
func (e *engine) callRoute(o *observation) *route {
	op := &o.op
	return e.route(&labels{
		lblService: o.service, lblOperation: op.Name, lblProvider: op.Provider, lblModel: op.ModelAsked(), lblStatus: op.Failure.Status(),
		lblErrorType: op.FailureType(), lblCostStatus: op.Status, lblReason: op.Reason, lblComponent: genai.ComponentLLM,
	}, o.dims)
}

func (e *engine) observeCall(o *observation) {
	r := e.callRoute(o)
	e.addTokens(r, o)
	e.addCost(r, o)
	if o.op.Adds != genai.AddsAll { // the call is counted
		e.addRetries(r, o)
		return
	}
	o.route = r
	e.countCall(r, o)
	e.addLatency(r, o)
	e.addError(r, o)
	e.addRetries(r, o)
}

// addRetries counts the retries that the client told. Those that are spans of their own wait for the rest of the request.
func (e *engine) addRetries(r *route, o *observation) {
	if o.op.Attempt > 0 {
		e.addFreshRetries(r, o, int64(min(o.op.Attempt, maxAttempts)))
	}
}

// addFreshRetries counts of n retries those that no other report of the call told.
func (e *engine) addFreshRetries(r *route, o *observation, n int64) {
	second := o.op.Status == genai.StatusDuplicate || o.op.Adds != genai.AddsAll
	e.addCount(r, slotRetries, e.retryReports.fresh(o, n, second, time.Unix(0, e.now)), o)
}

func (e *engine) countCall(r *route, o *observation) {
	e.add(r, slotCalls, o.weight)
	if e.langchain {
		e.add(r, slotLCCalls, o.weight)
	}
}

func (e *engine) addLatency(r *route, o *observation) {
	if !o.timed {
		return
	}
	e.record(r, slotOperationDuration, o.seconds(), o)
	if e.langchain {
		e.record(r, slotLCLatency, o.seconds(), o)
	}
	e.addInferenceLatency(r, o)
	e.addChunks(r, o)
	if o.skewed { // calls that seem to run for hours would be in flight with all that come
		return
	}
	sr := e.at(r, slotInflight)
	if sr.flight == nil {
		sr.flight = &flight{}
	}
	sr.flight.add(o.start, o.end)
}

// addError counts a failed operation of any kind.
func (e *engine) addError(r *route, o *observation) {
	if o.op.Failure == genai.Succeeded {
		return
	}
	e.add(r, slotErrors, o.weight)
	if e.langchain {
		e.add(r, slotLCErrors, o.weight)
	}
}

func retryKeyOf(o *observation) retryKey {
	return retryKey{trace: o.origin.trace, parent: o.parent, model: o.op.ModelAsked()}
}

// maxAttempts is the most retries that one call is believed to have had, maxSeconds the longest it may have taken.
const (
	maxAttempts = 1000
	maxSeconds  = 1e9
)

func (e *engine) addTokens(r *route, o *observation) {
	u := &o.op.Usage
	if !o.op.AddsTokens() {
		return
	}
	e.addTokenCounts(r, o)
	e.recordTokens(r, slotUsageInput, u.Input, o)
	e.recordTokens(r, slotUsageOutput, u.Output, o)
	e.addInferenceTokens(r, o)
}

// recordTokens records how many tokens a call took, if any.
func (e *engine) recordTokens(r *route, s slot, n int64, o *observation) {
	if n > 0 {
		e.record(r, s, float64(n), o)
	}
}

// addTokenCounts adds to the counters of tokens, whose types are disjoint.
func (e *engine) addTokenCounts(r *route, o *observation) {
	u := &o.op.Usage
	e.addCount(r, slotInputUncached, u.InputUncached(), o)
	e.addCount(r, slotCacheRead, u.CacheRead, o)
	e.addCount(r, slotCacheWrite, u.CacheWrite, o)
	e.addCount(r, slotOutputVisible, u.OutputVisible(), o)
	e.addCount(r, slotReasoning, u.Reasoning, o)
	if e.langchain {
		e.addCount(r, slotLCTokensInput, u.Input, o)
		e.addCount(r, slotLCTokensOutput, u.Output, o)
	}
}

// addCount adds n for each operation that o stands for; nothing is no reason for a series.
func (e *engine) addCount(r *route, s slot, n int64, o *observation) {
	if n > 0 {
		e.add(r, s, mulSaturating(n, o.weight))
	}
}

func (e *engine) addCost(r *route, o *observation) {
	op := &o.op
	switch {
	case op.Counts():
		e.addBilled(r, o)
		n, ok := genai.NanoUSD(op.TotalUSD)
		if !ok {
			e.health.rejected++
			return
		}
		sr := e.at(r, slotCost)
		sr.sum = addSaturating(sr.sum, mulSaturating(n, o.weight))
		if e.cfg.Exemplars && n > 0 {
			sr.exemplar.offer(op.TotalUSD, &o.origin)
		}
		e.addSaved(r, slotSaved, op.SavedUSD, o)
		e.addSaved(r, slotDiscount, op.DiscountUSD, o)
	case op.Status == genai.StatusUnpriced:
		if op.Adds == genai.AddsAll {
			e.add(r, slotUnpricedCalls, o.weight)
		}
		e.addCount(r, slotUnpricedTokens, op.Usage.Input+op.Usage.Output, o)
	}
}

// addSaved adds what was saved, or takes what was lost off what is saved later.
func (e *engine) addSaved(r *route, to slot, usd float64, o *observation) {
	saved, ok := genai.NanoUSD(math.Abs(usd))
	if !ok || saved == 0 {
		return
	}
	if usd < 0 {
		saved = -saved
	}
	e.at(r, to).save(saved, o.weight)
}

// addBilled counts the uses of tools that the provider bills.
func (e *engine) addBilled(r *route, o *observation) {
	if b := &o.op.Billed; *b != (genai.Billed{}) {
		e.addCount(r, slotWebSearches, b.WebSearches, o)
		e.addCount(r, slotFileSearches, b.FileSearches, o)
		e.addCount(r, slotCodeRuns, b.CodeRuns, o)
	}
}
