package llmcost

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

// answerCounts counts the answers of one request, so that own telemetry is touched once a request and answer, not once a span.
type answerCounts struct {
	counts      []answerCount
	uncounted   int64 // nano-USD
	overcounted int64 // nano-USD
	sampled     int64 // calls
}

type answerCount struct {
	answer
	spans int64
}

func (t *answerCounts) add(status, reason string) {
	for i := range t.counts {
		if c := &t.counts[i]; c.answer == (answer{status, reason}) {
			c.spans++
			return
		}
	}
	t.counts = append(t.counts, answerCount{answer{status, reason}, 1})
}

// of counts the answer that something got; what counts in another signal is a number of its own.
func (t *answerCounts) of(b *costing, countedIn string) {
	if countedIn != "" {
		t.add(genai.StatusDuplicate, reasonOtherSignal)
		return
	}
	t.add(b.status, b.reason)
}

func (t *answerCounts) reset() { *t = answerCounts{counts: t.counts[:0]} }
