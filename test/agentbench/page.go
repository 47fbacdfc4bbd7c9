package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// traced is an agent that does as if: it thinks, calls a model, uses a tool, calls the model again, and tells all of it in spans.
type traced struct {
	otlp    string
	workers chan struct{}
}

func (a *traced) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begin := time.Now()
	a.workers <- struct{}{}
	defer func() { <-a.workers }()
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr(genai.ServiceName, "agent")
	spans := rs.ScopeSpans().AppendEmpty().Spans()
	parts := strings.Split(r.Header.Get("Traceparent"), "-")
	last := byte(1)
	span := func(name, parent string, from time.Time, attrs map[string]any) {
		last++
		s := spans.AppendEmpty()
		s.SetName(name)
		var trace pcommon.TraceID
		var of pcommon.SpanID
		_, _ = hex.Decode(trace[:], []byte(parts[1])) // agentbench writes them
		_, _ = hex.Decode(of[:], []byte(parent))
		s.SetTraceID(trace)
		s.SetParentSpanID(of)
		s.SetSpanID(pcommon.SpanID{trace[0], trace[1], trace[2], trace[3], trace[4], trace[5], 0, last})
		s.SetStartTimestamp(pcommon.NewTimestampFromTime(from))
		s.SetEndTimestamp(pcommon.NewTimestampFromTime(time.Now()))
		check(s.Attributes().FromRaw(attrs))
	}
	entry := parts[1][:12] + "00ff"
	call := func() {
		from := work(220*time.Millisecond, 0.35)
		span("chat", entry, from, map[string]any{
			genai.OperationName: genai.OpChat, genai.ProviderName: "openai", genai.RequestModel: "gpt-4o-mini",
			genai.UsageInput: 900 + rand.Int64N(600), genai.UsageOutput: 80 + rand.Int64N(120),
		})
	}
	work(15*time.Millisecond, 0.3)
	call()
	from := work(90*time.Millisecond, 0.5)
	span("execute_tool", entry, from, map[string]any{genai.OperationName: genai.OpExecuteTool, genai.ToolName: "search"})
	call()
	last = 0xfe
	span("POST /chat", parts[2], begin, nil)
	a.send(td)
	if rand.Float64() < 0.01 {
		w.WriteHeader(http.StatusBadGateway)
	}
	fmt.Fprint(w, `{"output": "yes"}`)
}

// work takes a time that is lognormal around its median, and says when it began.
func work(median time.Duration, spread float64) time.Time {
	from := time.Now()
	time.Sleep(time.Duration(float64(median) * math.Exp(spread*rand.NormFloat64())))
	return from
}

func (a *traced) send(td ptrace.Traces) {
	body, err := ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
	check(err)
	resp, err := http.Post(a.otlp+"/v1/traces", "application/x-protobuf", bytes.NewReader(body))
	check(err)
	_, _ = io.Copy(io.Discard, resp.Body)
	check(resp.Body.Close())
}

// page runs the gateway with configs/agentbench.yaml and an agent of 8 workers, and writes the report's page.
func (b *bench) page(gateway, out string) {
	cmd := exec.Command(gateway, "--config", "configs/agentbench.yaml")
	check(cmd.Start())
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}()
	for range 100 {
		if resp, err := http.Get("http://127.0.0.1:13133/health/status"); err == nil {
			_ = resp.Body.Close()
			break
		}
		time.Sleep(200 * time.Millisecond)
	}
	server := httptest.NewServer(&traced{otlp: "http://127.0.0.1:4318", workers: make(chan struct{}, 8)})
	defer server.Close()
	file := filepath.Join(b.dir, "page.yaml")
	check(os.WriteFile(file, []byte("target: {kind: http, url: '"+server.URL+"', body: '{}', answer: $.output}\ngateway: {otlp: '127.0.0.1:4319'}\n"+
		"scenarios: [{name: support, rate: 9/s, test_duration: 60s}]\nslo: {latency_p95: 1.5s, error_ratio: 0.05}\n"+
		"fail_on: [support.cost_per_good_request_usd > 0.002]\n"), 0o600))
	run := exec.Command(b.binary, "run", file, "--html", out)
	run.Stdout, run.Stderr = os.Stdout, os.Stderr
	if err := run.Run(); err != nil {
		log.Print(err)
	}
}
