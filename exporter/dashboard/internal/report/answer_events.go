package report

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// Kinds of events.
const (
	eventSpend  = "spend"
	eventAlert  = "alert"
	eventHealth = "health"
)

const (
	// healthEvery is how often pages hear of the health without being told of anything.
	healthEvery = 15 * time.Second
	liveTimeout = 5 * time.Second
)

// Poke says that something came that pages may want to know of.
func (r *Report) Poke() {
	select {
	case r.poked <- struct{}{}:
	default:
	}
}

// Run tells pages what is new until ctx ends, once a second at most, and nothing while nobody listens.
func (r *Report) Run(ctx context.Context) {
	ticker := time.NewTicker(healthEvery)
	defer ticker.Stop()
	for {
		beat := false
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			beat = true
		case <-r.poked:
		}
		if r.o.Hub.Clients() > 0 {
			r.publish(ctx, beat)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

// publish tells what is known. A page that just came is told everything.
func (r *Report) publish(ctx context.Context, all bool) {
	ctx, cancel := context.WithTimeout(ctx, liveTimeout)
	defer cancel()
	now := r.o.Now()
	a := newAsk(ctx, r.o.Querier, now)
	if h, _ := r.head(a); a.wait() == nil && r.differs(h) {
		r.send(eventSpend, h)
	}
	if past, err := r.o.Alerts.Past(1); err == nil && len(past) == 1 {
		r.send(eventAlert, r.alertOf(&past[0]))
	}
	if !all {
		return
	}
	a = newAsk(ctx, r.o.Querier, now)
	if h := r.healthOf(a); a.wait() == nil {
		r.send(eventHealth, h)
	}
}

// differs says whether a head says anything else than the last one that was told, but for when it was made.
func (r *Report) differs(h Spend) bool {
	h.Timestamp = time.Time{}
	body, err := json.Marshal(h)
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.sent
	r.sent = string(body)
	return err == nil && r.sent != before
}

func (r *Report) send(event string, what any) {
	if body, err := json.Marshal(what); err == nil {
		r.o.Hub.Publish(event, body)
	}
}

func (r *Report) events(w http.ResponseWriter, req *http.Request) {
	r.publish(req.Context(), true)
	if !r.o.Hub.Serve(w, req) {
		fail(w, http.StatusServiceUnavailable, "unavailable", "too many pages listen; try again later")
	}
}
