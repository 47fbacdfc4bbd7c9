package valkey

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	client "github.com/valkey-io/valkey-go"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

const deadline = time.Minute

// server is a real redis-server on a socket in a directory of its own.
type server struct {
	t      testing.TB
	socket string
	args   []string
	cmd    *exec.Cmd
	out    *os.File
}

var (
	durable  = []string{"--appendonly", "yes", "--maxmemory-policy", "noeviction"}
	volatil  = []string{"--appendonly", "no", "--maxmemory-policy", "noeviction"}
	allowAll = func(o *Options) { o.AllowVolatile = true }
)

func startServer(t testing.TB, args ...string) *server {
	t.Helper()
	dir := t.TempDir()
	return startServerWith(t, filepath.Join(dir, "s"), append([]string{
		"--port", "0", "--unixsocket", filepath.Join(dir, "s"), "--dir", dir, "--save", "", "--loglevel", "warning",
	}, args...))
}

func startServerWith(t testing.TB, socket string, args []string) *server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("redis-server is missing: test/setup.sh installs it")
		}
		t.Skip("redis-server is missing: run test/setup.sh")
	}
	s := &server{t: t, socket: socket, args: args}
	s.start()
	t.Cleanup(s.kill)
	return s
}

func (s *server) start() {
	s.t.Helper()
	out, err := os.Create(filepath.Join(filepath.Dir(s.socket), "log"))
	require.NoError(s.t, err)
	s.out = out
	s.cmd = exec.Command("redis-server", s.args...)
	s.cmd.Stdout, s.cmd.Stderr = out, out
	require.NoError(s.t, s.cmd.Start())
	s.eventually(func() bool { return s.do("PING") == nil })
}

// kill ends the server with SIGKILL.
func (s *server) kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	_ = s.out.Close()
	s.cmd = nil
}

func (s *server) restart() {
	s.t.Helper()
	s.kill()
	s.start()
}

func (s *server) eventually(condition func() bool) {
	s.t.Helper()
	eventually(s.t, condition)
}

func eventually(t testing.TB, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(deadline); !condition(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not come true in a minute")
		}
	}
}

func (s *server) with(f func(ctx context.Context, c client.Client) error) error {
	st := store{options: Options{Endpoints: []string{s.socket}, Timeout: deadline}.withDefaults()}
	c, err := st.connect()
	if err != nil {
		return err
	}
	defer st.close()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	return f(ctx, c)
}

func (s *server) do(command ...string) error {
	return s.with(func(ctx context.Context, c client.Client) error {
		return c.Do(ctx, c.B().Arbitrary(command...).Build()).Error()
	})
}

// entries are the ids of the alerts in the outbox.
func (s *server) entries() []string {
	var ids []string
	require.NoError(s.t, s.with(func(ctx context.Context, c client.Client) error {
		all, err := c.Do(ctx, c.B().Xrange().Key(newKeys("test", "").outbox()).Start("-").End("+").Build()).AsXRange()
		for _, e := range all {
			ids = append(ids, e.FieldValues["id"])
		}
		return err
	}))
	return ids
}

// notices collects what ledgers say.
type notices struct {
	mu  sync.Mutex
	all []ledger.Notice
}

func (n *notices) add(notice ledger.Notice) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, notice)
}

func (n *notices) count(kind ledger.NoticeKind) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	count := 0
	for _, notice := range n.all {
		if notice.Kind == kind {
			count++
		}
	}
	return count
}

// open opens a replica.
func open(t testing.TB, s *server, dir string, change ...func(*Options)) *Ledger {
	t.Helper()
	l, err := Open(t.Context(), testOptions(s, dir, change...))
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func testOptions(s *server, dir string, change ...func(*Options)) Options {
	// A machine may be slow: a killed server refuses at once, so nothing here waits for these.
	o := Options{Endpoints: []string{s.socket}, KeyPrefix: "test", Directory: dir, Timeout: deadline, patience: deadline}
	for _, f := range change {
		f(&o)
	}
	return o
}

func (n *notices) listen(o *Options) { o.Notify = n.add }
