package main

import (
	"encoding/json"
	"fmt"
	"net/http"
)

func (s *server) publish(e event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for l := range s.listeners {
		select {
		case l <- e:
		default: // who does not read gets the next one
		}
	}
}

func (s *server) events(w http.ResponseWriter, r *http.Request) {
	l := make(chan event, 16)
	s.mu.Lock()
	s.listeners[l] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.listeners, l)
		s.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	flush := http.NewResponseController(w)
	for id, e := 1, (event{"spend", s.head()}); ; id++ {
		data, err := json.Marshal(e.data)
		if err != nil {
			return
		}
		_, _ = fmt.Fprintf(w, "id: %d\nevent: %s\ndata: %s\n\n", id, e.name, data)
		if flush.Flush() != nil {
			return
		}
		select {
		case e = <-l:
		case <-r.Context().Done():
			return
		}
	}
}
