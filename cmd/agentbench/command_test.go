package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/scenario"
)

// agentbench runs the program in this process.
func agentbench(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	c := &command{out: &out, err: &errs, transport: http.DefaultTransport, lookup: os.LookupEnv}
	code = c.run(t.Context(), args)
	return code, out.String(), errs.String()
}

// write puts a scenario file into a directory of its own.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "scenario.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestRunFile(t *testing.T) {
	agent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), "fail") {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = io.WriteString(w, `{"output": "fine"}`)
	}))
	defer agent.Close()
	path := write(t, `
target: {kind: http, url: "`+agent.URL+`", body: '{"input": {{ json .input }}}', answer: $.output}
scenarios:
  - {name: good, concurrent_users: 2, requests_per_user: 10}
  - {name: bad, concurrent_users: 1, requests_per_user: 4, turns: [{input: fail}]}
fail_on: ["good.error_rate > 0"]
`)
	dir := t.TempDir()
	report, page, junit := filepath.Join(dir, "out.json"), filepath.Join(dir, "out.html"), filepath.Join(dir, "out.xml")
	code, out, errs := agentbench(t, "run", path, "--json", report, "--html", page, "--junit", junit, "--raw")
	require.Contains(t, []int{0, 1}, code, errs) // 1 where the machine is so busy that the generator was late
	require.Contains(t, out, "good (closed loop): 20 requests, 20 good")
	require.Contains(t, out, "bad: 100.0 % of 4 requests failed, more than 5 %: 4 status.")
	require.Contains(t, errs, "errors 4 (100.0 %)")
	var r struct {
		Scenarios map[string]struct {
			Metrics map[string]any   `json:"metrics"`
			Raw     []map[string]any `json:"raw_data"`
		} `json:"scenarios"`
	}
	b, err := os.ReadFile(report)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &r))
	require.Len(t, r.Scenarios["good"].Raw, 20)
	require.EqualValues(t, 20, r.Scenarios["good"].Metrics["good_requests"])
	require.EqualValues(t, 1, r.Scenarios["bad"].Metrics["error_rate"])
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Contains(t, string(text), "Latency over time")
	require.NotContains(t, string(text), "<script")
	require.NotContains(t, string(text), "//", "nothing from elsewhere")
	text, err = os.ReadFile(junit)
	require.NoError(t, err)
	require.Contains(t, string(text), `<testcase classname="agentbench.good" name="fail_on: good.error_rate &gt; 0">`)
	left, err := filepath.Glob(filepath.Join(dir, ".agentbench-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestWrongCalls(t *testing.T) {
	path := write(t, "target: {kind: smtp}\nscenarios: []\n")
	code, _, errs := agentbench(t, "run", path)
	require.Equal(t, 2, code)
	require.Contains(t, errs, path+":1: target.kind: must be one of http")
	require.Contains(t, errs, path+":2: scenarios: needs at least one")
	for _, args := range [][]string{{}, {"fly"}, {"run"}, {"run", "a", "b"}, {"run", "--nosuch", "a"}} {
		code, _, errs := agentbench(t, args...)
		require.Equal(t, 2, code, args)
		require.Contains(t, errs, "usage: agentbench", args)
	}
	code, _, errs = agentbench(t, "run", "nowhere.yaml")
	require.Equal(t, 2, code)
	require.Contains(t, errs, "nowhere.yaml")
	code, out, _ := agentbench(t, "--help")
	require.Zero(t, code)
	require.Contains(t, out, "usage: agentbench COMMAND")
}

// Every scenario file of the documentation is without fault.
func TestDocumentedFiles(t *testing.T) {
	text, err := os.ReadFile("../../docs/agentbench.md")
	require.NoError(t, err)
	found := 0
	for i, block := range strings.Split(string(text), "```") {
		if yaml, ok := strings.CutPrefix(block, "yaml\n"); ok && i%2 == 1 && strings.Contains(yaml, "scenarios:") {
			found++
			_, err := scenario.Parse("docs/agentbench.md", []byte(yaml), func(string) (string, bool) { return "x", true })
			require.NoError(t, err)
		}
	}
	require.NotZero(t, found)
}

// Two runs of one seed do not differ; one that is 20 % slower does, and the exit status says so.
func TestCompareFiles(t *testing.T) {
	file := func(slower float64) string {
		var batches []string
		for i := range 32 {
			v := 0.1 * slower * (1 + 0.02*float64(i%5))
			batches = append(batches, fmt.Sprintf(`{"requests": 30, "good": 30, "service_time": %v, "response_time": %v, "p95": %v}`, v, v, 2*v))
		}
		return write(t, `{"benchmark_id": "x", "scenarios": {"a": {"loop": "open", "batches": [`+strings.Join(batches, ",")+`]}}}`)
	}
	code, out, _ := agentbench(t, "compare", file(1), file(1))
	require.Zero(t, code, out)
	require.NotContains(t, out, "WORSE")
	code, out, _ = agentbench(t, "compare", file(1), file(1.2))
	require.Equal(t, 1, code)
	require.Regexp(t, `service_time +0.1038 +0.1246 +\+20.0 % +0.\d+ +WORSE`, out)
	code, _, errs := agentbench(t, "compare", file(1), "nowhere.json")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "nowhere.json")
}

func TestCapacityFile(t *testing.T) {
	path := write(t, "target: {kind: command, command: [/bin/true]}\nscenarios: [{name: a, rate: 1/s, test_duration: 1s}]\n")
	code, _, errs := agentbench(t, "capacity", path)
	require.Equal(t, 2, code)
	require.Contains(t, errs, path+":1: capacity: is needed")
}

func TestRecordFiles(t *testing.T) {
	code, out, errs := agentbench(t, "record", "../../internal/dialect/testdata/captures/otel-semconv-openai-content.json",
		"../../internal/dialect/testdata/captures/vercel-ai-v6.json")
	require.Zero(t, code, errs)
	_, err := scenario.Parse("recorded.yaml", []byte(out), os.LookupEnv)
	require.NoError(t, err, out)
	code, _, errs = agentbench(t, "record", "command_test.go")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "command_test.go: line 1 is no OTLP JSON")
}
