package scrape

import (
	"math"
	"math/rand/v2"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// population makes metrics of all kinds, more of them in each round, whose series have one name each in Prometheus.
type population struct {
	*rand.Rand
	scopes int
	joined bool // two attributes of a resource are one label
	round  int
	began  time.Time
}

var (
	oddTexts  = []string{"", "plain", `back\slash "quoted"` + "\nnext", "ünï-çödé 世界", `\`, `"`, `\n`, "a,b={}", " "}
	oddKeys   = []string{"a.b", "http.response.status", "_private", "1st", "camelCase", "ünï", "with space", "x:y", `q"uote`}
	oddValues = []float64{
		0, math.Copysign(0, -1), 1, -1, 0.5, 1e6, 999999, 1234567, -1e6, 1e-7, 123456.789, 1e21, 1e308, 5e-324, math.MaxFloat64,
		math.NaN(), math.Inf(1), math.Inf(-1), 1 << 53, 100, 42, 1e5,
	}
	units = []string{"", "s", "By", "1", "{call}", "ms", "By/s", "%", "USD", "{request}/s"}
)

func pick[T any](p *population, all []T) T { return all[p.IntN(len(all))] }

// metrics is one request. The same series come in every round, with a point that is newer, mostly.
func (p *population) metrics() pmetric.Metrics {
	p.round++
	md := pmetric.NewMetrics()
	for n := range 3 {
		rm := md.ResourceMetrics().AppendEmpty()
		a := rm.Resource().Attributes()
		if n > 0 {
			a.PutStr("service.name", "shop")
			a.PutInt("service.instance.id", int64(n))
		}
		if n > 1 {
			a.PutStr("service.namespace", "ns")
			a.PutStr("host.name", oddTexts[n])
			a.PutBool("ünï.flag", true)
			if p.joined {
				a.PutStr("host/name", "joined")
			}
			a.PutEmptySlice("list").AppendEmpty().SetStr("x")
		}
		for scope := range p.scopes {
			sm := rm.ScopeMetrics().AppendEmpty()
			sm.SetSchemaUrl([]string{"", "https://schema/1"}[scope%2])
			sm.Scope().SetName([]string{"scope", "", "third"}[scope%3])
			sm.Scope().SetVersion("1.0")
			sm.Scope().Attributes().PutStr("library.part", "x")
			sm.Scope().Attributes().PutStr("name", "reserved")
			p.each(sm.Metrics(), scope%2)
		}
	}
	return md
}

func (p *population) each(ms pmetric.MetricSlice, i int) {
	add := func(kind string) pmetric.Metric {
		m := ms.AppendEmpty()
		m.SetName([]string{"some.", "1/"}[i] + kind)
		m.SetUnit(units[(len(kind)+3*i)%len(units)])
		m.SetDescription(oddTexts[(len(kind)+i)%len(oddTexts)])
		return m
	}
	cumulative, delta := pmetric.AggregationTemporalityCumulative, pmetric.AggregationTemporalityDelta
	p.numbers(add("gauge").SetEmptyGauge().DataPoints())
	for _, kind := range []struct {
		name        string
		temporality pmetric.AggregationTemporality
		monotonic   bool
	}{{"counter", cumulative, true}, {"updown", cumulative, false}, {"delta.counter", delta, true}, {"delta.updown", delta, false}, {"none", 0, true}} {
		s := add(kind.name).SetEmptySum()
		s.SetAggregationTemporality(kind.temporality)
		s.SetIsMonotonic(kind.monotonic)
		p.numbers(s.DataPoints())
	}
	for name, temporality := range map[string]pmetric.AggregationTemporality{"histogram": cumulative, "delta.histogram": delta} {
		h := add(name).SetEmptyHistogram()
		h.SetAggregationTemporality(temporality)
		p.classics(h.DataPoints())
		e := add("exponential." + name).SetEmptyExponentialHistogram()
		e.SetAggregationTemporality(temporality)
		p.natives(e.DataPoints(), temporality == delta)
	}
	p.summaries(add("summary").SetEmptySummary().DataPoints())
	add("empty")
}

type stamped interface {
	SetTimestamp(pcommon.Timestamp)
	SetStartTimestamp(pcommon.Timestamp)
	SetFlags(pmetric.DataPointFlags)
	Attributes() pcommon.Map
}

// at gives point n its identity and its time: some are late, some deltas do not follow, some say that there is nothing more.
func (p *population) at(dp stamped, n int) {
	for i, key := range oddKeys {
		if n>>(i%4)&1 == 1 {
			dp.Attributes().PutStr(key, oddTexts[(n+i)%len(oddTexts)])
		}
	}
	dp.Attributes().PutInt("n", int64(n))
	dp.Attributes().PutBool("flag", n%2 == 0)
	dp.Attributes().PutDouble("ratio", float64(n)/3)
	when := func(round int) pcommon.Timestamp {
		return pcommon.NewTimestampFromTime(p.began.Add(time.Duration(round) * 10 * time.Second))
	}
	from, to := p.round-1, p.round
	switch p.IntN(8) {
	case 0:
		from, to = from-2, to-2 // late
	case 1:
		from-- // does not follow
	}
	dp.SetTimestamp(when(to))
	if n%5 != 4 {
		dp.SetStartTimestamp(when(from))
	}
}

// last is whether point n, the last of a metric, ends its series: contrib drops what follows it in the metric.
func (p *population) ends(dp stamped, isLast bool) {
	if isLast && p.IntN(3) == 0 {
		dp.SetFlags(pmetric.DefaultDataPointFlags.WithNoRecordedValue(true))
	}
}

const pointsEach = 8

func (p *population) numbers(dps pmetric.NumberDataPointSlice) {
	for n := range pointsEach {
		dp := dps.AppendEmpty()
		p.at(dp, n)
		if n%2 == 0 {
			dp.SetIntValue([]int64{0, 7, -3, math.MaxInt64, 1 << 60, 1000000}[p.IntN(6)])
		} else {
			dp.SetDoubleValue(pick(p, oddValues))
		}
		p.exemplars(dp.Exemplars())
		p.ends(dp, n == pointsEach-1)
	}
}

func (p *population) exemplars(es pmetric.ExemplarSlice) {
	for range p.IntN(4) {
		e := es.AppendEmpty()
		e.SetTimestamp(pcommon.NewTimestampFromTime(p.began.Add(time.Duration(p.IntN(1e9)) * 7)))
		if p.IntN(2) == 0 {
			e.SetIntValue(p.Int64N(50))
		} else {
			e.SetDoubleValue(p.Float64() * 20)
		}
		if p.IntN(3) > 0 {
			e.SetTraceID(pcommon.TraceID{1, byte(p.IntN(256))})
		}
		if p.IntN(3) > 0 {
			e.SetSpanID(pcommon.SpanID{2, byte(p.IntN(256))})
		}
		e.FilteredAttributes().PutStr("dropped", "x")
	}
}

var bounds = [][]float64{{}, {1}, {0.005, 0.5, 1, 10}, {-1, 0, 1e6, 1e7}, {10, 1, 5}, {1, 1, 2}, {1, 10, math.Inf(1)}, {0.1, 0.2, 0.30000000000000004}}

func (p *population) classics(dps pmetric.HistogramDataPointSlice) {
	for n := range pointsEach {
		dp := dps.AppendEmpty()
		p.at(dp, n)
		b := bounds[n]
		if p.IntN(6) == 0 {
			b = bounds[2]
		}
		dp.ExplicitBounds().FromRaw(b)
		var count uint64
		for range len(b) + 1 {
			c := p.Uint64N(1000)
			count += c
			dp.BucketCounts().Append(c)
		}
		dp.SetCount(count)
		if p.IntN(4) > 0 {
			dp.SetSum(pick(p, oddValues))
		}
		p.exemplars(dp.Exemplars())
		p.ends(dp, n == pointsEach-1)
	}
}

// natives have scales that change, but not those of deltas: contrib counts the first bucket twice when it merges neighbours.
func (p *population) natives(dps pmetric.ExponentialHistogramDataPointSlice, delta bool) {
	for n := range pointsEach {
		dp := dps.AppendEmpty()
		p.at(dp, n)
		dp.SetScale([]int32{0, 3, 6, 8, 11, 20, -4, -5}[n])
		if !delta {
			dp.SetScale(dp.Scale() - int32(p.IntN(2)))
		}
		count := p.Uint64N(5)
		dp.SetZeroCount(count)
		for _, b := range []pmetric.ExponentialHistogramDataPointBuckets{dp.Positive(), dp.Negative()} {
			b.SetOffset(int32(p.IntN(40) - 20))
			for range p.IntN(6) {
				c := p.Uint64N(3) * p.Uint64N(10)
				count += c
				b.BucketCounts().Append(c)
			}
		}
		if p.IntN(10) == 0 {
			count++ // contradicts its buckets
		}
		dp.SetCount(count)
		if p.IntN(4) > 0 {
			dp.SetSum(pick(p, oddValues))
		}
		dp.SetZeroThreshold([]float64{0, 1e-3}[n%2])
		p.exemplars(dp.Exemplars())
		p.ends(dp, n == pointsEach-1)
	}
}

func (p *population) summaries(dps pmetric.SummaryDataPointSlice) {
	for n := range pointsEach {
		dp := dps.AppendEmpty()
		p.at(dp, n)
		dp.SetCount(p.Uint64N(1e7))
		dp.SetSum(pick(p, oddValues))
		for range p.IntN(5) {
			q := dp.QuantileValues().AppendEmpty()
			q.SetQuantile([]float64{0.5, 0.9, 0.99, 1, 0}[p.IntN(5)])
			q.SetValue(pick(p, oddValues))
		}
		p.ends(dp, n == pointsEach-1)
	}
}
