package budgetalert

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// added is a point of an agent's metric as llmcost marks it.
type added struct {
	counts, status, team string
	n                    float64
}

func agentMetric(points ...added) pmetric.Metrics {
	md := pmetric.NewMetrics()
	sm := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty()
	sm.Scope().SetName("codex")
	m := sm.Metrics().AppendEmpty()
	m.SetName("of an agent")
	sum := m.SetEmptySum()
	sum.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	for _, a := range points {
		p := sum.DataPoints().AppendEmpty()
		p.SetStartTimestamp(pcommon.NewTimestampFromTime(noon.Add(-time.Minute)))
		p.SetTimestamp(pcommon.NewTimestampFromTime(noon))
		p.SetDoubleValue(a.n)
		for k, v := range map[string]string{
			genai.CallCounts: a.counts, genai.CostStatus: a.status, genai.ProviderName: "openai", genai.RequestModel: "m", "team": a.team, "type": a.counts,
		} {
			p.Attributes().PutStr(k, v)
		}
	}
	return md
}

// Budgets in tokens and calls see what an agent tells in metrics, as often as it is told: cached tokens that the input holds once, each
// team's apart, and nothing of what is told in another signal.
func TestMetricsOfAgents(t *testing.T) {
	read := func(points ...added) *spending {
		b := newSpending(t.Context(), noon)
		testReader().points(b, agentMetric(points...), newCounters(nil, noon))
		return b
	}
	const unpriced, reported = genai.StatusUnpriced, genai.StatusReported
	b := read(
		added{genai.TokensInput, reported, "a", 100}, added{genai.TokensInput, reported, "b", 7}, added{genai.TokensCacheRead, reported, "a", 40},
		added{genai.TokensOutput, reported, "a", 30}, added{genai.TokensReasoning, reported, "a", 10}, added{genai.TokensInput, genai.StatusDuplicate, "a", 1000},
		added{"", reported, "a", 1000},
	)
	require.Len(t, b.spends, 2)
	require.Equal(t, [5]int64{60, 40, 0, 20, 10}, b.spends[0].Tokens)
	require.Equal(t, [5]int64{7, 0, 0, 0, 0}, b.spends[1].Tokens)
	require.Equal(t, []string{"b"}, b.spends[1].Row.Keys)
	require.Zero(t, b.spends[0].Calls+b.spends[0].NanoUSD)

	turned := read(
		added{genai.TokensReasoning, reported, "a", 10}, added{genai.TokensOutput, reported, "a", 30}, added{genai.TokensCacheRead, reported, "a", 40},
		added{genai.TokensInput, reported, "a", 100},
	)
	require.Equal(t, b.spends[0].ID, turned.spends[0].ID, "in another order it is the same")
	require.Equal(t, b.spends[0].Tokens, turned.spends[0].Tokens)

	calls := read(added{genai.CountsCalls, unpriced, "a", 3})
	require.EqualValues(t, 3, calls.spends[0].Calls)
	require.EqualValues(t, 3, calls.spends[0].Unpriced)
	require.Len(t, calls.unpriced, 1, "a budget that does not see them says so")

	usd := read(added{genai.CountsUSD, reported, "a", 0.5})
	require.EqualValues(t, 500_000_000, usd.spends[0].NanoUSD, "without being named in cost_counters")

	bad := read(added{genai.TokensInput, reported, "a", -1}, added{genai.CountsCalls, unpriced, "a", 1e300})
	require.Empty(t, bad.spends)
	require.EqualValues(t, 2, bad.counts.badAmount)
}

// What differs only in what a budget looks at stays apart, and to compare points leaves nothing behind.
func TestPointsOfSeveralGroups(t *testing.T) {
	r := testReader(rule{keys: []groupKey{{"team", fromSpan}}}, rule{})
	r.by = nil
	b := newSpending(t.Context(), noon)
	r.points(b, agentMetric(
		added{genai.TokensInput, genai.StatusReported, "a", 100}, added{genai.TokensInput, genai.StatusReported, "b", 7},
		added{genai.TokensOutput, genai.StatusReported, "a", 30}, added{genai.TokensOutput, genai.StatusReported, "", 5},
	), newCounters(nil, noon))
	require.Len(t, b.spends, 3)
	require.Equal(t, [5]int64{100, 0, 0, 30, 0}, b.spends[0].Tokens)
	require.Equal(t, []string{"b"}, b.spends[1].Shares[0].Group)
	require.Equal(t, [5]int64{0, 0, 0, 5, 0}, b.spends[2].Tokens)
	require.EqualValues(t, 1, b.counts.missing)
	require.Len(t, b.shares, 6)
	require.Len(t, b.texts, 3)
}

// Two processes of an agent may share every attribute: each counts what it adds itself.
func TestProcessesOfAnAgentThatNothingTellsApart(t *testing.T) {
	c := newCounters(nil, noon)
	var tokens int64
	ids := map[uint64]bool{}                                                                         // as the ledger knows them
	for _, p := range [][3]int{{1, 10, 100}, {5, 12, 50}, {1, 20, 120}, {5, 22, 60}, {1, 20, 120}} { // start, time, value
		md := agentMetric(added{genai.TokensInput, genai.StatusUnpriced, "a", float64(p[2])})
		sum := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Sum()
		sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		sum.DataPoints().At(0).SetStartTimestamp(pcommon.NewTimestampFromTime(noon.Add(time.Duration(p[0]) * time.Second)))
		sum.DataPoints().At(0).SetTimestamp(pcommon.NewTimestampFromTime(noon.Add(time.Duration(p[1]) * time.Second)))
		b := newSpending(t.Context(), noon)
		testReader().points(b, md, c)
		for _, s := range b.spends {
			if !ids[s.ID] {
				tokens += s.Tokens[0]
			}
			ids[s.ID] = true
		}
	}
	require.EqualValues(t, 180, tokens)
}
