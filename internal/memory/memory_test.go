package memory

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFitting(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		limit uint64
		want  int
	}{
		{0, 2000}, {64 << 10, 100}, {99 * mib, 100}, {256 * mib, 256}, {1999 * mib, 1999}, {2000 * mib, 2000}, {1 << 63, 2000},
	} {
		require.Equal(t, c.want, fitting(c.limit, 100, 2000, mib), "%d", c.limit)
	}
}

func TestLimitIsKnown(t *testing.T) {
	require.Positive(t, Limit())
	require.Equal(t, fitting(Limit(), 1, 10, 1<<30), Default(1, 10, 1<<30))
}
