package llmcost

// tally counts the answers of one request, so that own telemetry is touched once a request and answer, not once a span.
type tally struct {
	counts    []tallyCount
	uncounted int64 // nano-USD
}

type tallyCount struct {
	status, reason string
	spans          int64
}

func (t *tally) add(status, reason string) {
	for i := range t.counts {
		if c := &t.counts[i]; c.status == status && c.reason == reason {
			c.spans++
			return
		}
	}
	t.counts = append(t.counts, tallyCount{status, reason, 1})
}

func (t *tally) reset() { t.counts, t.uncounted = t.counts[:0], 0 }
