package dialect

import (
	"testing"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// scoped is one span with its scope, ready to be read.
type scoped struct {
	scope Scope
	span  ptrace.Span
}

func spansOf(td ptrace.Traces, keep func(*Call) bool) []scoped {
	var out []scoped
	eachSpan(td, func(scope *Scope, span ptrace.Span) {
		var op Call
		Read(scope, span, &op)
		if keep(&op) {
			out = append(out, scoped{*scope, span})
		}
	})
	return out
}

// BenchmarkRead reads the model calls of each recorded run: ns/op and allocs/op are per span.
func BenchmarkRead(b *testing.B) {
	for _, name := range captureNames(b) {
		spans := spansOf(readCapture(b, name), func(op *Call) bool { return op.Kind == genai.ModelCall })
		b.Run(name, func(b *testing.B) { benchmark(b, spans) })
	}
}

// BenchmarkReadNotGenAI reads spans of a plain service: an HTTP server span and Codex's internal spans.
func BenchmarkReadNotGenAI(b *testing.B) {
	b.Run("http", func(b *testing.B) {
		span := ptrace.NewSpan()
		span.SetName("GET /users/{id}")
		for k, v := range map[string]string{
			"http.request.method": "GET", "url.path": "/users/1", "url.scheme": "https", "server.address": "example.com",
			"http.route": "/users/{id}", "user_agent.original": "curl/8", "network.protocol.version": "1.1", "client.address": "10.0.0.1",
		} {
			span.Attributes().PutStr(k, v)
		}
		span.Attributes().PutInt("http.response.status_code", 200)
		span.Attributes().PutInt("server.port", 443)
		scope := NewScope(pcommon.NewInstrumentationScope(), pcommon.NewResource(), nil)
		benchmark(b, []scoped{{scope, span}})
	})
	b.Run("codex", func(b *testing.B) {
		benchmark(b, spansOf(readCapture(b, "codex"), func(op *Call) bool { return op.Kind == genai.NotGenAI }))
	})
}

func benchmark(b *testing.B, spans []scoped) {
	var op Call
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s := &spans[i%len(spans)]
		Read(&s.scope, s.span, &op)
	}
}
