package series

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/otlptranslator"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"google.golang.org/protobuf/encoding/protodelim"
)

var (
	began     = time.Unix(1_700_000_000, 0)
	plainText = expfmt.NewFormat(expfmt.TypeTextPlain)
)

func newStore(limit int) *Store {
	return New(Options{
		Metrics:      otlptranslator.NewMetricNamer("", otlptranslator.UnderscoreEscapingWithSuffixes),
		WithoutScope: true, Expiration: time.Minute, Limit: limit,
	})
}

func metrics(service string, fill func(add func(name string) pmetric.Metric)) pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	if service != "" {
		rm.Resource().Attributes().PutStr(serviceName, service)
		rm.Resource().Attributes().PutStr(serviceInstance, "1")
	}
	sm := rm.ScopeMetrics().AppendEmpty()
	fill(func(name string) pmetric.Metric {
		m := sm.Metrics().AppendEmpty()
		m.SetName(name)
		return m
	})
	return md
}

// gauges is one metric whose points differ in a label n.
func gauges(name string, from, to int, value float64) pmetric.Metrics {
	return metrics("", func(add func(string) pmetric.Metric) {
		dps := add(name).SetEmptyGauge().DataPoints()
		for n := from; n < to; n++ {
			dp := dps.AppendEmpty()
			dp.SetDoubleValue(value)
			dp.Attributes().PutInt("n", int64(n))
		}
	})
}

func scraped(t *testing.T, s *Store, now time.Time) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, s.Scrape(&b, plainText, now))
	return b.String()
}

