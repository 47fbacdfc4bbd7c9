package genaimetrics

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// geminiTokens is a cumulative point of Gemini CLI as llmcost leaves it, in seconds after t0.
func geminiTokens(start, at int, n int64) pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr(genai.ServiceName, "gemini-cli")
	sm := rm.ScopeMetrics().AppendEmpty()
	sm.Scope().SetName("gemini-cli")
	m := sm.Metrics().AppendEmpty()
	m.SetName("gemini_cli.token.usage")
	m.SetEmptySum().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	p := m.Sum().DataPoints().AppendEmpty()
	p.SetStartTimestamp(pcommon.NewTimestampFromTime(t0.Add(time.Duration(start) * time.Second)))
	p.SetTimestamp(pcommon.NewTimestampFromTime(t0.Add(time.Duration(at) * time.Second)))
	p.SetIntValue(n)
	p.Attributes().PutStr("type", "input")
	mark(p.Attributes(), genai.TokensInput, genai.StatusUnpriced)
	return md
}

// mark is what llmcost writes on a point.
func mark(attrs pcommon.Map, counts, status string) {
	attrs.PutStr(genai.CallCounts, counts)
	attrs.PutStr(genai.CostStatus, status)
	attrs.PutStr(genai.RequestModel, "gemini-2.5-flash")
}

// gap is the value of a point that says that there is none.
const gap = -1 << 30

func firstPoint(md pmetric.Metrics) pmetric.NumberDataPoint {
	return md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Sum().DataPoints().At(0)
}

func TestCumulativePoints(t *testing.T) {
	for name, c := range map[string]struct {
		points [][3]int // start, time, value
		want   float64
	}{
		"first":                          {[][3]int{{1, 10, 100}}, 100},
		"growing":                        {[][3]int{{1, 10, 100}, {1, 20, 150}}, 150},
		"delivered again":                {[][3]int{{1, 10, 100}, {1, 20, 150}, {1, 10, 100}, {1, 20, 150}}, 150},
		"restarted":                      {[][3]int{{1, 10, 100}, {15, 20, 30}}, 130},
		"two that nothing tells apart":   {[][3]int{{1, 10, 100}, {5, 12, 50}, {1, 20, 120}, {5, 22, 60}, {1, 20, 120}}, 180},
		"restarted without saying so":    {[][3]int{{1, 10, 100}, {1, 20, 30}}, 130},
		"older than this gateway":        {[][3]int{{-600, 10, 100}, {-600, 20, 150}}, 50},
		"older, but short":               {[][3]int{{-30, 10, 100}}, 100},
		"a run of its own, long ago":     {[][3]int{{-3600, -3590, 100}}, 100},
		"negative":                       {[][3]int{{1, 10, -5}}, 0},
		"nothing new":                    {[][3]int{{1, 10, 0}}, 0},
		"after a negative one, as usual": {[][3]int{{1, 10, -5}, {1, 20, 7}}, 7},
		"after a gap":                    {[][3]int{{1, 10, 100}, {1, 20, gap}, {1, 30, 150}}, 150},
	} {
		t.Run(name, func(t *testing.T) {
			e := testEngine(t, nil)
			for _, p := range c.points {
				md := geminiTokens(p[0], p[1], int64(p[2]))
				if p[2] == gap {
					point := firstPoint(md)
					point.SetIntValue(0)
					point.SetFlags(pmetric.DefaultDataPointFlags.WithNoRecordedValue(true))
				}
				e.observeMetrics(md, t0)
			}
			require.Equal(t, c.want, value(e.exportAt(t0), genai.MetricTokens))
		})
	}
}

// Two Claude Codes that say nothing to be told apart by send delta points of one series, not in order of time.
func TestDeltaPointsOfTwoProcesses(t *testing.T) {
	e := testEngine(t, nil)
	for _, p := range [][3]int{{100, 160, 10}, {40, 100, 7}, {160, 220, 20}, {100, 160, 10}, {40, 100, 7}} {
		md := geminiTokens(p[0], p[1], int64(p[2]))
		md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Sum().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
		e.observeMetrics(md, t0)
	}
	out, said := e.export(pcommon.NewResource(), "", t0)
	require.EqualValues(t, 37, value(out, genai.MetricTokens))
	require.EqualValues(t, 2, said.redelivered)
}

