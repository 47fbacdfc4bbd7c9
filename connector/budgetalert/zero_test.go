package budgetalert

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type row struct {
	id    uint64
	began int64
}

func visiting(rows ...row) func(func(uint64, int64)) {
	return func(visit func(uint64, int64)) {
		for _, r := range rows {
			visit(r.id, r.began)
		}
	}
}

const second = int64(time.Second)

func TestANewRowStandsAtZeroFirst(t *testing.T) {
	z := newZeros(20 * time.Second)
	a, b := row{1, 5 * second}, row{2, 12 * second}
	require.True(t, z.begin(10*second, false, visiting(a)))
	require.True(t, z.waits(1))
	require.True(t, z.begin(20*second, false, visiting(a, b)), "a new one is known before it is shown")
	require.True(t, z.waits(1))
	require.True(t, z.waits(2))
	require.True(t, z.begin(30*second, false, visiting(a, b)), "its value must not be forgotten")
	require.False(t, z.waits(1))
	require.True(t, z.waits(2))
	require.True(t, z.begin(40*second, false, visiting(a, b)))
	require.False(t, z.waits(2))
	require.False(t, z.begin(50*second, false, visiting(a, b)), "nothing to store")
}

// A process that is killed at any moment after what it stored: the next one never turns a value back to 0, and never begins with a value.
func TestZerosOutliveAKill(t *testing.T) {
	shown, waiting, unseen := row{1, 5 * second}, row{2, 32 * second}, row{3, 41 * second}
	z := newZeros(20 * time.Second)
	for at := int64(10); at <= 40; at += 10 {
		rows := []row{shown}
		if at >= 40 {
			rows = append(rows, waiting)
		}
		z.begin(at*second, false, visiting(rows...))
	}
	require.False(t, z.waits(1))
	require.True(t, z.waits(2))

	next := newZeros(20 * time.Second)
	next.restore(z.saved())
	all := visiting(shown, waiting, unseen)
	require.True(t, next.begin(100*second, false, all))
	require.False(t, next.waits(1), "its value was exported: 0 would be a reset")
	require.True(t, next.waits(2), "only its 0 was, and not long enough for certain")
	require.True(t, next.waits(3), "it was counted and never shown")
	next.begin(119*second, false, all)
	require.True(t, next.waits(2))
	next.begin(120*second, false, all)
	require.False(t, next.waits(2))
	require.False(t, next.waits(3))
}

func TestTheLastExportWaitsForNothing(t *testing.T) {
	z := newZeros(20 * time.Second)
	require.True(t, z.begin(10*second, true, visiting(row{1, 5 * second})))
	require.False(t, z.waits(1))
	next := newZeros(20 * time.Second)
	next.restore(z.saved())
	require.False(t, next.begin(60*second, false, visiting(row{1, 5 * second})))
	require.False(t, next.waits(1))
}

func TestDamagedZerosAreNone(t *testing.T) {
	for _, b := range [][]byte{nil, {1}, make([]byte, 12)} {
		z := newZeros(time.Second)
		z.restore(b)
		require.Zero(t, z.until)
		require.Empty(t, z.pending)
	}
}

func TestARowThatIsGoneWaitsNoLonger(t *testing.T) {
	z := newZeros(20 * time.Second)
	z.begin(10*second, false, visiting(row{1, second}, row{2, second}))
	require.True(t, z.begin(20*second, false, visiting(row{2, second})))
	require.Len(t, z.pending, 1)
}

// The clock is set back after a row began: it gets its value all the same, and keeps it.
func TestZerosAndAClockThatIsSetBack(t *testing.T) {
	z := newZeros(20 * time.Second)
	later := row{1, 3600 * second}
	z.begin(10*second, false, visiting(later))
	z.begin(30*second, false, visiting(later))
	require.False(t, z.waits(1))
	z.begin(50*second, false, visiting(later))
	require.False(t, z.waits(1))
}
