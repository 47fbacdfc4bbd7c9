package test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// secret is in every text of the hand-made spans and logs.
const secret = "the launch code is swordfish"

// recordedTexts are prompts, answers, instructions and errors that the recorded clients really sent.
var recordedTexts = []string{"weather in Paris", "sunny", "be brief", "Paris", "You are a non-interactive", "does not exist", "echo hi"}

// textKeys are where clients put text that the captures do not show: Genkit, Pydantic AI, Logfire, Sentry, Claude Code, OpenInference's
// retrievers and embedders, MLflow, LangChain's older names, and a client nobody knows yet.
var textKeys = []string{
	"genkit:input", "genkit:output", "pydantic_ai.all_messages", "all_messages_events", "final_result", "tool_arguments", "tool_response",
	"retrieval.documents.0.document.content", "embedding.embeddings.0.embedding.text", "gen_ai.request.messages", "gen_ai.response.text",
	"gen_ai.prompt.0.content", "gen_ai.completion.0.content", "full_command", "user_prompt", "request_data", "response_data",
	"mlflow.spanInputs", "logfire.msg", "prompt", "response", "tool_input", "db.query.text", "url.full", "unheard.of",
}

// redacting starts configs/redaction.yaml.
func redacting(t *testing.T) (otlp, scrapeURL string, backend *sink.Sink) {
	t.Helper()
	backend = sink.Start(t)
	s := startShipped(t, "configs/redaction.yaml", []string{
		"--set=connectors.genaimetrics.interval=1s", "--set=processors.llmcost.local_servers=price", "--set=exporters.otlp_grpc/backend.sending_queue.batch.flush_timeout=10ms",
	}, "OTLP_BACKEND="+backend.GRPC)
	return s.otlp, s.scrape, backend
}

// TestRedactionOfRecordedClients: no text that a recorded client sent leaves, and what is needed to see the bill does.
func TestRedactionOfRecordedClients(t *testing.T) {
	t.Parallel()
	otlp, scrapeURL, backend := redacting(t)
	truths, spans, total := readTruth(t), 0, int64(0)
	var sent strings.Builder
	for _, name := range slices.Sorted(maps.Keys(truths)) {
		body, traces := readCapture(t, name)
		before := len(backend.Traces())
		gateway.Post(t, otlp+"/v1/traces", "application/json", body)
		spans += traces.SpanCount()
		require.Eventually(t, func() bool { return backend.SpanCount() == spans }, 30*time.Second, 20*time.Millisecond, name)
		out := backend.Traces()[before:]
		t.Run(name, func(t *testing.T) {
			checkBill(t, truths[name], out)
			checkMeasuresKept(t, traces, out)
		})
		got := count(t, out)
		total += sum(got.priced) + sum(got.estimated)
		sent.Write(body)
	}
	left := textOfTraces(t, backend.Traces())
	for _, text := range recordedTexts {
		assert.Contains(t, sent.String(), text, "the captures themselves")
		assert.NotContains(t, left, text)
	}
	require.Eventually(t, func() bool { return nano(scrape(t, scrapeURL).sum("llm_cost_usd_total")) == total },
		firstValue, 200*time.Millisecond, "the metrics count what the spans cost")
}

// TestRedactionOfUnrecordedClients: nor under names that no capture shows, in spans, events, errors, resources and logs.
func TestRedactionOfUnrecordedClients(t *testing.T) {
	t.Parallel()
	otlp, _, backend := redacting(t)
	traces, err := (&ptrace.JSONMarshaler{}).MarshalTraces(secretTraces())
	require.NoError(t, err)
	gateway.Post(t, otlp+"/v1/traces", "application/json", traces)
	logs, err := (&plog.JSONMarshaler{}).MarshalLogs(secretLogs())
	require.NoError(t, err)
	gateway.Post(t, otlp+"/v1/logs", "application/json", logs)
	require.Eventually(t, func() bool { return backend.SpanCount() == 1 && len(backend.Logs()) == 1 }, 30*time.Second, 20*time.Millisecond)

	assert.NotContains(t, textOfTraces(t, backend.Traces()), "swordfish")
	assert.NotContains(t, textOfLogs(t, backend.Logs()), "swordfish")
	eachSpan(backend.Traces(), func(span ptrace.Span) {
		assert.Equal(t, "gpt-4o-mini", text(span, genai.RequestModel))
		assert.Equal(t, "0.000165", text(span, genai.CostTotal))
		assert.Equal(t, ptrace.StatusCodeError, span.Status().Code())
		assert.Equal(t, 1, span.Events().Len())
		assert.Equal(t, "user ****", text(span, genai.ConversationID), "a mail address in a value that may leave")
	})
	record := backend.Logs()[0].ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)
	assert.Equal(t, map[string]any{"model": "gpt-4o-mini", "event.name": "claude_code.user_prompt"}, record.Attributes().AsRaw())
}

