package budgetalert

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// talk is what replicas spread, in a test.
type talk struct {
	mu   sync.Mutex
	all  []spoken
	room int // for so many, where it is not 0
	// trimmed are gone before anybody heard them who has come to that place.
	trimmed int
	at      string
}

type spoken struct {
	by string
	ledger.Alert
}

// voice is one replica's share of a talk.
type voice struct {
	*talk
	name string
}

func (v voice) Spread(_ context.Context, alerts []ledger.Alert) (dropped int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, a := range alerts {
		if len(v.all) == v.room && v.room > 0 {
			dropped++
			continue
		}
		v.all = append(v.all, spoken{v.name, a})
	}
	return dropped
}

func (v voice) Heard(_ context.Context, since string, n int) (alerts []ledger.Alert, place string, lost int, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	at, _ := strconv.Atoi(since)
	for ; at < len(v.all) && len(alerts) < n; at++ {
		if v.all[at].by != v.name {
			alerts = append(alerts, v.all[at].Alert)
		}
	}
	if since == v.at {
		lost = v.trimmed
	}
	return alerts, strconv.Itoa(at), lost, nil
}

func (t *talk) replica(name string) (o *outbox, l *waking, heard *consumertest.LogsSink) {
	l, heard = memory(), new(consumertest.LogsSink)
	o = newOutbox(l, heard)
	o.others = &others{ledger: l, sharing: voice{t, name}, lost: o.lost}
	return o, l, heard
}

// fired and over are the two transitions of the n-th time that a budget is crossed.
func fired(n int) alert.Alert {
	a := testAlert(n)
	a.Fingerprint, a.Budget.Name, a.Budget.Period = "one", "daily", "day"
	a.StartsAt = time.Unix(int64(1_700_000_000+n), 0).UTC()
	return a
}

func over(n int) alert.Alert {
	a := fired(n)
	a.ID, a.State, a.EndsAt = a.ID+"-resolved", genai.AlertResolved, a.StartsAt.Add(time.Hour)
	return a
}

func toldTo(sink *consumertest.LogsSink) (ids []string, elsewhere []bool) {
	for _, ld := range sink.AllLogs() {
		for _, rec := range ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().All() {
			a, _ := alert.Read(rec)
			ids, elsewhere = append(ids, a.ID), append(elsewhere, a.Elsewhere)
		}
	}
	sink.Reset()
	return ids, elsewhere
}

// An alert that one replica told and another one ended ends with the first one too, once, and with nobody else.
func TestAnEndReachesWhoToldTheAlert(t *testing.T) {
	var said talk
	a, fromA, atA := said.replica("a")
	b, fromB, atB := said.replica("b")
	c, _, atC := said.replica("c")
	raise(t, fromA, fired(1))
	require.NoError(t, a.deliver(t.Context()))
	toldTo(atA)
	raise(t, fromB, over(1))
	for range 2 {
		for _, o := range []*outbox{b, a, c} {
			require.NoError(t, o.deliver(t.Context()))
		}
	}
	ids, elsewhere := toldTo(atA)
	require.Equal(t, []string{"alert-1-resolved"}, ids)
	require.Equal(t, []bool{true}, elsewhere)
	ids, elsewhere = toldTo(atB)
	require.Equal(t, []string{"alert-1-resolved"}, ids)
	require.Equal(t, []bool{false}, elsewhere)
	require.Zero(t, atC.LogRecordCount())

	restarted := newOutbox(fromA, atA)
	restarted.others = &others{ledger: fromA, sharing: voice{&said, "a"}}
	raise(t, fromA, fired(2))
	require.NoError(t, restarted.deliver(t.Context()))
	ids, _ = toldTo(atA)
	require.Equal(t, []string{"alert-2"}, ids, "what ended before does not end it")
	raise(t, fromB, over(2))
	require.NoError(t, b.deliver(t.Context()))
	require.NoError(t, restarted.deliver(t.Context()))
	ids, _ = toldTo(atA)
	require.Equal(t, []string{"alert-2-resolved"}, ids)
}

// The end may be heard while the alert itself still waits for its exporter.
func TestAnEndThatIsHeardBeforeTheAlertIsTold(t *testing.T) {
	var said talk
	a, fromA, atA := said.replica("a")
	b, fromB, _ := said.replica("b")
	raise(t, fromA, fired(1))
	a.next = nil
	require.NoError(t, a.deliverHeard(t.Context(), atA))
	raise(t, fromB, over(1))
	require.NoError(t, b.deliver(t.Context()))
	require.NoError(t, a.deliverHeard(t.Context(), atA))
	require.Zero(t, atA.LogRecordCount())
	require.NoError(t, a.deliverTo(t.Context(), atA))
	ids, _ := toldTo(atA)
	require.Equal(t, []string{"alert-1", "alert-1-resolved"}, ids)
}

