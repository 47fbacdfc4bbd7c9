// Command preview serves the page over made answers, to work on it without a gateway; the browser tests drive it too.
//
//	go run ./exporter/dashboard/internal/page/preview -addr 127.0.0.1:8891
package main

import (
	"encoding/json"
	"flag"
	"log"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/page"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/report"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8891", "where to listen")
	kind := flag.String("data", "full", "full, quiet, empty or hostile")
	flag.Parse()
	s := &server{made: made{now: time.Now, kind: *kind}, broken: map[string]string{}, listeners: map[chan event]bool{}}
	httpServer := &http.Server{Addr: *addr, Handler: s.mux(), ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(httpServer.ListenAndServe())
}

type server struct {
	made

	mu        sync.Mutex
	requests  []string
	broken    map[string]string // by path: fail or hang
	listeners map[chan event]bool
}

type event struct {
	name string
	data any
}

func (s *server) mux() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", page.Handler())
	for path, answer := range s.answers() {
		mux.HandleFunc("GET /api/llm/v1"+path, func(w http.ResponseWriter, r *http.Request) {
			switch s.how(path) {
			case "fail":
				writeJSON(w, http.StatusInternalServerError, report.Failure{Error: report.FailureReason{Code: "internal", Message: "the history is away"}})
			case "hang":
				<-r.Context().Done()
			default:
				writeJSON(w, http.StatusOK, answer(r))
			}
		})
	}
	mux.HandleFunc("GET /api/llm/v1/events", s.events)
	mux.HandleFunc("GET /api/", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusNotFound, report.Failure{Error: report.FailureReason{Code: "not_found", Message: "there is no such page"}})
	})
	s.control(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/preview/") {
			s.mu.Lock()
			s.requests = append(s.requests, r.URL.RequestURI())
			s.mu.Unlock()
		}
		mux.ServeHTTP(w, r)
	})
}

// control is for tests: what was asked for, and something to happen.
func (s *server) control(mux *http.ServeMux) {
	mux.HandleFunc("GET /preview/requests", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, s.asked()) })
	mux.HandleFunc("GET /preview/listeners", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, s.listening()) })
	mux.HandleFunc("POST /preview/break", func(_ http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.broken[r.FormValue("path")] = r.FormValue("how")
	})
	mux.HandleFunc("POST /preview/spend", func(_ http.ResponseWriter, r *http.Request) {
		s.spend(r.FormValue("usd"))
		s.publish(event{"spend", s.head()})
	})
	mux.HandleFunc("POST /preview/alert", func(_ http.ResponseWriter, r *http.Request) {
		s.publish(event{"alert", s.raise(r.FormValue("body"))})
	})
}

func (s *server) how(path string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.broken[path]
}

func (s *server) listening() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.listeners)
}

func (s *server) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.requests...)
}

func writeJSON(w http.ResponseWriter, status int, answer any) {
	body, err := json.Marshal(answer)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
