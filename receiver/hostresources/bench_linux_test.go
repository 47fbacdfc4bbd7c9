package hostresources

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/receiver/hostresources/internal/metadata"
)

// What a sample and a report cost on this machine, following ten processes (the same one, ten times).
func benchSampler(b *testing.B) *sampler {
	cfg := defaultConfig()
	cfg.Processes = []ProcessConfig{{Component: "self", Match: MatchConfig{Self: true}}}
	cfg.CollectionInterval = time.Hour
	telemetry, err := metadata.NewTelemetryBuilder(componenttest.NewNopTelemetrySettings())
	require.NoError(b, err)
	s, err := newSampler(cfg, platformSource(), newFaults(zap.NewNop(), telemetry))
	require.NoError(b, err)
	s.begin("box", time.Now())
	for range 9 {
		p := *s.follower.tracked[0]
		p.pid = os.Getpid()
		s.follower.tracked = append(s.follower.tracked, &p)
	}
	return s
}

func BenchmarkSample(b *testing.B) {
	s := benchSampler(b)
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Second)
		s.discovered = now // discovery is measured apart
		s.sample(now)
	}
}

func BenchmarkDiscover(b *testing.B) {
	s := benchSampler(b)
	s.follower.match.search = true
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		s.hostReader.refresh(now)
		s.follower.discover(now, func(pid int) float64 { return s.hostReader.processCPUs(pid, now) })
	}
}

func BenchmarkReport(b *testing.B) {
	s := benchSampler(b)
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Second)
		s.report(now, false)
		s.delivered()
	}
}
