package replay

import "go.opentelemetry.io/collector/pdata/ptrace"

// OneByOne makes a request of every span.
func OneByOne(td ptrace.Traces) []ptrace.Traces {
	var out []ptrace.Traces
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				one := ptrace.NewTraces()
				r := one.ResourceSpans().AppendEmpty()
				rs.Resource().CopyTo(r.Resource())
				s := r.ScopeSpans().AppendEmpty()
				ss.Scope().CopyTo(s.Scope())
				span.CopyTo(s.Spans().AppendEmpty())
				out = append(out, one)
			}
		}
	}
	return out
}
