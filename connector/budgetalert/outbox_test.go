package budgetalert

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

func testAlert(n int) alert.Alert {
	id := fmt.Sprintf("alert-%d", n)
	return alert.Alert{
		Event: genai.EventBudgetAlert, ID: id, Fingerprint: id, Name: "daily", Type: "DAILY_BUDGET_WARNING",
		Severity: genai.SeverityWarning, State: genai.AlertFiring, Time: time.Unix(1_700_000_000, 0).UTC(), Body: "spent",
	}
}

func raise(t *testing.T, l ledger.Ledger, alerts ...alert.Alert) {
	t.Helper()
	require.NoError(t, l.Change(context.Background(), func(ledger.View) (changes []ledger.Change) {
		for _, a := range alerts {
			changes = append(changes, ledger.Change{Key: a.ID, Value: []byte{1}, IfAbsent: true, Alert: &ledger.Alert{ID: a.ID, Body: a.Encode()}})
		}
		return changes
	}))
}

// receiver is a logs consumer that fails as it is told.
type receiver struct {
	mu   sync.Mutex
	fail func(ids []string) error
	ids  []string
	when []time.Time
}

func (*receiver) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (r *receiver) ConsumeLogs(_ context.Context, ld plog.Logs) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var ids []string
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, rec := range sl.LogRecords().All() {
				a, _ := alert.Read(rec)
				ids = append(ids, a.ID)
			}
		}
	}
	if r.fail != nil {
		if err := r.fail(ids); err != nil {
			return err
		}
	}
	r.ids = append(r.ids, ids...)
	for range ids {
		r.when = append(r.when, time.Now())
	}
	return nil
}

func (r *receiver) got() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.ids...)
}

func newOutbox(l *waking, next consumer.Logs) *outbox {
	return &outbox{
		ledger: l, wake: l.wake, next: func() consumer.Logs { return next },
		empty: func() plog.Logs {
			ld := plog.NewLogs()
			ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty()
			return ld
		},
		count: func(context.Context, []alert.Alert, error) {},
		lost:  func(_ context.Context, reason string, n int) { panic(fmt.Sprint(n, " lost: ", reason)) },
	}
}

func memory() *waking {
	return newWaking(ledger.NewMemory(ledger.Options{}), make(chan struct{}, 1))
}

// An alert does not wait for a poll: its commit wakes the outbox.
func TestAnAlertIsDeliveredAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, r := memory(), &receiver{}
		ctx, cancel := context.WithCancel(t.Context())
		go newOutbox(l, r).run(ctx)
		synctest.Wait()
		began := time.Now()
		raise(t, l, testAlert(1), testAlert(2))
		synctest.Wait()
		require.Equal(t, []string{"alert-1", "alert-2"}, r.got())
		require.Equal(t, began, time.Now(), "no time has passed")
		left, err := l.Outbox(ctx, 10)
		require.NoError(t, err)
		require.Empty(t, left)
		cancel()
		synctest.Wait()
	})
}

// Until the next consumer has accepted an alert the ledger has it; it is tried again at growing distances, and never given up.
func TestARefusedAlertIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, refusals := memory(), 12
		r := &receiver{}
		r.fail = func([]string) error {
			if refusals--; refusals >= 0 {
				return errors.New("no room")
			}
			return nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		go newOutbox(l, r).run(ctx)
		raise(t, l, testAlert(1))
		synctest.Wait()
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Empty(t, r.got())
		left, err := l.Outbox(ctx, 10)
		require.NoError(t, err)
		require.Len(t, left, 1)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		require.Equal(t, []string{"alert-1"}, r.got())
		cancel()
		synctest.Wait()
	})
}

// While a refused alert waits, a new one is tried soon: another exporter may take it.
func TestANewAlertDoesNotWaitForARefusedOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, r := memory(), &receiver{}
		var tried []string
		r.fail = func(ids []string) error {
			tried = ids
			return errors.New("down")
		}
		ctx, cancel := context.WithCancel(t.Context())
		go newOutbox(l, r).run(ctx)
		raise(t, l, testAlert(1))
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		began := time.Now()
		raise(t, l, testAlert(2))
		time.Sleep(time.Second)
		synctest.Wait()
		require.Equal(t, []string{"alert-1", "alert-2"}, tried)
		require.Equal(t, time.Second, time.Since(began))
		cancel()
		synctest.Wait()
	})
}

// What one exporter refuses for good does not keep the others' alerts, and stays.
func TestOneAlertThatIsRefusedForGoodKeepsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, r := memory(), &receiver{}
		r.fail = func(ids []string) error {
			for _, id := range ids {
				if id == "alert-2" {
					return consumererror.NewPermanent(errors.New("bad"))
				}
			}
			return nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		go newOutbox(l, r).run(ctx)
		raise(t, l, testAlert(1), testAlert(2), testAlert(3))
		synctest.Wait()
		require.Equal(t, []string{"alert-1", "alert-3"}, r.got())
		left, err := l.Outbox(ctx, 10)
		require.NoError(t, err)
		require.Len(t, left, 1)
		cancel()
		synctest.Wait()
	})
}

func TestAlertsWaitForSomebodyToListen(t *testing.T) {
	l := memory()
	raise(t, l, testAlert(1))
	o := newOutbox(l, nil)
	o.next = func() consumer.Logs { return nil }
	require.NoError(t, o.deliver(t.Context()))
	left, err := l.Outbox(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, left, 1)
	sink := new(consumertest.LogsSink)
	require.NoError(t, o.deliverTo(t.Context(), sink))
	require.Equal(t, 1, sink.LogRecordCount())
}

// What nobody can read any more must not keep the outbox from emptying.
func TestAnUnreadableAlertIsDropped(t *testing.T) {
	l := memory()
	require.NoError(t, l.Change(t.Context(), func(ledger.View) []ledger.Change {
		return []ledger.Change{{Key: "x", Value: []byte{1}, Alert: &ledger.Alert{ID: "x", Body: []byte("\xff")}}}
	}))
	raise(t, l, testAlert(1))
	sink, lost := new(consumertest.LogsSink), losses{}
	o := newOutbox(l, sink)
	o.count = func(_ context.Context, _ []alert.Alert, err error) { require.NoError(t, err, "it is not tried again") }
	o.lost = lost.count
	require.NoError(t, o.deliverTo(t.Context(), sink))
	require.NoError(t, o.deliverTo(t.Context(), sink))
	require.Equal(t, 1, sink.LogRecordCount())
	require.Equal(t, losses{lostUnreadable: 1}, lost)
}

// losses are alerts that are lost, by reason.
type losses map[string]int

func (l losses) count(_ context.Context, reason string, n int) { l[reason] += n }
