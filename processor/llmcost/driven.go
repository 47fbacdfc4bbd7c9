package llmcost

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// A program that an SDK drives (Claude Code, for the Claude Agent SDK) tells of its calls itself, in traces and under a service of its own,
// while who instruments the SDK tells the sum of each run on the agent. Both know the conversation, and the calls are made within the run:
// one of the two counts, whichever is decided first.

// tellTalk gives w the key of its conversation where another report may say the same money under it.
func (r *request) tellTalk(scope *dialect.Scope, op *dialect.Call, w *witness) {
	run := op.Name == genai.OpInvokeAgent || op.Name == genai.OpInvokeWorkflow
	if op.Conversation == "" || w.bare || w.during.start == 0 || run == scope.Driven() {
		return
	}
	w.sum = run
	w.talk = r.hash.Words(r.hash.Text(op.Conversation), 0, 9)
}

// inTalk is what counts for w already: the run that a call was made in, or a call that was made in the run.
func (c *countedCalls) inTalk(w *witness, now time.Time) (known, bool) {
	if w.talk == 0 {
		return known{}, false
	}
	for i := range uint64(sameCounts) {
		t, ok := c.twins.Get(talkPlace(w, !w.sum, i), now)
		if ok && (w.sum && w.during.holds(t.during) || !w.sum && t.during.holds(w.during)) && (t.rank >= 0 || w.unknown()) {
			return known{t.nano, t.rank}, true
		}
	}
	return known{}, false
}

// noteTalk remembers w, in the place of the oldest of the conversation.
func (c *countedCalls) noteTalk(w *witness, now time.Time) {
	place, oldest := uint64(0), int64(0)
	for i := range uint64(sameCounts) {
		at := talkPlace(w, w.sum, i)
		if t, _ := c.twins.Get(at, now); i == 0 || t.during.end < oldest {
			place, oldest = at, t.during.end
		}
	}
	c.twins.Put(place, twinRecord{during: w.during, nano: w.nano, rank: w.rank}, now)
}

// talkPlace is the i-th place of a conversation's runs, or of its calls.
func talkPlace(w *witness, runs bool, i uint64) uint64 {
	if runs {
		i += sameCounts
	}
	return max(w.talk+i*0x9E3779B97F4A7C15, 1)
}
