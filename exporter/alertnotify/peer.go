package alertnotify

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/collector/config/configretry"
	"go.uber.org/zap"
)

// maxPost is how many alerts a request to Alertmanager has at most.
const maxPost = 100

// peer tells one Alertmanager what is open, again and again. It knows of no other.
type peer struct {
	name      string // host and port
	url       string
	client    *http.Client
	interval  time.Duration
	keeper    *keeper
	telemetry *telemetry
	log       *zap.Logger

	sent  map[telling]time.Time
	pace  pace
	quiet bool // the last fault has been logged
}

// telling is an alert as it was told.
type telling struct {
	id   string
	open bool
}

func tellingOf(r *row) telling { return telling{r.alert.ID, r.open()} }

// peerURL is the API under the URL that is configured.
func peerURL(endpoint string) string { return strings.TrimRight(endpoint, "/") + "/api/v2/alerts" }

// step tells what is due and says when to come again.
func (p *peer) step(ctx context.Context, now time.Time) time.Duration {
	if wait := p.pace.until.Sub(now); wait > 0 {
		return wait
	}
	due, wait := p.due(p.keeper.current(), now)
	if len(due) == 0 {
		return wait
	}
	due = due[:min(len(due), maxPost)]
	posts := make([]posted, len(due))
	for i, r := range due {
		posts[i] = r.post(now, p.interval)
	}
	body, err := marshal(posts)
	if err != nil {
		p.fault(err.Error())
		return p.interval
	}
	a := send(ctx, p.client, p.url, body, http.Header{}, now)
	switch {
	case a.verdict == taken:
		p.quiet = false
		p.keeper.taken(p.name, due)
		p.telemetry.delivered(ctx, p.name, len(due))
	case a.verdict == again:
		if ctx.Err() == nil {
			p.telemetry.failed(ctx, p.name)
			p.pace.fail(now, a.after, p.backoff(), rand.Float64()) //nolint:gosec // spreads requests
			p.fault(a.detail)
		}
		return max(shortest, p.pace.until.Sub(now))
	default: // it took what it could; the next turn comes in its time
		p.telemetry.failed(ctx, p.name)
		p.fault(a.detail)
	}
	p.pace.reset()
	for _, r := range due {
		p.sent[tellingOf(r)] = now
	}
	return 0
}

// due are the rows to tell now, and the time until the next.
func (p *peer) due(rows []*row, now time.Time) ([]*row, time.Duration) {
	sent := make(map[telling]time.Time, len(rows)) // what is over is forgotten
	var due []*row
	wait := noMore
	for _, r := range rows {
		t := tellingOf(r)
		last, known := p.sent[t]
		if !known || now.Sub(last) >= p.interval || now.Before(last) {
			due = append(due, r)
		} else if left := p.interval - now.Sub(last); wait == noMore || left < wait {
			wait = left
		}
		if known {
			sent[t] = last
		}
	}
	p.sent = sent
	return due, wait
}

// backoff stays below the interval, after which silence begins to count.
func (p *peer) backoff() *configretry.BackOffConfig {
	return &configretry.BackOffConfig{
		Enabled: true, InitialInterval: min(time.Second, p.interval), MaxInterval: min(30*time.Second, p.interval), Multiplier: 2, RandomizationFactor: 0.2,
	}
}

// fault logs the first of a row of faults.
func (p *peer) fault(detail string) {
	if !p.quiet {
		p.log.Error("An Alertmanager does not take alerts", zap.String("alertmanager", p.name), zap.String("error", detail))
	}
	p.quiet = true
}
