package dialect

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// TestKeyTable: every attribute of every client is found, is listed once, or means the same wherever it is, and a foreign one of the
// same shape is not found.
func TestKeyTable(t *testing.T) {
	seen := map[string]entry{}
	for _, c := range known {
		for i, e := range append(append([]entry{}, c.keys...), c.own...) {
			plainName := i >= len(c.keys)
			other, again := seen[e.key]
			if again {
				assert.True(t, plainName && other.only != 0 && other.class == e.class && other.fact == e.fact, "%s of %s means another thing elsewhere", e.key, c.name)
			}
			e.only = 0
			if plainName {
				e.only = 1
			}
			seen[e.key] = e
			require.NotZero(t, lookup(e.key), e.key)
			assert.Equal(t, e.key, entries[lookup(e.key)].key)
			assert.Zero(t, lookup(e.key+"x"))
			assert.Zero(t, lookup(e.key[1:]))
		}
	}
	assert.Zero(t, lookup(""))
	owners := uint64(0)
	for _, c := range known {
		assert.Equal(t, len(c.own) > 0, c.bit != 0, "entry.only has a bit for %s, which has names of its own", c.name)
		assert.Zero(t, owners&c.bit, c.name)
		owners |= c.bit
	}
}

// TestNothingKept: what one span said is gone when the next is read.
func TestNothingKept(t *testing.T) {
	full := with(chat, attrs{
		"llm.cost.total": 3.0, "http.request.resend_count": 2, "gen_ai.usage.cache_read.input_tokens": 5,
		"gen_ai.usage.reasoning.output_tokens": -2, "gen_ai.agent.name": "a", "error.type": "x", "llm.cost.status": "priced",
	})
	assert.Equal(t, genai.UsageBad, readAttrs(t, "x", "chat", full).UsageState)
	op := readAttrs(t, "x", "chat", attrs{"gen_ai.operation.name": "chat"})
	assert.Equal(t, Call{Operation: genai.Operation{Kind: genai.ModelCall, Name: "chat"}, Keys: HasOperationName}, op)
}

func TestNoAllocationWhenNotGenAI(t *testing.T) {
	scope := scopeNamed("net/http", nil)
	span := handMade(t, "GET /", attrs{"http.request.method": "GET", "server.address": "example.com", "http.response.status_code": 200, "error.type": "x"})
	var op Call
	assert.Zero(t, testing.AllocsPerRun(100, func() { Read(&scope, span, &op) }))
}

func TestNoAllocationOnAModelCall(t *testing.T) {
	call := with(chat, attrs{
		"gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o", "gen_ai.response.model": "gpt-4o-2024-08-06", "gen_ai.response.id": "chatcmpl-1",
		"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 20, "gen_ai.usage.cache_read.input_tokens": 64, "server.address": "api.openai.com",
	})
	for _, name := range []string{"x", "@traceloop/instrumentation-openai"} {
		scope := scopeNamed(name, nil)
		span := handMade(t, "chat", call)
		var op Call
		assert.Zero(t, testing.AllocsPerRun(100, func() { Read(&scope, span, &op) }), name)
		assert.EqualValues(t, 64, op.Usage.CacheRead)
	}
}

