package dashboard

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestGuarded(t *testing.T) {
	h := guarded(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }), []string{"gateway.example", "proxy:8443"})
	for _, c := range []struct {
		method, host string
		want         int
	}{
		{http.MethodGet, "127.0.0.1:8890", http.StatusNoContent},
		{http.MethodPost, "localhost:8890", http.StatusNoContent},
		{http.MethodHead, "[::1]:8890", http.StatusNoContent},
		{http.MethodGet, "[::1]", http.StatusNoContent},
		{http.MethodGet, "10.1.2.3", http.StatusNoContent},
		{http.MethodGet, "Gateway.example:8890", http.StatusNoContent},
		{http.MethodGet, "proxy:8443", http.StatusNoContent},
		{http.MethodGet, "proxy:8444", http.StatusForbidden},
		{http.MethodGet, "evil.example:8890", http.StatusForbidden},
		{http.MethodGet, "localhost.evil.example", http.StatusForbidden},
		{http.MethodGet, "127.0.0.1.evil.example:8890", http.StatusForbidden},
		{http.MethodGet, "", http.StatusForbidden},
		{http.MethodPut, "localhost", http.StatusMethodNotAllowed},
		{http.MethodDelete, "localhost", http.StatusMethodNotAllowed},
		{http.MethodOptions, "localhost", http.StatusMethodNotAllowed},
	} {
		r := httptest.NewRequest(c.method, "/", nil)
		r.Host = c.host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		assert.Equal(t, c.want, w.Code, "%s %q", c.method, c.host)
	}
}

// A page of another site cannot make the history work; a link to the page, Grafana and programs can.
func TestOtherSites(t *testing.T) {
	h := guarded(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }), nil)
	for _, c := range []struct {
		site, mode string
		want       int
	}{
		{"", "", http.StatusNoContent},
		{"none", "navigate", http.StatusNoContent},
		{"same-origin", "cors", http.StatusNoContent},
		{"same-site", "cors", http.StatusNoContent},
		{"cross-site", "navigate", http.StatusNoContent},
		{"cross-site", "cors", http.StatusForbidden},
		{"cross-site", "no-cors", http.StatusForbidden},
		{"cross-site", "", http.StatusForbidden},
	} {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/query?query=1", nil)
		r.Host = "localhost:8890"
		r.Header.Set("Sec-Fetch-Site", c.site)
		r.Header.Set("Sec-Fetch-Mode", c.mode)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		assert.Equal(t, c.want, w.Code, c)
	}
}
