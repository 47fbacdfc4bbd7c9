package house

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// report is a span that tells of a call.
type report struct {
	trace, span, in byte // in is the span that it lies in; 0 is none
	model           string
	id              string
	bare            bool   // no usage
	failed          string // error.type
	scope, service  string
	server          string
	within          int  // milliseconds by which it is shorter at both ends
	http            byte // a span of an HTTP library in it, sent with it
}

const (
	sold      = "gpt-4o-mini"
	alias     = "our-fast-model"
	uniqueID  = "chatcmpl-AbCdEfGhIjKlMnOpQr"
	strands   = "strands-agents"
	openAISDK = "opentelemetry.instrumentation.openai_v2"
)

func (r *report) traces(now time.Time) ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr(genai.ServiceName, "shop"+r.service)
	ss := rs.ScopeSpans().AppendEmpty()
	ss.Scope().SetName(r.scope)
	span := ss.Spans().AppendEmpty()
	span.SetName("chat " + r.model)
	span.SetKind(ptrace.SpanKindClient)
	span.SetTraceID(pcommon.TraceID{0: 1, 15: r.trace})
	span.SetSpanID(pcommon.SpanID{0: 1, 7: r.span})
	if r.in != 0 {
		span.SetParentSpanID(pcommon.SpanID{0: 1, 7: r.in})
	}
	short := time.Duration(r.within) * time.Millisecond
	span.SetStartTimestamp(pcommon.NewTimestampFromTime(now.Add(short - 2*time.Second)))
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(now.Add(-short - time.Second)))
	attrs := span.Attributes()
	attrs.PutStr(genai.OperationName, genai.OpChat)
	attrs.PutStr(genai.ProviderName, "openai")
	attrs.PutStr(genai.RequestModel, r.model)
	if r.id != "" {
		attrs.PutStr(genai.ResponseID, r.id)
	}
	if !r.bare {
		attrs.PutInt(genai.UsageInput, 1000)
		attrs.PutInt(genai.UsageOutput, 100)
	}
	if r.server != "" {
		attrs.PutStr("server.address", r.server)
	}
	attrs.PutDouble(genai.FirstChunk, 0.1)
	if r.failed != "" {
		attrs.PutStr(genai.ErrorType, r.failed)
		span.Status().SetCode(ptrace.StatusCodeError)
	}
	if r.http != 0 {
		post := ss.Spans().AppendEmpty()
		span.CopyTo(post)
		post.SetName("POST")
		post.SetSpanID(pcommon.SpanID{0: 1, 7: r.http})
		post.SetParentSpanID(span.SpanID())
		post.Attributes().Clear()
	}
	return td
}

// amounts are what each component behind llmcost makes of some requests.
type amounts struct {
	Calls, Durations, Chunks, Tokens, USD        float64 // genaimetrics
	BookedCalls, BookedTokens, BookedUSD         float64 // budgetalert
	EventCalls, EventTokens, EventUSD, Latencies float64 // genaievents: the records without `adds`, and what all of them add up to
}

// behind is all that is behind llmcost, each request sent through it.
func behind(t *testing.T, requests ...ptrace.Traces) amounts {
	t.Helper()
	spans := priced(t, "", requests...)
	md := counted(t, "interval: 1h", spans...)
	booked := bookedOf(t, spans...)
	got := amounts{
		Calls: value(md, genai.MetricCalls), Durations: value(md, genai.MetricOperationDuration), Chunks: value(md, genai.MetricTimeToFirstChunk),
		Tokens: value(md, genai.MetricTokens), USD: value(md, genai.MetricCostUSD),
		BookedCalls: value(booked, genai.MetricBookedCalls), BookedTokens: value(booked, genai.MetricBookedTokens),
		BookedUSD: value(booked, genai.MetricBookedUSD),
	}
	eachRecord(written(t, "events: [llm]", spans...), func(rec plog.LogRecord) {
		number := func(key string) float64 {
			v, ok := rec.Attributes().Get(key)
			if !ok {
				return 0
			}
			if v.Type() == pcommon.ValueTypeInt {
				return float64(v.Int())
			}
			return v.Double()
		}
		if _, adds := rec.Attributes().Get(genai.LogAdds); !adds {
			got.EventCalls++
		}
		if _, ok := rec.Attributes().Get(genai.LogLatency); ok {
			got.Latencies++
		}
		got.EventTokens += number(genai.LogPromptTokens) + number(genai.LogAnswerTokens)
		got.EventUSD += number(genai.LogCost)
	})
	for _, usd := range []*float64{&got.USD, &got.BookedUSD, &got.EventUSD} {
		*usd = math.Round(*usd*1e9) / 1e9
	}
	return got
}

