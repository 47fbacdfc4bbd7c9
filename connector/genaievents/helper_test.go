package genaievents

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/connector/genaievents/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// rig is a running connector of one configuration and what it has handed on.
type rig struct {
	*genaiEvents
	sink   *consumertest.LogsSink
	refuse bool
}

var errRefused = errors.New("refused")

func (r *rig) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	if r.refuse {
		return errRefused
	}
	return r.sink.ConsumeLogs(ctx, ld)
}

func (*rig) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func start(t testing.TB, yaml string) *rig {
	t.Helper()
	r := &rig{sink: new(consumertest.LogsSink)}
	cfg := configured(t, yaml)
	require.NoError(t, cfg.Validate())
	r.genaiEvents = newGenAIEvents(connectortest.NewNopSettings(metadata.Type), cfg, r)
	require.NoError(t, r.Start(context.Background(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, r.Shutdown(context.Background())) })
	return r
}

// records are all that were handed on.
func (r *rig) records() []plog.LogRecord {
	var all []plog.LogRecord
	for _, ld := range r.sink.AllLogs() {
		eachRecord(ld, func(_ pcommon.Resource, rec plog.LogRecord) { all = append(all, rec) })
	}
	return all
}

func (r *rig) count(event string) int {
	n := 0
	for _, rec := range r.records() {
		if rec.EventName() == event {
			n++
		}
	}
	return n
}

func eachRecord(ld plog.Logs, f func(pcommon.Resource, plog.LogRecord)) {
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, rec := range sl.LogRecords().All() {
				f(rl.Resource(), rec)
			}
		}
	}
}

// spans is one request of a service.
type spans struct {
	td    ptrace.Traces
	scope ptrace.ScopeSpans
	next  byte
}

func newSpans() *spans {
	s := &spans{td: ptrace.NewTraces()}
	rs := s.td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr(genai.ServiceName, "shop")
	s.scope = rs.ScopeSpans().AppendEmpty()
	return s
}

// add adds a span of trace 1 that took a second.
func (s *spans) add(t testing.TB, parent ptrace.Span, attrs map[string]any) ptrace.Span {
	t.Helper()
	s.next++
	span := s.scope.Spans().AppendEmpty()
	span.SetTraceID([16]byte{1})
	span.SetSpanID([8]byte{s.next})
	if parent != (ptrace.Span{}) {
		span.SetParentSpanID(parent.SpanID())
	}
	span.SetStartTimestamp(1_790_000_000_000_000_000)
	span.SetEndTimestamp(1_790_000_001_000_000_000)
	require.NoError(t, span.Attributes().FromRaw(attrs))
	if attrs[genai.ErrorType] != nil {
		span.Status().SetCode(ptrace.StatusCodeError)
	}
	return span
}

var noParent ptrace.Span

func agentAttrs(more ...any) map[string]any {
	return with(map[string]any{genai.OperationName: genai.OpInvokeAgent, genai.AgentName: "support"}, more)
}

func callAttrs(more ...any) map[string]any {
	return with(map[string]any{
		genai.OperationName: genai.OpChat, genai.ProviderName: "openai", genai.RequestModel: "gpt-4o", genai.UsageInput: 100, genai.UsageOutput: 20,
		genai.CostStatus: genai.StatusPriced, genai.CostTotal: 0.00045,
	}, more)
}

func toolAttrs(more ...any) map[string]any {
	return with(map[string]any{genai.OperationName: genai.OpExecuteTool, genai.ToolName: "search"}, more)
}

func with(attrs map[string]any, more []any) map[string]any {
	for i := 0; i < len(more); i += 2 {
		attrs[more[i].(string)] = more[i+1]
	}
	return attrs
}

// render is a record as a few lines; attributes in order.
func render(res pcommon.Resource, rec plog.LogRecord) string {
	var attrs []string
	for k, v := range rec.Attributes().All() {
		attrs = append(attrs, fmt.Sprintf("  %s=%s (%s)", k, v.AsString(), v.Type()))
	}
	slices.Sort(attrs)
	return fmt.Sprintf("%s %s %d trace=%s span=%s flags=%d service=%s\n  %s\n%s", rec.EventName(), rec.SeverityText(), rec.Timestamp(),
		rec.TraceID(), rec.SpanID(), rec.Flags(), res.Attributes().AsRaw()[genai.ServiceName], rec.Body().Str(), strings.Join(attrs, "\n"))
}
