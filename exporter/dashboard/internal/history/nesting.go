package history

import (
	"fmt"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// maxParts is how many operators and parentheses an expression may have. The parser looks at each part once more for each one around it, and
// nothing ends it: 100,000 parentheses take it minutes.
const maxParts = 500

// shallow is a parser that refuses what would keep it long.
type shallow struct{ parser.Parser }

func newParser() parser.Parser {
	return shallow{parser.NewParser(parser.Options{EnableExtendedRangeSelectors: true})}
}

// ParseExpr is part of parser.Parser.
func (p shallow) ParseExpr(text string) (parser.Expr, error) {
	if err := checkParts(text); err != nil {
		return nil, err
	}
	expr, err := p.Parser.ParseExpr(text)
	if err != nil {
		return nil, err
	}
	return expr, checkGrowth(expr)
}

// ParseMetricSelectors is part of parser.Parser.
func (p shallow) ParseMetricSelectors(texts []string) ([][]*labels.Matcher, error) {
	for _, text := range texts {
		if err := checkParts(text); err != nil {
			return nil, err
		}
	}
	return p.Parser.ParseMetricSelectors(texts)
}

// checkParts leaves to the parser what cannot be read.
func checkParts(text string) error {
	if len(text) > maxText {
		return fmt.Errorf("the expression has more than %d bytes", maxText)
	}
	var item parser.Item
	parts := 0
	for lexer := parser.Lex(text); parts <= maxParts; {
		lexer.NextItem(&item)
		switch {
		case item.Typ == parser.EOF, item.Typ == parser.ERROR:
			return nil
		case item.Typ == parser.LEFT_PAREN, item.Typ.IsOperator():
			parts++
		}
	}
	return fmt.Errorf("the expression has more than %d operators and parentheses", maxParts)
}
