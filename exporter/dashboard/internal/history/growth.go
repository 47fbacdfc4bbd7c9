package history

import (
	"fmt"
	"strings"

	"github.com/prometheus/prometheus/promql/parser"
)

// Functions that write labels may make them larger each time, which no limit of samples bounds: four times a label of four of its like, ten
// times over, is a million times as much, of each series.
const (
	maxText    = 64 << 10 // of an expression
	maxLiteral = 1 << 10  // of a text that becomes a part of labels
	maxGrowth  = 100      // what labels may become, as a multiple of what they were
)

// checkGrowth refuses an expression whose labels could become many times as large as they are.
func checkGrowth(n parser.Node) error {
	_, _, err := growth(n)
	return err
}

// growth is what the largest label and all labels together can be of a result, as multiples of those of a series.
func growth(n parser.Node) (largest, total int, err error) {
	largest, total = 1, 1
	for child := range parser.ChildrenIter(n) {
		l, t, err := growth(child)
		if err != nil {
			return 0, 0, err
		}
		largest, total = max(largest, l), max(total, t)
	}
	call, ok := n.(*parser.Call)
	if !ok {
		return largest, total, nil
	}
	pieces := 0
	switch call.Func.Name {
	case "label_join": // of the vector: destination, separator, sources
		pieces = max(1, len(call.Args)-3)
	case "label_replace": // destination, replacement, source, pattern
		pieces = max(1, strings.Count(literal(call.Args[2]), "$"))
	default:
		return largest, total, nil
	}
	for _, arg := range call.Args {
		if text := literal(arg); len(text) > maxLiteral {
			return 0, 0, fmt.Errorf("a text in %s has more than %d bytes", call.Func.Name, maxLiteral)
		}
	}
	made := largest * pieces
	largest, total = max(largest, made), total+made
	if total > maxGrowth {
		return 0, 0, fmt.Errorf("labels may become more than %d times as large by label_join and label_replace", maxGrowth)
	}
	return largest, total, nil
}

// literal is the text of a string, or nothing.
func literal(e parser.Expr) string {
	if s, ok := e.(*parser.StringLiteral); ok {
		return s.Val
	}
	return ""
}
