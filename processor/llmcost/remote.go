package llmcost

import "go.opentelemetry.io/collector/pdata/ptrace"

// adopt makes the calls inside a remote agent its direct children, where the request has the spans between: the agent's own spans
// may come to the same gateway, and what they count is what the caller's span sums up.
func adopt(witnesses []witness, td ptrace.Traces) {
	parents, agents := family(td), make(map[uint64]bool)
	known := make(map[uint64]bool, len(witnesses))
	for i := range witnesses {
		known[witnesses[i].self] = true
		if witnesses[i].remote {
			agents[witnesses[i].self] = true
		}
	}
	for i := range witnesses {
		w := &witnesses[i]
		if w.parent == 0 || known[w.parent] {
			continue
		}
		up := w.parent
		for n := 0; n < maxLinks && up != 0 && !agents[up]; n++ {
			up = parents[up]
		}
		if agents[up] && up != w.self {
			w.parent = up
		}
	}
}

// family says of every span which span is its parent.
func family(td ptrace.Traces) map[uint64]uint64 {
	parents := make(map[uint64]uint64, td.SpanCount())
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				if parent := span.ParentSpanID(); !parent.IsEmpty() {
					parents[spanKey(span.TraceID(), span.SpanID())] = spanKey(span.TraceID(), parent)
				}
			}
		}
	}
	return parents
}