// bookedOf is what budgetalert makes of batches, each sent twice.
func bookedOf(t *testing.T, batches ...ptrace.Traces) pmetric.Metrics {
	t.Helper()
	var twice []ptrace.Traces
	for _, td := range batches {
		twice = append(twice, td, td)
	}
	return measured(t, budgetalert.NewFactory(), fmt.Sprintf("ledger: {directory: %q}\nzero_for: 0s\ninterval: 1h", t.TempDir()), twice...)
}

// Reports of one call, some of which have no price or no usage: in whatever order they come, whole or each in a request of its own, twice or
// once, metrics, budgets and events tell each call, its tokens and its cost once. Only what ties two others must not come last.
func TestOneCallInAnyOrder(t *testing.T) {
	const once, tokens = 0.00021, 1100
	agent, proxy := report{span: 1, model: alias}, report{span: 2, in: 1, model: sold, service: "proxy"}
	told := func(r report, id string) report { r.id = id; return r }
	apart := func(r report) report { r.trace, r.in = 9, 0; return r }
	bare := func(r report) report { r.bare = true; return r }
	for name, c := range map[string]struct {
		reports            []report
		calls, tokens, usd float64
	}{
		"an alias around the proxy's call":    {[]report{agent, proxy}, 1, tokens, once},
		"the same, with an id that both tell": {[]report{told(agent, uniqueID), told(proxy, uniqueID)}, 1, tokens, once},
		"an alias in a trace of its own":      {[]report{told(agent, uniqueID), apart(told(proxy, uniqueID))}, 1, tokens, once},
		"an id that others may have, too":     {[]report{told(agent, "run-1"), apart(told(proxy, "run-1"))}, 1, tokens, once},
		"HTTP between":                        {[]report{{span: 1, model: alias, http: 7}, {span: 2, in: 7, model: sold}}, 1, tokens, once},
		"a server's own name inside":          {[]report{{span: 1, model: sold}, {span: 2, in: 1, model: "my-vllm"}}, 1, tokens, once},
		"the same, HTTP between":              {[]report{{span: 1, model: sold, http: 7}, {span: 2, in: 7, model: "my-vllm"}}, 1, tokens, once},
		"open weights on a server of one's own": {
			[]report{{span: 1, model: sold}, {span: 2, in: 1, model: "deepseek-r1", server: "10.0.0.1"}}, 1, tokens, once,
		},
		"no usage around the proxy's call":      {[]report{bare(agent), proxy}, 1, tokens, once},
		"no usage inside":                       {[]report{{span: 1, model: sold}, bare(proxy)}, 1, tokens, once},
		"no usage in a trace of its own":        {[]report{bare(told(agent, uniqueID)), apart(told(proxy, uniqueID))}, 1, tokens, once},
		"a client that did not wait":            {[]report{{span: 1, model: alias, bare: true, failed: "timeout"}, proxy}, 1, tokens, once},
		"no usage, no price, and both":          {[]report{bare(agent), {span: 2, in: 1, model: alias}, {span: 3, in: 2, model: sold}}, 1, tokens, once},
		"the same, of one answer":               {[]report{bare(agent), told(report{span: 2, in: 1, model: alias}, uniqueID), told(report{span: 3, in: 2, model: sold}, uniqueID)}, 1, tokens, once},
		"two that have no price, of one answer": {[]report{told(agent, uniqueID), told(report{span: 2, in: 1, model: alias}, uniqueID), {span: 3, in: 2, model: sold}}, 1, tokens, once},
		"no usage twice around it":              {[]report{bare(agent), bare(proxy), {span: 3, in: 2, model: sold}}, 1, tokens, once},
		"two that have no price around it":      {[]report{agent, {span: 2, in: 1, model: alias}, {span: 3, in: 2, model: sold}}, 1, tokens, once},
		"a span that was sent before its end":   {[]report{{span: 1, model: sold}, {span: 1, model: sold, bare: true}}, 1, tokens, once},
		"two libraries in traces of their own":  {[]report{{span: 1, model: alias, scope: strands}, {trace: 9, span: 2, model: sold, scope: openAISDK, within: 20}}, 1, tokens, once},
		"a try that failed in it":               {[]report{{span: 1, model: sold}, {span: 2, in: 1, model: sold, bare: true, failed: "429"}}, 2, tokens, once},
		"two tries in one without usage":        {[]report{bare(agent), proxy, {span: 3, in: 1, model: sold}}, 2, 2 * tokens, 2 * once},
		"two calls without a price":             {[]report{agent, {span: 2, model: alias}}, 2, 2 * tokens, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := time.Now()
			want := amounts{
				Calls: c.calls, Durations: c.calls, Tokens: c.tokens, USD: c.usd, BookedCalls: c.calls, BookedTokens: c.tokens, BookedUSD: c.usd,
				EventCalls: c.calls, EventTokens: c.tokens, EventUSD: c.usd, Latencies: c.calls,
			}
			orderings(c.reports, func(order []report) {
				var parts []ptrace.Traces
				whole := ptrace.NewTraces()
				for i := range order {
					parts = append(parts, order[i].traces(now))
					order[i].traces(now).ResourceSpans().MoveAndAppendTo(whole.ResourceSpans())
				}
				ways := map[string][]ptrace.Traces{}
				if order[0].span != order[1].span {
					ways["whole"], ways["whole, twice"] = []ptrace.Traces{whole}, []ptrace.Traces{copied(whole), copied(whole)}
				}
				if last := order[len(order)-1]; !ties(&last, order) {
					ways["split"] = copies(parts)
					ways["split, twice"] = append(copies(parts), copies(parts)...)
				}
				for way, requests := range ways {
					got := behind(t, requests...)
					require.LessOrEqual(t, got.Chunks, c.calls)
					want.Chunks = got.Chunks
					require.Equal(t, want, got, "%s %+v", way, order)
				}
			})
		})
	}
}

