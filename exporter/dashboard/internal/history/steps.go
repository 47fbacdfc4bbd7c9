package history

import (
	"errors"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
)

var errTooFine = errors.New("a subquery has too many steps")

// checkSteps refuses a subquery with more steps than a query may have samples. The engine would go through all of them even where there is
// nothing at any, and does not look at the time meanwhile: a step of 1ms through 10 years takes it hours.
func checkSteps(q promql.Query, most int) error {
	statement, ok := q.Statement().(*parser.EvalStmt)
	if !ok {
		return nil
	}
	var err error
	parser.Inspect(statement.Expr, func(n parser.Node, around []parser.Node) error {
		if sub, ok := n.(*parser.SubqueryExpr); ok && steps(sub, around, statement) > int64(most) {
			err = &limitError{LimitSamples, errTooFine}
		}
		return err
	})
	return err
}

// steps are those of one subquery: through its range, those of the subqueries around it, and that of the query, unless something between is
// the same at every time.
func steps(sub *parser.SubqueryExpr, around []parser.Node, statement *parser.EvalStmt) int64 {
	span := statement.End.Sub(statement.Start)
	for _, n := range around {
		switch n := n.(type) {
		case *parser.StepInvariantExpr:
			span = 0
		case *parser.SubqueryExpr:
			span += n.Range
		}
	}
	step := sub.Step
	if step == 0 {
		step = usualStep
	}
	return int64((span + sub.Range) / step)
}

// usualStep is that of a subquery that has none.
const usualStep = time.Minute
