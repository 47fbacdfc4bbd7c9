package budgetalert

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// notice takes what the ledger finds out. It may not call the ledger: tick does.
func (s *state) notice(n ledger.Notice) {
	select {
	case s.notices <- n:
	default: // more than anybody can hear
	}
}

// storeMark is set while the store is not available, with the time since when.
const storeMark = "alarm/store"

func (s *state) heard(ctx context.Context, n ledger.Notice, now time.Time) {
	var err error
	switch n.Kind {
	case ledger.StoreReset:
		s.logger.Error("The ledger of the budgets was replaced", zap.String("detail", n.Detail))
		err = s.storeReset(ctx, n, now)
	case ledger.StoreUnavailable:
		s.logger.Error("The ledger of the budgets cannot be written", zap.String("detail", n.Detail), zap.String("on_unavailable", s.cfg.OnUnavailable))
		componentstatus.ReportStatus(s.host, componentstatus.NewRecoverableErrorEvent(errUnavailable(n.Detail)))
		err = s.storeUnavailable(ctx, n, now)
	case ledger.StoreAvailable:
		s.logger.Info("The ledger of the budgets is written again", zap.String("detail", n.Detail))
		componentstatus.ReportStatus(s.host, componentstatus.NewEvent(componentstatus.StatusOK))
		err = s.storeAvailable(ctx, now)
	}
	if err != nil && ctx.Err() == nil {
		s.logger.Error("An alert about the ledger could not be raised", zap.Error(err))
	}
}

type errUnavailable string

func (e errUnavailable) Error() string {
	return "the ledger of the budgets cannot be written: " + string(e)
}

// storeReset ends by itself after a day.
func (s *state) storeReset(ctx context.Context, n ledger.Notice, now time.Time) error {
	a := s.storeAlert(genai.AlertStoreReset, now, genai.AlertFiring)
	a.Body, a.EndsAt = n.Detail, now.Add(24*time.Hour)
	key := "alarm/reset/" + a.ID
	return s.change(ctx, ledger.Change{Key: key, Value: []byte{1}, Expires: a.EndsAt.Unix(), Local: true, Alert: &ledger.Alert{ID: a.ID, Body: a.Encode()}})
}

func (s *state) storeUnavailable(ctx context.Context, n ledger.Notice, now time.Time) error {
	a := s.storeAlert(genai.AlertStoreUnavailable, now, genai.AlertFiring)
	then := "what is spent is counted in memory and written when that works again; a crash before then loses it"
	switch {
	case s.cfg.OnUnavailable == onUnavailableReject:
		then = "requests are refused until that works again"
	case n.Journaled:
		then = "what is spent is counted in the journal, on this gateway's disk, and told to the server when it is back"
	}
	a.Body = "the ledger of the budgets cannot be written (" + n.Detail + "): " + then + "."
	value, err := now.MarshalBinary()
	if err != nil {
		return err
	}
	kept := ledger.Alert{ID: a.ID, Body: a.Encode()}
	err = s.change(ctx, ledger.Change{Key: storeMark, Value: value, IfAbsent: true, Local: true, Alert: &kept})
	if err != nil && s.cfg.OnUnavailable == onUnavailableReject {
		s.refusing = now
		s.outbox.unkept.add(kept)
		ring(s.outbox.wake)
		return nil
	}
	return err
}

// storeAvailable resolves, if there is something to resolve: also at a start after a process that ended while its store was away.
func (s *state) storeAvailable(ctx context.Context, now time.Time) error {
	since, unavailable := s.refusing, !s.refusing.IsZero()
	err := s.ledger.Marks(ctx, storeMark, func(key string, value []byte) {
		unavailable = unavailable || key == storeMark && since.UnmarshalBinary(value) == nil
	})
	if err != nil || !unavailable {
		return err
	}
	a := s.storeAlert(genai.AlertStoreUnavailable, since, genai.AlertResolved)
	a.Time, a.EndsAt = now, now
	a.Body = "the ledger of the budgets is written again; nothing that was counted is lost."
	err = s.change(ctx, ledger.Change{Key: storeMark, Local: true, Alert: &ledger.Alert{ID: a.ID, Body: a.Encode()}})
	if err == nil {
		s.refusing = time.Time{}
	}
	return err
}

func (s *state) storeAlert(name string, since time.Time, what string) alert.Alert {
	group := map[string]string{"gateway": instanceOf(s.set.Resource)}
	fingerprint := alert.Fingerprint(name, group)
	return alert.Alert{
		Event: genai.EventBudgetAlert, Time: since, ID: alert.ID(fingerprint, since.Truncate(time.Second), what), Fingerprint: fingerprint,
		Name: name, Type: name, Severity: genai.SeverityError, State: what, StartsAt: since, Group: group, URL: s.cfg.PageURL,
	}
}

func (s *state) change(ctx context.Context, c ledger.Change) error {
	return s.ledger.Change(ctx, func(ledger.View) []ledger.Change { return []ledger.Change{c} })
}

// instanceOf is how this gateway is called.
func instanceOf(own pcommon.Resource) string {
	if id := textOf(own.Attributes(), genai.ServiceInstanceID); id != "" {
		return id
	}
	return textOf(own.Attributes(), genai.ServiceName)
}
