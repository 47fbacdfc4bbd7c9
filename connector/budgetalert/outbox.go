package budgetalert

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
)

// outbox hands alerts on until the next consumer has accepted them: only then the ledger forgets them. One goroutine, from run to the end
// of its context.
type outbox struct {
	ledger ledger.Ledger
	wake   chan struct{} // has one place: a commit with an alert fills it
	next   func() consumer.Logs
	empty  func() plog.Logs // a request with the gateway's resource and the connector's scope, without records
	count  func(ctx context.Context, delivered []alert.Alert, err error)
	lost   func(ctx context.Context, reason string, n int)
	unkept unkept
	others *others // nil where no replica shares the ledger
}

const (
	deliverAtOnce = 1000 // alerts in one request: more than an exporter that is down holds up
	firstRetry    = 250 * time.Millisecond
	lastRetry     = 30 * time.Second
	lookAgain     = 10 * time.Second // for what other replicas left behind
)

// run delivers until ctx ends.
func (o *outbox) run(ctx context.Context) {
	var pause time.Duration
	for {
		if pause = o.pause(o.deliver(ctx), pause); !o.wait(ctx, pause) {
			return
		}
	}
}

// pause is how long to wait after an attempt, which failed or not: longer each time it fails.
func (*outbox) pause(err error, last time.Duration) time.Duration {
	switch {
	case err == nil:
		return lookAgain
	case last < firstRetry || last == lookAgain:
		return firstRetry
	}
	return min(2*last, lastRetry)
}

// wait is false at the end. After a failed attempt the next alert is tried soon, too: where one exporter is down the others shall have it.
func (o *outbox) wait(ctx context.Context, pause time.Duration) bool {
	if pause != lookAgain && !sleep(ctx, nil, firstRetry) {
		return false
	}
	return sleep(ctx, o.wake, pause)
}

// sleep is false at the end of ctx.
func sleep(ctx context.Context, wake <-chan struct{}, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-wake:
	case <-timer.C:
	}
	return true
}

// deliver hands on all that waits. Where nobody listens (no logs pipeline) it waits on.
func (o *outbox) deliver(ctx context.Context) error {
	if next := o.next(); next != nil {
		return o.deliverTo(ctx, next)
	}
	return nil
}

func (o *outbox) deliverTo(ctx context.Context, next consumer.Logs) error {
	return errors.Join(o.deliverUnkept(ctx, next), o.deliverKept(ctx, next), o.deliverHeard(ctx, next))
}

func (o *outbox) deliverUnkept(ctx context.Context, next consumer.Logs) error {
	entries := o.unkept.all()
	if len(entries) == 0 {
		return nil
	}
	alerts, _, err := o.consume(ctx, next, entries)
	if err != nil {
		return o.outcome(ctx, nil, err)
	}
	o.unkept.delivered(len(entries))
	return o.outcome(ctx, alerts, nil)
}

func (o *outbox) deliverKept(ctx context.Context, next consumer.Logs) error {
	for {
		entries, err := o.ledger.Outbox(ctx, deliverAtOnce)
		if err != nil || len(entries) == 0 {
			return o.outcome(ctx, nil, err)
		}
		if err := o.hand(ctx, next, entries); err != nil {
			return err
		}
	}
}

// hand tries all in one request and, where that is refused for good, each in its own: what one exporter will never take must not keep
// others' alerts. None is given up.
func (o *outbox) hand(ctx context.Context, next consumer.Logs, entries []ledger.Alert) error {
	err := o.attempt(ctx, next, entries)
	if err == nil || !consumererror.IsPermanent(err) || len(entries) == 1 {
		return err
	}
	var errs []error
	for i := range entries {
		errs = append(errs, o.attempt(ctx, next, entries[i:i+1]))
	}
	return errors.Join(errs...)
}

func (o *outbox) attempt(ctx context.Context, next consumer.Logs, entries []ledger.Alert) error {
	alerts, unreadable, err := o.consume(ctx, next, entries)
	if err != nil {
		return o.outcome(ctx, nil, err)
	}
	ids := make([]string, 0, len(entries))
	for _, e := range entries {
		ids = append(ids, e.ID)
	}
	// Neither is cut off with ctx: what was accepted would come twice.
	if err := o.others.keep(context.WithoutCancel(ctx), alerts); err != nil {
		return o.outcome(ctx, alerts, err)
	}
	if err := o.ledger.Delivered(context.WithoutCancel(ctx), ids); err != nil {
		return o.outcome(ctx, alerts, err)
	}
	if unreadable > 0 {
		o.lost(ctx, lostUnreadable, unreadable)
	}
	_ = o.outcome(ctx, alerts, nil)
	return nil
}

// consume makes one request of entries. What is unreadable is another version's, or damage: nobody can ever read it.
func (o *outbox) consume(ctx context.Context, next consumer.Logs, entries []ledger.Alert) (alerts []alert.Alert, unreadable int, err error) {
	ld := o.empty()
	records := ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords()
	for _, e := range entries {
		a, err := alert.Decode(e.Body)
		if err != nil {
			unreadable++
			continue
		}
		a.Write(records.AppendEmpty())
		alerts = append(alerts, a)
	}
	if len(alerts) == 0 {
		return nil, unreadable, nil
	}
	return alerts, unreadable, next.ConsumeLogs(ctx, ld)
}

func (o *outbox) outcome(ctx context.Context, delivered []alert.Alert, err error) error {
	if len(delivered) > 0 || err != nil && ctx.Err() == nil {
		o.count(ctx, delivered, err)
	}
	return err
}