// TestRedactionOfRecordedLogs posts the logs that Claude Code, Codex and Gemini CLI sent.
func TestRedactionOfRecordedLogs(t *testing.T) {
	t.Parallel()
	otlp, _, backend := redacting(t)
	records, sent := 0, ""
	for _, client := range []string{"claude-code", "codex", "gemini-cli"} {
		body, err := os.ReadFile(filepath.Join(gateway.Root(), "connector", "genaimetrics", "testdata", client+"-logs", "logs.json"))
		require.NoError(t, err)
		logs, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(body)
		require.NoError(t, err)
		records += logs.LogRecordCount()
		sent += string(body)
		gateway.Post(t, otlp+"/v1/logs", "application/json", body)
	}
	got := func() (n int) {
		for _, logs := range backend.Logs() {
			n += logs.LogRecordCount()
		}
		return n
	}
	require.Eventually(t, func() bool { return got() == records }, 30*time.Second, 20*time.Millisecond)
	left := textOfLogs(t, backend.Logs())
	for _, kept := range []string{"input_tokens", "cached_token_count", "cost_usd", "thoughts_token_count"} {
		assert.Contains(t, left, kept)
	}
	for _, text := range []string{"echo hi", `{\"text\":`, "candidates"} {
		assert.Contains(t, sent, text, "the logs themselves")
		assert.NotContains(t, left, text)
	}
}

func secretTraces() ptrace.Traces {
	traces := ptrace.NewTraces()
	resource := traces.ResourceSpans().AppendEmpty()
	resource.Resource().Attributes().PutStr("process.command_line", "agent -p "+secret)
	resource.Resource().Attributes().PutEmptySlice("process.command_args").AppendEmpty().SetStr(secret)
	scope := resource.ScopeSpans().AppendEmpty()
	scope.Scope().Attributes().PutStr("example", secret)
	span := scope.Spans().AppendEmpty()
	span.SetTraceID(pcommon.TraceID{1})
	span.SetSpanID(pcommon.SpanID{1})
	span.SetName("chat gpt-4o-mini")
	span.Status().SetCode(ptrace.StatusCodeError)
	span.Status().SetMessage("refused: " + secret)
	span.Attributes().PutStr(genai.OperationName, genai.OpChat)
	span.Attributes().PutStr(genai.ProviderName, "openai")
	span.Attributes().PutStr(genai.RequestModel, "gpt-4o-mini")
	span.Attributes().PutStr(genai.ConversationID, "user someone@example.com")
	span.Attributes().PutInt(genai.UsageInput, 300)
	span.Attributes().PutInt(genai.UsageOutput, 200)
	event := span.Events().AppendEmpty()
	event.SetName("exception")
	event.Attributes().PutStr("exception.message", secret)
	for _, key := range textKeys {
		span.Attributes().PutStr(key, secret)
		event.Attributes().PutStr(key, secret)
	}
	span.Attributes().PutEmptyMap("gen_ai.input.messages").PutStr("content", secret)
	span.Attributes().PutEmptySlice("gen_ai.output.messages").AppendEmpty().SetEmptyMap().PutStr("content", secret)
	return traces
}

func secretLogs() plog.Logs {
	logs := plog.NewLogs()
	records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	first := records.AppendEmpty()
	first.Body().SetStr(secret)
	first.Attributes().PutStr("event.name", "claude_code.user_prompt")
	first.Attributes().PutStr("model", "gpt-4o-mini")
	for _, key := range textKeys {
		first.Attributes().PutStr(key, secret)
	}
	records.AppendEmpty().Body().SetEmptyMap().PutStr("content", secret)
	return logs
}

// checkMeasuresKept checks that usage, models and ids of the client are still on its spans.
func checkMeasuresKept(t *testing.T, in ptrace.Traces, out []ptrace.Traces) {
	t.Helper()
	got := attributes(out)
	for id, attrs := range attributes([]ptrace.Traces{in}) {
		for key, value := range attrs {
			if key != genai.UsageCost && (strings.Contains(key, ".usage") || strings.Contains(key, "token_count") ||
				strings.HasSuffix(key, "_tokens") || strings.HasSuffix(key, ".model") || strings.HasSuffix(key, ".response.id")) {
				assert.Equal(t, value, got[id][key], "%s of span %s", key, id)
			}
		}
	}
}

func textOfTraces(t *testing.T, all []ptrace.Traces) string {
	t.Helper()
	var out strings.Builder
	for _, traces := range all {
		body, err := (&ptrace.JSONMarshaler{}).MarshalTraces(traces)
		require.NoError(t, err)
		out.Write(body)
	}
	return out.String()
}

func textOfLogs(t *testing.T, all []plog.Logs) string {
	t.Helper()
	var out strings.Builder
	for _, logs := range all {
		body, err := (&plog.JSONMarshaler{}).MarshalLogs(logs)
		require.NoError(t, err)
		out.Write(body)
	}
	return out.String()
}
