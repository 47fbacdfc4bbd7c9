package genaievents

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/replay"
)

var ctx = context.Background()

// What failed inside is told, not what lies around it, in one request and in many, in whatever order.
func TestAFailureIsToldOnce(t *testing.T) {
	for name, c := range map[string]struct {
		build func(*spans)
		want  int
	}{
		"a call in an agent": {func(s *spans) {
			agent := s.add(t, noParent, agentAttrs(genai.ErrorType, "boom"))
			s.add(t, agent, callAttrs(genai.ErrorType, "429", genai.CostStatus, genai.StatusFree, genai.CostTotal, 0.0))
		}, 1},
		"two calls and a tool in two agents": {func(s *spans) {
			agent := s.add(t, noParent, agentAttrs(genai.ErrorType, "boom"))
			nested := s.add(t, agent, agentAttrs(genai.ErrorType, "boom"))
			s.add(t, nested, callAttrs(genai.ErrorType, "429"))
			s.add(t, nested, callAttrs(genai.ErrorType, "429"))
			s.add(t, nested, toolAttrs(genai.ErrorType, "not_found"))
		}, 3},
		"a call in a tool": {func(s *spans) {
			tool := s.add(t, noParent, toolAttrs(genai.ErrorType, "boom"))
			s.add(t, tool, callAttrs(genai.ErrorType, "429"))
		}, 1},
		"an embedding in a retrieval, and a retrieval that failed itself": {func(s *spans) {
			agent := s.add(t, noParent, agentAttrs())
			search := s.add(t, agent, map[string]any{genai.OperationName: genai.OpRetrieval, genai.ErrorType: "boom"})
			s.add(t, search, callAttrs(genai.OperationName, genai.OpEmbeddings, genai.ErrorType, "boom"))
			s.add(t, agent, map[string]any{genai.OperationName: genai.OpRetrieval, genai.ErrorType: "boom"})
		}, 2},
		"two calls in a tool, and another tool": {func(s *spans) {
			agent := s.add(t, noParent, agentAttrs(genai.ErrorType, "boom"))
			tool := s.add(t, agent, toolAttrs(genai.ErrorType, "boom"))
			s.add(t, tool, callAttrs(genai.ErrorType, "429"))
			s.add(t, tool, callAttrs(genai.ErrorType, "429"))
			s.add(t, agent, toolAttrs(genai.ErrorType, "not_found"))
		}, 3},
		"a call that went well in a tool that did not": {func(s *spans) {
			tool := s.add(t, noParent, toolAttrs(genai.ErrorType, "boom"))
			s.add(t, tool, callAttrs())
		}, 1},
		"an agent alone": {func(s *spans) {
			agent := s.add(t, noParent, agentAttrs(genai.ErrorType, "boom"))
			s.add(t, agent, callAttrs())
		}, 1},
		"a second report of a call": {func(s *spans) {
			outer := s.add(t, noParent, callAttrs(genai.ErrorType, "429"))
			s.add(t, outer, callAttrs(genai.ErrorType, "429", genai.CostStatus, genai.StatusDuplicate))
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(20) {
				s := newSpans()
				c.build(s)
				r := start(t, "")
				require.NoError(t, r.ConsumeTraces(ctx, s.td))
				require.Equal(t, c.want, r.count(genai.EventApplicationError), "in one request")

				apart := start(t, "")
				for _, one := range shuffledApart(s.td, seed) {
					require.NoError(t, apart.ConsumeTraces(ctx, one))
					require.NoError(t, apart.ConsumeTraces(ctx, one), "and again")
				}
				require.Equal(t, c.want, apart.count(genai.EventApplicationError), "one span a request, order %d", seed)
			}
		})
	}
}

// In one request, and children first as clients send them, it is the innermost span that tells.
func TestTheInnermostSpanTellsTheFailure(t *testing.T) {
	s := newSpans()
	agent := s.add(t, noParent, agentAttrs(genai.ErrorType, "boom"))
	call := s.add(t, agent, callAttrs(genai.ErrorType, "429"))
	r := start(t, "events: [error]")
	require.NoError(t, r.ConsumeTraces(ctx, s.td))
	require.Len(t, r.records(), 1)
	require.Equal(t, call.SpanID(), r.records()[0].SpanID())
	require.Equal(t, genai.ComponentLLM, r.records()[0].Attributes().AsRaw()[genai.AttrComponent])
}

