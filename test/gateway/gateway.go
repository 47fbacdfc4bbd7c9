package gateway

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	startTimeout = 60 * time.Second
	stopTimeout  = 30 * time.Second

	startAttempts = 5
)

// Options of a gateway. Env comes on top of the test's own environment.
type Options struct {
	Config string   // path of the configuration file
	Args   []string // further arguments
	Env    []string // KEY=value
	Dir    string   // working directory; a temporary one when empty
	Under  []string // a command that runs the binary, which it gets with its arguments
}

// Gateway is a running binary.
type Gateway struct {
	cmd  *exec.Cmd
	log  *logBuffer
	done chan struct{} // closed when the process has ended
	err  error         // of the process, valid after done
}

// Start runs the binary and returns when it serves. The test's end stops it; a test that fails prints its log. Where another
// process took one of the ports meanwhile, it tries again until that process has let it go.
func Start(t testing.TB, o Options) *Gateway {
	t.Helper()
	for attempt := 1; ; attempt++ {
		g := launch(t, o)
		err := g.ready()
		if err == nil {
			return g
		}
		if attempt == startAttempts || !g.log.contains("address already in use") {
			t.Fatalf("the gateway did not start: %v\n%s", err, g.Log())
		}
		time.Sleep(time.Second)
	}
}

// ready waits until the gateway serves, or has ended.
func (g *Gateway) ready() error {
	deadline := time.Now().Add(startTimeout)
	for !g.log.contains("Everything is ready") {
		select {
		case <-g.done:
			return fmt.Errorf("it ended: %w", g.err)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("it was not ready within %v", startTimeout)
		}
	}
	return nil
}

func launch(t testing.TB, o Options) *Gateway {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	g := &Gateway{log: &logBuffer{}, done: make(chan struct{})}
	command := slices.Concat(o.Under, []string{Binary(t), "--config", o.Config}, o.Args)
	g.cmd = exec.Command(command[0], command[1:]...)
	g.cmd.Dir = o.Dir
	// Where a test does not say where the dashboard is, it is at some free port.
	g.cmd.Env = slices.Concat(os.Environ(), []string{"DASHBOARD_ENDPOINT=127.0.0.1:0"}, o.Env)
	g.cmd.Stdout, g.cmd.Stderr = g.log, g.log
	if err := g.cmd.Start(); err != nil {
		t.Fatalf("start of the gateway: %v", err)
	}
	go func() {
		g.err = g.cmd.Wait()
		close(g.done)
	}()
	t.Cleanup(func() {
		g.Stop(t)
		if t.Failed() {
			t.Logf("log of the gateway:\n%s", g.Log())
		}
	})
	return g
}

// Stop ends the gateway as a service manager does and waits for it; calling it again does nothing.
func (g *Gateway) Stop(t testing.TB) {
	t.Helper()
	_ = g.cmd.Process.Signal(syscall.SIGTERM) // fails only when the process has ended
	select {
	case <-g.done:
	case <-time.After(stopTimeout):
		g.Kill()
		t.Errorf("the gateway did not stop within %v\n%s", stopTimeout, g.Log())
	}
}

// Kill ends the gateway as a crash does.
func (g *Gateway) Kill() {
	_ = g.cmd.Process.Kill()
	<-g.done
}

// ExitCode is the status with which the process has ended; after Stop or Kill.
func (g *Gateway) ExitCode() int { return g.cmd.ProcessState.ExitCode() }

// PID is the process id.
func (g *Gateway) PID() int { return g.cmd.Process.Pid }

// Log is what the gateway has logged so far.
func (g *Gateway) Log() string { return g.log.String() }

// Loud returns the log entries above level info, each with the lines that follow it. That a scraper gave up before it had its
// answer, as on a busy machine, is not the gateway's fault and not among them.
func (g *Gateway) Loud() []string {
	var loud []string
	within := false
	for line := range strings.Lines(g.Log()) {
		switch fields := strings.Split(line, "\t"); {
		case len(fields) > 1 && fields[1] == "info":
			within = false
		case within && !(len(fields) > 1 && (fields[1] == "warn" || fields[1] == "error")):
			loud[len(loud)-1] += line
		default:
			within = true
			loud = append(loud, line)
		}
	}
	return slices.DeleteFunc(loud, func(entry string) bool {
		return strings.Contains(entry, "prometheusexporter") && strings.Contains(entry, "write: broken pipe")
	})
}

// Post sends an OTLP payload and fails the test unless it is accepted.
func Post(t testing.TB, url, contentType string, body []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("POST %s: %s", url, resp.Status)
	}
}

// Loopback is the address of a port on this machine.
func Loopback(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
