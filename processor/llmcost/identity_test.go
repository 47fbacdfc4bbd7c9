package llmcost

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// report is one span that reports a model call.
type report struct {
	id, parent byte
	from, to   int // seconds
	attrs      map[string]any
	plain      bool // no GenAI span
	internal   bool // the span's kind
}

func (r report) span() ptrace.Traces {
	td := chat(r.attrs)
	span := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	if r.plain {
		span.Attributes().Clear()
	}
	if r.internal {
		span.SetKind(ptrace.SpanKindInternal)
	}
	span.SetSpanID(pcommon.SpanID{r.id})
	if r.parent != 0 {
		span.SetParentSpanID(pcommon.SpanID{r.parent})
	}
	at := func(s int) pcommon.Timestamp {
		return pcommon.NewTimestampFromTime(time.Date(2026, 10, 1, 0, 0, s, 0, time.UTC))
	}
	span.SetStartTimestamp(at(r.from))
	span.SetEndTimestamp(at(r.to))
	return td
}

// together is the reports in one request.
func together(reports ...report) ptrace.Traces {
	td := ptrace.NewTraces()
	for _, r := range reports {
		r.span().ResourceSpans().MoveAndAppendTo(td.ResourceSpans())
	}
	return td
}

func id(s string) map[string]any { return map[string]any{genai.ResponseID: s} }

// Servers and mocks repeat their ids: two reports are of one call only if they overlap in time, or one lies directly in the other.
func TestARepeatedResponseID(t *testing.T) {
	other := map[string]any{genai.ResponseID: "r1", genai.RequestModel: "gpt-4o"}
	for name, tc := range map[string]struct {
		reports []report
		calls   int
	}{
		"twins":                          {[]report{{id: 1, to: 4, attrs: id("r1")}, {id: 2, from: 1, to: 3, attrs: id("r1")}}, 1},
		"ten minutes later":              {[]report{{id: 1, to: 4, attrs: id("r1")}, {id: 2, from: 600, to: 604, attrs: other}}, 2},
		"the next call of a mock":        {[]report{{id: 1, to: 4, attrs: id("r1")}, {id: 2, from: 4, to: 8, attrs: id("r1")}}, 2},
		"five calls of a mock":           {[]report{{id: 1, to: 1, attrs: id("m")}, {id: 2, from: 2, to: 3, attrs: id("m")}, {id: 3, from: 4, to: 5, attrs: id("m")}, {id: 4, from: 6, to: 7, attrs: id("m")}, {id: 5, from: 8, to: 9, attrs: id("m")}}, 5},
		"a call of no length in another": {[]report{{id: 1, to: 4, attrs: id("r1")}, {id: 2, from: 3, to: 3, attrs: id("r1")}}, 1},
		"parent and child that do not overlap": {
			[]report{{id: 1, to: 4, attrs: id("r1")}, {id: 2, parent: 1, from: 5, to: 6, attrs: id("r1")}}, 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			count := func(all ...ptrace.Traces) int {
				n := 0
				for _, td := range all {
					eachSpan(td, func(s ptrace.Span) {
						if v, _ := s.Attributes().Get(genai.CostStatus); v.Str() == genai.StatusPriced {
							n++
						}
					})
				}
				return n
			}
			require.Equal(t, tc.calls, count(startProcessor(t, nil).process(t, together(tc.reports...))), "in one request")
			for _, backwards := range []bool{false, true} {
				p := startProcessor(t, nil)
				var all []ptrace.Traces
				for i := range tc.reports {
					if backwards {
						i = len(tc.reports) - 1 - i
					}
					all = append(all, p.process(t, tc.reports[i].span()))
				}
				require.Equal(t, tc.calls, count(all...), "one by one, backwards: %v", backwards)
			}
		})
	}
}

// A twin of a call that comes late still finds it when the id was given again in between.
func TestALateTwinOfARepeatedID(t *testing.T) {
	p := startProcessor(t, nil)
	status := func(r report) any { return attributesOf(p.process(t, r.span()))[genai.CostStatus] }
	require.Equal(t, genai.StatusPriced, status(report{id: 1, to: 4, attrs: id("m")}))
	require.Equal(t, genai.StatusPriced, status(report{id: 2, from: 10, to: 14, attrs: id("m")}))
	require.Equal(t, genai.StatusDuplicate, status(report{id: 3, from: 1, to: 3, attrs: id("m")}))
	require.Equal(t, genai.StatusDuplicate, status(report{id: 4, from: 11, to: 13, attrs: id("m")}))
}

