package budgetalert

import (
	"context"
	"hash/fnv"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/consumer"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
)

// toldPrefix begins the marks of alerts that this replica told and that fire: the fingerprint follows, the value is when they began.
const toldPrefix = "told/"

// keptTold is how long, in seconds, such a mark is kept after the end of its period. One without an end stays until the alert is over.
const keptTold = 2 * 86400

// toldLate is the age from which the end of an alert may have been heard before it was told itself: all is heard again then.
const toldLate = 2 * time.Second

// others joins replicas of one ledger: an alert is told by one of them and its end perhaps by another, and whoever stands behind the first
// one must hear of that too. Alerts of thresholds are of what one gateway sees, and are its own.
type others struct {
	ledger  ledger.Ledger
	sharing ledger.Sharing
	place   string // up to which was heard; after a restart all of it is heard again, and what is over already is left out
	lost    func(ctx context.Context, reason string, n int)
	unheard int             // of the last look: how many were dropped before
	unread  map[uint64]bool // hashes of what cannot be read: heard again it is no further one
}

// maxUnread is as many as the replicas keep of what they tell each other.
const maxUnread = 10_000

func beganAt(a *alert.Alert) string { return strconv.FormatInt(a.StartsAt.UnixNano(), 10) }

// keep remembers what fires now, and tells the others what is over.
func (o *others) keep(ctx context.Context, alerts []alert.Alert) error {
	if o == nil {
		return nil
	}
	var changes []ledger.Change
	var over []ledger.Alert
	for i := range alerts {
		a := &alerts[i]
		if a.Budget.Name == "" {
			continue
		}
		change := ledger.Change{Key: toldPrefix + a.Fingerprint, Local: true}
		if a.Firing() {
			change.Value = []byte(beganAt(a))
			if time.Since(a.Time) > toldLate {
				o.place = ""
			}
			if !a.Budget.ResetsAt.IsZero() {
				change.Expires = a.Budget.ResetsAt.Unix() + keptTold
			}
		} else {
			over = append(over, ledger.Alert{ID: a.ID, Body: a.Encode()})
		}
		changes = append(changes, change)
	}
	if len(over) > 0 {
		if dropped := o.sharing.Spread(ctx, over); dropped > 0 {
			o.lost(ctx, lostUnsaid, dropped)
		}
	}
	return o.change(ctx, changes)
}

func (o *others) change(ctx context.Context, changes []ledger.Change) error {
	if len(changes) == 0 {
		return nil
	}
	return o.ledger.Change(ctx, func(ledger.View) []ledger.Change { return changes })
}

// heard are the alerts that this replica told and another one ended.
func (o *others) heard(ctx context.Context, n int) (over []ledger.Alert, changes []ledger.Change, place string, err error) {
	all, place, lost, err := o.sharing.Heard(ctx, o.place, n)
	o.unheard = lost
	if err != nil || len(all) == 0 {
		return nil, nil, place, err
	}
	fires := map[string]string{}
	err = o.ledger.Marks(ctx, toldPrefix, func(key string, value []byte) { fires[key] = string(value) })
	for _, one := range all {
		a, err := alert.Decode(one.Body)
		if err != nil {
			o.unreadable(ctx, one)
			continue
		}
		key := toldPrefix + a.Fingerprint
		if a.Firing() || fires[key] != beganAt(&a) {
			continue
		}
		delete(fires, key)
		a.Elsewhere = true
		over = append(over, ledger.Alert{ID: a.ID, Body: a.Encode()})
		changes = append(changes, ledger.Change{Key: key, Local: true})
	}
	return over, changes, place, err
}

// unreadable counts what another replica said and this one cannot read, once.
func (o *others) unreadable(ctx context.Context, said ledger.Alert) {
	h := fnv.New64a()
	_, _ = h.Write([]byte(said.ID + "\x00"))
	_, _ = h.Write(said.Body)
	hash := h.Sum64()
	if o.unread[hash] {
		return
	}
	if o.unread == nil || len(o.unread) >= maxUnread {
		o.unread = map[uint64]bool{}
	}
	o.unread[hash] = true
	o.lost(ctx, lostUnreadable, 1)
}

// deliverHeard hands on what other replicas ended.
func (o *outbox) deliverHeard(ctx context.Context, next consumer.Logs) error {
	for o.others != nil {
		over, changes, place, err := o.others.heard(ctx, deliverAtOnce)
		if err != nil {
			return o.outcome(ctx, nil, err)
		}
		if len(over) > 0 {
			alerts, _, err := o.consume(ctx, next, over)
			if err == nil {
				err = o.others.change(context.WithoutCancel(ctx), changes)
			}
			if err != nil {
				return o.outcome(ctx, nil, err)
			}
			_ = o.outcome(ctx, alerts, nil)
		}
		if place == o.others.place {
			return nil
		}
		if o.others.place = place; o.others.unheard > 0 {
			o.others.lost(ctx, lostUnheard, o.others.unheard)
		}
	}
	return nil
}
