package perfstats

import (
	"math"
	"math/rand/v2"
	"runtime"
	"strconv"
	"testing"
	"time"

	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/processor/perfstats/internal/metadata"
)

// report is one interval of a genaimetrics with a thousand models: a latency histogram and a counter each.
func thousandModels(gateways []*gateway, now time.Time) pmetric.Metrics {
	all := pmetric.NewMetrics()
	for i, g := range gateways {
		md := g.report(now)
		for _, m := range md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
			name := "model-" + strconv.Itoa(i)
			if m.Type() == pmetric.MetricTypeSum {
				m.Sum().DataPoints().At(0).Attributes().PutStr(genai.RequestModel, name)
			} else {
				m.ExponentialHistogram().DataPoints().At(0).Attributes().PutStr(genai.RequestModel, name)
			}
		}
		md.ResourceMetrics().MoveAndAppendTo(all.ResourceMetrics())
	}
	return all
}

// BenchmarkThousandSeries is a whole interval: absorb a thousand models that each had 50 calls, tell their gauges, downscale.
func BenchmarkThousandSeries(b *testing.B) {
	p, err := newProcessor(processortest.NewNopSettings(metadata.Type), createDefaultConfig().(*Config), consumertest.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	now := time.Now()
	gateways := make([]*gateway, 1000)
	for i := range gateways {
		gateways[i] = &gateway{name: "gw", start: now}
	}
	before := heap()
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		for _, g := range gateways {
			for range 50 {
				g.call(2 * math.Exp(0.6*r.NormFloat64()))
			}
		}
		now = now.Add(15 * time.Second)
		md := thousandModels(gateways, now)
		b.StartTimer()
		p.engine.absorb(md, now)
		p.engine.writeGauges(pmetric.NewScopeMetrics(), now, false)
		downscale(md, 3)
	}
	b.ReportMetric(float64(heap()-before)/1000, "B/series")
	runtime.KeepAlive(p)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
