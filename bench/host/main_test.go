package main

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

func TestMain(m *testing.M) {
	if isChild() {
		waitAsChild()
		return
	}
	os.Exit(m.Run())
}

// sum adds up the points of a metric whose attributes, of the point or the resource, include the values.
func sum(md pmetric.Metrics, name string, values ...string) (total float64, n int) {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				if m.Name() != name {
					continue
				}
				for _, p := range pointsOf(m).All() {
					all := map[string]bool{}
					for _, v := range p.Attributes().All() {
						all[v.AsString()] = true
					}
					if !includes(all, values) {
						continue
					}
					n++
					if p.ValueType() == pmetric.NumberDataPointValueTypeInt {
						total += float64(p.IntValue())
					} else {
						total += p.DoubleValue()
					}
				}
			}
		}
	}
	return total, n
}

func pointsOf(m pmetric.Metric) pmetric.NumberDataPointSlice {
	if m.Type() == pmetric.MetricTypeSum {
		return m.Sum().DataPoints()
	}
	return m.Gauge().DataPoints()
}

func includes(all map[string]bool, values []string) bool {
	for _, v := range values {
		if !all[v] {
			return false
		}
	}
	return true
}

// Both receivers read the same machine at the same time. What moves may move between the two readings: tolerances are absolute.
func TestAgree(t *testing.T) {
	stop, err := startChildren(children)
	require.NoError(t, err)
	defer stop()
	own, peer := &sink{}, &sink{}
	const interval = 3 * time.Second
	o, err := start(hostresourcesFactory(), ours(interval, time.Second), own)
	require.NoError(t, err)
	p, err := start(hostmetricsFactory(), peers(interval), peer)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return own.len() > 1 && peer.len() > 1 }, time.Minute, 10*time.Millisecond)
	require.NoError(t, o.Shutdown(context.Background()))
	require.NoError(t, p.Shutdown(context.Background()))
	a, b := own.reports[1], peer.reports[1]

	for _, c := range []struct {
		what         string
		ours, theirs string
		of, ofTheirs []string
		tolerance    float64
	}{
		{"memory limit", "system.memory.limit", "system.memory.limit", nil, nil, 0},
		{"memory used", "system.memory.usage", "system.memory.usage", []string{"used"}, []string{"used"}, 256 << 20},
		{"memory free", "system.memory.usage", "system.memory.usage", []string{"free"}, []string{"free"}, 256 << 20},
		{"memory available", "system.memory.linux.available", "system.linux.memory.available", nil, nil, 256 << 20},
		{"CPU idle", "system.cpu.utilization", "system.cpu.utilization", []string{"idle"}, []string{"idle"}, 0.35},
		{"load", "system.cpu.load_average.15m", "system.cpu.load_average.15m", nil, nil, 0.5},
		{"bytes received", "system.network.io", "system.network.io", []string{"lo", "receive"}, []string{"lo", "receive"}, 64 << 20},
		{"memory of the children", "process.memory.usage", "process.memory.usage", nil, nil, 64 << 20},
		{"files of the children", "process.unix.file_descriptor.count", "process.open_file_descriptors", nil, nil, 10},
	} {
		v, n := sum(a, c.ours, c.of...)
		w, m := sum(b, c.theirs, c.ofTheirs...)
		if c.what == "CPU idle" {
			w /= float64(m) // one point for each CPU
		}
		assert.NotZero(t, n, c.what)
		assert.NotZero(t, m, c.what)
		assert.InDelta(t, w, v, c.tolerance, c.what)
		t.Logf("%-24s ours %.6g, hostmetrics %.6g", c.what, v, w)
	}
	_, n := sum(a, "process.memory.usage")
	assert.Equal(t, children, n)
}
