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
		t, ok := c.twins.Get(placeOf(talkOf(w, !w.sum), i), now)
		if !ok || w.sum && !w.during.holds(t.during) || !w.sum && !t.during.holds(w.during) {
			continue
		}
		if t.rank >= 0 || w.unknown() {
			return known{nano: t.nano, rank: t.rank}, true
		}
		w.tops(t.rank)
	}
	return known{}, false
}

// noteTalk remembers w, in the place of the oldest of the conversation.
func (c *countedCalls) noteTalk(w *witness, now time.Time) {
	c.twins.Put(c.oldestPlace(talkOf(w, w.sum), now), twinRecord{during: w.during, nano: w.nano, rank: w.rank}, now)
}

// talkOf is the key of a conversation's runs, or of its calls.
func talkOf(w *witness, runs bool) uint64 {
	if runs {
		return ^w.talk
	}
	return w.talk
}