// A tool that runs an agent fails because the agent did, and that because its call did: as clients send them, inner spans first, or in one
// request in any order, one of them tells it.
func TestAFailureOfAToolThatRunsAnAgentIsToldOnce(t *testing.T) {
	s := newSpans()
	outer := s.add(t, noParent, agentAttrs(genai.ErrorType, "boom"))
	tool := s.add(t, outer, toolAttrs(genai.ErrorType, "boom"))
	inner := s.add(t, tool, agentAttrs(genai.ErrorType, "boom"))
	call := s.add(t, inner, callAttrs(genai.ErrorType, "429"))
	s.add(t, outer, callAttrs(genai.ErrorType, "500"))
	apart := start(t, "events: [error]")
	for _, one := range slices.Backward(replay.OneByOne(s.td)) {
		require.NoError(t, apart.ConsumeTraces(ctx, one))
	}
	require.Len(t, apart.records(), 2)
	require.Equal(t, call.SpanID(), apart.records()[1].SpanID())
	for i, span := range s.scope.Spans().All() { // as they end, inner ones first
		span.SetEndTimestamp(span.EndTimestamp() - pcommon.Timestamp(i)) //nolint:gosec // an index
	}
	for seed := range uint64(50) {
		together, td := start(t, "events: [error]"), s.td
		if seed > 0 {
			td = ptrace.NewTraces()
			for _, one := range shuffledApart(s.td, seed) {
				one.ResourceSpans().MoveAndAppendTo(td.ResourceSpans())
			}
		}
		require.NoError(t, together.ConsumeTraces(ctx, td))
		require.Len(t, together.records(), 2, "order %d", seed)
	}
}

// A tool that calls a model by way of a span that is no GenAI, as an HTTP request's, fails because the call did. Of a request that failed
// without a call inside of it the tool tells.
func TestAFailurePassesThroughOtherSpans(t *testing.T) {
	http := map[string]any{"http.request.method": "POST", genai.ErrorType: "500"}
	s := newSpans()
	agent := s.add(t, noParent, agentAttrs(genai.ErrorType, "boom"))
	tool := s.add(t, agent, toolAttrs(genai.ErrorType, "boom"))
	client := s.add(t, tool, http)
	server := s.add(t, client, http)
	call := s.add(t, server, callAttrs(genai.ErrorType, "429"))
	alone := s.add(t, agent, toolAttrs(genai.ErrorType, "not_found"))
	s.add(t, alone, http)
	for i, span := range s.scope.Spans().All() { // as they end, inner ones first
		span.SetEndTimestamp(span.EndTimestamp() - pcommon.Timestamp(i)) //nolint:gosec // an index
	}
	apart, together := start(t, "events: [error]"), start(t, "events: [error]")
	for _, one := range slices.Backward(replay.OneByOne(s.td)) {
		require.NoError(t, apart.ConsumeTraces(ctx, one))
	}
	require.NoError(t, together.ConsumeTraces(ctx, s.td))
	for _, r := range []*rig{apart, together} {
		var told []pcommon.SpanID
		for _, record := range r.records() {
			told = append(told, record.SpanID())
		}
		require.ElementsMatch(t, []pcommon.SpanID{call.SpanID(), alone.SpanID()}, told)
	}
}