// The ids of some providers name one answer in the world, whatever the reports count.
func TestUniqueIDsWithOtherCounts(t *testing.T) {
	const unique = "msg_01XFDUDYJgAACzvnptvVoYEL"
	full := map[string]any{genai.ResponseID: unique, genai.UsageInput: 1500, genai.UsageCacheRead: 500}
	p := startProcessor(t, nil)
	td := p.process(t, together(report{id: 1, to: 4, attrs: id(unique)}, report{id: 2, from: 1, to: 3, attrs: full}))
	require.Equal(t, 1, sumOf(td).statuses[genai.StatusPriced])
	require.EqualValues(t, 1000*150+500*75+100*600, sumOf(td).nano, "the fuller one")
	mock := map[string]any{genai.ResponseID: "msg_1", genai.UsageInput: 1500}
	td = p.process(t, together(report{id: 3, to: 4, attrs: id("msg_1")}, report{id: 4, from: 1, to: 3, attrs: mock}))
	require.Equal(t, 2, sumOf(td).statuses[genai.StatusPriced], "a mock's id may be anybody's")
}

// A twin that knows more of the bill and comes second, in another request, cannot count any more; what is missing is said.
func TestWhatALateTwinWouldHaveCost(t *testing.T) {
	less := map[string]any{genai.ProviderName: "anthropic", genai.RequestModel: "claude-sonnet-4-5", genai.ResponseID: "msg_1"}
	more := map[string]any{
		genai.ProviderName: "anthropic", genai.RequestModel: "claude-sonnet-4-5", genai.ResponseID: "msg_1", genai.UsageCacheWrite: 400,
	}
	p := startProcessor(t, nil)
	first := attributesOf(p.process(t, report{id: 1, to: 4, attrs: less}.span()))
	second := attributesOf(p.process(t, report{id: 2, from: 1, to: 3, attrs: more}.span()))
	require.Equal(t, genai.StatusDuplicate, second[genai.CostStatus])
	require.InDelta(t, 400*0.75e-6, second[genai.CostUncounted], 1e-12, "writes cost a quarter more")
	require.NotContains(t, second, genai.CostTotal)
	require.NotContains(t, first, genai.CostUncounted)

	p = startProcessor(t, nil)
	p.process(t, report{id: 3, to: 4, attrs: more}.span())
	require.NotContains(t, attributesOf(p.process(t, report{id: 4, from: 1, to: 3, attrs: less}.span())), genai.CostUncounted,
		"one that knows less says nothing")

	const unique = "chatcmpl-BxYz12345AbCdEfGhIjKlMnOp"
	middle := map[string]any{genai.ResponseID: unique, genai.UsageOutput: 60} // of a stream, whose end is told after it
	p = startProcessor(t, nil)
	p.process(t, report{id: 7, to: 4, attrs: middle}.span())
	require.InDelta(t, 40*600e-9, attributesOf(p.process(t, report{id: 8, to: 4, attrs: id(unique)}.span()))[genai.CostUncounted], 1e-12)
	for _, order := range [][2]report{{{id: 1, attrs: middle}, {id: 2, attrs: id(unique)}}, {{id: 1, attrs: id(unique)}, {id: 2, attrs: middle}}} {
		got := sumOf(startProcessor(t, nil).process(t, together(order[0], order[1])))
		require.EqualValues(t, 1000*150+100*600, got.nano, "within a request the end counts")
	}

	for name, order := range map[string][2]report{
		"the parent second": {{id: 6, parent: 5, from: 1, to: 3, attrs: less}, {id: 5, to: 4, attrs: more}},
		"the child second":  {{id: 5, to: 4, attrs: less}, {id: 6, parent: 5, from: 1, to: 3, attrs: more}},
	} {
		p = startProcessor(t, nil)
		p.process(t, order[0].span())
		require.InDelta(t, 400*0.75e-6, attributesOf(p.process(t, order[1].span()))[genai.CostUncounted], 1e-12, name)
	}
}

// Between two reports of one call lie spans of a wrapper or of a client's HTTP library.
func TestTwinsThatAreNotParentAndChild(t *testing.T) {
	outer, inner := report{id: 1, to: 9}, report{id: 3, parent: 2, from: 2, to: 8}
	tool := map[string]any{genai.OperationName: "execute_tool", genai.ToolName: "t", genai.UsageInput: nil, genai.UsageOutput: nil}
	for name, tc := range map[string]struct {
		reports []report
		calls   int
	}{
		"a plain span between":        {[]report{outer, {id: 2, parent: 1, from: 1, to: 9, plain: true}, inner}, 1},
		"two plain spans between":     {[]report{outer, {id: 4, parent: 1, to: 9, plain: true}, {id: 2, parent: 4, from: 1, to: 9, plain: true}, inner}, 1},
		"a tool between":              {[]report{outer, {id: 2, parent: 1, from: 1, to: 9, attrs: tool}, inner}, 2},
		"another output":              {[]report{outer, {id: 2, parent: 1, from: 1, to: 9, plain: true}, {id: 3, parent: 2, from: 2, to: 8, attrs: map[string]any{genai.UsageOutput: 7}}}, 2},
		"side by side":                {[]report{{id: 1, parent: 9, to: 9}, {id: 3, parent: 9, from: 2, to: 8}, {id: 9, to: 9, plain: true}}, 2},
		"the span between is missing": {[]report{outer, inner}, 2},
	} {
		permuteReports(tc.reports, func(all []report) {
			got := sumOf(startProcessor(t, nil).process(t, together(all...)))
			require.Equal(t, tc.calls, got.statuses[genai.StatusPriced], "%s: %v", name, all)
		})
	}
}

