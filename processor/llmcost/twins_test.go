package llmcost

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

const (
	anthropics   = "com.anthropic.sdk.typescript"
	traceloops   = "@traceloop/instrumentation-anthropic"
	strandsAgent = "strands-agents"
)

// byLibrary is a call that a library reports in a trace of its own.
type byLibrary struct {
	by, service string
	from, to    int // milliseconds
	attrs       map[string]any
}

func (r byLibrary) span(id byte) ptrace.Traces {
	attrs := map[string]any{genai.ProviderName: "anthropic", genai.RequestModel: "claude-sonnet-4-5", genai.UsageInput: 1200, genai.UsageOutput: 80}
	maps.Copy(attrs, r.attrs)
	td := chat(attrs)
	rs := td.ResourceSpans().At(0)
	rs.Resource().Attributes().PutStr(genai.ServiceName, "shop"+r.service)
	rs.ScopeSpans().At(0).Scope().SetName(r.by)
	span := rs.ScopeSpans().At(0).Spans().At(0)
	span.SetTraceID(pcommon.TraceID{id})
	span.SetSpanID(pcommon.SpanID{id})
	at := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	span.SetStartTimestamp(pcommon.NewTimestampFromTime(at.Add(time.Duration(r.from) * time.Millisecond)))
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(at.Add(time.Duration(r.to) * time.Millisecond)))
	return td
}

// What two libraries of one service tell with the same counts, one within the other's time, is one call, in any trace and any order; what differs
// in anything is two.
func TestTwinsInTracesOfTheirOwn(t *testing.T) {
	id := func(s string) map[string]any { return map[string]any{genai.ResponseID: s} }
	first := byLibrary{by: strandsAgent, from: 0, to: 900}
	for name, tc := range map[string]struct {
		also  []byLibrary
		calls int
	}{
		"within":                        {[]byLibrary{{by: anthropics, from: 20, to: 880}}, 1},
		"around":                        {[]byLibrary{{by: anthropics, from: -20, to: 990}}, 1},
		"a clock of milliseconds":       {[]byLibrary{{by: anthropics, from: 4, to: 904}}, 1},
		"one tells an id":               {[]byLibrary{{by: anthropics, from: 20, to: 880, attrs: id("msg_01XFDUDYJgAACzvnptvVoYEL")}}, 1},
		"one tells which model":         {[]byLibrary{{by: anthropics, from: 20, to: 880, attrs: map[string]any{genai.ResponseModel: "claude-sonnet-4-5-20250929"}}}, 1},
		"three libraries":               {[]byLibrary{{by: anthropics, from: 20, to: 880}, {by: traceloops, from: 10, to: 890}}, 1},
		"one library":                   {[]byLibrary{{by: strandsAgent, from: 20, to: 880}}, 2},
		"one that nobody knows":         {[]byLibrary{{by: "my.app", from: 20, to: 880}}, 2},
		"another service":               {[]byLibrary{{by: anthropics, service: "2", from: 20, to: 880}}, 2},
		"a stream whose end it sees":    {[]byLibrary{{by: anthropics, from: 39, to: 907}}, 1},
		"only overlapping":              {[]byLibrary{{by: anthropics, from: 300, to: 1200}}, 2},
		"the next call":                 {[]byLibrary{{by: anthropics, from: 900, to: 1800}}, 2},
		"one copied from the other":     {[]byLibrary{{by: anthropics, from: 0, to: 900}}, 2},
		"other output":                  {[]byLibrary{{by: anthropics, from: 20, to: 880, attrs: map[string]any{genai.UsageOutput: 81}}}, 2},
		"other input":                   {[]byLibrary{{by: anthropics, from: 20, to: 880, attrs: map[string]any{genai.UsageInput: 1201}}}, 2},
		"another model":                 {[]byLibrary{{by: anthropics, from: 20, to: 880, attrs: map[string]any{genai.RequestModel: "claude-haiku-4-5"}}}, 2},
		"two calls of two libraries":    {[]byLibrary{{by: strandsAgent, from: 5, to: 905}, {by: anthropics, from: 20, to: 880}, {by: anthropics, from: 30, to: 890}}, 2},
		"two of one within one of them": {[]byLibrary{{by: anthropics, from: 20, to: 400}, {by: anthropics, from: 410, to: 880}}, 2},
		"ids that differ": {[]byLibrary{
			{by: anthropics, from: 20, to: 880, attrs: id("msg_01XFDUDYJgAACzvnptvVoYEL")}, {by: traceloops, from: 30, to: 870, attrs: id("msg_01XFDUDYJgAACzvnptvVoYEM")},
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			var reports []ptrace.Traces
			for i, r := range append([]byLibrary{first}, tc.also...) {
				reports = append(reports, r.span(byte(i+1)))
			}
			permute(reports, func(order []ptrace.Traces) {
				all, apart := ptrace.NewTraces(), startProcessor(t, nil)
				var one []ptrace.Traces
				for _, td := range order {
					copyOf(td).ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
					one = append(one, apart.process(t, copyOf(td)))
				}
				require.Equal(t, tc.calls, sumOf(startProcessor(t, nil).process(t, all)).statuses[genai.StatusPriced], "in one request")
				require.Equal(t, tc.calls, sumOf(one...).statuses[genai.StatusPriced], "one by one")
			})
		})
	}
}

// A call that failed has no counts: two libraries' reports of it begin and end together.
func TestTwinsThatFailed(t *testing.T) {
	failed := map[string]any{genai.UsageInput: nil, genai.UsageOutput: nil, genai.ErrorType: "429"}
	first := byLibrary{by: strandsAgent, from: 0, to: 900, attrs: failed}
	for name, tc := range map[string]struct {
		also  byLibrary
		calls int
	}{
		"within":            {byLibrary{by: anthropics, from: 20, to: 880, attrs: failed}, 1},
		"the first of some": {byLibrary{by: anthropics, from: 20, to: 300, attrs: failed}, 2},
		"one library":       {byLibrary{by: strandsAgent, from: 20, to: 880, attrs: failed}, 2},
		"one that did not":  {byLibrary{by: anthropics, from: 20, to: 880}, 2},
	} {
		permute([]ptrace.Traces{first.span(1), tc.also.span(2)}, func(order []ptrace.Traces) {
			p := startProcessor(t, nil)
			got := sumOf(p.process(t, copyOf(order[0])), p.process(t, copyOf(order[1]))).statuses
			require.Equal(t, tc.calls, got[genai.StatusFree]+got[genai.StatusPriced], name)
		})
	}
}

// However many calls of a mock's counts a service makes, its twins of now are found among them.
func TestTwinsOfAMock(t *testing.T) {
	p := startProcessor(t, nil)
	var all []ptrace.Traces
	for i := range 20 {
		for j, by := range []string{strandsAgent, anthropics} {
			all = append(all, p.process(t, byLibrary{by: by, from: 1000*i + 10*j, to: 1000*i + 900 - 10*j}.span(byte(2*i+j+1))))
		}
	}
	require.Equal(t, map[string]int{genai.StatusPriced: 20, genai.StatusDuplicate: 20}, sumOf(all...).statuses)
}
