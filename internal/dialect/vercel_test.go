package dialect

import (
	"testing"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// @ai-sdk/otel sends two spans for one embeddings request that differ only in usage, and they may come in any order: each must tell
// by itself which it is.
func TestVercelEmbeddings(t *testing.T) {
	for _, tt := range []struct {
		name  string
		scope string
		usage bool
		code  ptrace.StatusCode
		kind  genai.Kind
	}{
		{"the call", "gen_ai", true, ptrace.StatusCodeUnset, genai.ModelCall},
		{"the span around it", "gen_ai", false, ptrace.StatusCodeUnset, genai.Workflow},
		{"a failed call", "gen_ai", false, ptrace.StatusCodeError, genai.ModelCall},
		{"another client's call", "other", false, ptrace.StatusCodeUnset, genai.ModelCall},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := pcommon.NewInstrumentationScope()
			s.SetName(tt.scope)
			scope := NewScope(s, pcommon.NewResource(), nil)
			span := ptrace.NewSpan()
			span.SetKind(ptrace.SpanKindClient)
			span.SetName("embeddings text-embedding-3-small")
			span.Status().SetCode(tt.code)
			span.Attributes().PutStr(genai.OperationName, genai.OpEmbeddings)
			span.Attributes().PutStr(genai.RequestModel, "text-embedding-3-small")
			if tt.usage {
				span.Attributes().PutInt(genai.UsageInput, 9)
			}
			var op Call
			require.True(t, Read(&scope, span, &op))
			assert.Equal(t, tt.kind, op.Kind)
		})
	}
}
