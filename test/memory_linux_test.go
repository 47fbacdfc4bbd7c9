package test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// container makes a cgroup (version 1) with a memory limit and returns its directory, or skips the test where it may not.
func container(t *testing.T, mib int) string {
	t.Helper()
	dir := fmt.Sprintf("/sys/fs/cgroup/memory/otelcol-llm-test-%d-%d", os.Getpid(), mib)
	err := os.Mkdir(dir, 0o755)
	if err == nil {
		t.Cleanup(func() { _ = os.Remove(dir) })
		err = os.WriteFile(filepath.Join(dir, "memory.limit_in_bytes"), []byte(strconv.Itoa(mib<<20)), 0o600)
	}
	if err != nil {
		t.Skipf("no cgroup of our own here: %v", err)
	}
	return dir
}

// prompts is a request of so many MiB, in spans of 100 KiB.
func prompts(mib int) ptraceotlp.ExportRequest {
	traces := ptrace.NewTraces()
	spans := traces.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	text := strings.Repeat("a prompt ", 100<<10/9)
	for n := range mib * 1024 / 100 {
		span := spans.AppendEmpty()
		span.SetTraceID(pcommon.TraceID{byte(n), 1})
		span.SetSpanID(pcommon.SpanID{byte(n), 1})
		span.SetName("chat")
		span.Attributes().PutStr("gen_ai.input.messages", text)
	}
	return ptraceotlp.NewExportRequestFromTraces(traces)
}

// TestMemoryOfAContainer: a gateway with the default configuration in a container of MEMORY_MIB (256) takes what eight clients send at once, 19 MiB
// each and twice, over HTTP and over gRPC, or tells them to try again; it is not killed. It logs the most memory that it had.
func TestMemoryOfAContainer(t *testing.T) {
	mib, clients := 256, 8
	if given := os.Getenv("MEMORY_MIB"); given != "" {
		var err error
		mib, err = strconv.Atoi(given)
		require.NoError(t, err)
	}
	dir := container(t, mib)
	s := startUnder(t, dir)
	request := prompts(19)
	body, err := request.MarshalProto()
	require.NoError(t, err)
	conn, err := grpc.NewClient(s.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	for name, send := range map[string]func(context.Context) bool{
		"HTTP": func(ctx context.Context) bool {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.otlp+"/v1/traces", strings.NewReader(string(body)))
			if err != nil {
				return false
			}
			req.Header.Set("Content-Type", "application/x-protobuf")
			resp, err := http.DefaultClient.Do(req)
			return err == nil && resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
		},
		"gRPC": func(ctx context.Context) bool {
			_, err := ptraceotlp.NewGRPCClient(conn).Export(ctx, request)
			return err == nil
		},
	} {
		var wg sync.WaitGroup
		for range clients {
			wg.Go(func() {
				for range 2 {
					assert.Eventually(t, func() bool {
						ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
						defer cancel()
						return send(ctx)
					}, time.Minute, 100*time.Millisecond, name)
				}
			})
		}
		wg.Wait()
	}
	code, _ := get(t, s.health)
	assert.Equal(t, http.StatusOK, code, "it lives")
	peak, err := os.ReadFile(filepath.Join(dir, "memory.max_usage_in_bytes"))
	require.NoError(t, err)
	t.Logf("at most %s bytes of %d MiB", strings.TrimSpace(string(peak)), mib)
	s.Stop(t)
	assert.Zero(t, s.ExitCode())
}

// TestManySendersAtOnce: 300 clients send 1 MiB each at the same moment, over connections of their own, to a gateway in a container of 256 MiB. Each
// is served or told to come again, and the gateway is not killed by what waits.
func TestManySendersAtOnce(t *testing.T) {
	s := startInAContainer(t, 256)
	request := prompts(1)
	var wg sync.WaitGroup
	for range 300 {
		conn, err := grpc.NewClient(s.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		wg.Go(func() { // served, or told to come again
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			_, _ = ptraceotlp.NewGRPCClient(conn).Export(ctx, request)
		})
	}
	wg.Wait()
	code, _ := get(t, s.health)
	assert.Equal(t, http.StatusOK, code, "it lives")
	s.Stop(t)
	assert.Zero(t, s.ExitCode())
}

// TestNamesWithoutEnd: services, agents and models that are all new, in every request, do not end a gateway in a container of 256 MiB, and what
// comes after them is taken.
func TestNamesWithoutEnd(t *testing.T) {
	s := startInAContainer(t, 256, "--set=connectors.genaimetrics.interval=1s", "--set=connectors.genaimetrics.zero_for=0s", "--set=processors.perfstats.interval=1s")
	conn, err := grpc.NewClient(s.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	send := func(traces ptrace.Traces) {
		require.Eventually(t, func() bool {
			_, err := ptraceotlp.NewGRPCClient(conn).Export(t.Context(), ptraceotlp.NewExportRequestFromTraces(traces))
			return err == nil
		}, 10*time.Second, 100*time.Millisecond)
	}
	for round := range 100 {
		send(newNames(round))
	}
	for range 10 { // exports of all there is
		before := exported(t, s)
		require.Eventually(t, func() bool { return exported(t, s) > before }, 30*time.Second, 100*time.Millisecond)
	}
	send(newNames(100))
	s.Stop(t)
	assert.Zero(t, s.ExitCode())
}

// newNames is a request of spans each of which has names that no other has.
func newNames(round int) ptrace.Traces {
	traces := ptrace.NewTraces()
	now := time.Now()
	for n := range 1000 {
		name := fmt.Sprintf("-%d-%d", round, n)
		rs := traces.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", "service"+name)
		spans := rs.ScopeSpans().AppendEmpty().Spans()
		for i, operation := range []string{"chat", "invoke_agent"} {
			span := spans.AppendEmpty()
			span.SetTraceID(pcommon.TraceID{byte(n), byte(n >> 8), byte(round), 1})
			span.SetSpanID(pcommon.SpanID{byte(n), byte(n >> 8), byte(round), byte(i) + 1})
			span.SetName(operation)
			span.SetStartTimestamp(pcommon.NewTimestampFromTime(now.Add(-time.Second)))
			span.SetEndTimestamp(pcommon.NewTimestampFromTime(now))
			span.Attributes().PutStr("gen_ai.operation.name", operation)
			span.Attributes().PutStr("gen_ai.provider.name", "openai")
			span.Attributes().PutStr("gen_ai.request.model", "model"+name)
			span.Attributes().PutStr("gen_ai.agent.name", "agent"+name)
			span.Attributes().PutInt("gen_ai.usage.input_tokens", 1000)
			span.Attributes().PutInt("gen_ai.usage.output_tokens", 100)
		}
	}
	return traces
}

// exported is how many samples the history was given.
func exported(t *testing.T, s *shipped) (samples float64) {
	t.Helper()
	_, text := get(t, s.telemetry)
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "otelcol_dashboard_samples_appended"); ok {
			_, err := fmt.Sscanf(rest[strings.LastIndex(rest, " ")+1:], "%g", &samples)
			require.NoError(t, err)
		}
	}
	return samples
}

// startInAContainer starts the default configuration in a container of so many MiB.
func startInAContainer(t *testing.T, mib int, args ...string) *shipped {
	t.Helper()
	return startUnder(t, container(t, mib), args...)
}

// startUnder is that with the directory of the container.
func startUnder(t *testing.T, dir string, args ...string) *shipped {
	t.Helper()
	return startShippedUnder(t, []string{"sh", "-c", `echo $$ > ` + dir + `/cgroup.procs && exec "$0" "$@"`}, "collector-config.yaml", args)
}
