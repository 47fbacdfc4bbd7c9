package perfstats

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/steady"
)

// Four calls come every 15 s. In the fifth minute the clock of this process, by which genaimetrics stamps its points, is set; the clock
// of a gateway elsewhere is not.
func TestTheGaugesGoOnWhenTheClockIsSet(t *testing.T) {
	for name, tc := range map[string]struct {
		set    time.Duration
		remote bool
		lost   int64 // points of the two metrics that bring nothing
	}{
		"back":                        {-30 * time.Minute, false, 0},
		"back by less than a window":  {-2 * time.Minute, false, 0},
		"ahead":                       {3 * time.Hour, false, 0},
		"back, from elsewhere":        {-30 * time.Minute, true, 0},
		"ahead a bit, from elsewhere": {20 * time.Second, true, 2}, // its next points look older than the last
	} {
		t.Run(name, func(t *testing.T) {
			began := seconds(0)
			passed := time.Duration(0)
			e := newEngine(createDefaultConfig().(*Config), began)
			e.steady = steady.Of(began, func(time.Time) time.Duration { return passed })
			g := &gateway{name: "a", start: began}
			var out pmetric.Metrics
			for i := range 40 {
				passed += 15 * time.Second
				there := began.Add(passed)
				here := there
				if i >= 20 {
					here = here.Add(tc.set)
				}
				if !tc.remote {
					there = here
				}
				for range 4 {
					g.call(1)
				}
				e.absorb(g.report(there), here)
				out = pmetric.NewMetrics()
				e.tell(newWriter(out.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty(), here), here, false)
			}
			brought := e.points[counted] + e.points[reset] + e.points[future]
			require.Equal(t, 2*40-tc.lost, brought, "%v", e.points)
			rate := gaugeOf(out, genai.PerfRequests, genai.ServiceName, "shop", genai.AttrScope, "llm")
			require.InDelta(t, 4.0/15, rate, 0.02)
		})
	}
}
