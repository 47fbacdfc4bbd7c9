package history

import (
	"net/http"
	"strconv"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// node is a part of an expression as parse_query shows it.
type node = map[string]any

func parseQuery(r *http.Request) answer {
	expr, err := newParser().ParseExpr(r.FormValue("query"))
	if err != nil {
		return badParameter("query", err)
	}
	return answer{data: tree(expr)}
}

// tree is nil for an expression that is not there.
func tree(e parser.Expr) any {
	switch e := e.(type) {
	case *parser.AggregateExpr:
		return node{
			"type": "aggregation", "op": e.Op.String(), "expr": tree(e.Expr), "param": tree(e.Param),
			"grouping": texts(e.Grouping), "without": e.Without,
		}
	case *parser.BinaryExpr:
		return node{
			"type": "binaryExpr", "op": e.Op.String(), "lhs": tree(e.LHS), "rhs": tree(e.RHS),
			"matching": matching(e.VectorMatching), "bool": e.ReturnBool,
		}
	case *parser.Call:
		return node{"type": "call", "func": function(e.Func), "args": trees(e.Args)}
	case *parser.ParenExpr:
		return node{"type": "parenExpr", "expr": tree(e.Expr)}
	case *parser.UnaryExpr:
		return node{"type": "unaryExpr", "op": e.Op.String(), "expr": tree(e.Expr)}
	case *parser.StringLiteral:
		return node{"type": "stringLiteral", "val": e.Val}
	case *parser.NumberLiteral:
		return node{"type": "numberLiteral", "val": plain(e.Val)}
	case *parser.VectorSelector:
		return selector("vectorSelector", e)
	case *parser.MatrixSelector:
		n := selector("matrixSelector", e.VectorSelector.(*parser.VectorSelector))
		n["range"], n["rangeExpr"] = e.Range.Milliseconds(), duration(e.RangeExpr)
		return n
	case *parser.SubqueryExpr:
		return node{
			"type": "subquery", "expr": tree(e.Expr),
			"range": e.Range.Milliseconds(), "rangeExpr": duration(e.RangeExpr),
			"offset": e.OriginalOffset.Milliseconds(), "offsetExpr": duration(e.OriginalOffsetExpr),
			"step": e.Step.Milliseconds(), "stepExpr": duration(e.StepExpr),
			"timestamp": e.Timestamp, "startOrEnd": edge(e.StartOrEnd),
		}
	case *parser.DurationExpr:
		return duration(e)
	}
	return nil
}

func trees(all parser.Expressions) []any {
	out := make([]any, len(all))
	for i, e := range all {
		out[i] = tree(e)
	}
	return out
}

func function(f *parser.Function) node {
	return node{"name": f.Name, "argTypes": f.ArgTypes, "variadic": f.Variadic, "returnType": f.ReturnType}
}

func matching(m *parser.VectorMatching) any {
	if m == nil {
		return nil
	}
	return node{
		"card": m.Card.String(), "labels": texts(m.MatchingLabels), "on": m.On, "include": texts(m.Include),
		"fillValues": node{"lhs": m.FillValues.LHS, "rhs": m.FillValues.RHS},
	}
}

func selector(kind string, s *parser.VectorSelector) node {
	return node{
		"type": kind, "name": s.Name, "matchers": matchers(s.LabelMatchers),
		"offset": s.OriginalOffset.Milliseconds(), "offsetExpr": duration(s.OriginalOffsetExpr),
		"timestamp": s.Timestamp, "startOrEnd": edge(s.StartOrEnd), "anchored": s.Anchored, "smoothed": s.Smoothed,
	}
}

func matchers(all []*labels.Matcher) []node {
	out := make([]node, len(all))
	for i, m := range all {
		out[i] = node{"name": m.Name, "value": m.Value, "type": m.Type.String()}
	}
	return out
}

// duration is nil for one that is a plain number: its place has that already.
func duration(e parser.Expr) any {
	switch e := e.(type) {
	case nil:
		return nil
	case *parser.DurationExpr:
		if e == nil {
			return nil
		}
		return node{"type": "durationExpr", "op": e.Op.String(), "lhs": duration(e.LHS), "rhs": duration(e.RHS), "wrapped": e.Wrapped}
	case *parser.NumberLiteral:
		if e == nil {
			return nil
		}
		return node{"type": "numberLiteral", "val": plain(e.Val), "duration": e.Duration}
	}
	return tree(e)
}

func edge(i parser.ItemType) any {
	if i == 0 {
		return nil
	}
	return i.String()
}

func texts(all []string) []string {
	if all == nil {
		return []string{}
	}
	return all
}

func plain(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
