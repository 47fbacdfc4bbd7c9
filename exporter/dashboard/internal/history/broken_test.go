package history

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

func one(name string, at time.Time, v float64) pmetric.Metrics {
	return metrics(func(ms pmetric.MetricSlice) { counter(ms, name, value{at: at, value: v}) })
}

// blocks fills a history for two days, so that some of it is in blocks.
func blocks(t *testing.T, h *History) {
	t.Helper()
	for at := begin.Add(-48 * time.Hour); !at.After(begin); at = at.Add(10 * time.Minute) {
		require.NoError(t, h.Append(t.Context(), one("x", at, 1)))
	}
	h.Tend()
	require.Greater(t, len(h.raw.db.Blocks()), 2)
}

func TestADamagedBlockIsMovedAside(t *testing.T) {
	var told heard
	o := options(t.TempDir(), &told)
	h := open(t, o)
	blocks(t, h)
	all := number(t, h, `count_over_time(x_total[3d])`, begin)
	damaged := h.raw.db.Blocks()[0].Dir()
	require.NoError(t, h.Close(t.Context()))
	require.NoError(t, os.WriteFile(filepath.Join(damaged, "index"), []byte("no index"), 0o600))

	h = open(t, o)
	left := number(t, h, `count_over_time(x_total[3d])`, begin)
	assert.Less(t, left, all)
	assert.Greater(t, left, 1.0, "the other blocks are there")
	moved, err := filepath.Glob(filepath.Join(o.Dir, "metrics.damaged-*", filepath.Base(damaged), "index"))
	require.NoError(t, err)
	assert.Len(t, moved, 1)
	require.NoError(t, h.Append(t.Context(), one("x", begin, 2)))
	assert.Empty(t, told.trouble)
}

