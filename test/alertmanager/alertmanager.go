// Package alertmanager runs a real Alertmanager in end-to-end tests, hears what it notifies and asks what it knows.
package alertmanager

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

const (
	// Program is what Debian calls it.
	Program = "prometheus-alertmanager"

	startTimeout = 30 * time.Second
)

// Server is an Alertmanager that notifies the test. It may be stopped and started again, with what it has on disk.
type Server struct {
	URL string

	dir, address string
	cmd          *exec.Cmd
	done         chan struct{} // closed when the process has ended
	log          bytes.Buffer  // read it only after the process has ended

	mu       sync.Mutex
	notified []Notification
}

// Notification is what a receiver of Alertmanager's gets: a group of alerts.
type Notification struct {
	Status   string
	GroupKey string
	Alerts   []Alert
	At       time.Time `json:"-"` // when it came
}

// Alert is one alert, in a notification or as Alertmanager knows it.
type Alert struct {
	Labels, Annotations map[string]string
	StartsAt, EndsAt    time.Time
	UpdatedAt           time.Time
	GeneratorURL        string
	Status              any // a text in a notification
}

// Start runs Alertmanager until the test ends. It notifies at once, and again after an hour.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{dir: t.TempDir(), address: gateway.Loopback(gateway.FreePorts(t, 1)[0])}
	s.URL = "http://" + s.address
	hook := httptest.NewServer(http.HandlerFunc(s.hear))
	t.Cleanup(hook.Close)
	config := fmt.Sprintf(`
route: {receiver: test, group_by: [alertname, budget], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
receivers:
  - name: test
    webhook_configs: [{url: %q, send_resolved: true}]
`, hook.URL)
	if err := os.WriteFile(filepath.Join(s.dir, "alertmanager.yml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Again(t)
	t.Cleanup(func() {
		s.Stop(t)
		if t.Failed() {
			t.Logf("log of Alertmanager:\n%s", s.log.String())
		}
	})
	return s
}

// Again starts it, for the first time or after Stop.
func (s *Server) Again(t testing.TB) {
	t.Helper()
	s.cmd = exec.Command(Program, "--config.file="+filepath.Join(s.dir, "alertmanager.yml"), "--storage.path="+filepath.Join(s.dir, "data"),
		"--web.listen-address="+s.address, "--cluster.listen-address=")
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.done = make(chan struct{})
	go func(cmd *exec.Cmd, done chan struct{}) {
		_ = cmd.Wait()
		close(done)
	}(s.cmd, s.done)
	gateway.AwaitReady(t, "Alertmanager", s.URL+"/-/ready", startTimeout)
}

// Stop ends it as a service manager does; calling it again does nothing.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // fails only when the process has ended
	select {
	case <-s.done:
	case <-time.After(startTimeout):
		_ = s.cmd.Process.Kill()
		<-s.done
		t.Errorf("Alertmanager did not stop within %v", startTimeout)
	}
}

func (s *Server) hear(_ http.ResponseWriter, r *http.Request) {
	n := Notification{At: time.Now()}
	if err := json.NewDecoder(r.Body).Decode(&n); err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notified = append(s.notified, n)
}

// Notifications are those so far.
func (s *Server) Notifications() []Notification {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Notification(nil), s.notified...)
}

// Alerts are those that fire now, as Alertmanager knows them, by their label fingerprint; none where it does not answer.
func (s *Server) Alerts() map[string]Alert {
	resp, err := http.Get(s.URL + "/api/v2/alerts")
	if err != nil {
		return nil
	}
	defer func() { _ = resp.Body.Close() }()
	var all []Alert
	if err := json.NewDecoder(resp.Body).Decode(&all); err != nil {
		return nil
	}
	known := map[string]Alert{}
	for _, a := range all {
		known[a.Labels["fingerprint"]] = a
	}
	return known
}