// A laptop that slept for two days goes on with the series that was forgotten.
func TestForgottenSeriesAreNotCountedTwice(t *testing.T) {
	const days = 24 * 3600
	e := testEngine(t, nil)
	e.observeMetrics(geminiTokens(1, 600, 100), t0.Add(600*time.Second))
	e.observeMetrics(geminiTokens(1, 2*days, 110), t0.Add(2*days*time.Second))
	e.observeMetrics(geminiTokens(1, 2*days+10, 130), t0.Add((2*days+10)*time.Second))
	require.EqualValues(t, 120, value(e.exportAt(t0.Add(2*days*time.Second)), genai.MetricTokens), "what came while it was away is lost")
}

func TestPointsThatAreNoNumbers(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, 1e300} {
		e := testEngine(t, nil)
		md := geminiTokens(1, 2, 0)
		firstPoint(md).SetDoubleValue(v)
		e.observeMetrics(md, t0)
		out, said := e.export(pcommon.NewResource(), "", t0)
		require.Zero(t, out.DataPointCount())
		require.EqualValues(t, 1, said.rejected)
	}
}

// Points that do not say whether they are totals are not counted.
func TestPointsWithoutATemporality(t *testing.T) {
	e := testEngine(t, nil)
	for i := range 2 {
		md := geminiTokens(1, 2+i, 100)
		md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Sum().SetAggregationTemporality(pmetric.AggregationTemporalityUnspecified)
		e.observeMetrics(md, t0)
	}
	out, said := e.export(pcommon.NewResource(), "", t0)
	require.Zero(t, out.DataPointCount())
	require.EqualValues(t, 2, said.rejected)
}

// Where llmcost says that another signal counts, clients' metrics of the same calls do not.
func TestMetricsToldElsewhereAreNotCounted(t *testing.T) {
	e := testEngine(t, nil)
	md := geminiTokens(1, 2, 100)
	firstPoint(md).Attributes().PutStr(genai.CostCountedIn, "logs")
	e.observeMetrics(md, t0)
	require.Zero(t, e.exportAt(t0).DataPointCount())
}

// Points are counted as llmcost marked them: not at all without a mark or as a duplicate, and by the groups that are told apart.
func TestMarkedPoints(t *testing.T) {
	e := testEngine(t, func(c *Config) {
		c.Dimensions = []Dimension{{Name: "team"}}
	})
	md := geminiTokens(1, 2, 100)
	points := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Sum().DataPoints()
	for i, p := range []struct {
		counts, status, team string
		n                    int64
	}{
		{genai.TokensCacheRead, genai.StatusUnpriced, "", 40},
		{genai.TokensOutputVisible, genai.StatusUnpriced, "", 7},
		{genai.TokensReasoning, genai.StatusUnpriced, "", 3},
		{genai.TokensInput, genai.StatusUnpriced, "search", 1000},
		{genai.TokensInput, genai.StatusReported, "", 5}, // its cost is told in another metric
		{genai.TokensInput, genai.StatusDuplicate, "", 1 << 20},
		{"", genai.StatusUnpriced, "", 1 << 20},
	} {
		to := points.AppendEmpty()
		firstPoint(md).CopyTo(to)
		to.SetIntValue(p.n)
		to.Attributes().PutInt("nth", int64(i))
		mark(to.Attributes(), p.counts, p.status)
		if p.counts == "" {
			to.Attributes().Remove(genai.CallCounts)
		}
		if p.team != "" {
			to.Attributes().PutStr("team", p.team)
		}
	}
	e.observeMetrics(md, t0)
	out := e.exportAt(t0)
	for tokens, want := range map[string]float64{
		genai.TokensInputUncached: 60 + 1000 + 5, genai.TokensCacheRead: 40, genai.TokensOutputVisible: 7, genai.TokensReasoning: 3,
	} {
		require.Equal(t, want, value(out, genai.MetricTokens, genai.TokenType, tokens), tokens)
	}
	require.EqualValues(t, 1000, value(out, genai.MetricTokens, "team", "search"))
	require.EqualValues(t, 1110, value(out, genai.MetricUnpricedTokens))
}

func TestMemoryUnderLangchainNames(t *testing.T) {
	e := testEngine(t, func(c *Config) { c.Naming = []string{namingLangchain} })
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr(genai.ServiceName, "worker")
	m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("process.memory.usage")
	m.SetEmptySum().DataPoints().AppendEmpty().SetIntValue(123_456)
	e.observeMetrics(md, t0)
	out := e.exportAt(t0)
	require.EqualValues(t, 123_456, value(out, genai.LangchainMemoryUsage, genai.AttrComponent, "worker"))
	require.Equal(t, 1, out.DataPointCount())
}