// A client that knows only an alias may come before the proxy that knows what it called, and so may a proxy before its client: the report with
// a price counts, whichever comes first, in one trace or in two.
func TestAReportWithAPriceCountsAfterOneWithout(t *testing.T) {
	attrs := func(model, id string) map[string]any {
		return map[string]any{genai.RequestModel: model, genai.ResponseModel: model, genai.ResponseID: id}
	}
	for name, reports := range map[string][2]report{
		"the client knows an alias": {{id: 1, to: 9, attrs: attrs("alias", "")}, {id: 2, parent: 1, from: 1, to: 8, attrs: attrs("gpt-4o-mini", "")}},
		"the proxy knows an alias":  {{id: 1, to: 9, attrs: attrs("gpt-4o-mini", "")}, {id: 2, parent: 1, from: 1, to: 8, attrs: attrs("alias", "")}},
		"by their response id":      {{id: 1, to: 9, attrs: attrs("alias", "r1")}, {id: 2, from: 1, to: 8, attrs: attrs("gpt-4o-mini", "r1")}},
	} {
		for _, order := range [][2]int{{0, 1}, {1, 0}} {
			first, second := reports[order[0]], reports[order[1]]
			got := sumOf(startProcessor(t, nil).process(t, together(first, second)))
			require.Equal(t, int64(210_000), got.nano, "%s, in one request", name)
			require.Equal(t, 1, got.statuses[genai.StatusDuplicate], name)
			p := startProcessor(t, nil)
			got = sumOf(p.process(t, first.span()), p.process(t, second.span()))
			require.Equal(t, int64(210_000), got.nano, "%s, apart: %v", name, order)
		}
	}
	// Two that know no price are one call, whichever comes first.
	for _, order := range [][2]byte{{1, 2}, {2, 1}} {
		p, all := startProcessor(t, nil), map[byte]report{1: {id: 1, to: 9, attrs: attrs("alias", "")}, 2: {id: 2, parent: 1, from: 1, to: 8, attrs: attrs("other", "")}}
		got := sumOf(p.process(t, all[order[0]].span()), p.process(t, all[order[1]].span()))
		require.Equal(t, map[string]int{genai.StatusUnpriced: 1, genai.StatusDuplicate: 1}, got.statuses)
	}
	// Of the calls in one without a price each counts.
	p := startProcessor(t, nil)
	p.process(t, report{id: 1, to: 9, attrs: attrs("alias", "")}.span())
	for i := byte(2); i < 5; i++ {
		got := sumOf(p.process(t, report{id: i, parent: 1, from: int(i), to: int(i) + 1, attrs: attrs("gpt-4o-mini", "")}.span()))
		require.Equal(t, int64(210_000), got.nano)
	}
}

// What somebody calls a generation by hand around an agent, with the sum that the agent tells, is no call beside those of the agent.
func TestAGenerationAroundAnAgent(t *testing.T) {
	sum := map[string]any{genai.UsageInput: 2000, genai.UsageOutput: 200}
	agent := map[string]any{genai.OperationName: "invoke_agent", genai.UsageInput: 2000, genai.UsageOutput: 200, "mastra.span.type": "agent_run"}
	outer := report{id: 1, to: 9, attrs: sum}
	inner := []report{{id: 2, parent: 1, to: 9, attrs: agent, internal: true}, {id: 3, parent: 2, from: 1, to: 4}, {id: 4, parent: 2, from: 5, to: 8}}
	for name, requests := range map[string][][]report{
		"in one request":      {append([]report{outer}, inner...)},
		"the outer one last":  {inner, {outer}},
		"the outer one first": {{outer}, inner},
		"one by one":          {{inner[1]}, {inner[2]}, {inner[0]}, {outer}},
		"the agent with it":   {inner[1:], {inner[0], outer}},
	} {
		p, all := startProcessor(t, nil), []ptrace.Traces{}
		for _, request := range requests {
			all = append(all, p.process(t, together(request...)))
		}
		require.Equal(t, int64(420_000), sumOf(all...).nano, name)
	}
	// One that says another sum is a call.
	outer.attrs = map[string]any{genai.UsageInput: 2000, genai.UsageOutput: 300}
	p := startProcessor(t, nil)
	require.Equal(t, int64(420_000+480_000), sumOf(p.process(t, together(inner...)), p.process(t, outer.span())).nano)
}

func permuteReports(all []report, try func([]report)) {
	for i := range all {
		turned := append(append([]report{}, all[i:]...), all[:i]...)
		try(turned)
	}
}
