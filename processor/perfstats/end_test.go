package perfstats

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/processor/perfstats/internal/metadata"
)

// standingIn are the gauges that someone shows who took all batches: whatever has a value, until it is said to have none. Prometheus'
// exporter leaves out what follows a point without a value in the same metric, so such a point must be alone.
func standingIn(t *testing.T, batches []pmetric.Metrics) map[string]float64 {
	t.Helper()
	shown := map[string]float64{}
	for _, md := range batches {
		for _, rm := range md.ResourceMetrics().All() {
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					if m.Type() != pmetric.MetricTypeGauge {
						continue
					}
					for _, dp := range m.Gauge().DataPoints().All() {
						id := m.Name() + fmt.Sprint(dp.Attributes().AsRaw())
						if !dp.Flags().NoRecordedValue() {
							shown[id] = dp.DoubleValue()
							continue
						}
						require.Equal(t, 1, m.Gauge().DataPoints().Len(), "%s ends in a metric of its own", id)
						require.Contains(t, shown, id, "what ends was told, and ends once")
						require.NotEmpty(t, m.Unit())
						delete(shown, id)
					}
				}
			}
		}
	}
	return shown
}

func called(t *testing.T, p *perfProcessor, status string, n float64, at time.Time) {
	t.Helper()
	md := oneMetric(genai.MetricCalls, sum(true, pmetric.AggregationTemporalityDelta, n, at, at))
	md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Sum().DataPoints().At(0).Attributes().PutStr(genai.AttrStatus, status)
	require.NoError(t, p.ConsumeMetrics(t.Context(), md))
}

// TestGaugesEnd: six and a half minutes after the last call nothing stands that speaks of it, however window and interval are set; and the
// gauges come back with the next call.
func TestGaugesEnd(t *testing.T) {
	for name, tc := range map[string]struct{ window, interval, within time.Duration }{
		"as they are":       {5 * time.Minute, 15 * time.Second, 6*time.Minute + 30*time.Second},
		"a rare interval":   {10 * time.Second, time.Minute, 3 * time.Minute},
		"a short window":    {time.Second, time.Second, 5 * time.Second},
		"a day":             {24 * time.Hour, time.Minute, 26*time.Hour + 5*time.Minute},
		"interval = window": {time.Minute, time.Minute, 4 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg, sink := createDefaultConfig().(*Config), newSink()
				cfg.Window, cfg.Interval, cfg.ExpireAfter = tc.window, tc.interval, tc.window
				p := start(t, cfg, sink)
				g := &gateway{name: "a", start: time.Now()}
				for range 3 {
					time.Sleep(2 * time.Second)
					g.call(1)
					called(t, p, genai.CallError, 1, time.Now())
					require.NoError(t, p.ConsumeMetrics(t.Context(), g.report(time.Now())))
					require.Contains(t, standingIn(t, handedOn(sink)),
						"llm.perf.health"+fmt.Sprint(map[string]any{"service.name": "shop", "state": "unhealthy"}))
				}
				go func() { // genaimetrics goes on telling its totals
					for range 100 {
						time.Sleep(tc.within / 100)
						assert.NoError(t, p.ConsumeMetrics(context.Background(), g.report(time.Now())))
					}
				}()
				time.Sleep(tc.within)
				require.Empty(t, standingIn(t, handedOn(sink)))
				require.Zero(t, p.engine.groups.len(), "and takes no place")

				called(t, p, genai.CallError, 1, time.Now())
				require.Equal(t, 1.0, newest(sink, genai.PerfErrorRatio, genai.ServiceName, "shop"))
			})
		})
	}
}

// TestOneGaugeEnds: of a set that goes on, what nothing speaks of any more ends by itself.
func TestOneGaugeEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := newSink()
		p := start(t, createDefaultConfig().(*Config), sink)
		g := &gateway{name: "a", start: time.Now()}
		g.call(1)
		time.Sleep(time.Second)
		require.NoError(t, p.ConsumeMetrics(t.Context(), g.report(time.Now())))
		for range 40 {
			called(t, p, genai.CallOK, 1, time.Now())
			time.Sleep(10 * time.Second)
		}
		shown := standingIn(t, handedOn(sink))
		service := fmt.Sprint(map[string]any{"service.name": "shop", "scope": "llm"})
		assert.Contains(t, shown, "llm.perf.requests"+service)
		assert.NotContains(t, shown, "llm.perf.samples"+service)
	})
}

// TestAnEndThatIsRefused is said again until it arrives.
func TestAnEndThatIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var full atomic.Bool
		sink := newSink()
		next, err := consumer.NewMetrics(func(ctx context.Context, md pmetric.Metrics) error {
			if full.Load() {
				return errors.New("full")
			}
			return sink.ConsumeMetrics(ctx, md)
		})
		require.NoError(t, err)
		p, err := newProcessor(processortest.NewNopSettings(metadata.Type), createDefaultConfig().(*Config), next)
		require.NoError(t, err)
		require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
		called(t, p, genai.CallError, 1, time.Now())
		require.NotEmpty(t, standingIn(t, handedOn(sink)))
		full.Store(true)
		time.Sleep(time.Hour)
		synctest.Wait()
		require.NotZero(t, p.engine.groups.len(), "it is not over before it is known")
		full.Store(false)
		time.Sleep(time.Minute)
		require.Empty(t, standingIn(t, handedOn(sink)))
		require.NoError(t, p.Shutdown(t.Context()))
		require.Zero(t, p.engine.groups.len())
	})
}

// TestDeploymentsEnd: that there were none ends with the service's work, those that were after seven days.
func TestDeploymentsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, sink := createDefaultConfig().(*Config), newSink()
		cfg.Interval = 5 * time.Minute // or this test has many
		p := start(t, cfg, sink)
		service := map[string]any{"service.name": "shop"}
		told := func() any {
			v, ok := standingIn(t, handedOn(sink))["llm.perf.deployments"+fmt.Sprint(service)]
			if !ok {
				return "nothing"
			}
			return v
		}
		begun := time.Now()
		deployments := func(n float64) {
			md := oneMetric(genai.MetricDeployments, sum(true, pmetric.AggregationTemporalityCumulative, n, begun, time.Now()))
			require.NoError(t, p.ConsumeMetrics(t.Context(), md))
			time.Sleep(time.Second)
		}
		called(t, p, genai.CallOK, 1, time.Now())
		time.Sleep(time.Second)
		deployments(0)
		require.Equal(t, 0.0, told())
		for range 15 {
			time.Sleep(time.Minute)
			deployments(0)
		}
		require.Equal(t, "nothing", told())
		deployments(1)
		require.Equal(t, 1.0, told())
		time.Sleep(6 * 24 * time.Hour)
		require.Equal(t, 1.0, told())
		time.Sleep(30 * time.Hour)
		require.Equal(t, "nothing", told())
	})
}
