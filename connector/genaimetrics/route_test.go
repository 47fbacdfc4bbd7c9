package genaimetrics

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// Operations that differ in one label, or in a dimension, add to series of their own, also when the last one looked alike; what is too
// long to be a label is cut and counted each time.
func TestRecentRoutesTellOperationsApart(t *testing.T) {
	e := newEngine(createDefaultConfig().(*Config), t0)
	base := labels{}
	for i := range base {
		base[i] = "aaaa"
	}
	own := e.route(&base, []string{"x"})
	for i := range base {
		for _, v := range []string{"abaa", ""} { // some have the same slot
			other := base
			other[i] = v
			r := e.route(&other, []string{"x"})
			require.NotSame(t, own, r, "label %d", i)
			require.Equal(t, v, r.labels[i])
			require.Same(t, r, e.route(&other, []string{"x"}))
			require.Same(t, own, e.route(&base, []string{"x"}))
		}
	}
	require.NotSame(t, own, e.route(&base, []string{"y"}))
	long := base
	long[lblModel] = string(make([]byte, 2*maxValueBytes))
	e.route(&long, nil)
	e.route(&long, nil)
	require.EqualValues(t, 2, e.health.truncated)
	e.dropRoutes()
	require.NotSame(t, own, e.route(&base, []string{"x"}), "nothing points at series that are gone")
}

// Where two routes in use share a slot, each is looked for by its key as often as it follows the other.
func TestRoutesOfNamesThatAreCountedUpHaveSlotsOfTheirOwn(t *testing.T) {
	const names = 100
	for what, of := range map[string]func(n int) (labels, []string){
		"service": func(n int) (labels, []string) {
			return labels{lblService: fmt.Sprintf("agent-%02d-in-production", n), lblModel: "gpt-4o"}, nil
		},
		"model": func(n int) (labels, []string) {
			return labels{lblService: "agent", lblModel: fmt.Sprintf("gpt-%02d-mini-2024-07-18", n)}, nil
		},
		"dimension": func(n int) (labels, []string) {
			return labels{lblService: "agent", lblModel: "gpt-4o"}, []string{fmt.Sprintf("team-%02d", n)}
		},
	} {
		slots := map[uint64]bool{}
		for n := range names {
			l, dims := of(n)
			slots[l.slot(dims)] = true
		}
		require.Greater(t, len(slots), names*8/10, what)
	}
}
