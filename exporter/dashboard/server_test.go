package dashboard

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGuarded(t *testing.T) {
	h := guarded(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }), []string{"gateway.example", "proxy:8443"}, time.Minute)
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
	h := guarded(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }), nil, time.Minute)
	for _, c := range []struct {
		method, site, mode, dest string
		want                     int
	}{
		{"GET", "", "", "", http.StatusNoContent},
		{"POST", "", "", "", http.StatusNoContent},
		{"GET", "none", "navigate", "document", http.StatusNoContent},
		{"GET", "same-origin", "cors", "empty", http.StatusNoContent},
		{"POST", "same-origin", "cors", "empty", http.StatusNoContent},
		{"GET", "same-site", "cors", "empty", http.StatusNoContent},
		{"GET", "cross-site", "navigate", "document", http.StatusNoContent},
		{"POST", "cross-site", "navigate", "document", http.StatusForbidden},
		{"GET", "cross-site", "navigate", "iframe", http.StatusForbidden},
		{"GET", "cross-site", "navigate", "", http.StatusForbidden},
		{"GET", "cross-site", "cors", "empty", http.StatusForbidden},
		{"GET", "cross-site", "no-cors", "image", http.StatusForbidden},
		{"GET", "cross-site", "", "", http.StatusForbidden},
	} {
		r := httptest.NewRequest(c.method, "/api/v1/query?query=1", nil)
		r.Host = "localhost:8890"
		r.Header.Set("Sec-Fetch-Site", c.site)
		r.Header.Set("Sec-Fetch-Mode", c.mode)
		r.Header.Set("Sec-Fetch-Dest", c.dest)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		assert.Equal(t, c.want, w.Code, c)
	}
}

// Who asks and does not read the answer keeps it in memory no longer than that.
func TestAnAnswerThatNobodyReads(t *testing.T) {
	ended := make(chan error)
	server := httptest.NewServer(guarded(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for piece := make([]byte, 1<<20); ; {
			if _, err := w.Write(piece); err != nil {
				ended <- err
				return
			}
		}
	}), nil, 50*time.Millisecond))
	defer server.Close()
	client, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	defer func() { assert.NoError(t, client.Close()) }()
	_, err = io.WriteString(client, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	require.NoError(t, err)
	require.ErrorIs(t, <-ended, os.ErrDeadlineExceeded)
}
