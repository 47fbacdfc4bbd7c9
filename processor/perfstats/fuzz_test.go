package perfstats

import (
	"math"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric"
)

// FuzzAbsorb: no metrics that decode make the processor panic or tell a gauge that is NaN or infinite.
func FuzzAbsorb(f *testing.F) {
	now := time.Unix(1_000_000, 0)
	for _, in := range inputs() {
		raw, err := (&pmetric.ProtoMarshaler{}).MarshalMetrics(oneMetric(in.metric, in.fill))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	g := &gateway{name: "a", start: now.Add(-time.Second)}
	g.call(1)
	raw, err := (&pmetric.ProtoMarshaler{}).MarshalMetrics(g.report(now))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Fuzz(func(t *testing.T, raw []byte) {
		md, err := (&pmetric.ProtoUnmarshaler{}).UnmarshalMetrics(raw)
		if err != nil {
			return
		}
		cfg := createDefaultConfig().(*Config)
		cfg.Sources, cfg.SeriesLimit = sourcesAll, 10
		e := newEngine(cfg, now)
		e.absorb(md, now)
		e.absorb(md, now.Add(time.Second))
		out := pmetric.NewMetrics()
		e.writeGauges(out.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty(), now.Add(time.Second), true)
		downscale(md, cfg.HistogramScale)
		for _, m := range out.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
			for _, dp := range m.Gauge().DataPoints().All() {
				if v := dp.DoubleValue(); math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("%s is %v", m.Name(), v)
				}
			}
		}
	})
}
