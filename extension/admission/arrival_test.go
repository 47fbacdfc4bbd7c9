package admission

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
)

// A client that names a length and sends next to nothing keeps nobody out for ever.
func TestABodyThatDoesNotCome(t *testing.T) {
	a := newAdmission(&Config{InFlightRatio: 1, GoMemoryRatio: 1, GoGC: 100, AssumedBytes: 10}, zap.NewNop(), 100)
	a.arriveWithin = 50 * time.Millisecond
	wrap, err := a.GetHTTPHandler(t.Context())
	require.NoError(t, err)
	h, err := wrap(t.Context(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}))
	require.NoError(t, err)
	server := httptest.NewServer(h)
	defer server.Close()

	slow, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	defer func() { assert.NoError(t, slow.Close()) }()
	_, err = io.WriteString(slow, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{")
	require.NoError(t, err)
	answer, err := io.ReadAll(slow)
	require.NoError(t, err)
	assert.Contains(t, string(answer), "400 Bad Request")
}

// deadlines is a writer that remembers what its connection was told.
type deadlines struct {
	http.ResponseWriter
	set []time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error {
	d.set = append(d.set, t)
	return nil
}

// Only the body has to come in time: what is done with it may take longer, and where there is none nothing is waited for.
func TestABodyThatIsThere(t *testing.T) {
	wrap, err := newAdmission(defaultConfig(), zap.NewNop(), 1<<30).GetHTTPHandler(t.Context())
	require.NoError(t, err)
	w := &deadlines{ResponseWriter: httptest.NewRecorder()}
	h, err := wrap(t.Context(), http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
	}))
	require.NoError(t, err)
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", http.NoBody))
	assert.Empty(t, w.set)
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}")))
	require.Len(t, w.set, 2)
	assert.False(t, w.set[0].IsZero())
	assert.True(t, w.set[1].IsZero())
}
