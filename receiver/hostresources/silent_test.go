package hostresources

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// What the machine has no more, or cannot tell any more, does not stand in Prometheus with its last value.
func TestSilentGaugesEnd(t *testing.T) {
	m := newMachine()
	m.memory.swapTotal, m.memory.swapFree = 100, 40
	src := m.source()
	loads, fail := [3]float64{1, 2, 3}, false
	src.load = func() ([3]float64, error) {
		if fail {
			return loads, errPassing
		}
		return loads, nil
	}
	b := newTestBench(t, src, nil)
	second := func() {
		m.cpus[0].modes[modeUser]++
		b.second()
	}
	second()
	b.report(b.now)
	gone := []string{genai.HostPagingUsage, genai.HostPagingUtilization, genai.HostPagingPeak, genai.HostLoad1m, genai.HostCPUUtilization}

	b.report(b.now) // no sample was taken
	second()
	b.report(b.now)
	fail, m.memory.swapTotal, m.memory.swapFree = true, 0, 0
	src.cpuModes = modesOf(modeUser) // what a limit does
	second()
	md := b.report(b.now)
	for _, name := range append(gone, genai.HostMemoryPeak) {
		assert.Empty(t, endsOf(md, name), name)
	}
	for range 2 {
		second()
		md = b.sampler.report(b.now, false) // the first is lost
		assert.Len(t, endsOf(md, genai.HostPagingUsage), 2, "used and free")
		for _, name := range gone[:4] {
			assert.NotEmpty(t, endsOf(md, name), name)
			assert.Empty(t, pointsOf(md, name), name)
		}
		assert.Empty(t, endsOf(md, genai.HostMemoryPeak))
		checkEndsAlone(t, md)
	}
	assert.Len(t, endsOf(md, genai.HostCPUUtilization), 1, "idle")
	b.delivered()
	fail = false
	second()
	md = b.report(b.now)
	for _, name := range gone {
		assert.Empty(t, endsOf(md, name), name)
	}
	assert.Equal(t, 1.0, mustValue(t, md, genai.HostLoad1m), "it is back")
	assert.Empty(t, endsOf(b.report(b.now), genai.HostLoad1m))
}
