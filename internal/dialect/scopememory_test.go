package dialect

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A scope is known again as what it is, whichever scopes came between and however many.
func TestScopesAreKnownAgain(t *testing.T) {
	var names []string
	for _, rules := range byFirst {
		for _, r := range rules {
			names = append(names, r.name, r.name+".x", r.name[:len(r.name)-1], r.name+strings.Repeat("x", maxMetScope))
		}
	}
	for i := range 1 << metScopeBits {
		names = append(names, "my.library/"+strconv.Itoa(i))
	}
	for range 2 {
		for _, name := range names {
			c, tr := findClient(name)
			for range 2 {
				met, metTraits := clientOf(name)
				require.Same(t, c, met, name)
				require.Same(t, tr, metTraits, name)
			}
		}
	}
	for i := range metScopes {
		if met := metScopes[i].Load(); met != nil {
			require.LessOrEqual(t, len(met.name), maxMetScope)
		}
	}
}

func TestScopeThatWasMetAllocatesNothing(t *testing.T) {
	const name = "@opentelemetry/instrumentation-http"
	clientOf(name)
	require.Zero(t, testing.AllocsPerRun(100, func() { clientOf(name) }))
}
