package bench

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Gateway is a running otelcol-llm.
type Gateway struct {
	OTLP       string // address of its OTLP receiver over gRPC
	Prometheus string // address of its Prometheus exporter, where the configuration has one
	Telemetry  string // address of its own metrics
	Dashboard  string // address of the page

	cmd  *exec.Cmd
	log  *bytes.Buffer
	data string // its state; gone when it stops
}

// Build builds the distribution into dir, as `make build` does.
func Build(dir string) (string, error) {
	return build("..", "./cmd/otelcol-llm", filepath.Join(dir, "otelcol-llm"), "-pgo=cmd/otelcol-llm/release.pgo")
}

// BuildStock builds an ordinary Collector into dir: the core receiver and exporter, no profile, gRPC's own gzip.
func BuildStock(dir string) (string, error) {
	return build(".", "./cmd/stock", filepath.Join(dir, "stock"), "-pgo=off")
}

func build(module, command, binary string, flags ...string) (string, error) {
	cmd := exec.Command("go", slices.Concat([]string{"build", "-trimpath", "-o", binary}, flags, []string{command})...)
	cmd.Dir, cmd.Env = module, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build %s: %w\n%s", command, err, out)
	}
	return binary, nil
}

// Setup is a way to run a gateway.
type Setup struct {
	Name   string
	Binary string
	Config string   // path of the configuration file
	Env    []string // KEY=value, beside the addresses
}

// StartGateway starts a gateway on free ports; it passes spans on to backend. Its state is in a new directory under state.
func StartGateway(s Setup, backend, state string) (*Gateway, error) {
	data, err := os.MkdirTemp(state, "bench")
	if err != nil {
		return nil, err
	}
	g := &Gateway{log: new(bytes.Buffer), data: data}
	var ports [6]string
	for i := range ports {
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		ports[i] = port
	}
	g.OTLP, g.Prometheus = "127.0.0.1:"+ports[0], "127.0.0.1:"+ports[1]
	g.Telemetry, g.Dashboard = "127.0.0.1:"+ports[4], "127.0.0.1:"+ports[5]
	g.cmd = exec.Command(s.Binary, "--config", s.Config)
	g.cmd.Stdout, g.cmd.Stderr = g.log, g.log
	g.cmd.Env = append(os.Environ(),
		"OTLP_GRPC_ENDPOINT="+g.OTLP, "PROMETHEUS_ENDPOINT="+g.Prometheus,
		"OTLP_HTTP_ENDPOINT=127.0.0.1:"+ports[2], "HEALTH_ENDPOINT=127.0.0.1:"+ports[3], "TELEMETRY_PORT="+ports[4], "DATA_DIR="+data,
		"DASHBOARD_ENDPOINT="+g.Dashboard,
		"BACKEND_EXPORTER=otlp_grpc/backend", "OTLP_BACKEND="+backend)
	g.cmd.Env = append(g.cmd.Env, s.Env...)
	if err := g.cmd.Start(); err != nil {
		return nil, err
	}
	return g, g.awaitOTLP()
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

func (g *Gateway) awaitOTLP() error {
	for range 300 {
		conn, err := net.DialTimeout("tcp", g.OTLP, time.Second)
		if err == nil {
			return conn.Close()
		}
		time.Sleep(100 * time.Millisecond)
	}
	return errors.Join(fmt.Errorf("the gateway does not listen on %s: %s", g.OTLP, g.log), g.Stop())
}

// Stop ends the gateway and waits for it.
func (g *Gateway) Stop() error {
	if err := g.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := g.cmd.Wait(); err != nil {
		return fmt.Errorf("%w: %s", err, g.log)
	}
	return os.RemoveAll(g.data)
}

// CPU is the CPU time that the gateway has used so far.
func (g *Gateway) CPU() (time.Duration, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", g.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(data), ") ") // the name before it may hold anything
	fields := strings.Fields(rest)
	var ticks int64
	for _, f := range fields[11:13] { // utime, stime
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil // USER_HZ is 100 on Linux
}

// PeakMemory is the most that the gateway had in memory so far, in bytes.
func (g *Gateway) PeakMemory() (int64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", g.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.New("no VmHWM")
}

// Formats that Prometheus asks for: OpenMetrics, unless it is told to read native histograms, which only the protobuf format has.
const (
	openMetrics = "application/openmetrics-text;version=1.0.0"
	protobuf    = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
)

// scrape is the size in bytes of what Prometheus would scrape, before gzip.
func (g *Gateway) scrape(accept string) (int, error) {
	req, err := http.NewRequestWithContext(background, http.MethodGet, "http://"+g.Prometheus+"/metrics", http.NoBody)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Accept", accept)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	n, err := io.Copy(io.Discard, resp.Body)
	return int(n), err
}
