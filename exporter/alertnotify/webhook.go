package alertnotify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"net/http"
	"time"

	"go.uber.org/zap"
)

// Headers of a webhook's request.
const (
	headerIdempotency = "Idempotency-Key" // alert.id: what came again is the same
	headerSignature   = "X-Signature-256" // sha256= and the HMAC of the body in hex
	noMore            = time.Duration(-1) // nothing to do until the bell rings
)

// webhook sends each alert once, in order: one that is not taken holds those behind it up, so that a resolved alert never comes before
// it fired.
type webhook struct {
	cfg       *WebhookConfig
	client    *http.Client
	render    renderer
	keeper    *keeper
	telemetry *telemetry
	log       *zap.Logger

	pace  pace
	quiet bool // the last fault has been logged
}

// step sends one alert and says when to come again: at once, later, or when the bell rings.
func (w *webhook) step(ctx context.Context, now time.Time) time.Duration {
	if wait := w.pace.until.Sub(now); wait > 0 {
		return wait
	}
	slot, r := w.keeper.next(w.cfg.Name)
	if r == nil {
		return noMore
	}
	body, err := w.render(&r.alert)
	if err != nil {
		w.fault("A webhook's template failed; the alert is dropped", err.Error())
		return w.drop(ctx, slot, r, reasonTemplate)
	}
	a := send(ctx, w.client, w.cfg.Client.Endpoint, body, w.header(r, body), now)
	switch {
	case a.verdict == taken:
		w.quiet = false
		w.pace.reset()
		w.telemetry.delivered(ctx, w.cfg.Name, 1)
		return w.done(ctx, slot, r)
	case a.verdict == refused:
		w.pace.reset()
		w.fault("A webhook refused an alert; it is not sent again", a.detail)
		return w.drop(ctx, slot, r, reasonRejected)
	case ctx.Err() != nil:
		return noMore // the Collector ends; it is sent at the next start
	}
	return w.failed(ctx, slot, r, a, now)
}

func (w *webhook) failed(ctx context.Context, slot uint32, r *row, a answer, now time.Time) time.Duration {
	w.telemetry.failed(ctx, w.cfg.Name)
	w.pace.fail(now, a.after, &w.cfg.Retry, rand.Float64()) //nolint:gosec // spreads requests
	w.fault("A webhook does not take alerts", a.detail)
	if most := w.cfg.Retry.MaxElapsedTime; !w.cfg.Retry.Enabled || most > 0 && now.Sub(r.received) >= most {
		w.drop(ctx, slot, r, reasonExpired)
	}
	return w.pace.until.Sub(now)
}

// drop gives an alert up.
func (w *webhook) drop(ctx context.Context, slot uint32, r *row, reason string) time.Duration {
	w.telemetry.dropped(ctx, w.cfg.Name, reason)
	return w.done(ctx, slot, r)
}

// done is reported by the keeper where it cannot be written: after a crash the alert would be sent again.
func (w *webhook) done(ctx context.Context, slot uint32, r *row) time.Duration {
	_ = w.keeper.done(ctx, w.cfg.Name, slot, r.alert.ID)
	return 0
}

// fault logs the first of a row of faults.
func (w *webhook) fault(message, detail string) {
	if !w.quiet {
		w.log.Error(message, zap.String("webhook", w.cfg.Name), zap.String("error", detail))
	}
	w.quiet = true
}

func (w *webhook) header(r *row, body []byte) http.Header {
	h := http.Header{}
	h.Set(headerIdempotency, r.alert.ID)
	if w.cfg.HMACSecret != "" {
		mac := hmac.New(sha256.New, []byte(w.cfg.HMACSecret))
		mac.Write(body)
		h.Set(headerSignature, "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	return h
}