func shuffledApart(td ptrace.Traces, seed uint64) []ptrace.Traces {
	all := replay.OneByOne(td)
	rand.New(rand.NewPCG(seed, 7)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// Every state and input of a trace's failures.
func TestFailureTransitions(t *testing.T) {
	for _, c := range []struct {
		is    failure
		outer bool
		tell  bool
		next  failure
	}{
		{failureNone, false, true, failureTold},
		{failureNone, true, true, failureLent},
		{failureTold, false, true, failureTold},
		{failureTold, true, false, failureTold},
		{failureLent, false, false, failureTold},
		{failureLent, true, false, failureLent},
	} {
		tell, next := c.is.next(c.outer)
		require.Equal(t, c.tell, tell, "%+v", c)
		require.Equal(t, c.next, next, "%+v", c)
	}
}

// What was refused is written when it comes again, and then no more.
func TestWhatIsRefusedComesAgain(t *testing.T) {
	s := newSpans()
	agent := s.add(t, noParent, agentAttrs(genai.ErrorType, "boom"))
	s.add(t, agent, callAttrs())
	r := start(t, "")
	r.refuse = true
	require.ErrorIs(t, r.ConsumeTraces(ctx, s.td), errRefused)
	r.refuse = false
	for range 3 {
		require.NoError(t, r.ConsumeTraces(ctx, s.td))
	}
	for _, event := range []string{genai.EventAgentRequest, genai.EventCall, genai.EventApplicationError} {
		require.Equal(t, 1, r.count(event), event)
	}
}

// A call is one, by the id of its answer, whoever reports it; only where ids are unique in the world.
func TestACallIsKnownByItsAnswer(t *testing.T) {
	for id, want := range map[string]int{"chatcmpl-0123456789abcdef": 1, "mock-1": 2} {
		r := start(t, "")
		s := newSpans()
		s.add(t, noParent, callAttrs(genai.ResponseID, id))
		s.add(t, noParent, callAttrs(genai.ResponseID, id))
		require.NoError(t, r.ConsumeTraces(ctx, s.td))
		require.Equal(t, want, r.count(genai.EventCall), id)
	}
}

// roll-ups and second reports are no calls, and what a call did not cost is not said.
func TestWhatIsACall(t *testing.T) {
	r := start(t, "")
	s := newSpans()
	for _, status := range []string{
		genai.StatusPriced, genai.StatusReported, genai.StatusEstimated, genai.StatusFree, genai.StatusUnpriced, genai.StatusRollup, genai.StatusDuplicate,
	} {
		s.add(t, noParent, callAttrs(genai.CostStatus, status))
	}
	require.NoError(t, r.ConsumeTraces(ctx, s.td))
	require.Equal(t, 5, r.count(genai.EventCall))
	for _, rec := range r.records() {
		attrs := rec.Attributes().AsRaw()
		_, costs := attrs[genai.LogCost]
		require.Equal(t, attrs[genai.LogCostStatus] != genai.StatusUnpriced, costs)
	}
}

func TestRequestsAreRoots(t *testing.T) {
	for yaml, want := range map[string]int{"": 3, "requests: all": 4} {
		s := newSpans()
		agent := s.add(t, noParent, agentAttrs())
		s.add(t, agent, agentAttrs())
		s.add(t, agent, agentAttrs()).SetName("agent_request:support") // inside a web server's span
		flow := s.add(t, noParent, map[string]any{genai.OperationName: genai.OpInvokeWorkflow})
		s.add(t, flow, map[string]any{genai.OperationName: genai.OpInvokeWorkflow})
		r := start(t, yaml)
		require.NoError(t, r.ConsumeTraces(ctx, s.td))
		require.Equal(t, want, r.count(genai.EventAgentRequest), yaml)
	}
}

// Errors are always kept, the share is on each record, and a trace is kept or left out as a whole.
func TestKeep(t *testing.T) {
	const traces = 4000
	s := newSpans()
	for i := range traces {
		for j := range 2 {
			span := s.add(t, noParent, callAttrs())
			if i%10 == 0 {
				span.Attributes().PutStr(genai.ErrorType, "boom")
			}
			span.SetTraceID([16]byte{byte(i), byte(i >> 8)})
			span.SetSpanID([8]byte{byte(i), byte(i >> 8), byte(j), 1})
		}
	}
	r := start(t, "{keep: {ok: 0.25, slow: {above: 10s, keep: 1}}, events: [llm]}")
	require.NoError(t, r.ConsumeTraces(ctx, s.td))
	perTrace, total, failed := map[pcommon.TraceID]int{}, 0.0, 0
	for _, rec := range r.records() {
		attrs := rec.Attributes().AsRaw()
		share := attrs[genai.LogKept].(float64)
		total += 1 / share
		perTrace[rec.TraceID()]++
		if attrs[genai.LogStatus] != genai.CallOK {
			failed++
			require.Equal(t, 1.0, share)
		}
	}
	require.Equal(t, traces/10*2, failed)
	for _, n := range perTrace {
		require.Equal(t, 2, n)
	}
	require.InEpsilon(t, 2*traces, total, 0.1)

	slow := newSpans()
	slow.add(t, noParent, callAttrs()).SetEndTimestamp(1_790_000_011_000_000_000)
	r = start(t, "{keep: {ok: 0, slow: {above: 10s, keep: 1}}}")
	require.NoError(t, r.ConsumeTraces(ctx, slow.td))
	require.Equal(t, 1, r.count(genai.EventCall))
}

// A record has at most 40 attributes, all flat, and none is longer than it may be, whatever a sender sends.
func TestHostileSpans(t *testing.T) {
	long := strings.Repeat("ä", 100_000) + "\xff"
	s := newSpans()
	for i := range 300 {
		s.td.ResourceSpans().At(0).Resource().Attributes().PutStr("key"+strconv.Itoa(i)+long, long)
	}
	attrs := map[string]any{"request.id": long, "team": long, "deep": map[string]any{"a": []any{long}}, "nan": math.NaN()}
	for _, key := range []string{
		genai.AgentName, genai.ToolName, genai.ConversationID, genai.ResponseID, genai.ProviderName, genai.RequestModel, genai.ResponseModel,
		genai.ErrorType, genai.InputMessages, genai.OutputMessages, "result.type", "server.address",
	} {
		attrs[key] = long
	}
	for _, op := range []string{genai.OpChat, genai.OpInvokeAgent, genai.OpExecuteTool} {
		attrs[genai.OperationName] = op
		span := s.add(t, noParent, attrs)
		span.Attributes().PutDouble(genai.CostTotal, math.Inf(1))
		span.Attributes().PutInt(genai.UsageInput, math.MinInt64)
		span.SetStartTimestamp(math.MaxUint64)
		span.SetEndTimestamp(math.MaxUint64 - 1)
		span.Status().SetMessage(long)
		for range 500 {
			e := span.Events().AppendEmpty()
			e.SetName(genai.EvaluationEvent)
			e.Attributes().PutStr(genai.EvaluationName, long)
			e.Attributes().PutDouble(genai.EvaluationScore, math.NaN())
		}
		e := span.Events().AppendEmpty()
		e.SetName(genai.ExceptionEvent)
		e.Attributes().PutStr(genai.ExceptionStack, long)
	}
	more := make([]string, maxAttributes)
	for i := range more {
		more[i] = "{name: a" + strconv.Itoa(i) + "}"
		s.scope.Spans().At(0).Attributes().PutStr("a"+strconv.Itoa(i), long)
	}
	for _, body := range bodies {
		r := start(t, "{naming: [langchain, semconv], content: full, body: "+body+", attributes: ["+strings.Join(more, ", ")+"]}")
		require.NoError(t, r.ConsumeTraces(ctx, s.td))
		require.Len(t, r.records(), 7+3*maxEvents)
		requireBounded(t, r)
	}
}

func requireBounded(t *testing.T, r *rig) {
	t.Helper()
	for _, ld := range r.sink.AllLogs() {
		eachRecord(ld, func(res pcommon.Resource, rec plog.LogRecord) {
			require.LessOrEqual(t, rec.Attributes().Len(), 40)
			require.LessOrEqual(t, res.Attributes().Len(), maxResource)
			require.LessOrEqual(t, len(rec.Body().Str()), 40<<10)
			require.True(t, utf8.ValidString(rec.Body().Str()))
			require.LessOrEqual(t, rec.Timestamp(), pcommon.Timestamp(math.MaxInt64))
			for _, m := range []pcommon.Map{rec.Attributes(), res.Attributes()} {
				for k, v := range m.All() {
					require.Contains(t, []pcommon.ValueType{
						pcommon.ValueTypeStr, pcommon.ValueTypeInt, pcommon.ValueTypeDouble, pcommon.ValueTypeBool,
					}, v.Type(), k)
					require.LessOrEqual(t, len(k), 1024)
					require.LessOrEqual(t, len(v.AsString()), 4096, k)
				}
			}
		})
	}
}

// What is cut ends with a whole letter, and a text of no letters at all is not lost in looking for one.
func TestWhatIsCutIsText(t *testing.T) {
	for name, want := range map[string]string{
		strings.Repeat("ä", 20):            strings.Repeat("ä", 16),
		"a" + strings.Repeat("ä", 20):      "a" + strings.Repeat("ä", 15),
		strings.Repeat("a", 31) + "😀":      strings.Repeat("a", 31),
		strings.Repeat("\x80", 1<<20):      "?",
		strings.Repeat("\xf0\x9f\x98", 99): "?",
	} {
		s := newSpans()
		s.add(t, noParent, toolAttrs(genai.ToolName, name))
		r := start(t, "max_value_bytes: 32")
		require.NoError(t, r.ConsumeTraces(ctx, s.td))
		require.Equal(t, want, r.records()[0].Attributes().AsRaw()[genai.AttrToolName])
	}
	s := newSpans()
	s.add(t, noParent, toolAttrs("gen_ai.tool.call.result", "\x80\x80\x80"))
	r := start(t, "content: {full: {max_bytes: 1}}")
	require.NoError(t, r.ConsumeTraces(ctx, s.td))
	require.Empty(t, r.records()[0].Attributes().AsRaw()[genai.LogResult])
}

// A call of which everything is known, with as many attributes of the configuration as there may be, has no more than 40 either: what a
// span only repeats of its request makes room.
func TestARecordOfEverythingFits(t *testing.T) {
	s := newSpans()
	attrs := callAttrs(
		genai.ResponseModel, "gpt-4o-2026", genai.ResponseID, "chatcmpl-1", genai.AgentName, "support", genai.ConversationID, "c", genai.ErrorType, "boom",
		genai.UsageCacheRead, 3, genai.UsageCacheWrite, 2, genai.UsageReasoning, 1, genai.FirstChunk, 0.5, genai.InputMessages, "in", genai.OutputMessages, "out",
	)
	for _, f := range copied {
		attrs[f.key] = "x"
	}
	var names []string
	for i := range maxAttributes {
		name := "a" + strconv.Itoa(i)
		names, attrs[name] = append(names, "{name: "+name+"}"), "y"
	}
	s.add(t, noParent, attrs)
	for _, content := range contents {
		r := start(t, "{naming: [langchain, semconv], content: "+content+", attributes: ["+strings.Join(names, ", ")+"]}")
		require.NoError(t, r.ConsumeTraces(ctx, s.td))
		require.Len(t, r.records(), 4)
		for _, rec := range r.records() {
			require.LessOrEqual(t, rec.Attributes().Len(), 40, rec.EventName())
			require.Contains(t, rec.Attributes().AsRaw(), "a"+strconv.Itoa(maxAttributes-1))
			require.Contains(t, rec.Attributes().AsRaw(), genai.LogKept)
		}
	}
	r := start(t, "{naming: [semconv]}")
	require.NoError(t, r.ConsumeTraces(ctx, s.td))
	require.Contains(t, r.records()[0].Attributes().AsRaw(), copied[len(copied)-1].key)
}

// Whatever is sent, what is remembered stays at its cap.
func TestMemoryIsBounded(t *testing.T) {
	r := start(t, "dedupe: {max_entries: 100}")
	st, err := r.Get()
	require.NoError(t, err)
	for i := range 2000 {
		s := newSpans()
		span := s.add(t, noParent, callAttrs(genai.ErrorType, "boom"))
		span.SetTraceID([16]byte{byte(i), byte(i >> 8), 1})
		require.NoError(t, r.ConsumeTraces(ctx, s.td))
	}
	require.LessOrEqual(t, st.memory.ids.Len(), 100)
	require.LessOrEqual(t, st.memory.failures.Len(), failureEntries)
	require.Equal(t, 2000, r.count(genai.EventCall))
}

// A span that is no GenAI costs no memory.
func TestOtherSpansAllocateNothing(t *testing.T) {
	s := newSpans()
	for range 50 {
		span := s.add(t, noParent, map[string]any{"http.request.method": "GET", "http.route": "/", "url.path": "/", "error.type": "500"})
		span.Events().AppendEmpty().SetName("exception")
		span.Status().SetCode(ptrace.StatusCodeError)
	}
	for _, yaml := range []string{"", "naming: [langchain, semconv]"} {
		r := start(t, yaml)
		require.Zero(t, testing.AllocsPerRun(200, func() {
			if r.ConsumeTraces(ctx, s.td) != nil {
				t.Error("refused")
			}
		}), yaml)
		require.Empty(t, r.records())
	}
}

// What a request brought is read only, and does not change when the batch that read it serves another.
func TestBatchesShareNothing(t *testing.T) {
	r := start(t, "")
	for i := range 50 {
		s := newSpans()
		s.add(t, noParent, callAttrs(genai.RequestModel, "model-"+strconv.Itoa(i))).SetSpanID([8]byte{byte(i), 9})
		s.td.MarkReadOnly()
		require.NoError(t, r.ConsumeTraces(ctx, s.td))
	}
	var models []string
	for _, rec := range r.records() {
		models = append(models, rec.Attributes().AsRaw()[genai.AttrModel].(string))
	}
	slices.Sort(models)
	require.Len(t, slices.Compact(models), 50)
}
