package test

import (
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

// disk is where a gateway has its data, and how it becomes full and empty again. Always whole: until it is empty nothing can be written to it.
type disk struct {
	data       string
	fill, free func(t *testing.T, g *gateway.Gateway)
	under      []string // runs a gateway that finds it full
}

// limitedFiles is a disk of which the kernel says that no file may be longer than a page, for a process: its writes fail with EFBIG.
func limitedFiles(t *testing.T) *disk {
	t.Helper()
	limit := func(t *testing.T, g *gateway.Gateway, bytes uint64) {
		t.Helper()
		var now unix.Rlimit
		require.NoError(t, unix.Prlimit(g.PID(), unix.RLIMIT_FSIZE, nil, &now))
		now.Cur = min(bytes, now.Max) // the hard limit stays: it could not be raised again
		require.NoError(t, unix.Prlimit(g.PID(), unix.RLIMIT_FSIZE, &now, nil))
	}
	return &disk{
		data:  t.TempDir(),
		fill:  func(t *testing.T, g *gateway.Gateway) { t.Helper(); limit(t, g, 4096) },
		free:  func(t *testing.T, g *gateway.Gateway) { t.Helper(); limit(t, g, math.MaxUint64) },
		under: []string{"sh", "-c", `ulimit -S -f 8 && exec "$0" "$@"`}, // in blocks of 512 bytes
	}
}

// smallFileSystem is a file system of 2 MiB that is full (ENOSPC), or a skipped test where nobody may mount one.
func smallFileSystem(t *testing.T) *disk {
	t.Helper()
	d := &disk{data: t.TempDir()}
	mounted(t, d.data, "size=2m")
	filler := filepath.Join(d.data, "filler")
	d.fill = func(t *testing.T, _ *gateway.Gateway) {
		t.Helper()
		file, err := os.OpenFile(filler, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		require.NoError(t, err)
		for err == nil {
			_, err = file.Write(make([]byte, 4096))
		}
		require.ErrorIs(t, err, unix.ENOSPC)
		require.NoError(t, file.Close())
	}
	d.free = func(t *testing.T, _ *gateway.Gateway) { t.Helper(); require.NoError(t, os.Remove(filler)) }
	return d
}

// mounted mounts a tmpfs until the test ends.
func mounted(t *testing.T, dir, options string) {
	t.Helper()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", options, "none", dir).CombinedOutput(); err != nil {
		t.Skipf("no file system of our own here: %s", out)
	}
	t.Cleanup(func() { assert.NoError(t, exec.Command("umount", "-l", dir).Run()) })
}

// TestFullDisk: where nothing can be written a gateway counts on in memory and says so, also when it starts like that; what was not written when it
// was killed is gone and counts when it comes again; when there is room again all is written. Nothing is counted twice and no alert raised twice.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*testing.T) *disk{"limited files": limitedFiles, "small file system": smallFileSystem} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testFullDisk(t, start(t))
		})
	}
}

func testFullDisk(t *testing.T, d *disk) {
	t.Helper()
	s := startSpender(t, d.data)
	s.send(t, 5)
	s.hasAll(t)
	d.fill(t, s.Gateway)
	require.Eventually(t, func() bool { // free pages of the file can still be written
		s.send(t, 1)
		return s.heard(genai.AlertStoreUnavailable, genai.AlertFiring) > 0
	}, time.Minute, 100*time.Millisecond, "it says so")
	s.send(t, max(10-len(s.sent), 1)) // beyond 80 % and 100 % of a budget
	s.hears(t, "YEARLY_BUDGET_EXCEEDED", genai.AlertFiring, 1)
	s.resend(t)
	s.hasAll(t)

	s.Kill()
	s.options.Under = d.under
	s.again(t)
	kept := s.spent(t)
	require.GreaterOrEqual(t, kept, 5, "what was written before")
	require.Less(t, kept, len(s.sent), "what was only in memory is gone")
	s.resend(t)
	s.hasAll(t)

	d.free(t, s.Gateway)
	s.hears(t, genai.AlertStoreUnavailable, genai.AlertResolved, 1)
	s.send(t, 1)
	s.Kill()
	s.options.Under = nil
	s.again(t)
	s.hasAll(t)
	s.resend(t)
	s.send(t, 1)
	s.hasAll(t)
	for kind, n := range map[string]int{"YEARLY_BUDGET_EXCEEDED": 1, genai.AlertStoreReset: 0} {
		assert.Equal(t, n, s.heard(kind, genai.AlertFiring), kind)
	}
	t.Logf("%d of %d batches were on the disk when it was killed", kept, len(s.sent))
}

