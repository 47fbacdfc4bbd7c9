package history

import (
	"net/http"
)

// API is Prometheus' HTTP API, as far as Grafana and people use it: /api/v1/, /-/ready and /-/healthy.
func (h *History) API() http.Handler {
	mux := http.NewServeMux()
	for path, do := range map[string]func(*http.Request) answer{
		"query":           h.query,
		"query_range":     h.queryRange,
		"query_exemplars": h.queryExemplars,
		"format_query":    formatQuery,
		"parse_query":     parseQuery,
		"labels":          h.labelNames,
		"series":          h.series,
	} {
		mux.Handle("GET /api/v1/"+path, serve(do))
		mux.Handle("POST /api/v1/"+path, serve(do))
	}
	for path, do := range map[string]func(*http.Request) answer{
		"label/{name}/values": h.labelValues,
		"metadata":            h.metadata,
		"rules":               h.rules,
		"alerts":              h.alerts,
		"status/buildinfo":    h.buildInfo,
	} {
		mux.Handle("GET /api/v1/"+path, serve(do))
	}
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("The history is healthy.\n")) })
	mux.HandleFunc("GET /-/ready", func(w http.ResponseWriter, _ *http.Request) {
		if _, err := h.raw.get(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("The history is ready.\n"))
	})
	return mux
}
