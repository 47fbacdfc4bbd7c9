package live

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// page is a client.
type page struct {
	httptest.ResponseRecorder
	mu     sync.Mutex
	chunks []string
	leave  context.CancelFunc
	ended  chan bool
}

func (p *page) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.chunks = append(p.chunks, string(b))
	return len(b), nil
}

func (p *page) Flush() {}

// read gives what came since it was asked last.
func (p *page) read() string {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	defer func() { p.chunks = nil }()
	return strings.Join(p.chunks, "")
}

func listen(t *testing.T, h *Hub) *page {
	ctx, cancel := context.WithCancel(t.Context())
	p := &page{leave: cancel, ended: make(chan bool, 1)}
	p.HeaderMap = http.Header{}
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/events", http.NoBody)
	go func() { p.ended <- h.Serve(p, r) }()
	synctest.Wait()
	return p
}

func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHub(2)
		defer h.Close()
		h.Publish("spend", []byte(`1`))
		p := listen(t, h)
		assert.Equal(t, "retry: 2000\n\nevent: spend\nid: 1\ndata: 1\n\n", p.read(), "it begins with what is known")
		assert.Equal(t, "text/event-stream", p.Header().Get("Content-Type"))

		h.Publish("spend", []byte(`2`))
		h.Publish("alert", []byte(`"a"`))
		h.Publish("spend", []byte(`3`))
		assert.Empty(t, p.read(), "less than a second ago it was told something")
		time.Sleep(time.Second)
		assert.Equal(t, "event: alert\nid: 3\ndata: \"a\"\n\nevent: spend\nid: 4\ndata: 3\n\n", p.read(), "the newest of each kind")
		time.Sleep(5 * time.Second)
		h.Publish("spend", []byte(`3`))
		assert.Empty(t, p.read(), "it is the same")
		h.Publish("spend", []byte(`4`))
		assert.Equal(t, "event: spend\nid: 5\ndata: 4\n\n", p.read(), "at once")

		again := listen(t, h)
		assert.Contains(t, again.read(), "event: alert\nid: 3", "who comes again gets all of it")
		time.Sleep(30 * time.Second)
		assert.Contains(t, again.read(), ": still here\n\n")
	})
}

func TestRoomAndEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHub(2)
		a, b := listen(t, h), listen(t, h)
		require.Equal(t, 2, h.Clients())
		assert.False(t, <-listen(t, h).ended, "no room")
		a.leave()
		assert.True(t, <-a.ended)
		require.Equal(t, 1, h.Clients())
		c := listen(t, h)
		h.Publish("spend", []byte(`1`))
		h.Close()
		h.Close()
		assert.True(t, <-b.ended)
		assert.True(t, <-c.ended)
		assert.Zero(t, h.Clients())
		assert.False(t, <-listen(t, h).ended, "it is closed")
		h.Publish("spend", []byte(`2`))
	})
}
