package budgetalert

import (
	"context"
	"fmt"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl/contexts/ottlspan"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl/ottlfuncs"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// condition is a compiled `where`; nil holds for every call.
type condition = ottl.Condition[*ottlspan.TransformContext]

// compile reads a `where`. The error says where it is wrong.
func compile(where string, set component.TelemetrySettings) (*condition, error) {
	if where == "" {
		return nil, nil
	}
	parser, err := ottlspan.NewParser(ottlfuncs.StandardConverters[*ottlspan.TransformContext](), set)
	if err != nil {
		return nil, err
	}
	c, err := parser.ParseCondition(where)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", where, err)
	}
	return c, nil
}

// seen is what a `where` and the group keys look at: a span with what it came in.
type seen struct {
	resource ptrace.ResourceSpans
	scope    ptrace.ScopeSpans
	span     ptrace.Span
}

// holds is false too where the condition cannot be evaluated: a comparison with an attribute that is missing is no match.
func (s *seen) holds(ctx context.Context, c *condition) bool {
	if c == nil {
		return true
	}
	t := ottlspan.NewTransformContextPtr(s.resource, s.scope, s.span)
	defer t.Close()
	ok, err := c.Eval(ctx, t)
	return ok && err == nil
}

// stand makes a span of what was told otherwise, by a log record or a point of a metric, so that a `where` reads it as one.
func stand(resource pcommon.Resource, scope pcommon.InstrumentationScope, attrs pcommon.Map) seen {
	rs := ptrace.NewResourceSpans()
	resource.CopyTo(rs.Resource())
	ss := rs.ScopeSpans().AppendEmpty()
	scope.CopyTo(ss.Scope())
	span := ss.Spans().AppendEmpty()
	attrs.CopyTo(span.Attributes())
	return seen{rs, ss, span}
}
