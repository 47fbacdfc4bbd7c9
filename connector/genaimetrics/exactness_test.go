package genaimetrics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/expohist"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/histpoint"
)

// account is the truth that generated spans are checked against: what each series must say, by its rendered attributes.
type account struct {
	counts    map[string]int64
	latencies map[string][]float64 // by model
}

func (a *account) add(metric string, n int64, attrs ...string) {
	parts := []string{}
	for i := 0; i < len(attrs); i += 2 {
		if attrs[i+1] != "" {
			parts = append(parts, attrs[i]+"="+attrs[i+1])
		}
	}
	slices.Sort(parts)
	a.counts[metric+fmt.Sprint(parts)] += n
}

// generate adds one random operation to the spans and to the account.
func (a *account) generate(rnd *rand.Rand, s *spans, service string) {
	seconds := math.Exp(rnd.NormFloat64())
	fail := rnd.IntN(20) == 0
	var attrs map[string]any
	switch rnd.IntN(10) {
	case 0:
		attrs = map[string]any{genai.OperationName: genai.OpInvokeAgent, genai.AgentName: "planner"}
		a.add(genai.MetricAgentRequests, 1, "service.name", service, genai.AgentName, "planner", "status", outcome(fail))
		a.fail(fail, service, genai.ComponentAgent)
	case 1, 2:
		attrs = map[string]any{genai.OperationName: genai.OpExecuteTool, genai.ToolName: "search"}
		a.fail(fail, service, genai.ComponentTool)
	case 3:
		attrs = map[string]any{"http.request.method": "GET"}
		fail = false
	default:
		attrs = a.generateCall(rnd, service, seconds, fail)
	}
	if fail {
		attrs[genai.ErrorType] = "boom"
	}
	span := s.add(attrs)
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(span.StartTimestamp().AsTime().Add(time.Duration(seconds * 1e9))))
}

func (a *account) generateCall(rnd *rand.Rand, service string, seconds float64, fail bool) map[string]any {
	model := "model-" + strconv.Itoa(rnd.IntN(5))
	input, output, nano := rnd.Int64N(100_000), rnd.Int64N(5000), rnd.Int64N(50_000_000)
	read := rnd.Int64N(input + 1)
	reasoning := rnd.Int64N(output + 1)
	status := []string{genai.StatusPriced, genai.StatusReported, genai.StatusEstimated, genai.StatusUnpriced, genai.StatusDuplicate}[rnd.IntN(5)]
	attrs := call(map[string]any{
		genai.RequestModel: model, genai.UsageInput: input, genai.UsageOutput: output, genai.UsageCacheRead: read,
		genai.UsageReasoning: reasoning, genai.CostStatus: status, genai.CostTotal: nil,
	})
	if status == genai.StatusDuplicate {
		return attrs
	}
	by := []string{"service.name", service, genai.ProviderName, "openai", genai.RequestModel, model}
	a.add(genai.MetricCalls, 1, append(by, "status", outcome(fail))...)
	for typ, n := range map[string]int64{
		genai.TokensInputUncached: input - read, genai.TokensCacheRead: read, genai.TokensOutputVisible: output - reasoning, genai.TokensReasoning: reasoning,
	} {
		if n > 0 {
			a.add(genai.MetricTokens, n, append(by, genai.TokenType, typ)...)
		}
	}
	if status == genai.StatusUnpriced {
		a.add(genai.MetricUnpricedCalls, 1, by...)
		a.add(genai.MetricUnpricedTokens, input+output, by...)
	} else {
		attrs[genai.CostTotal] = float64(nano) / 1e9
		a.add(genai.MetricCostUSD, nano, append(by, genai.CostStatus, status)...)
	}
	a.fail(fail, service, genai.ComponentLLM)
	a.latencies[model] = append(a.latencies[model], float64(int64(seconds*1e9))/1e9)
	return attrs
}

func (a *account) fail(fail bool, service, component string) {
	if fail {
		a.add(genai.MetricErrors, 1, "service.name", service, genai.ErrorType, "boom", "component", component)
	}
}

func outcome(fail bool) string {
	if fail {
		return genai.CallError
	}
	return genai.CallOK
}

