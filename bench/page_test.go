package bench

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestAnOpenPageWithoutAnswersIsAnError(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1); !strings.HasSuffix(r.URL.Path, "/events") {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	if err := openPage(strings.TrimPrefix(server.URL, "http://"))(); err == nil {
		t.Fatal("a dashboard that answers nothing was measured")
	}
	if asked.Load() == 0 {
		t.Fatal("nothing was asked")
	}
}

func TestPartsOfAllWindowsAreAddedUp(t *testing.T) {
	s := partShare{spans: []int{10, 30}}
	s.cpu[0], s.cpu[1] = []time.Duration{100 * time.Microsecond, 500 * time.Microsecond}, []time.Duration{100 * time.Microsecond, 300 * time.Microsecond}
	if got := s.perSpan(0) / s.perSpan(1); got != 1.5 { // not the mean of 1 and 1.67
		t.Fatalf("ratio %v", got)
	}
}