// ties says whether a report lies in one of the others, and another in it.
func ties(r *report, all []report) bool {
	return r.in != 0 && slices.ContainsFunc(all, func(o report) bool { return o.in == r.span })
}

func copies(all []ptrace.Traces) []ptrace.Traces {
	out := make([]ptrace.Traces, len(all))
	for i := range all {
		out[i] = copied(all[i])
	}
	return out
}

func orderings[T any](all []T, try func([]T)) {
	var walk func(done, rest []T)
	walk = func(done, rest []T) {
		if len(rest) == 0 {
			try(done)
		}
		for i := range rest {
			left := append(append([]T{}, rest[:i]...), rest[i+1:]...)
			walk(append(done[:len(done):len(done)], rest[i]), left)
		}
	}
	walk(nil, all)
}

// A report that adds is sent again to a collector that never saw the first one: after a restart, or to another replica. The ledger outlives both.
func TestWhatWasAddedComesAgain(t *testing.T) {
	told := func(r report, id string) report { r.id = id; return r }
	bare := func(r report) report { r.bare = true; return r }
	agent, proxy := report{span: 1, model: alias}, report{span: 2, in: 1, model: sold, service: "proxy"}
	for name, c := range map[string][2]report{
		"no ids":                      {agent, proxy},
		"an id that one tells":        {agent, told(proxy, uniqueID)},
		"an id that both tell":        {told(agent, uniqueID), told(proxy, uniqueID)},
		"an id that others may have":  {told(agent, "run-1"), told(proxy, "run-1")},
		"no usage":                    {bare(agent), proxy},
		"no usage, an id":             {bare(agent), told(proxy, uniqueID)},
		"before its end":              {{span: 1, model: sold, bare: true}, {span: 1, model: sold}},
		"before its end, with its id": {told(report{span: 1, model: sold, bare: true}, uniqueID), told(report{span: 1, model: sold}, uniqueID)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := time.Now()
			spans := priced(t, "", c[0].traces(now), c[1].traces(now))
			spans = append(spans, priced(t, "", c[1].traces(now))...)
			booked, md := bookedOf(t, copies(spans)...), counted(t, "interval: 1h", copies(spans)...)
			require.InDelta(t, 1, value(booked, genai.MetricBookedCalls), 0)
			require.InDelta(t, 1100, value(booked, genai.MetricBookedTokens), 0)
			require.InDelta(t, 0.00021, value(booked, genai.MetricBookedUSD), 1e-12)
			require.InDelta(t, 1, value(md, genai.MetricCalls), 0)
			require.InDelta(t, 0.00021, value(md, genai.MetricCostUSD), 1e-12)
		})
	}
}