func TestADamagedDirectoryIsMovedAside(t *testing.T) {
	var told heard
	o := options(t.TempDir(), &told)
	require.NoError(t, os.WriteFile(filepath.Join(o.Dir, rawName), []byte("a file"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(o.Dir, metadataName), []byte("{"), 0o600))
	h := open(t, o)
	require.NoError(t, h.Append(t.Context(), one("x", begin, 2)))
	assert.Equal(t, 2.0, number(t, h, `x_total`, begin))
	moved, err := filepath.Glob(filepath.Join(o.Dir, "metrics.damaged-*"))
	require.NoError(t, err)
	assert.Len(t, moved, 1)
}

// A log that ends in the middle, as after a crash, costs what is behind the damage.
func TestATornLogIsRepaired(t *testing.T) {
	var told heard
	o := options(t.TempDir(), &told)
	h := open(t, o)
	for i := range 100 {
		require.NoError(t, h.Append(t.Context(), one("x", begin.Add(time.Duration(i)*time.Second), float64(i))))
	}
	require.NoError(t, h.Close(t.Context()))
	segments, err := filepath.Glob(filepath.Join(o.Dir, rawName, "wal", "0*"))
	require.NoError(t, err)
	require.NotEmpty(t, segments)
	info, err := os.Stat(segments[0])
	require.NoError(t, err)
	require.NoError(t, os.Truncate(segments[0], info.Size()/2))
	h = open(t, o)
	assert.Positive(t, number(t, h, `count_over_time(x_total[5m])`, begin.Add(2*time.Minute)))
	assert.Empty(t, told.trouble)
}

func TestNoRoom(t *testing.T) {
	var told heard
	o := options(t.TempDir(), &told)
	now, free := begin, uint64(1<<40)
	o.Now = func() time.Time { return now }
	o.Free = func(string) (uint64, error) { return free, nil }
	h := open(t, o)
	require.NoError(t, h.Append(t.Context(), one("x", now, 1)))

	free, now = minFree-1, now.Add(2*time.Second)
	require.Error(t, h.Append(t.Context(), one("x", now, 2)))
	assert.Equal(t, map[string]int{RejectedDisk: 1}, told.rejected)
	require.Len(t, told.trouble, 1)
	require.ErrorContains(t, told.trouble[0], "64 MiB")
	assert.Equal(t, 1.0, number(t, h, `x_total`, now), "it still answers")

	free, now = 1<<40, now.Add(2*time.Second)
	require.NoError(t, h.Append(t.Context(), one("x", now, 3)))
	assert.Equal(t, 3.0, number(t, h, `x_total`, now))
	require.Len(t, told.trouble, 2)
	assert.NoError(t, told.trouble[1], "it is over")
}

// Where there is no room at the start, the history is there as soon as there is.
func TestNoRoomAtTheStart(t *testing.T) {
	var told heard
	o := options(t.TempDir(), &told)
	now, free := begin, uint64(0)
	o.Now = func() time.Time { return now }
	o.Free = func(string) (uint64, error) { return free, nil }
	h := open(t, o)
	require.Len(t, told.trouble, 1)
	_, err := h.Instant(t.Context(), `x_total`, now)
	require.ErrorIs(t, err, ErrUnavailable)
	status, body := ask(t, h.API(), http.MethodGet, "/api/v1/query?query=x_total")
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.Contains(t, string(body), "the history is not available")

	free, now = 1<<40, now.Add(2*time.Second)
	h.Tend()
	require.NoError(t, h.Append(t.Context(), one("x", now, 3)))
	assert.Equal(t, 3.0, number(t, h, `x_total`, now))
}

// A database that panicked is replaced, with all that was committed.
func TestAPanicIsSurvived(t *testing.T) {
	var told heard
	h := open(t, options(t.TempDir(), &told))
	require.NoError(t, h.Append(t.Context(), one("x", begin, 1)))

	err := h.raw.append(t.Context(), func(*tsdb.DB, storage.AppenderV2) error { panic("a histogram that nobody thought of") })
	require.ErrorIs(t, err, errPanicked)
	require.NoError(t, h.Append(t.Context(), one("x", begin.Add(time.Second), 2)), "what panics while it is filled in is rolled back")

	h.raw.abandon(h.raw.db, errPanicked)
	require.ErrorIs(t, h.Append(t.Context(), one("x", begin.Add(2*time.Second), 9)), ErrUnavailable)
	h.Tend()
	require.NoError(t, h.Append(t.Context(), one("x", begin.Add(3*time.Second), 3)))
	assert.Equal(t, 3.0, number(t, h, `count_over_time(x_total[1m])`, begin.Add(3*time.Second)))
}

func TestInUse(t *testing.T) {
	var told heard
	o := options(t.TempDir(), &told)
	open(t, o)
	_, err := Open(t.Context(), o)
	require.ErrorIs(t, err, ErrInUse)
	assert.Contains(t, err.Error(), o.Dir)
}

func TestLimits(t *testing.T) {
	var told heard
	o := options(t.TempDir(), &told)
	o.Concurrency, o.MaxSamples, o.QueryTimeout = 1, 10, 50*time.Millisecond
	h := open(t, o)
	refused := func(request, limit string, want int) {
		t.Helper()
		status, body := ask(t, h.API(), http.MethodGet, request)
		assert.Equal(t, want, status, "%s", body)
		var e struct{ Error, ErrorType string }
		require.NoError(t, json.Unmarshal(body, &e))
		assert.True(t, strings.HasSuffix(e.Error, " ("+limit+")"), e.Error)
		assert.Positive(t, told.refused[limit])
	}
	refused("/api/v1/query_range?query=vector(1)&start=0&end=100&step=1", LimitSamples, http.StatusUnprocessableEntity)

	ctx, done, err := h.takeSlot(t.Context())
	require.NoError(t, err)
	refused("/api/v1/query?query=1", LimitConcurrency, http.StatusServiceUnavailable)
	<-ctx.Done()
	err = h.exec(ctx, nil, nil)
	var limit *limitError
	assert.True(t, errors.As(err, &limit) || errors.Is(err, context.DeadlineExceeded), "%v", err)
	done()

	o.QueryTimeout, o.Dir = time.Nanosecond, t.TempDir()
	o.MaxSamples = 1_000_000
	h = open(t, o)
	refused("/api/v1/query_range?query=vector(1)&start=0&end=10000&step=1", LimitTimeout, http.StatusServiceUnavailable)
}

func TestReady(t *testing.T) {
	var told heard
	h := open(t, options(t.TempDir(), &told))
	for _, path := range []string{"/-/ready", "/-/healthy"} {
		w := httptest.NewRecorder()
		h.API().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		assert.Equal(t, "The history is "+strings.TrimPrefix(path, "/-/")+".\n", w.Body.String())
	}
}

// Trouble is told once, however many things fail and however often, and its end when nothing fails any more.
func TestTrouble(t *testing.T) {
	var told heard
	h := open(t, options(t.TempDir(), &told))
	first, second := errors.New("first"), errors.New("second")
	for range 3 {
		h.noteTrouble("a", first)
		h.noteTrouble("b", second)
		h.noteTrouble("a", nil)
	}
	assert.Equal(t, []error{first}, told.trouble)
	h.noteTrouble("b", nil)
	h.noteTrouble("a", nil)
	assert.Equal(t, []error{first, nil}, told.trouble)
}
