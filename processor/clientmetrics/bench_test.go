package clientmetrics

import (
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric"
)

// BenchmarkPoints is a request of 100 counters with one point each.
func BenchmarkPoints(b *testing.B) {
	e := newEngine(createDefaultConfig().(*Config))
	list := make([]pmetric.Metric, 100)
	for i := range list {
		list[i] = newMetric("http.server.requests", "{request}", asCounter)
		p := list[i].Sum().DataPoints().At(0)
		p.Attributes().PutStr("http.route", "/a/route")
		p.Attributes().PutInt("n", int64(i))
	}
	md := metricsOf("theirs", list...)
	md.ResourceMetrics().At(0).Resource().Attributes().PutStr("host.name", "h")
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		e.process(md, now)
	}
}