// Replicas get a report each of one answer, one of which has no price: whichever is recorded first, and whatever comes again to another replica, the
// ledger that they share has the cost once. That the two are one call is told to neither.
func TestReportsOfAnAnswerAtTwoReplicas(t *testing.T) {
	agent, proxy := report{span: 1, model: alias, id: uniqueID}, report{span: 2, in: 1, model: sold, service: "proxy", id: uniqueID}
	now := time.Now()
	at := func(reports ...report) []ptrace.Traces {
		var requests []ptrace.Traces
		for i := range reports {
			requests = append(requests, reports[i].traces(now))
		}
		return priced(t, "", requests...)
	}
	bare := agent
	bare.bare = true
	for name, replicas := range map[string][][]ptrace.Traces{
		"the price second":                     {at(agent), at(proxy)},
		"the price first":                      {at(proxy), at(agent)},
		"no usage first":                       {at(bare), at(proxy)},
		"both at one, the price again":         {at(agent, proxy), at(proxy)},
		"both at one, both again":              {at(agent, proxy), at(agent), at(proxy)},
		"the price first, then both at one":    {at(proxy), at(agent, proxy)},
		"no usage and the usage of one answer": {at(bare, proxy), at(proxy)},
	} {
		t.Run(name, func(t *testing.T) {
			spans := slices.Concat(replicas...)
			booked := bookedOf(t, copies(spans)...)
			require.InDelta(t, 0.00021, value(booked, genai.MetricBookedUSD), 1e-12)
			require.InDelta(t, 1.5, value(booked, genai.MetricBookedCalls), 0.5, "once or twice")
			usd := 0.0
			eachRecord(written(t, "events: [llm]", copies(spans)...), func(rec plog.LogRecord) {
				if v, ok := rec.Attributes().Get(genai.LogCost); ok {
					usd += v.Double()
				}
			})
			require.InDelta(t, 0.00021, usd, 1e-12)
		})
	}
}

// A command-line agent whose signals are all off stands for no call: the gateway's report of it counts, whichever comes first.
func TestAnAgentThatIsOffHidesNoCall(t *testing.T) {
	for _, model := range []string{alias, sold} {
		agent, proxy := report{span: 1, model: model, scope: "com.anthropic.claude_code.tracing"}, report{span: 2, in: 1, model: sold}
		orderings([]report{agent, proxy}, func(order []report) {
			now := time.Now()
			apart, whole := []ptrace.Traces{order[0].traces(now), order[1].traces(now)}, ptrace.NewTraces()
			for _, td := range copies(apart) {
				td.ResourceSpans().MoveAndAppendTo(whole.ResourceSpans())
			}
			for _, requests := range [][]ptrace.Traces{apart, {whole}} {
				md := counted(t, "interval: 1h", priced(t, "cli_agents: {claude-code: off}", requests...)...)
				require.InDelta(t, 1, value(md, genai.MetricCalls), 0, model)
				require.InDelta(t, 1100, value(md, genai.MetricTokens), 0, model)
				require.InDelta(t, 0.00021, value(md, genai.MetricCostUSD), 1e-12, model)
			}
		})
	}
}
