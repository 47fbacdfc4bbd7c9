// Package live tells pages what happens, as server-sent events.
package live

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	// MaxClients is how many pages may listen at once.
	MaxClients = 100
	// pause is the least time between two events of one kind to one client.
	pause = time.Second
	// beat is how often a client hears something, so that those between see that it is there.
	beat = 15 * time.Second
	// patience is how long a client may take to read what it is sent.
	patience = 10 * time.Second
	// RetryAfter is what a client is told that finds no room, seconds.
	RetryAfter = 10
)

// Message is the last event of a kind.
type Message struct {
	Event string
	Data  []byte // one JSON value
	id    uint64
}

// Hub hands events on. Of each kind a client gets the newest, at most one a second.
type Hub struct {
	most int
	done chan struct{}

	mu      sync.Mutex
	closed  bool
	id      uint64
	latest  map[string]Message
	clients map[chan struct{}]struct{}
}

// NewHub makes a Hub for up to most clients.
func NewHub(most int) *Hub {
	return &Hub{most: most, done: make(chan struct{}), latest: map[string]Message{}, clients: map[chan struct{}]struct{}{}}
}

// Clients is how many listen.
func (h *Hub) Clients() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.clients)
}

// Publish makes data the newest event of its kind. What is the same as before is no event.
func (h *Hub) Publish(event string, data []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if before, ok := h.latest[event]; h.closed || ok && bytes.Equal(before.Data, data) {
		return
	}
	h.id++
	h.latest[event] = Message{event, data, h.id}
	for c := range h.clients {
		select {
		case c <- struct{}{}:
		default: // it knows already that there is something
		}
	}
}

// Close ends all streams.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.closed = true
		close(h.done)
	}
}

// join is nil where there is no room.
func (h *Hub) join() chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(h.clients) >= h.most {
		return nil
	}
	c := make(chan struct{}, 1)
	c <- struct{}{}
	h.clients[c] = struct{}{}
	return c
}

func (h *Hub) leave(c chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.clients, c)
}

// since are the events after an id, in their order.
func (h *Hub) since(id uint64) []Message {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []Message
	for _, event := range slices.Sorted(maps.Keys(h.latest)) {
		if m := h.latest[event]; m.id > id {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b Message) int { return int(a.id) - int(b.id) }) //nolint:gosec // few
	return all
}

// Serve streams until the client or the Hub goes. It begins with the newest event of each kind, whatever a client that comes again has seen.
// It is false, and has written nothing, where there is no room.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request) bool {
	news := h.join()
	if news == nil {
		return false
	}
	defer h.leave(news)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	h.stream(r.Context(), w, news)
	return true
}

func (h *Hub) stream(ctx context.Context, w http.ResponseWriter, news chan struct{}) {
	out := http.NewResponseController(w)
	send := func(text string) bool {
		_ = out.SetWriteDeadline(time.Now().Add(patience)) // not all writers can
		_, err := fmt.Fprint(w, text)
		return err == nil && out.Flush() == nil
	}
	heart := time.NewTicker(beat)
	defer heart.Stop()
	var last uint64
	if !send("retry: 2000\n\n") {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.done:
			return
		case <-heart.C:
			if !send(": still here\n\n") {
				return
			}
			continue
		case <-news:
		}
		var text bytes.Buffer
		for _, m := range h.since(last) {
			last = m.id
			fmt.Fprintf(&text, "event: %s\nid: %d\ndata: %s\n\n", m.Event, m.id, m.Data)
		}
		if text.Len() > 0 && !send(text.String()) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-h.done:
			return
		case <-time.After(pause):
		}
	}
}