// A flood of series, of labels, of buckets, of families or of resources ends at the limit, is counted, and goes when it has expired.
func TestLimit(t *testing.T) {
	const limit = 50
	long := strings.Repeat("x", 10*1024)
	for name, flood := range map[string]func(n int) pmetric.Metrics{
		"series":   func(n int) pmetric.Metrics { return gauges("flood", n, n+1, 1) },
		"families": func(n int) pmetric.Metrics { return gauges(fmt.Sprint("flood", n), 0, 1, 1) },
		"labels": func(n int) pmetric.Metrics {
			md := gauges("flood", n, n+1, 1)
			md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Gauge().DataPoints().At(0).Attributes().PutStr("long", long)
			return md
		},
		"resources": func(n int) pmetric.Metrics {
			md := gauges("flood", 0, 1, 1)
			md.ResourceMetrics().At(0).Resource().Attributes().PutStr(serviceName, fmt.Sprint(n))
			md.ResourceMetrics().At(0).Resource().Attributes().PutStr(serviceInstance, "1")
			md.ResourceMetrics().At(0).Resource().Attributes().PutStr("long", long)
			return md
		},
		"buckets": func(n int) pmetric.Metrics {
			return metrics("", func(add func(string) pmetric.Metric) {
				h := add("flood").SetEmptyExponentialHistogram()
				h.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
				dp := h.DataPoints().AppendEmpty()
				dp.SetStartTimestamp(pcommon.Timestamp(n))
				dp.SetTimestamp(pcommon.Timestamp(n + 1))
				dp.SetCount(1)
				dp.Positive().SetOffset([]int32{math.MinInt32 / 2, math.MaxInt32 / 2}[n%2]) // together they would have a billion
				dp.Positive().BucketCounts().FromRaw([]uint64{1})
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(limit)
			require.Empty(t, s.Put(gauges("before", 0, 10, 1), began))
			lost := 0
			for n := range 100 {
				lost += s.Put(flood(n), began)[Limited].Points
			}
			require.LessOrEqual(t, s.used, limit)
			require.GreaterOrEqual(t, lost, 50)
			require.Empty(t, s.Put(gauges("before", 0, 10, 2), began), "those that are known go on")
			require.Equal(t, 10, strings.Count(scraped(t, s, began), "} 2\n"))

			require.Empty(t, scraped(t, s, began.Add(time.Minute+1)))
			s.Sweep(began.Add(3 * time.Minute))
			require.Zero(t, s.used)
			require.Empty(t, s.families)
			require.Empty(t, s.ordered)
			require.Empty(t, s.series)
			require.Empty(t, s.resources)
			require.Empty(t, s.Put(gauges("after", 0, 30, 1), began.Add(4*time.Minute)))
		})
	}
}

// A series that grows takes more of the limit, and gives it back when it shrinks.
func TestLimitOfOneThatGrows(t *testing.T) {
	s := newStore(10)
	buckets := func(n int) pmetric.Metrics {
		return metrics("", func(add func(string) pmetric.Metric) {
			h := add("h").SetEmptyHistogram()
			h.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
			dp := h.DataPoints().AppendEmpty()
			for i := range n {
				dp.ExplicitBounds().Append(float64(i))
			}
		})
	}
	require.Empty(t, s.Put(buckets(1), began))
	require.Equal(t, 3, s.used, "the series, its family and its resource")
	require.Empty(t, s.Put(buckets(256), began))
	require.Equal(t, 7, s.used)
	require.Equal(t, 1, s.Put(buckets(1024), began)[Limited].Points)
	require.Equal(t, 256+3, strings.Count(scraped(t, s, began), "\nh_"))
	require.Empty(t, s.Put(buckets(1), began))
	require.Equal(t, 3, s.used)
}

// Each reason is counted, with a metric's name for example.
func TestLost(t *testing.T) {
	s := newStore(100)
	at := func(n pcommon.Timestamp) pmetric.Metrics {
		md := gauges("g", 0, 2, 1)
		for _, dp := range md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Gauge().DataPoints().All() {
			dp.SetTimestamp(n)
		}
		return md
	}
	require.Empty(t, s.Put(at(5), began))
	require.Equal(t, Lost{OutOfOrder: {2, "g"}}, s.Put(at(4), began))
	require.Equal(t, Lost{Temporality: {1, "sum"}}, s.Put(metrics("", func(add func(string) pmetric.Metric) {
		add("sum").SetEmptySum().DataPoints().AppendEmpty()
	}), began))
	require.Equal(t, Lost{Invalid: {1, "///"}}, s.Put(gauges("///", 0, 1, 1), began))
	require.Equal(t, Lost{Invalid: {1, "h"}}, s.Put(metrics("", func(add func(string) pmetric.Metric) {
		h := add("h").SetEmptyExponentialHistogram()
		h.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		h.DataPoints().AppendEmpty().SetScale(saneScale + 1)
	}), began))
	scraped(t, s, began)
	clash := metrics("", func(add func(string) pmetric.Metric) {
		h := add("g").SetEmptyHistogram()
		h.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		h.DataPoints().AppendEmpty()
	})
	require.Equal(t, Lost{Conflict: {1, "g"}}, s.Put(clash, began))
	require.Equal(t, Lost{Conflict: {1, "g"}}, s.Put(clash, began))
	told, hidden := s.Counts()
	require.Equal(t, [2]int{2, 1}, [2]int{told, hidden})
	require.NotContains(t, scraped(t, s, began), "g_count")
	for reason := range (Lost{OutOfOrder: {}, Temporality: {}, Invalid: {}, Limited: {}, Conflict: {}}) {
		require.Contains(t, Reasons(), reason)
	}
}

// A series is told for Expiration after its last point. Its name has its kind for Expiration after the last scrape that told it.
func TestExpiration(t *testing.T) {
	s := newStore(100)
	at := func(seconds int) time.Time { return began.Add(time.Duration(seconds) * time.Second) }
	s.Put(gauges("x", 0, 2, 1), at(0))
	s.Put(gauges("x", 0, 1, 2), at(30))
	require.Contains(t, scraped(t, s, at(60)), `x{n="1"} 1`)
	require.NotContains(t, scraped(t, s, at(61)), `n="1"`)
	require.Contains(t, scraped(t, s, at(90)), `x{n="0"} 2`)
	require.Empty(t, scraped(t, s, at(91)))
	histogram := metrics("", func(add func(string) pmetric.Metric) {
		h := add("x").SetEmptyHistogram()
		h.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		h.DataPoints().AppendEmpty()
	})
	require.Contains(t, s.Put(histogram, at(100)), Conflict)
	require.Empty(t, scraped(t, s, at(150)))
	require.Contains(t, scraped(t, s, at(151)), "x_count 0")
	require.Empty(t, s.Put(histogram, at(152)))
	require.Contains(t, s.Put(gauges("x", 0, 1, 2), at(153)), Conflict)
}

// Of two series with the same labels the older is told for as long as it lives, then the other.
func TestDuplicates(t *testing.T) {
	s := newStore(100)
	of := func(scope string, value float64) pmetric.Metrics {
		md := gauges("x", 0, 1, value)
		md.ResourceMetrics().At(0).ScopeMetrics().At(0).Scope().SetName(scope)
		return md
	}
	s.Put(of("b", 1), began)
	require.Equal(t, Lost{Conflict: {1, "x"}}, s.Put(of("a", 2), began.Add(30*time.Second)))
	require.Contains(t, scraped(t, s, began.Add(time.Minute)), "} 1\n")
	require.Contains(t, scraped(t, s, began.Add(time.Minute+1)), "} 2\n")
	require.Empty(t, s.Put(of("a", 3), began.Add(62*time.Second)))
}

// What two requests bring of deltas with different scales is one histogram of the lower.
func TestDeltasOfDifferentScales(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		s := newStore(1000)
		type is struct {
			scale, at int32
			negative  bool
		}
		all := map[is]uint64{}
		var count, zeros uint64
		lowest := int32(maxScale)
		points := 1 + r.IntN(5)
		for n := range points {
			scale := int32(r.IntN(8) - 3)
			lowest = min(lowest, scale)
			s.Put(metrics("", func(add func(string) pmetric.Metric) {
				h := add("h").SetEmptyExponentialHistogram()
				h.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
				dp := h.DataPoints().AppendEmpty()
				dp.SetScale(scale)
				dp.SetStartTimestamp(pcommon.Timestamp(n + 1))
				dp.SetTimestamp(pcommon.Timestamp(n + 2))
				zero := r.Uint64N(3)
				mine := zero
				zeros += zero
				dp.SetZeroCount(zero)
				for negative, b := range map[bool]pmetric.ExponentialHistogramDataPointBuckets{false: dp.Positive(), true: dp.Negative()} {
					b.SetOffset(int32(r.IntN(60) - 30))
					for i := range r.IntN(20) {
						c := r.Uint64N(4)
						b.BucketCounts().Append(c)
						all[is{scale, b.Offset() + int32(i), negative}] += c
						mine += c
					}
				}
				dp.SetCount(mine)
				count += mine
			}), began)
		}
		want := map[is]uint64{}
		for k, c := range all {
			if c > 0 {
				want[is{lowest, k.at >> (k.scale - lowest), k.negative}] += c
			}
		}
		var b bytes.Buffer
		require.NoError(t, s.Scrape(&b, expfmt.NewFormat(expfmt.TypeProtoDelim), began))
		var f dto.MetricFamily
		require.NoError(t, protodelim.UnmarshalFrom(&b, &f))
		h := f.GetMetric()[0].GetHistogram()
		got := map[is]uint64{}
		read := func(negative bool, spans []*dto.BucketSpan, deltas []int64) {
			var c int64
			for n, d := range deltas {
				if c += d; c > 0 {
					got[is{lowest, spans[0].GetOffset() + int32(n) - 1, negative}] = uint64(c)
				}
			}
		}
		read(false, h.GetPositiveSpan(), h.GetPositiveDelta())
		read(true, h.GetNegativeSpan(), h.GetNegativeDelta())
		require.Equal(t, want, got)
		require.Equal(t, lowest, h.GetSchema())
		require.Equal(t, count, h.GetSampleCount())
		require.Equal(t, zeros, h.GetZeroCount())
	}
}

