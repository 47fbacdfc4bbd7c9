package spans

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/measure"
)

// Bill is what the measured requests cost, and where their time went.
type Bill struct {
	Nano                  int64 // nano-USD, failed requests included: they are paid too
	Accounted             int   // good requests of which spans came
	Unaccounted           int   // good requests of which none came
	WithoutCalls          int   // accounted, but no span is a model call
	Calls, Unpriced       int
	Estimated, Retries    int
	In, Out, CacheRead    int64
	CallTime              time.Duration
	Tools, ToolsFailed    int
	ToolTime              time.Duration
	LLM, Tool, Agent      time.Duration // parts of the service times of accounted requests
	SpansOfOthers         int
	byTrace               map[[16]byte]int64
	Requests, WithoutSpan int
}

// USD is what a request cost; false: its spans did not come.
func (b *Bill) USD(id [16]byte) (float64, bool) {
	n, ok := b.byTrace[id]
	return float64(n) / 1e9, ok
}

// Bill adds up the measured requests.
func (l *Ledger) Bill(requests []measure.Request) *Bill {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := &Bill{byTrace: make(map[[16]byte]int64, len(requests)), SpansOfOthers: l.others}
	for i := range requests {
		r := &requests[i]
		b.Requests++
		t := l.traces[r.Trace]
		if t == nil || len(t.seen) == 0 {
			b.WithoutSpan++
			if r.Good() {
				b.Unaccounted++
			}
			continue
		}
		b.byTrace[r.Trace] = t.nano
		b.add(t, r)
	}
	return b
}

func (b *Bill) add(t *trace, r *measure.Request) {
	b.Nano += t.nano
	if r.Good() {
		b.Accounted++
		if t.calls == 0 {
			b.WithoutCalls++
		}
	}
	b.Calls, b.Unpriced, b.Estimated, b.Retries = b.Calls+t.calls, b.Unpriced+t.unpriced, b.Estimated+t.estimated, b.Retries+t.retries
	b.In, b.Out, b.CacheRead = b.In+t.in, b.Out+t.out, b.CacheRead+t.cacheRead
	b.CallTime += t.duration
	b.Tools, b.ToolsFailed, b.ToolTime = b.Tools+t.tools, b.ToolsFailed+t.toolsFailed, b.ToolTime+t.toolsTook
	// A tool that waits for a model (an agent as a tool) is the model's time.
	total := r.Ended - r.Started
	llm := min(covered(t.llm), total)
	tool := min(covered(t.llm, t.tool)-covered(t.llm), total-llm)
	b.LLM, b.Tool, b.Agent = b.LLM+llm, b.Tool+tool, b.Agent+total-llm-tool
}
