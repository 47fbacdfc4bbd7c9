package valkey

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// heard is what a replica hears after a place.
func heard(t *testing.T, l *Ledger, since string) (ids []string, place string) {
	t.Helper()
	for {
		alerts, next, _, err := l.Heard(t.Context(), since, 2)
		require.NoError(t, err)
		for _, a := range alerts {
			require.Equal(t, "body of "+a.ID, string(a.Body))
			ids = append(ids, a.ID)
		}
		if next == since {
			return ids, next
		}
		since = next
	}
}

func spreads(t *testing.T, l *Ledger, ids ...string) {
	t.Helper()
	var alerts []ledger.Alert
	for _, id := range ids {
		alerts = append(alerts, ledger.Alert{ID: id, Body: []byte("body of " + id)})
	}
	require.Zero(t, l.Spread(t.Context(), alerts))
}

func TestOthersHearWhatAReplicaSpreads(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	a, b := open(t, s, t.TempDir()), open(t, s, t.TempDir())
	spreads(t, a, "1", "2", "3")
	ids, place := heard(t, b, "")
	require.Equal(t, []string{"1", "2", "3"}, ids, "in more than one look")
	ids, _ = heard(t, a, "")
	require.Empty(t, ids, "it knows")
	spreads(t, a, "4")
	ids, _ = heard(t, b, place)
	require.Equal(t, []string{"4"}, ids)
	ids, _ = heard(t, b, "")
	require.Equal(t, []string{"1", "2", "3", "4"}, ids, "after a restart all again")
}

func TestASpreadWaitsForTheServer(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	a, b := open(t, s, t.TempDir()), open(t, s, t.TempDir())
	s.kill()
	eventually(t, func() bool { return !a.isUp() && !b.isUp() })
	spreads(t, a, "1")
	ids, place := heard(t, b, "")
	require.Empty(t, ids)
	s.restart()
	eventually(t, func() bool { return a.isUp() && b.isUp() })
	_, _ = heard(t, a, "")
	ids, _ = heard(t, b, place)
	require.Equal(t, []string{"1"}, ids)
}

// A server that lost its data counts entries by its clock again, which may be behind the old one's.
func TestAfterALossAllIsHeard(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	a, b := open(t, s, t.TempDir()), open(t, s, t.TempDir())
	require.NoError(t, s.do("XADD", b.store.keys.spread(), "99999999999999-0", "by", "x", "id", "far", "body", "body of far"))
	ids, place := heard(t, b, "")
	require.Equal(t, []string{"far"}, ids)
	require.NoError(t, s.do("FLUSHALL"))
	old, _, _ := strings.Cut(place, " ")
	eventually(t, func() bool {
		_, now, _, err := b.Heard(t.Context(), "", 1)
		epoch, _, _ := strings.Cut(now, " ")
		return err == nil && epoch != "" && epoch != old
	})
	spreads(t, a, "1")
	ids, _ = heard(t, b, place)
	require.Equal(t, []string{"1"}, ids)
}

// Above maxUnsaid the oldest are dropped, and how many is said; the others come when the server is back.
func TestASpreadThatFindsNoRoomSaysSo(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	a, b := open(t, s, t.TempDir()), open(t, s, t.TempDir())
	s.kill()
	eventually(t, func() bool { return !a.isUp() && !b.isUp() })
	alerts := make([]ledger.Alert, maxUnsaid)
	for i := range alerts {
		id := strconv.Itoa(i)
		alerts[i] = ledger.Alert{ID: id, Body: []byte("body of " + id)}
	}
	require.Zero(t, a.Spread(t.Context(), alerts))
	require.Equal(t, 2, a.Spread(t.Context(), alerts[:2]))
	s.restart()
	eventually(t, func() bool { return a.isUp() && b.isUp() })
	_, _ = heard(t, a, "")
	ids, _ := heard(t, b, "")
	require.Len(t, ids, maxUnsaid)
	require.Equal(t, "2", ids[0])
	require.Equal(t, []string{"0", "1"}, ids[maxUnsaid-2:])
}

// As many as there are find the server when it is there: only what waits has a bound.
func TestASpreadOfManyIsToldWhole(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	a, b := open(t, s, t.TempDir()), open(t, s, t.TempDir())
	ids := make([]string, maxUnsaid+5)
	for i := range ids {
		ids[i] = strconv.Itoa(i)
	}
	spreads(t, a, ids...)
	told, _ := heard(t, b, "")
	require.Equal(t, ids, told)
}

// The stream keeps a number of entries: who was away for longer is told how many it never heard, once, and an older version's place is none.
func TestWhatIsDroppedBeforeItIsHeardIsCounted(t *testing.T) {
	t.Parallel()
	s := startServer(t, durable...)
	a, b := open(t, s, t.TempDir()), open(t, s, t.TempDir())
	spreads(t, a, "1", "2", "3")
	_, place := heard(t, b, "")
	spreads(t, a, "4", "5", "6", "7")
	require.NoError(t, s.do("XTRIM", b.store.keys.spread(), "MAXLEN", "5"))
	_, _, lost, err := b.Heard(t.Context(), place, 1)
	require.NoError(t, err)
	require.Zero(t, lost, "all that it had not heard is there")
	require.NoError(t, s.do("XTRIM", b.store.keys.spread(), "MAXLEN", "2"))
	alerts, next, lost, err := b.Heard(t.Context(), place, 1)
	require.NoError(t, err)
	require.Equal(t, 2, lost)
	require.Equal(t, "6", alerts[0].ID)
	_, _, lost, err = b.Heard(t.Context(), next, 1)
	require.NoError(t, err)
	require.Zero(t, lost)

	epoch, _, _ := strings.Cut(place, " ")
	_, _, lost, err = b.Heard(t.Context(), epoch+" 1-1", 1)
	require.NoError(t, err)
	require.Zero(t, lost, "nobody knows")
	_, _, lost, err = b.Heard(t.Context(), "", 1)
	require.NoError(t, err)
	require.Zero(t, lost, "it is new")
}