// The wider zero of two deltas takes in the buckets that lie within it.
func TestDeltasOfDifferentZeros(t *testing.T) {
	s := newStore(100)
	for n, threshold := range []float64{0, 4} {
		s.Put(metrics("", func(add func(string) pmetric.Metric) {
			h := add("h").SetEmptyExponentialHistogram()
			h.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
			dp := h.DataPoints().AppendEmpty()
			dp.SetStartTimestamp(pcommon.Timestamp(n + 1))
			dp.SetTimestamp(pcommon.Timestamp(n + 2))
			dp.SetZeroThreshold(threshold)
			if n == 0 {
				dp.Positive().BucketCounts().FromRaw([]uint64{1, 2, 3}) // up to 2, 4, 8
				dp.Negative().BucketCounts().FromRaw([]uint64{4, 5})
				dp.SetCount(15)
			}
		}), began)
	}
	var b bytes.Buffer
	require.NoError(t, s.Scrape(&b, expfmt.NewFormat(expfmt.TypeProtoDelim), began))
	var f dto.MetricFamily
	require.NoError(t, protodelim.UnmarshalFrom(&b, &f))
	h := f.GetMetric()[0].GetHistogram()
	require.Equal(t, uint64(12), h.GetZeroCount())
	require.Equal(t, []int64{3}, h.GetPositiveDelta())
	require.Equal(t, int32(3), h.GetPositiveSpan()[0].GetOffset())
	require.Empty(t, h.GetNegativeDelta())
	require.Equal(t, 4.0, h.GetZeroThreshold())
}

