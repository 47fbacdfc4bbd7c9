package history

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// ask makes a request by GET or POST.
func ask(t *testing.T, api http.Handler, method, request string) (int, []byte) {
	t.Helper()
	path, query, _ := strings.Cut(request, "?")
	r := httptest.NewRequest(method, path+"?"+query, nil)
	if method == http.MethodPost {
		r = httptest.NewRequest(method, path, strings.NewReader(query))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	if w.Code == http.StatusNoContent {
		return w.Code, w.Body.Bytes()
	}
	assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
	return w.Code, w.Body.Bytes()
}
