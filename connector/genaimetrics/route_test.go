package genaimetrics

import (
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
		for _, v := range []string{"abaa", ""} { // the slot looks at few bytes of a label
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
