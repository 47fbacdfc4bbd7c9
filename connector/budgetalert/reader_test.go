package budgetalert

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func testReader(rules ...rule) *reader {
	return &reader{hasher: genai.HasherFrom(genai.Seed{1}), rules: rules, by: []groupKey{{"team", fromSpan}}, late: 24 * time.Hour}
}

func read(t *testing.T, r *reader, calls ...spec) *spending {
	t.Helper()
	b := newSpending(t.Context(), noon)
	r.traces(b, spansOf(calls...))
	return b
}

func TestWhichSpansCount(t *testing.T) {
	for status, want := range map[string]struct {
		spends, unpriced int
		nano             int64
	}{
		genai.StatusPriced:    {1, 0, 250_000_000},
		genai.StatusReported:  {1, 0, 250_000_000},
		genai.StatusEstimated: {1, 0, 250_000_000},
		genai.StatusFree:      {1, 0, 250_000_000},
		genai.StatusRollup:    {},
		genai.StatusDuplicate: {},
		genai.StatusUnpriced:  {1, 1, 0},
		"":                    {1, 1, 0},
	} {
		b := read(t, testReader(), spec{model: "gpt-4o", status: status, usd: 0.25, end: noon, n: 1})
		require.Len(t, b.spends, want.spends, status)
		require.Len(t, b.unpriced, want.unpriced, status)
		if want.spends > 0 {
			require.Equal(t, want.nano, b.spends[0].NanoUSD, status)
			require.EqualValues(t, want.unpriced, b.spends[0].Unpriced, status)
		}
	}
	b := read(t, testReader(), spec{model: "m", end: noon, n: 1})
	require.Equal(t, genai.ReasonNoLLMCost, b.unpriced[0].reason)
	b = read(t, testReader(), spec{model: "m", status: genai.StatusUnpriced, reason: genai.ReasonAgentOnly, end: noon, n: 1})
	require.Len(t, b.unpriced, 1)
	require.Empty(t, b.spends, "nobody told of the calls")
}

func TestASpend(t *testing.T) {
	r := testReader(rule{keys: []groupKey{{"team", fromSpan}, {"user", fromSpan}}}, rule{run: true})
	b := read(t, r, spec{
		service: "bot", model: "gpt-4o", team: "search", status: genai.StatusPriced, usd: 0.01, in: 100, out: 20, conversation: "c1", end: noon, n: 7,
	})
	require.Equal(t, []budget.Spend{{
		ID: r.hasher.Span(pcommon.TraceID{15: 7, 0: 1}, pcommon.SpanID{7: 7, 0: 1}), End: noon, Sums: book.Sums{NanoUSD: 10_000_000, Calls: 1, Tokens: [book.TokenTypes]int64{100, 0, 0, 20, 0}},
		Trace: [16]byte{15: 7, 0: 1}, Span: [8]byte{7: 7, 0: 1},
		Row:    book.Row{Service: "bot", Provider: "openai", Model: "gpt-4o", Keys: []string{"search"}},
		Shares: []budget.Share{{Budget: 0, Group: []string{"search", ""}}, {Budget: 1, Run: "c1"}},
	}}, b.spends)
	require.EqualValues(t, 1, b.counts.missing)
	require.EqualValues(t, 1, b.counts.calls)

	b = read(t, r, spec{model: "gpt-4o", status: genai.StatusPriced, end: noon, n: 7})
	require.Equal(t, "01000000000000000000000000000007", b.spends[0].Shares[1].Run, "else one trace")
	require.Equal(t, genai.UnknownService, b.spends[0].Row.Service)
}

func TestWhereChoosesCalls(t *testing.T) {
	c, err := compile(`attributes["gen_ai.request.model"] == "gpt-4o"`, componenttest.NewNopTelemetrySettings())
	require.NoError(t, err)
	r := testReader(rule{where: c}, rule{})
	b := read(t, r, spec{model: "gpt-4o", status: genai.StatusPriced, end: noon, n: 1}, spec{model: "o3", status: genai.StatusPriced, end: noon, n: 2})
	require.Equal(t, []budget.Share{{Budget: 0}, {Budget: 1}}, b.spends[0].Shares)
	require.Equal(t, []budget.Share{{Budget: 1}}, b.spends[1].Shares)
}

