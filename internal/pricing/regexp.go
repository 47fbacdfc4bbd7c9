package pricing

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
)

// lazyRegexp compiles a pattern when it is first used: most of the table's patterns belong to providers that a gateway never sees.
func lazyRegexp(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

// literal is text that whatever matches a pattern has: a look for it tells most names off for a tenth of what the pattern takes.
type literal struct {
	text  string
	first bool // a match begins with it
}

func (l literal) in(name string) bool {
	if l.first {
		return strings.HasPrefix(name, l.text)
	}
	return strings.Contains(name, l.text)
}

// literalOf finds it, as long as it can be. Whatever it does not understand has the empty text, which every name has.
func literalOf(pattern string) (l literal) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil || re.Op != syntax.OpConcat {
		return literal{}
	}
	for i, part := range re.Sub {
		if part.Op != syntax.OpLiteral || part.Flags&syntax.FoldCase != 0 {
			continue
		}
		if text := string(part.Rune); len(text) > len(l.text) {
			l = literal{text: text, first: i == 1 && re.Sub[0].Op == syntax.OpBeginText}
		}
	}
	return l
}
