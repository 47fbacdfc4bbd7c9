package test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

// redisPassword looks like a number.
const redisPassword = "0123"

// redis is a real server in a directory of its own: durable with an append-only file, volatile without anything on disk.
type redis struct {
	dir      string
	port     int
	volatile bool
	endpoint string // as gateways are to name it
	args     []string
	cmd      *exec.Cmd
}

func startRedis(t *testing.T, volatile bool) *redis {
	t.Helper()
	r := newRedis(t)
	r.volatile = volatile
	r.start(t)
	return r
}

func newRedis(t *testing.T) *redis {
	t.Helper()
	r := &redis{dir: t.TempDir(), port: gateway.FreePorts(t, 1)[0]}
	r.endpoint = r.address()
	t.Cleanup(func() {
		r.kill()
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(r.dir, "log"))
			t.Logf("log of redis-server:\n%s", log)
		}
	})
	return r
}

func (r *redis) address() string { return gateway.Loopback(r.port) }

// socket is its Unix socket.
func (r *redis) socket() string { return filepath.Join(r.dir, "socket") }

// start runs it, with what its file has.
func (r *redis) start(t *testing.T) {
	t.Helper()
	appendOnly := "yes"
	if r.volatile {
		appendOnly = "no"
	}
	r.cmd = exec.Command("redis-server", append([]string{
		"--port", strconv.Itoa(r.port), "--bind", "127.0.0.1", "--requirepass", redisPassword, "--dir", r.dir, "--unixsocket", r.socket(),
		"--logfile", filepath.Join(r.dir, "log"), "--appendonly", appendOnly, "--save", "",
	}, r.args...)...)
	require.NoError(t, r.cmd.Start())
	require.Eventually(t, r.answers, time.Minute, 20*time.Millisecond, "redis-server answers")
}

func (r *redis) answers() bool { return r.does("PING", "PONG") }

// does says whether the server has an answer to a command that begins so.
func (r *redis) does(command, answer string) bool { return strings.HasPrefix(r.ask(command), answer) }

// ask is the answer to a command, where that is a text; empty where the server does not answer.
func (r *redis) ask(command string) string {
	conn, err := net.DialTimeout("tcp", r.address(), time.Second)
	if err != nil {
		return ""
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := fmt.Fprintf(conn, "AUTH %s\r\n%s\r\n", redisPassword, command); err != nil {
		return ""
	}
	answers := bufio.NewReader(conn)
	if first, _ := answers.ReadString('\n'); !strings.HasPrefix(first, "+OK") {
		return ""
	}
	line, _ := answers.ReadString('\n')
	line = strings.TrimSpace(line)
	if size, err := strconv.Atoi(strings.TrimPrefix(line, "$")); err == nil && line[0] == '$' {
		bulk := make([]byte, max(size, 0))
		_, _ = io.ReadFull(answers, bulk)
		return string(bulk)
	}
	return strings.TrimPrefix(line, "+")
}

// kill ends it with SIGKILL.
func (r *redis) kill() {
	if r.cmd != nil {
		_ = r.cmd.Process.Kill()
		_ = r.cmd.Wait()
	}
}
