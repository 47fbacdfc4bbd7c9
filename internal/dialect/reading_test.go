package dialect

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// attrs are a hand-made span's attributes.
type attrs = map[string]any

var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// handMade builds a span: scope name, span name, attributes.
func handMade(t testing.TB, name string, a attrs) ptrace.Span {
	span := ptrace.NewSpan()
	span.SetName(name)
	span.SetStartTimestamp(pcommon.NewTimestampFromTime(start))
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(start.Add(2 * time.Second)))
	assert.NoError(t, span.Attributes().FromRaw(a))
	return span
}

func scopeNamed(name string, opts *Options) Scope {
	s := pcommon.NewInstrumentationScope()
	s.SetName(name)
	return NewScope(s, pcommon.NewResource(), opts)
}

// readAttrs reads a hand-made span.
func readAttrs(t testing.TB, scope, name string, a attrs) Call {
	s := scopeNamed(scope, nil)
	var op Call
	Read(&s, handMade(t, name, a), &op)
	return op
}

// with returns base with more attributes.
func with(base, more attrs) attrs {
	out := attrs{}
	for k, v := range base {
		out[k] = v
	}
	for k, v := range more {
		out[k] = v
	}
	return out
}

var chat = attrs{
	"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o-mini",
	"gen_ai.response.model": "gpt-4o-mini-2024-07-18", "gen_ai.response.id": "chatcmpl-1",
	"gen_ai.usage.input_tokens": 1200, "gen_ai.usage.output_tokens": 85,
}
