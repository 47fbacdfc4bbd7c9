// Package prometheus runs a real Prometheus server in end-to-end tests and asks it.
package prometheus

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

const startTimeout = 30 * time.Second

// Server is a running Prometheus.
type Server struct {
	URL string
	log bytes.Buffer // read it only after the process has ended
}

// Start runs Prometheus until the test ends. It scrapes the targets (host:port) every two seconds, and accepts remote writes.
func Start(t testing.TB, nativeHistograms bool, targets ...string) *Server {
	t.Helper()
	dir := t.TempDir()
	address := gateway.Loopback(gateway.FreePorts(t, 1)[0])
	s := &Server{URL: "http://" + address}
	config := "global: {scrape_interval: 2s, scrape_timeout: 2s}\nscrape_configs:\n" +
		"  - job_name: otelcol-llm\n    static_configs: [{targets: ['" + strings.Join(targets, "', '") + "']}]\n"
	file := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{
		"--config.file=" + file, "--storage.tsdb.path=" + filepath.Join(dir, "data"), "--web.listen-address=" + address,
		"--web.enable-remote-write-receiver",
	}
	if nativeHistograms {
		args = append(args, "--enable-feature=native-histograms")
	}
	cmd := exec.Command("prometheus", args...)
	cmd.Stdout, cmd.Stderr = &s.log, &s.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("log of Prometheus:\n%s", s.log.String())
		}
	})
	gateway.AwaitReady(t, "Prometheus", s.URL+"/-/ready", startTimeout)
	return s
}

// Sample is one element of an instant vector.
type Sample struct {
	Labels map[string]string
	Value  float64
}

// Series is one element of a range vector.
type Series struct {
	Labels map[string]string
	Values []float64 // in order of time
}

// Query evaluates a PromQL expression that gives a vector, now.
func (s *Server) Query(t testing.TB, expr string) []Sample {
	t.Helper()
	results := s.ask(t, expr)
	samples := make([]Sample, 0, len(results))
	for _, result := range results {
		samples = append(samples, Sample{Labels: result.Metric, Value: number(t, result.Value)})
	}
	return samples
}

// Matrix evaluates a range selector, up to now.
func (s *Server) Matrix(t testing.TB, selector string) []Series {
	t.Helper()
	results := s.ask(t, selector)
	all := make([]Series, 0, len(results))
	for _, result := range results {
		series := Series{Labels: result.Metric}
		for _, value := range result.Values {
			series.Values = append(series.Values, number(t, value))
		}
		all = append(all, series)
	}
	return all
}

// result is one element of an answer: a vector has a value, a matrix has values, each a time and a number as text.
type result struct {
	Metric map[string]string
	Value  [2]any
	Values [][2]any
}

func (s *Server) ask(t testing.TB, expr string) []result {
	t.Helper()
	resp, err := http.Get(s.URL + "/api/v1/query?query=" + url.QueryEscape(expr))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		Status, Error string
		Data          struct{ Result []result }
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	if answer.Status != "success" {
		t.Fatalf("query %s: %s", expr, answer.Error)
	}
	return answer.Data.Result
}

func number(t testing.TB, value [2]any) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(fmt.Sprint(value[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Scalar evaluates an expression whose vector has at most one element; an empty one is 0.
func (s *Server) Scalar(t testing.TB, expr string) float64 {
	t.Helper()
	samples := s.Query(t, expr)
	switch len(samples) {
	case 0:
		return 0
	case 1:
		return samples[0].Value
	}
	t.Fatalf("query %s gives %d series", expr, len(samples))
	return 0
}
