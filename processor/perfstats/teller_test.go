package perfstats

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-llm/otelcol-llm/processor/perfstats/internal/metadata"
)

// gaugePoints visits every gauge point of ours.
func gaugePoints(md pmetric.Metrics, visit func(metric string, dp pmetric.NumberDataPoint)) {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				if m.Type() != pmetric.MetricTypeGauge {
					continue
				}
				for _, dp := range m.Gauge().DataPoints().All() {
					visit(m.Name(), dp)
				}
			}
		}
	}
}

// timeOfGauges is the one time that all gauges of a batch have.
func timeOfGauges(t *testing.T, md pmetric.Metrics) (at pcommon.Timestamp) {
	t.Helper()
	gaugePoints(md, func(name string, dp pmetric.NumberDataPoint) {
		if at == 0 {
			at = dp.Timestamp()
		}
		require.Equal(t, at, dp.Timestamp(), name)
	})
	return at
}

// Three writers and the ticker of perfstats come at the same instants, and more writers in between: a series still has one value at a
// time, the time is when the value is told, and there is at least a second between two batches of gauges.
func TestOneValueAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var batches []pcommon.Timestamp
		next, err := consumer.NewMetrics(func(_ context.Context, md pmetric.Metrics) error {
			if at := timeOfGauges(t, md); at != 0 {
				assert.WithinDuration(t, time.Now(), at.AsTime(), time.Millisecond)
				batches = append(batches, at)
			}
			series := map[string]bool{}
			gaugePoints(md, func(name string, dp pmetric.NumberDataPoint) {
				id := name + fmt.Sprint(dp.Attributes().AsRaw())
				assert.False(t, series[id], "%s %v", name, dp.Attributes().AsRaw())
				series[id] = true
			})
			return nil
		})
		require.NoError(t, err)
		p, err := newProcessor(processortest.NewNopSettings(metadata.Type), createDefaultConfig().(*Config), next)
		require.NoError(t, err)
		require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
		for i, every := range []time.Duration{p.cfg.Interval, p.cfg.Interval, p.cfg.Interval, 700 * time.Millisecond, 5 * time.Second} {
			g := &gateway{name: string(rune('a' + i)), start: time.Now()}
			go func() {
				for range 2 * time.Minute / every {
					time.Sleep(every)
					g.call(1)
					assert.NoError(t, p.ConsumeMetrics(t.Context(), g.report(time.Now())))
				}
			}()
		}
		time.Sleep(2 * time.Minute)
		require.NoError(t, p.Shutdown(t.Context()))
		synctest.Wait()
		require.Greater(t, len(batches), 60)
		last := len(batches) - 1
		for i, at := range batches[1:] {
			apart := leastApart
			if i+1 == last { // the one at shutdown does not wait
				apart = time.Millisecond
			}
			assert.GreaterOrEqual(t, at.AsTime().Sub(batches[i].AsTime()), apart, "batch %d", i+1)
		}
	})
}

// What came in the second before the end is told at shutdown.
func TestShutdownTellsWhatMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink, cfg := newSink(), createDefaultConfig().(*Config)
		p := start(t, cfg, sink)
		g := &gateway{name: "a", start: time.Now()}
		for range 2 {
			g.call(1)
			time.Sleep(100 * time.Millisecond)
			require.NoError(t, p.ConsumeMetrics(t.Context(), g.report(time.Now())))
			synctest.Wait()
		}
		require.Equal(t, 1.0, samples(sink), "told less than a second ago")
		require.NoError(t, p.Shutdown(t.Context()))
		require.Equal(t, 2.0, samples(sink))
	})
}
