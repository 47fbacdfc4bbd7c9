package hostresources

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/receiver/hostresources/internal/metadata"
)

func TestReceiver(t *testing.T) {
	cfg := defaultConfig()
	cfg.CollectionInterval, cfg.SampleInterval, cfg.InitialDelay = 300*time.Millisecond, minSampleInterval, time.Millisecond
	cfg.Processes = []ProcessConfig{{Component: "gateway", Match: MatchConfig{Self: true}}}
	cfg.Naming, cfg.ZeroFor = allNamings, 0
	cfg.Cost = CostConfig{ComputeUSDPerHour: 0.34, StorageUSDPerHour: 0.02}
	sink := new(consumertest.MetricsSink)
	set := receivertest.NewNopSettings(metadata.Type)
	set.Resource.Attributes().PutStr(genai.ServiceInstanceID, "gw-1")
	r, err := NewFactory().CreateMetrics(context.Background(), set, cfg, sink)
	require.NoError(t, err)
	require.NoError(t, r.Start(context.Background(), componenttest.NewNopHost()))
	require.Eventually(t, func() bool {
		all := sink.AllMetrics()
		return len(all) > 2 && len(pointsOf(all[len(all)-1], genai.ProcessCPUPeak)) == 1
	}, time.Minute, 10*time.Millisecond)
	before := len(sink.AllMetrics())
	require.NoError(t, r.Shutdown(context.Background()))
	require.NoError(t, r.Shutdown(context.Background()), "a second time does nothing")
	all := sink.AllMetrics()
	assert.Greater(t, len(all), before, "what was gathered since the last report is reported")

	checkCost(t, all)
	for _, md := range all {
		own, _ := md.ResourceMetrics().At(0).Resource().Attributes().Get(genai.ServiceInstanceID)
		assert.Equal(t, "gw-1", own.Str(), "another gateway on this machine tells series of its own")
		checkReport(t, md)
	}
}

// checkReport looks at what holds for every report: each point has host.name, and no metric two points with the same attributes.
func checkReport(t *testing.T, md pmetric.Metrics) {
	t.Helper()
	rm := md.ResourceMetrics().At(0)
	host, ok := rm.Resource().Attributes().Get(genai.AttrHostName)
	require.True(t, ok)
	assert.Equal(t, genai.HostScope, rm.ScopeMetrics().At(0).Scope().Name())
	metrics := rm.ScopeMetrics().At(0).Metrics()
	names := map[string]bool{}
	for i := range metrics.Len() {
		m := metrics.At(i)
		assert.False(t, names[m.Name()], m.Name())
		names[m.Name()] = true
		if m.Type() == pmetric.MetricTypeSum {
			assert.Equal(t, pmetric.AggregationTemporalityCumulative, m.Sum().AggregationTemporality())
		}
		points := pointsOf(md, m.Name())
		assert.NotEmpty(t, points, "a metric without points is absent")
		for j, p := range points {
			got, _ := p.Attributes().Get(genai.AttrHostName)
			assert.Equal(t, host.Str(), got.Str())
			for _, other := range points[:j] {
				assert.NotEqual(t, other.Attributes().AsRaw(), p.Attributes().AsRaw(), m.Name())
			}
			if m.Type() == pmetric.MetricTypeSum && m.Sum().IsMonotonic() {
				assert.NotZero(t, p.StartTimestamp(), m.Name())
				assert.LessOrEqual(t, p.StartTimestamp(), p.Timestamp(), m.Name())
			}
		}
	}
	assert.True(t, names[genai.HostMemoryUsage])
	assert.True(t, names[genai.LangchainMemoryUsage])
	if points := pointsOf(md, genai.HostCPUUtilization); len(points) > 0 {
		sum := 0.0
		for _, p := range points {
			sum += p.DoubleValue()
		}
		assert.InDelta(t, 1, sum, 1e-9)
	}
}

// checkCost: the counter is exactly the rate times the time since its start, to the nano-dollar.
func checkCost(t *testing.T, all []pmetric.Metrics) {
	t.Helper()
	for resource, rate := range map[string]float64{"compute": 0.34, "storage": 0.02} {
		last := 0.0
		for _, md := range all {
			for _, p := range pointsOf(md, genai.MetricInfraCostUSD) {
				if !hasAll(p, []string{resource}) {
					continue
				}
				hours := float64(p.Timestamp()-p.StartTimestamp()) / float64(time.Hour)
				assert.InDelta(t, rate*hours, p.DoubleValue(), 2e-9)
				assert.GreaterOrEqual(t, p.DoubleValue(), last)
				last = p.DoubleValue()
			}
		}
		assert.Positive(t, last)
	}
}

func TestNamingLangchainOnly(t *testing.T) {
	m := newMachine()
	m.run(1, 9000, 10, 100)
	m.run(2, 9000, 10, 200)
	b := newTestBench(t, m.source(), func(c *Config) { c.Naming = []string{namingLangchain} })
	b.second()
	md := b.report(b.now)
	assert.Equal(t, 300.0, mustValue(t, md, genai.LangchainMemoryUsage, "agent"))
	assert.Empty(t, pointsOf(md, genai.ProcessMemoryUsage))
	assert.Empty(t, pointsOf(md, genai.ProcessMemoryPeak))
	assert.NotEmpty(t, pointsOf(md, genai.ProcessCPUPeak))
}

// Average and peak are of the samples since the last report, and of no other.
func TestIntervals(t *testing.T) {
	m := newMachine()
	b := newTestBench(t, m.source(), func(c *Config) { c.CollectionInterval = 10 * time.Second })
	use := func(user float64, memory uint64) {
		for i := range m.cpus {
			m.cpus[i].modes[modeUser] += user
			m.cpus[i].modes[modeIdle] += 1 - user
		}
		m.memory.used, m.memory.free = known(memory), known(1000-memory)
		b.second()
	}
	use(0.125, 400)
	use(0.875, 900)
	use(0.125, 100)
	b.sample(b.now.Add(100 * time.Millisecond)) // a timer that caught up
	md := b.report(b.now)
	assert.Equal(t, 0.375, mustValue(t, md, genai.HostCPUBusy))
	assert.Equal(t, 0.875, mustValue(t, md, genai.HostCPUPeak))
	assert.InDelta(t, 0.45, mustValue(t, md, genai.HostMemoryUtilization), 1e-12) // 0.4 at the start, then 0.4, 0.9, 0.1
	assert.Equal(t, 0.9, mustValue(t, md, genai.HostMemoryPeak))
	assert.Equal(t, 100.0, mustValue(t, md, genai.HostMemoryUsage, "used"))
	use(0.25, 200)
	md = b.report(b.now)
	assert.Equal(t, 0.25, mustValue(t, md, genai.HostCPUPeak))
	assert.Equal(t, 0.2, mustValue(t, md, genai.HostMemoryPeak))
	md = b.report(b.now)
	assert.Empty(t, pointsOf(md, genai.HostCPUPeak), "no sample, no peak")
}
