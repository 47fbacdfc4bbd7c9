package test

import (
	"bufio"
	"fmt"
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
	cmd      *exec.Cmd
}

func startRedis(t *testing.T, volatile bool) *redis {
	t.Helper()
	r := &redis{dir: t.TempDir(), port: gateway.FreePorts(t, 1)[0], volatile: volatile}
	r.start(t)
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

// start runs it, with what its file has.
func (r *redis) start(t *testing.T) {
	t.Helper()
	appendOnly := "yes"
	if r.volatile {
		appendOnly = "no"
	}
	r.cmd = exec.Command("redis-server", "--port", strconv.Itoa(r.port), "--bind", "127.0.0.1", "--requirepass", redisPassword, "--dir", r.dir,
		"--logfile", filepath.Join(r.dir, "log"), "--appendonly", appendOnly, "--save", "")
	require.NoError(t, r.cmd.Start())
	require.Eventually(t, r.answers, time.Minute, 20*time.Millisecond, "redis-server answers")
}

func (r *redis) answers() bool { return r.does("PING", "+PONG") }

// does says whether the server has an answer to a command that begins so.
func (r *redis) does(command, answer string) bool {
	conn, err := net.DialTimeout("tcp", r.address(), time.Second)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := fmt.Fprintf(conn, "AUTH %s\r\n%s\r\n", redisPassword, command); err != nil {
		return false
	}
	answers := bufio.NewReader(conn)
	first, _ := answers.ReadString('\n')
	second, _ := answers.ReadString('\n')
	return strings.HasPrefix(first, "+OK") && strings.HasPrefix(second, answer)
}

// kill ends it with SIGKILL.
func (r *redis) kill() {
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait()
}