// What the next consumer refuses is heard again.
func TestAnEndThatIsRefusedComesAgain(t *testing.T) {
	var said talk
	a, fromA, atA := said.replica("a")
	b, fromB, _ := said.replica("b")
	raise(t, fromA, fired(1))
	require.NoError(t, a.deliver(t.Context()))
	toldTo(atA)
	raise(t, fromB, over(1))
	require.NoError(t, b.deliver(t.Context()))
	require.Error(t, a.deliverTo(t.Context(), &receiver{fail: func([]string) error { return errors.New("no room") }}))
	require.NoError(t, a.deliver(t.Context()))
	ids, _ := toldTo(atA)
	require.Equal(t, []string{"alert-1-resolved"}, ids)
}

// A threshold is crossed by what one gateway sees: its end elsewhere says nothing here.
func TestThresholdsAreEachGatewaysOwn(t *testing.T) {
	var said talk
	a, fromA, atA := said.replica("a")
	b, fromB, _ := said.replica("b")
	one, end := fired(1), over(1)
	one.Budget, end.Budget = alert.Budget{}, alert.Budget{}
	raise(t, fromA, one)
	require.NoError(t, a.deliver(t.Context()))
	toldTo(atA)
	raise(t, fromB, end)
	require.NoError(t, b.deliver(t.Context()))
	require.NoError(t, a.deliver(t.Context()))
	require.Zero(t, atA.LogRecordCount())
}

// What a replica cannot read of what another one says is counted once, also where it is heard again, and hides nothing behind it.
func TestAnEndThatCannotBeReadIsCounted(t *testing.T) {
	var said talk
	a, fromA, atA := said.replica("a")
	b, fromB, _ := said.replica("b")
	lost := losses{}
	a.others.lost = lost.count
	raise(t, fromA, fired(1))
	require.NoError(t, a.deliver(t.Context()))
	toldTo(atA)
	voice{&said, "b"}.Spread(t.Context(), []ledger.Alert{{ID: "x", Body: []byte("\xff")}, {ID: "y", Body: []byte("\xff")}})
	raise(t, fromB, over(1))
	require.NoError(t, b.deliver(t.Context()))
	require.Error(t, a.deliverTo(t.Context(), &receiver{fail: func([]string) error { return errors.New("no room") }}))
	for range 2 {
		a.others.place = ""
		require.NoError(t, a.deliver(t.Context()))
	}
	ids, _ := toldTo(atA)
	require.Equal(t, []string{"alert-1-resolved"}, ids)
	require.Equal(t, losses{lostUnreadable: 2}, lost)
}

// What is gone before it is heard is counted, once, also where what is behind it is refused at first.
func TestAnEndThatIsGoneBeforeItIsHeardIsCounted(t *testing.T) {
	said := talk{trimmed: 3, at: "0"}
	a, fromA, atA := said.replica("a")
	b, fromB, _ := said.replica("b")
	lost := losses{}
	a.others.lost = lost.count
	raise(t, fromA, fired(1))
	require.NoError(t, a.deliver(t.Context()))
	toldTo(atA)
	raise(t, fromB, over(1))
	require.NoError(t, b.deliver(t.Context()))
	require.Error(t, a.deliverTo(t.Context(), &receiver{fail: func([]string) error { return errors.New("no room") }}))
	for range 2 {
		require.NoError(t, a.deliver(t.Context()))
	}
	ids, _ := toldTo(atA)
	require.Equal(t, []string{"alert-1-resolved"}, ids)
	require.Equal(t, losses{lostUnheard: 3}, lost)
}

// What the others cannot be told because too much waits for that is counted.
func TestAnEndThatIsDroppedIsCounted(t *testing.T) {
	said := talk{room: 2}
	a, fromA, _ := said.replica("a")
	lost := losses{}
	a.others.lost = lost.count
	for n := range 5 {
		raise(t, fromA, over(n))
	}
	require.NoError(t, a.deliver(t.Context()))
	require.Equal(t, losses{lostUnsaid: 3}, lost)
	require.Len(t, said.all, 2)
}