// Whatever was sent, to one gateway or to three, every counter is the truth and every quantile is within 0.55 % of the value
// of its rank.
func TestEveryCounterIsTheTruth(t *testing.T) {
	const operations, perRequest, gateways = 100_000, 50, 3
	rnd := rand.New(rand.NewPCG(5, 6))
	truth := &account{counts: map[string]int64{}, latencies: map[string][]float64{}}
	var engines [gateways]*engine
	for i := range engines {
		engines[i] = testEngine(t, nil)
	}
	for range operations / perRequest {
		service := "service-" + strconv.Itoa(rnd.IntN(3))
		s := newSpans(service)
		for range perRequest {
			truth.generate(rnd, s, service)
		}
		engines[rnd.IntN(gateways)].observeTraces(s.td, t0)
	}
	got := map[string]int64{}
	merged := map[string]*expohist.Histogram{}
	for _, e := range engines {
		md := e.exportAt(t0.Add(time.Second))
		addCounters(got, md)
		mergeLatencies(merged, md)
	}
	for name := range got { // metrics that the account does not keep
		if _, ok := truth.counts[name]; !ok {
			require.Regexp(t, "^(service.deployments|llm.inflight.peak|llm.retries|llm.cost.saved.usd)", name)
			delete(got, name)
		}
	}
	require.Equal(t, truth.counts, got)
	for model, values := range truth.latencies {
		slices.Sort(values)
		require.EqualValues(t, len(values), merged[model].Count())
		for _, q := range []float64{0.01, 0.5, 0.9, 0.95, 0.99, 0.999} {
			rank := values[int(math.Ceil(q*float64(len(values))))-1]
			require.InEpsilon(t, rank, merged[model].Quantile(q), 0.0055, "%s p%v", model, q*100)
		}
	}
}

func addCounters(to map[string]int64, md pmetric.Metrics) {
	eachPoint(md, func(m pmetric.Metric, attrs pcommon.Map, p any) {
		n, ok := p.(pmetric.NumberDataPoint)
		if !ok {
			return
		}
		parts := []string{}
		for k, v := range attrs.All() {
			parts = append(parts, k+"="+v.AsString())
		}
		slices.Sort(parts)
		v := n.IntValue()
		if n.ValueType() == pmetric.NumberDataPointValueTypeDouble {
			v = int64(math.RoundToEven(n.DoubleValue() * 1e9))
		}
		to[m.Name()+fmt.Sprint(parts)] += v
	})
}

func mergeLatencies(to map[string]*expohist.Histogram, md pmetric.Metrics) {
	eachPoint(md, func(m pmetric.Metric, attrs pcommon.Map, p any) {
		if m.Name() != genai.MetricOperationDuration {
			return
		}
		model := genai.TextOf(attrs, genai.RequestModel)
		if to[model] == nil {
			to[model] = &expohist.Histogram{}
		}
		var read expohist.Histogram
		histpoint.Read(&read, p.(pmetric.ExponentialHistogramDataPoint))
		to[model].Merge(&read)
	})
}

// A million tenants in a dimension: what is held stays at the cap, and nothing is lost from the totals.
func TestAMillionTenants(t *testing.T) {
	e := testEngine(t, func(c *Config) {
		c.SeriesLimit = 100
		c.Dimensions = []Dimension{{Name: "tenant"}}
	})
	const tenants, warm = 1_000_000, 10_000
	o := observation{
		op: genai.Operation{
			Kind: genai.ModelCall, Name: "chat", Provider: "openai", RequestModel: "m", Status: genai.StatusPriced, TotalUSD: 0.000001,
			UsageState: genai.UsageKnown, Usage: genai.Usage{Input: 3, Output: 2},
		},
		service: "a", dims: make([]string, 1), weight: 1, start: 1, end: 2_000_000, timed: true,
	}
	e.now = t0.UnixNano()
	var before, after runtime.MemStats
	for i := range tenants {
		if i == warm {
			runtime.GC()
			runtime.ReadMemStats(&before)
		}
		o.dims[0] = strconv.Itoa(i)
		e.observe(&o)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	require.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(4<<20), "heap growth from the 10,000th tenant to the last")
	md := e.exportAt(t0)
	require.Equal(t, 101, seriesIn(md, genai.MetricCalls))
	require.EqualValues(t, tenants, value(md, genai.MetricCalls))
	require.EqualValues(t, 5*tenants, value(md, genai.MetricTokens))
	require.InDelta(t, 1, value(md, genai.MetricCostUSD), 1e-9)
	require.EqualValues(t, tenants, value(md, genai.MetricOperationDuration))
}