// TestHostileSpans: size alone must not cost much nor change what is read.
func TestHostileSpans(t *testing.T) {
	big := strings.Repeat(`{"id":["\\\"`, 5<<20/12)
	for name, more := range map[string]attrs{
		"a 5 MB answer":        {"output.value": big, "gen_ai.completion": `{"a":"` + big, "metadata": big},
		"5 MB of brackets":     {"output.value": `{"generations":` + strings.Repeat("[", 5<<20), "langsmith.usage_metadata": strings.Repeat("{", 5<<20)},
		"5 MB of objects":      {"langsmith.usage_metadata": strings.Repeat(`{"cache_creation":`, 5<<20/18), "gen_ai.completion": strings.Repeat(`{"kwargs":`, 5<<20/10)},
		"5 MB of backslashes":  {"output.value": `{"a":"` + strings.Repeat(`\`, 5<<20)},
		"5 MB in small places": {"gen_ai.response.finish_reasons": "[" + big, "error.type": big, "http.response.status_code": big, "mastra.completion_start_time": big},
		"a 5 MB count":         {"gen_ai.usage.prompt_tokens": big},
		"a 5 MB sub-count":     {"langsmith.usage_metadata": `{"nothing":` + big + `}`},
	} {
		t.Run(name, func(t *testing.T) {
			op := readAttrs(t, "x", "chat", with(chat, more))
			assert.Equal(t, genai.UsageKnown, op.UsageState)
			assert.Equal(t, genai.Usage{Input: 1200, Output: 85}, op.Usage)
			assert.LessOrEqual(t, len(op.ErrorType), 80)
		})
	}
	many := with(chat, nil)
	for i := range 10_000 {
		many["gen_ai.prompt."+strconv.Itoa(i)+".content"] = "x"
	}
	assert.Equal(t, genai.Usage{Input: 1200, Output: 85}, readAttrs(t, "x", "chat", many).Usage)
}

// TestBrokenJSONEnds: a text that is no JSON is left at its first fault, wherever that is.
func TestBrokenJSONEnds(t *testing.T) {
	whole := `{"generations":[[{"message":{"kwargs":{"response_metadata":{"usage":{"a":[1,{"b":'c'}]}}}}},{}],[]],"usage":{"x":1}}`
	for i := range whole {
		for _, c := range `:,{}[]"'\ x` {
			for _, s := range []string{whole[:i] + string(c), whole[:i] + string(c) + whole[i:], whole[:i] + string(c) + whole[min(i+1, len(whole)):]} {
				op := readAttrs(t, "x", "chat", with(chat, attrs{"output.value": s, "langsmith.usage_metadata": s, "ai.response.providerMetadata": s, "genkit:output": s}))
				require.Equal(t, genai.Usage{Input: 1200, Output: 85}, op.Usage, s)
			}
		}
	}
}

// FuzzRead reads a span made from any bytes: keys of ours and foreign ones, every type of value, in any scope.
func FuzzRead(f *testing.F) {
	f.Add([]byte("\x01\x02\x03\x04\x05\x06\x07"), `{"input_tokens":5,"output_tokens":7,"input_token_details":{"cache_read":3}}`, "chat", int64(7), 0.5)
	f.Add([]byte{200, 1, 180, 2, 90, 0}, `{"generations":[[{"message":{"kwargs":{"id":"x"}}}]]}`, "call_llm", int64(-1), math.NaN())
	f.Add([]byte{31, 131, 231, 41, 141, 241}, "{'a': None, 'prompt_tokens': '1e3'}", "Received Proxy Server Request", int64(math.MaxInt64), math.Inf(1))
	f.Fuzz(func(t *testing.T, picks []byte, text, name string, n int64, d float64) {
		span := ptrace.NewSpan()
		span.SetName(name)
		if len(picks) > 2000 {
			picks = picks[:2000]
		}
		for i := 0; i+1 < len(picks); i += 2 {
			key := text
			if k := int(picks[i]) % len(entries); k > 0 {
				key = entries[k].key
			}
			fillAny(span.Attributes().PutEmpty(key), picks[i+1], text, n, d)
		}
		e := span.Events().AppendEmpty()
		e.SetName("exception")
		e.Attributes().PutStr("exception.message", text)
		for i, c := range known {
			if len(picks) > 0 && i != int(picks[0])%len(known) {
				continue
			}
			for _, s := range c.scopes {
				checkRead(t, strings.TrimSuffix(s.name, "*"), span)
			}
		}
	})
}

func fillAny(v pcommon.Value, pick byte, text string, n int64, d float64) {
	switch pick % 8 {
	case 0:
		v.SetStr(text)
	case 1:
		v.SetInt(n)
	case 2:
		v.SetDouble(d)
	case 3:
		v.SetBool(n > 0)
	case 4:
		v.SetEmptySlice().AppendEmpty().SetStr(text)
	case 5:
		v.SetEmptyMap().PutStr(text, text)
	case 6:
		v.SetEmptyBytes().FromRaw([]byte(text))
	}
}

func checkRead(t *testing.T, scope string, span ptrace.Span) {
	s := scopeNamed(scope, &Options{UsageOnAgent: []string{scope}})
	var op, again Call
	known := Read(&s, span, &op)
	assert.Equal(t, known, Read(&s, span, &again))
	assert.Equal(t, op, again, "reading twice")
	assert.Equal(t, known, op.Kind != genai.NotGenAI)
	assert.True(t, op.Usage.Valid(), "%+v", op.Usage)
	if op.UsageState == genai.UsageNone || op.UsageState == genai.UsageBad {
		assert.Equal(t, genai.Usage{}, op.Usage)
	}
	assert.Equal(t, op.CostSource != CostNone, usable(op.ReportedUSD))
	assert.GreaterOrEqual(t, op.TimeToFirstChunk, 0.0)
	assert.GreaterOrEqual(t, op.Attempt, 0)
	assert.Equal(t, op.Failure != genai.Succeeded, op.ErrorType != "")
	assert.False(t, math.IsNaN(op.TotalUSD) || math.IsNaN(op.SavedUSD))
}
