package pricing

import (
	"regexp"
	"sync"
)

// lazyRegexp compiles a pattern when it is first used: most of the table's patterns belong to providers that a gateway never sees.
func lazyRegexp(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}
