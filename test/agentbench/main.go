// Command agentbench (make build && go run ./test/agentbench) measures agentbench on fake agents whose times are known, and prints the figures
// of docs/agentbench.md: four minutes.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// result is what is read of a report.
type result struct {
	Invalid string
	Metrics struct {
		P50      float64 `json:"p50_response_time"`
		P99      float64 `json:"p99_response_time"`
		Service  float64 `json:"p50_service_time"`
		Lag      float64 `json:"schedule_lag_p99"`
		Requests int     `json:"requests"`
		Peak     int     `json:"concurrent_requests_handled"`
		TTFT     *timing
		ITL      *timing
	}
	Capacity *struct {
		Found float64
		Most  float64           `json:"max_concurrent_capacity"`
		Steps []json.RawMessage `json:"steps"`
	}
	ResourceUsage map[string]map[string]float64       `json:"resource_usage"`
	Raw           []struct{ Intended, Ended float64 } `json:"raw_data"`
}

type timing struct{ P50, P95, P99 float64 }

type bench struct{ binary, dir string }

// run runs a scenario file on an agent; watch is called with the process id while it runs.
func (b *bench) run(command, text string, a *agent, env []string, watch func(pid int)) result {
	server := httptest.NewServer(a)
	defer server.Close()
	file, out := filepath.Join(b.dir, "scenario.yaml"), filepath.Join(b.dir, "out.json")
	check(os.WriteFile(file, []byte(strings.ReplaceAll(text, "AGENT", server.URL)), 0o600))
	cmd := exec.Command(b.binary, command, file, "--json", out, "--raw")
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	check(cmd.Start())
	if watch != nil {
		go watch(cmd.Process.Pid)
	}
	_ = cmd.Wait() // 1 where a scenario is invalid, which is printed
	body, err := os.ReadFile(out)
	check(err)
	var r struct{ Scenarios map[string]result }
	check(json.Unmarshal(body, &r))
	return r.Scenarios["a"]
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

const plain = "target: {kind: http, url: AGENT, body: '{}', answer: $.output}\n"

func main() {
	b := &bench{}
	only := flag.String("only", "", "one of open, stall, capacity, stream, many")
	flag.StringVar(&b.binary, "binary", "bin/agentbench", "the program to measure")
	gateway := flag.String("gateway", "bin/otelcol-llm", "the gateway, for -page")
	page := flag.String("page", "", "write the page of a run through the gateway to this file, and measure nothing else")
	flag.Parse()
	dir, err := os.MkdirTemp("", "agentbench-")
	check(err)
	b.dir = dir
	if *page != "" {
		b.page(*gateway, *page)
		check(os.RemoveAll(dir))
		return
	}
	for _, one := range []struct {
		name string
		run  func()
	}{{"open", b.open}, {"stall", b.stall}, {"capacity", b.capacity}, {"stream", b.stream}, {"many", b.many}} {
		if *only == "" || *only == one.name {
			one.run()
		}
	}
	check(os.RemoveAll(dir))
}

func say(format string, args ...any) { fmt.Printf(format+"\n", args...) }

func (b *bench) open() {
	r := b.run("run", plain+"scenarios: [{name: a, rate: 20/s, arrival: constant, test_duration: 20s}]", newAgent(4, 100*time.Millisecond), nil, nil)
	say("20/s on 4 workers of 100 ms: p50 %.1f ms, p99 %.1f ms; generator late by %.2f ms (p99) %s",
		1000*r.Metrics.P50, 1000*r.Metrics.P99, 1000*r.Metrics.Lag, r.Invalid)
	r = b.run("run", plain+"scenarios: [{name: a, rate: 60/s, arrival: constant, max_in_flight: 4, test_duration: 20s, request_timeout: 60s}]",
		newAgent(4, 100*time.Millisecond), nil, nil)
	// Request n comes at n/60 s and, in groups of four, leaves 100 ms after the group before.
	model := func(q float64) float64 { return 0.1 + q*20*(60.0/40-1) }
	say("60/s on the same: response p50 %.2f s (model %.2f), p99 %.2f s (model %.2f), service p50 %.1f ms %s",
		r.Metrics.P50, model(0.5), r.Metrics.P99, model(0.99), 1000*r.Metrics.Service, r.Invalid)
}

func (b *bench) stall() {
	stalled := func(scenario string) result {
		a := newAgent(1000, 10*time.Millisecond)
		return b.run("run", plain+scenario, a, nil, func(int) {
			time.Sleep(20 * time.Second)
			a.stall(2 * time.Second)
		})
	}
	r := stalled("scenarios: [{name: a, rate: 10/s, arrival: constant, test_duration: 60s}]")
	waited := 0
	for _, one := range r.Raw {
		if one.Ended-one.Intended > 0.06 {
			waited++
		}
	}
	say("a stall of 2 s at 10/s, open loop: p99 %.2f s, %d requests waited %s", r.Metrics.P99, waited, r.Invalid)
	r = stalled("scenarios: [{name: a, concurrent_users: 1, turns: [{input: x, think: 90ms}], test_duration: 60s}]")
	say("the same, closed loop: p99 %.3f s of %d requests %s", r.Metrics.P99, r.Metrics.Requests, r.Invalid)
}

func (b *bench) capacity() {
	r := b.run("capacity", plain+"scenarios: [{name: a, rate: 1/s, arrival: constant, test_duration: 1s}]\nslo: {latency_p95: 200ms}\n"+
		"capacity: {search: rate, min: 0.5, max: 200, step: 15s, settle: 3s}", newAgent(4, 100*time.Millisecond), nil, nil)
	say("capacity of 40/s: found %.1f/s in %d steps, %.2f requests at once (Little: 4) %s", r.Capacity.Found, len(r.Capacity.Steps), r.Capacity.Most, r.Invalid)
}

func repeat(n int, gaps ...time.Duration) []time.Duration {
	var out []time.Duration
	for range n {
		out = append(out, gaps...)
	}
	return out
}

const streamed = "target: {kind: http, url: AGENT/stream, body: '{}', stream: sse, answer: $.text}\n"

func (b *bench) stream() {
	a := newAgent(1, 0)
	a.gaps = append([]time.Duration{200 * time.Millisecond}, repeat(9, 30*time.Millisecond, 70*time.Millisecond)...)
	r := b.run("run", streamed+"scenarios: [{name: a, concurrent_users: 10, test_duration: 20s}]", a, nil, nil)
	say("streams of 200 ms, then 30 and 70 ms: ttft p50 %.1f p95 %.1f ms, itl p50 %.1f p95 %.1f ms %s",
		1000*r.Metrics.TTFT.P50, 1000*r.Metrics.TTFT.P95, 1000*r.Metrics.ITL.P50, 1000*r.Metrics.ITL.P95, r.Invalid)
}

// many runs 2,000 streams of 10 events a second on one core.
func (b *bench) many() {
	a := newAgent(1, 0)
	a.gaps = repeat(100, 100*time.Millisecond)
	var memory []string
	r := b.run("run", streamed+"scenarios: [{name: a, rate: 200/s, arrival: constant, test_duration: 60s}]", a, []string{"GOMAXPROCS=1"}, func(pid int) {
		for range 6 {
			time.Sleep(10 * time.Second)
			memory = append(memory, rss(pid))
		}
	})
	say("%d streams at once, 10 events a second each, on one core: %.0f %% of it, late by %.2f ms (p99), ttft p50 %.1f ms; memory every 10 s: %s %s",
		r.Metrics.Peak, r.ResourceUsage["agentbench"]["cpu_usage_percent_of_its_cores"], 1000*r.Metrics.Lag, 1000*r.Metrics.TTFT.P50,
		strings.Join(memory, ", "), r.Invalid)
}

// rss is the memory of a process, where Linux tells it.
func rss(pid int) string {
	if runtime.GOOS != "linux" {
		return "?"
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return "ended"
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line)
}
