package genaimetrics

import (
	"fmt"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// agentTraces is n spans as agents send them: of ten, six model calls, two tools, an agent run and an HTTP request.
func agentTraces(n int) ptrace.Traces {
	s := newSpans("shop-assistant")
	s.rs.Resource().Attributes().PutStr("service.version", "1.4.2")
	s.ss.Scope().SetName("@opentelemetry/instrumentation-openai")
	for i := range n {
		var span ptrace.Span
		switch i % 10 {
		case 0:
			span = s.add(map[string]any{genai.OperationName: genai.OpInvokeAgent, genai.AgentName: "assistant", "team": "shop"})
		case 1, 2:
			span = s.add(map[string]any{genai.OperationName: genai.OpExecuteTool, genai.ToolName: "search", "team": "shop"})
		case 3:
			span = s.add(map[string]any{"http.request.method": "POST", "url.full": "https://api.example.com/v1", "http.response.status_code": 200})
		default:
			span = s.add(call(map[string]any{
				genai.RequestModel: fmt.Sprintf("model-%d", i%7), genai.ResponseModel: "gpt-4o-mini-2024-07-18", "team": "shop",
				genai.ResponseID: fmt.Sprintf("chatcmpl-%d", i), "gen_ai.request.temperature": 0.2, "gen_ai.request.max_tokens": 512,
				genai.UsageCacheRead: 64, "server.address": "api.openai.com", "server.port": 443,
				"gen_ai.response.finish_reasons": []any{"stop"}, "llm.cost.prompt": 0.00002, "llm.cost.completion": 0.000007,
				"llm.cost.price": "openai/gpt-4o-mini@2026-09-23", "gen_ai.usage.cost": 0.000027,
			}))
		}
		start := t0.Add(time.Duration(i) * 7 * time.Millisecond)
		span.SetStartTimestamp(pcommon.NewTimestampFromTime(start))
		span.SetEndTimestamp(pcommon.NewTimestampFromTime(start.Add(time.Duration(200+i%997) * time.Millisecond)))
	}
	return s.td
}

// BenchmarkConsumeTraces is the time for one span, all metrics on, and a dimension.
func BenchmarkConsumeTraces(b *testing.B) {
	for _, window := range []time.Duration{0, 10 * time.Minute} {
		b.Run(fmt.Sprintf("dedupe=%v", window), func(b *testing.B) {
			e := testEngine(b, func(c *Config) {
				c.Dimensions = []Dimension{{Name: "team"}}
				c.Dedupe.Window = window
			})
			const n = 1000
			td := agentTraces(n)
			e.observeTraces(td, t0)
			all := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
			b.ReportAllocs()
			b.ResetTimer()
			for i := 0; i < b.N; i += n {
				for k := range all.Len() { // a new span is a new span
					id := all.At(k).SpanID()
					id[0]++
					id[1] = byte(i / n)
					id[2] = byte(i / n >> 8)
					all.At(k).SetSpanID(id)
				}
				e.observeTraces(td, t0)
				if i%15000 == 0 {
					e.exportAt(t0)
				}
			}
		})
	}
}

func BenchmarkExport(b *testing.B) {
	e := testEngine(b, func(c *Config) { c.Dimensions = []Dimension{{Name: "team"}} })
	for i := range 500 {
		e.observeTraces(one("a", call(map[string]any{"team": fmt.Sprint(i)})), t0)
	}
	b.ReportAllocs()
	for b.Loop() {
		e.exportAt(t0)
	}
}
