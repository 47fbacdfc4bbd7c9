package llmcost

import (
	"cmp"
	"slices"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// enclosing says whether any witness may lie in another of its trace that is not its parent: it was under way while the other was. Calls
// that run side by side look like that too, so it only says that a closer look is worth its time. Calls without a parent, and traces of
// one call, take none.
func (r *request) enclosing() bool {
	r.spans = r.spans[:0]
	r.traces.empty(len(r.witnesses))
	defer r.traces.shrink()
	inside, shared := false, false
	for i := range r.witnesses {
		if w := &r.witnesses[i]; w.during != (period{}) && w.trace != 0 {
			r.spans = append(r.spans, traced{w.trace, w.during})
			inside = inside || w.parent != 0
			shared = !r.traces.add(w.trace) || shared
		}
	}
	if !inside || !shared {
		return false
	}
	slices.SortFunc(r.spans, func(a, b traced) int {
		return cmp.Or(cmp.Compare(a.trace, b.trace), cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end))
	})
	for i := range len(r.spans) - 1 {
		if a, b := &r.spans[i], &r.spans[i+1]; a.trace == b.trace && a.end >= b.end {
			return true
		}
	}
	return false
}

// traced is when a witness of a trace was under way.
type traced struct {
	trace uint64
	period
}

// adopt makes a call the direct child of the one that it lies in, where the request has the spans between. There are two kinds. An agent
// that runs elsewhere sums up all calls inside it, and its own spans may come to the same gateway. And what wraps a call, or sends it
// through a proxy, has spans of its own between two reports of the call; those are of one call when nothing between them is an agent or
// a tool, which make calls of their own, and when both tell the same counts.
func (r *request) adopt(td ptrace.Traces) {
	r.noteTraces()
	defer r.traces.shrink()
	l := lineage{parents: r.family(td), makers: r.makers(), witnesses: r.witnesses, used: r.usages()}
	l.known = make(map[uint64]int, len(r.witnesses))
	for i := range r.witnesses {
		l.known[r.witnesses[i].self] = i
	}
	for i := range r.witnesses {
		w := &r.witnesses[i]
		if _, ok := l.known[w.parent]; ok || w.parent == 0 {
			continue
		}
		if up := l.above(i); up != 0 {
			w.parent = up
		}
	}
}

// lineage is which span lies in which.
type lineage struct {
	parents   map[uint64]uint64
	makers    map[uint64]int64 // agents and tools, and what output they add up
	known     map[uint64]int   // the witnesses, by their keys
	witnesses []witness
	used      []*genai.Usage
}

// above is the witness that witness i stands in for, or 0. An agent between them that adds up what the outer one says is the outer one's own,
// and all its calls lie in it.
func (l *lineage) above(i int) uint64 {
	w := &l.witnesses[i]
	made, sum := w.bare, int64(0) // by an agent, a tool or another call
	up := w.parent ^ w.apart
	for n := 0; n < maxLinks && up != 0; n++ {
		j, ok := l.known[up^w.apart]
		if !ok {
			j, ok = l.known[up]
		}
		switch {
		case !ok:
			if s, maker := l.makers[up]; maker {
				made = made || s == 0 || sum != 0 && s != sum
				sum = s
			}
		case j == i:
			return 0
		case l.witnesses[j].remote, !made && l.witnesses[j].apart == w.apart && l.same(i, j, sum):
			return l.witnesses[j].self
		default:
			made = true
		}
		up = l.parents[up]
	}
	return 0
}

// same says whether two reports tell the same counts, or the outer one the sum of an agent between them.
func (l *lineage) same(inner, outer int, sum int64) bool {
	if sum != 0 {
		return l.used[outer].Output == sum
	}
	a, b := l.used[inner], l.used[outer]
	return a.Output == b.Output && inputsOf(a).agree(inputsOf(b))
}

// makers are the spans that make calls of their own.
func (r *request) makers() map[uint64]int64 {
	makers := make(map[uint64]int64)
	for i := range r.calls {
		switch c := &r.calls[i]; c.op.Kind {
		case genai.Agent, genai.Workflow, genai.Tool, genai.Retrieval:
			makers[r.hash.Span(c.span.TraceID(), c.span.SpanID())] = c.op.Sum
		}
	}
	return makers
}

// usages are what the witnesses tell.
func (r *request) usages() []*genai.Usage {
	used := make([]*genai.Usage, len(r.witnesses))
	for i := range r.calls {
		if c := &r.calls[i]; c.witness >= 0 {
			used[c.witness] = &c.op.Usage
		}
	}
	return used
}

// noteTraces fills traces with those of the request's GenAI spans.
func (r *request) noteTraces() {
	r.traces.empty(len(r.calls))
	for i := range r.calls {
		r.traces.add(r.hash.Trace(r.calls[i].span.TraceID()))
	}
}

// family says of every span of the noted traces which span is its parent. Most spans of a request are of others.
func (r *request) family(td ptrace.Traces) map[uint64]uint64 {
	parents := make(map[uint64]uint64, 2*len(r.calls))
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				if parent := span.ParentSpanID(); !parent.IsEmpty() && r.traces.has(r.hash.Trace(span.TraceID())) {
					parents[r.hash.Span(span.TraceID(), span.SpanID())] = r.hash.Span(span.TraceID(), parent)
				}
			}
		}
	}
	return parents
}
