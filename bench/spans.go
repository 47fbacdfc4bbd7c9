package bench

import "go.opentelemetry.io/collector/pdata/ptrace"

// SpansOf lists the spans of td.
func SpansOf(td ptrace.Traces) []ptrace.Span {
	all := make([]ptrace.Span, 0, td.SpanCount())
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				all = append(all, s)
			}
		}
	}
	return all
}