// TestFullDiskRejects: with on_unavailable: reject requests are refused until there is room, which is told; what the client sends again then counts
// once, and nothing else does.
func TestFullDiskRejects(t *testing.T) {
	t.Parallel()
	d := limitedFiles(t)
	s := startSpender(t, d.data, "--set=connectors.budgetalert.on_unavailable=reject")
	s.send(t, 3)
	s.hasAll(t)
	d.fill(t, s.Gateway)
	sender, client := &retrying{url: s.otlp + "/v1/traces"}, &http.Client{Timeout: time.Minute}
	for range 3 {
		require.False(t, sender.send(client, s.batch()), "it is not acknowledged")
	}
	s.hears(t, genai.AlertStoreUnavailable, genai.AlertFiring, 1)
	s.has(t, 3)
	d.free(t, s.Gateway)
	s.hears(t, genai.AlertStoreUnavailable, genai.AlertResolved, 1)
	s.resend(t)
	s.Kill()
	s.again(t)
	s.resend(t)
	s.hasAll(t)
	assert.Equal(t, 1, s.heard(genai.AlertStoreUnavailable, genai.AlertFiring))
}

// TestReadOnlyDirectory: a gateway that may not write where its data is counts in memory and says so, and writes all of it as soon as it may.
func TestReadOnlyDirectory(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	forbid, allow := func() { require.NoError(t, os.Chmod(data, 0o555)) }, func() { require.NoError(t, os.Chmod(data, 0o755)) }
	if os.Getuid() == 0 { // may write everything that has a mode
		mounted(t, data, "size=16m")
		remount := func(as string) {
			require.NoError(t, exec.Command("mount", "-o", "remount,"+as, data).Run())
		}
		forbid, allow = func() { remount("ro") }, func() { remount("rw") }
	}
	t.Cleanup(allow)
	forbid()
	testUnwritable(t, data, allow)
}

// TestFullDiskOfAReplica: a gateway that shares its budgets goes on while its own disk is full, also when the server was away meanwhile. While the
// server is away nothing keeps what comes: it is refused, and counts when it comes again.
func TestFullDiskOfAReplica(t *testing.T) {
	need(t, "redis-server")
	t.Parallel()
	server, d := startRedis(t, false), limitedFiles(t)
	s := startSpenderWith(t, "configs/replicas-valkey.yaml", nil, "DATA_DIR="+d.data, "VALKEY_ENDPOINT="+server.endpoint, "VALKEY_PASSWORD="+redisPassword)
	s.send(t, 3)
	s.hasAll(t)
	d.fill(t, s.Gateway)
	s.send(t, 6)
	s.hears(t, genai.AlertStoreUnavailable, genai.AlertFiring, 1)
	s.resend(t)
	s.hasAll(t)

	server.kill()
	sender, client := &retrying{url: s.otlp + "/v1/traces"}, &http.Client{Timeout: time.Minute}
	late := s.batch()
	require.False(t, sender.send(client, late), "it is not acknowledged")
	s.has(t, len(s.sent)-1)
	server.start(t)
	require.Eventually(t, func() bool { return sender.send(client, late) }, time.Minute, 100*time.Millisecond, "it goes on")
	s.hasAll(t)

	d.free(t, s.Gateway)
	s.hears(t, genai.AlertStoreUnavailable, genai.AlertResolved, 1)
	s.Kill()
	s.again(t)
	s.resend(t)
	s.hasAll(t)
	assert.Zero(t, s.heard(genai.AlertStoreReset, genai.AlertFiring))
	assert.Equal(t, 1, s.heard("YEARLY_BUDGET_EXCEEDED", genai.AlertFiring))
}