// A provider's id says which call it is, whoever reports it; an id that a mock gives to all its answers does not.
func TestIdsOfCalls(t *testing.T) {
	const unique = "chatcmpl-AbCdEfGhIjKlMnOp"
	same := read(t, testReader(), spec{response: unique, status: genai.StatusPriced, end: noon, n: 1, out: 3}, spec{response: unique, status: genai.StatusPriced, end: noon, n: 2, out: 4})
	require.Equal(t, same.spends[0].ID, same.spends[1].ID)
	mock := read(t, testReader(), spec{response: "x", status: genai.StatusPriced, end: noon, n: 1}, spec{response: "x", status: genai.StatusPriced, end: noon, n: 2})
	require.NotEqual(t, mock.spends[0].ID, mock.spends[1].ID)
	again := read(t, testReader(), spec{response: "x", status: genai.StatusPriced, end: noon, n: 1})
	require.Equal(t, mock.spends[0].ID, again.spends[0].ID)
}

// What has no id is another call each time, and its money counts.
func TestCallsWithoutAnID(t *testing.T) {
	b := read(t, testReader(), spec{model: "m", status: genai.StatusPriced, usd: 1, end: noon, n: 1}, spec{model: "m", status: genai.StatusPriced, usd: 1, end: noon, n: 1})
	require.Equal(t, b.spends[0].ID, b.spends[1].ID)
	td := spansOf(spec{model: "m", status: genai.StatusPriced, usd: 1, end: noon, n: 1}, spec{model: "m", status: genai.StatusPriced, usd: 1, end: noon, n: 1})
	for _, span := range td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().All() {
		span.SetSpanID(pcommon.SpanID{})
	}
	b = newSpending(t.Context(), noon)
	testReader().traces(b, td)
	require.Len(t, b.spends, 2)
	require.NotEqual(t, b.spends[0].ID, b.spends[1].ID)
	require.Zero(t, b.counts.badTime)
}

func TestAbsurdCallsAreInNoTotal(t *testing.T) {
	for _, usd := range []float64{-1, math.NaN(), math.Inf(1), 1e308} {
		b := read(t, testReader(), spec{model: "m", status: genai.StatusPriced, usd: usd, end: noon, n: 1})
		require.Empty(t, b.spends, usd)
		require.EqualValues(t, 1, b.counts.badAmount, usd)
	}
	b := read(t, testReader(), spec{model: "m", status: genai.StatusPriced, end: time.Unix(0, 0), n: 1})
	require.Empty(t, b.spends)
	require.EqualValues(t, 1, b.counts.badTime)
	b = read(t, testReader(), spec{model: "m", status: genai.StatusPriced, end: time.Date(1971, 1, 1, 0, 0, 0, 0, time.UTC), n: 1})
	require.EqualValues(t, 1, b.counts.late)
	b = read(t, testReader(), spec{model: "m", status: genai.StatusPriced, end: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), n: 1})
	require.EqualValues(t, 1, b.counts.future)
	b = read(t, testReader(), spec{model: "m", status: genai.StatusPriced, end: noon.Add(9 * time.Minute), n: 1})
	require.Zero(t, b.counts.future, "clocks differ a little")
}

func TestCallsThatLogsTell(t *testing.T) {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr(genai.ServiceName, "cli")
	for i := range 3 {
		rec := rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		rec.SetTimestamp(pcommon.NewTimestampFromTime(noon.Add(time.Duration(i) * time.Second)))
		status := genai.StatusPriced
		if i == 2 {
			status = "" // what llmcost has not priced is no call of its own
		}
		fill(rec.Attributes(), &spec{model: "gpt-4o", team: "search", status: status, usd: 0.5})
	}
	c, err := compile(`attributes["team"] == "search" and resource.attributes["service.name"] == "cli"`, componenttest.NewNopTelemetrySettings())
	require.NoError(t, err)
	r := testReader(rule{where: c, keys: []groupKey{{"team", fromSpan}}})
	b := newSpending(t.Context(), noon)
	r.logs(b, ld)
	require.Len(t, b.spends, 2)
	require.NotEqual(t, b.spends[0].ID, b.spends[1].ID)
	require.EqualValues(t, 500_000_000, b.spends[0].NanoUSD)
	require.Equal(t, []budget.Share{{Budget: 0, Group: []string{"search"}}}, b.spends[0].Shares)
	again := newSpending(t.Context(), noon)
	r.logs(again, ld)
	require.Equal(t, b.spends, again.spends)
}

