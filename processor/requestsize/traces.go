package requestsize

import "go.opentelemetry.io/collector/pdata/ptrace"

var traces = signal[ptrace.Traces]{
	item:    "span",
	size:    (&ptrace.ProtoMarshaler{}).TracesSize,
	count:   ptrace.Traces.SpanCount,
	hollow:  hollowSpans,
	inspect: inspectSpans,
	without: withoutSpans,
}

func inspectSpans(td ptrace.Traces, r *ruler) {
	var size ptrace.ProtoMarshaler
	for _, rs := range td.ResourceSpans().All() {
		resource := aroundSpanResource(rs)
		for _, ss := range rs.ScopeSpans().All() {
			around := resource + aroundSpanScope(ss)
			for _, span := range ss.Spans().All() {
				r.takes(size.SpanSize(span), around)
			}
		}
	}
}

func hollowSpans(td ptrace.Traces) bool {
	for _, rs := range td.ResourceSpans().All() {
		if rs.ScopeSpans().Len() == 0 {
			return true
		}
		for _, ss := range rs.ScopeSpans().All() {
			if ss.Spans().Len() == 0 {
				return true
			}
		}
	}
	return false
}

func withoutSpans(td ptrace.Traces, r *ruler) ptrace.Traces {
	var size ptrace.ProtoMarshaler
	out := ptrace.NewTraces()
	td.CopyTo(out)
	out.ResourceSpans().RemoveIf(func(rs ptrace.ResourceSpans) bool {
		resource := aroundSpanResource(rs)
		rs.ScopeSpans().RemoveIf(func(ss ptrace.ScopeSpans) bool {
			around := resource + aroundSpanScope(ss)
			ss.Spans().RemoveIf(func(span ptrace.Span) bool { return !r.takes(size.SpanSize(span), around) })
			return ss.Spans().Len() == 0
		})
		return rs.ScopeSpans().Len() == 0
	})
	return out
}

// aroundSpanResource is what a request takes that has this resource and nothing in it.
func aroundSpanResource(rs ptrace.ResourceSpans) int {
	var size ptrace.ProtoMarshaler
	bare := ptrace.NewResourceSpans()
	rs.Resource().CopyTo(bare.Resource())
	bare.SetSchemaUrl(rs.SchemaUrl())
	return size.ResourceSpansSize(bare) + levelBytes
}

// aroundSpanScope is the same of a scope.
func aroundSpanScope(ss ptrace.ScopeSpans) int {
	var size ptrace.ProtoMarshaler
	bare := ptrace.NewScopeSpans()
	ss.Scope().CopyTo(bare.Scope())
	bare.SetSchemaUrl(ss.SchemaUrl())
	return size.ScopeSpansSize(bare) + levelBytes
}
