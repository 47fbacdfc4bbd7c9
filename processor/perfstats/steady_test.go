package perfstats

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/steady"
)

// Four calls come every 15 s. In the fifth minute the clock of this process is set; the clock of a gateway elsewhere is not. Genaimetrics in
// this process gives its points the time of a Line, other receivers that of the clock. The gauges go on, and their times never go back.
func TestTheGaugesGoOnWhenTheClockIsSet(t *testing.T) {
	for name, tc := range map[string]struct {
		set  time.Duration
		by   string
		lost int64 // points of the two metrics that bring nothing
	}{
		"back":                       {-30 * time.Minute, "line", 0},
		"back by less than a window": {-2 * time.Minute, "line", 0},
		"ahead":                      {3 * time.Hour, "line", 0},
		"back, by the clock":         {-30 * time.Minute, "clock", 0},
		"back by less than a window, by the clock": {-2 * time.Minute, "clock", 0},
		"ahead, by the clock":                      {3 * time.Hour, "clock", 0},
		"back, from elsewhere":                     {-30 * time.Minute, "elsewhere", 0},
		"ahead a bit, from elsewhere":              {20 * time.Second, "elsewhere", 2}, // its next points look older than the last
	} {
		t.Run(name, func(t *testing.T) {
			began := seconds(0)
			passed := time.Duration(0)
			e := newEngine(createDefaultConfig().(*Config), began)
			clock := steady.Of(began, func(time.Time) time.Duration { return passed })
			e.times = newTimes(clock)
			line := steady.NewLine(clock)
			g := &gateway{name: "a", start: began}
			var out pmetric.Metrics
			var before pcommon.Timestamp
			for i := range 40 {
				passed += 15 * time.Second
				there := began.Add(passed)
				here := there
				if i >= 20 {
					here = here.Add(tc.set)
				}
				switch tc.by {
				case "line":
					there = line.At(here)
				case "clock":
					there = here
				}
				for range 4 {
					g.call(1)
				}
				e.absorb(g.report(there), here)
				out = pmetric.NewMetrics()
				e.writeGauges(out.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty(), here, false)
				if at := timeOfGauges(t, out); at != 0 {
					require.Greater(t, at, before)
					before = at
				}
			}
			if tc.by == "line" {
				require.Zero(t, e.points[future], "our own points are not ahead")
			}
			brought := e.points[counted] + e.points[reset] + e.points[future]
			require.Equal(t, 2*40-tc.lost, brought, "%v", e.points)
			rate := gaugeOf(out, genai.PerfRequests, genai.ServiceName, "shop", genai.AttrScope, "llm")
			require.InDelta(t, 4.0/15, rate, 0.02)
		})
	}
}