func costCounter(temporality pmetric.AggregationTemporality, start, at time.Time, usd float64) pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr(genai.ServiceName, "claude-code")
	m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("claude_code.cost.usage")
	m.SetUnit("USD")
	sum := m.SetEmptySum()
	sum.SetIsMonotonic(true)
	sum.SetAggregationTemporality(temporality)
	p := sum.DataPoints().AppendEmpty()
	p.SetStartTimestamp(pcommon.NewTimestampFromTime(start))
	p.SetTimestamp(pcommon.NewTimestampFromTime(at))
	p.SetDoubleValue(usd)
	p.Attributes().PutStr("model", "claude-sonnet-4-5")
	return md
}

func TestCostCounters(t *testing.T) {
	const delta, cumulative = pmetric.AggregationTemporalityDelta, pmetric.AggregationTemporalityCumulative
	began := noon.Add(-time.Hour)
	after := func(m int) time.Time { return noon.Add(time.Duration(m) * time.Minute) }
	spent := func(c *counters, md pmetric.Metrics) []budget.Spend {
		b := newSpending(t.Context(), noon)
		testReader().points(b, md, c)
		return b.spends
	}
	names := []string{"claude_code.cost.usage"}

	c := newCounters(names, began)
	got := spent(c, costCounter(delta, after(0), after(1), 0.5))
	require.Len(t, got, 1)
	require.EqualValues(t, 500_000_000, got[0].NanoUSD)
	require.Zero(t, got[0].Calls, "nobody knows how many")
	require.Equal(t, "claude-sonnet-4-5", got[0].Row.Model)
	require.Equal(t, got, spent(c, costCounter(delta, after(0), after(1), 0.5)), "again: the ledger knows the id")
	require.NotEqual(t, got[0].ID, spent(c, costCounter(delta, after(1), after(2), 0.5))[0].ID)

	c = newCounters(names, began)
	require.Empty(t, spent(c, costCounter(cumulative, began.Add(-time.Hour), after(1), 7)), "what it had before this process is not known")
	got = spent(c, costCounter(cumulative, began.Add(-time.Hour), after(2), 7.25))
	require.EqualValues(t, 250_000_000, got[0].NanoUSD)
	require.Equal(t, got, spent(c, costCounter(cumulative, began.Add(-time.Hour), after(2), 7.25)), "sent again it is the same spend")
	require.Empty(t, spent(c, costCounter(cumulative, began.Add(-time.Hour), after(1), 7)), "overtaken")
	got = spent(c, costCounter(cumulative, after(3), after(4), 0.1))
	require.EqualValues(t, 100_000_000, got[0].NanoUSD, "it began anew")

	c = newCounters(names, began)
	require.Len(t, spent(c, costCounter(cumulative, after(0), after(1), 3)), 1, "a new one adds all it has")
	require.Empty(t, spent(newCounters(nil, began), costCounter(delta, after(0), after(1), 0.5)), "not configured")
	marked := func(counts, status string) []budget.Spend {
		md := costCounter(delta, after(0), after(1), 0.5)
		attrs := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Sum().DataPoints().At(0).Attributes()
		attrs.PutStr(genai.CallCounts, counts)
		attrs.PutStr(genai.CostStatus, status)
		attrs.PutStr(genai.ProviderName, "anthropic")
		attrs.PutStr(genai.RequestModel, "asked")
		return spent(newCounters(names, began), md)
	}
	got = marked(genai.CountsUSD, genai.StatusReported)
	require.EqualValues(t, 500_000_000, got[0].NanoUSD)
	require.Equal(t, "anthropic asked", got[0].Row.Provider+" "+got[0].Row.Model, "as llmcost read it")
	require.Empty(t, marked(genai.CountsUSD, genai.StatusDuplicate), "of a scope that llmcost ignores")
	require.Empty(t, marked(genai.CountsUSD, genai.StatusUnpriced), "reported_cost: ignore")
	require.Empty(t, marked(genai.TokensInput, genai.StatusReported), "no money")

	bad := newSpending(t.Context(), noon)
	testReader().points(bad, costCounter(delta, after(0), after(1), -3), newCounters(names, began))
	require.Empty(t, bad.spends)
	require.EqualValues(t, 1, bad.counts.badAmount)
}