// Scrapes while metrics come: each sees the points of a metric as one request brought them, and a histogram's lines agree.
func TestScrapesWhileMetricsCome(t *testing.T) {
	s := newStore(10_000)
	const rounds = 200
	var group sync.WaitGroup
	for writer := range 2 {
		group.Go(func() {
			service := fmt.Sprint("writer", writer)
			for n := range rounds {
				s.Put(metrics(service, func(add func(string) pmetric.Metric) {
					g := add(service).SetEmptyGauge().DataPoints()
					for i := range 20 {
						dp := g.AppendEmpty()
						dp.SetIntValue(int64(n))
						dp.Attributes().PutInt("i", int64(i))
					}
					h := add("h." + service).SetEmptyHistogram()
					h.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
					dp := h.DataPoints().AppendEmpty()
					dp.ExplicitBounds().FromRaw([]float64{1})
					dp.BucketCounts().FromRaw([]uint64{uint64(n), 0})
					dp.SetCount(uint64(n))
					dp.SetSum(float64(n))
					if n%2 == 0 {
						add("only.even").SetEmptyGauge().DataPoints().AppendEmpty().Attributes().PutInt("n", int64(n))
					}
				}), began)
				if n%10 == 0 {
					s.Sweep(began)
				}
			}
		})
	}
	for _, kind := range []expfmt.FormatType{expfmt.TypeTextPlain, expfmt.TypeOpenMetrics, expfmt.TypeProtoDelim} {
		group.Go(func() {
			for range rounds / 4 {
				var b bytes.Buffer
				if err := s.Scrape(&b, expfmt.NewFormat(kind), began); err != nil {
					t.Error(err)
				}
				if kind == expfmt.TypeTextPlain {
					agree(t, b.String())
				}
				s.Counts()
			}
		})
	}
	group.Wait()
	require.Contains(t, scraped(t, s, began), fmt.Sprintf(`writer1{i="19",instance="1",job="writer1"} %d`, rounds-1))
}

// agree says whether all samples of a family have one value, for families that are so.
func agree(t *testing.T, text string) {
	values := map[string]string{}
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		if strings.HasPrefix(line, "#") || !strings.HasPrefix(line, "writer") && !strings.HasPrefix(line, "h_writer") {
			continue
		}
		name, _, _ := strings.Cut(line, "{")
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			name = strings.TrimSuffix(name, suffix)
		}
		value := line[strings.LastIndexByte(line, ' ')+1:]
		if values[name] != "" && values[name] != value {
			t.Errorf("%s is %s and %s in one scrape", name, values[name], value)
		}
		values[name] = value
	}
}

// Labels come out of their text as they went in.
func FuzzLabels(f *testing.F) {
	f.Add("name", "value", "other", "a\\b\"c\nd")
	f.Add("a.b", `\`, "ünï \"x\"", `"`)
	f.Fuzz(func(t *testing.T, name, value, name2, value2 string) {
		in := []pair{{name, value}, {name2, value2}}
		text, _, err := labelText(in, "")
		if err != nil {
			return
		}
		require.Equal(t, in, readLabels(nil, text))
	})
}
