package perfstats

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestHealthState(t *testing.T) {
	h := createDefaultConfig().(*Config).Health
	for _, tc := range []struct {
		errors, avg float64
		want        string
	}{
		{0, 0, stateHealthy},
		{0.05, 5, stateHealthy}, // on the threshold is not above it
		{0.051, 1, stateDegraded},
		{0, 5.001, stateDegraded},
		{0.10, 10, stateDegraded},
		{0.101, 0, stateUnhealthy},
		{0, 10.001, stateUnhealthy},
		{1, 60, stateUnhealthy},
	} {
		assert.Equal(t, tc.want, h.state(tc.errors, tc.avg), "errors %v, average %v s", tc.errors, tc.avg)
	}
}

func TestIsTimeout(t *testing.T) {
	for errorType, want := range map[string]bool{
		"": false, "500": false, "ValueError": false, "429": false,
		"timeout": true, "APITimeoutError": true, "TimeoutError": true, "408": true, "504": true,
		"context.DeadlineExceeded": true, "deadline_exceeded": true, "timed_out": true,
	} {
		assert.Equal(t, want, isTimeout(errorType), errorType)
	}
}

func TestPercentileNames(t *testing.T) {
	for q, want := range map[float64]string{
		0.5: "p50", 0.9: "p90", 0.95: "p95", 0.99: "p99", 0.999: "p99.9", 0.29: "p29", 0: "p0", 1: "p100",
	} {
		assert.Equal(t, want, percentile(q))
	}
}

func TestPlace(t *testing.T) {
	c := newClock(12 * time.Second)
	now := time.Unix(100, 500_000_000) // in the middle of sub-window 100; 89 is the oldest
	for name, tc := range map[string]struct {
		at    time.Time
		epoch int64
		want  outcome
	}{
		"now":                         {now, 100, counted},
		"the oldest sub-window":       {time.Unix(89, 0), 89, counted},
		"just before it":              {time.Unix(88, 999_999_999), 88, late},
		"a little ahead":              {time.Unix(101, 400_000_000), 100, counted},
		"more than a sub-window":      {time.Unix(101, 600_000_000), 100, future},
		"before there were computers": {time.Unix(-5_000, 0), -5_000, late},
	} {
		epoch, o := c.place(tc.at, now)
		assert.Equal(t, tc.want, o, name)
		assert.Equal(t, tc.epoch, epoch, name)
	}
	assert.Equal(t, time.Unix(89, 0), c.begins(now))
}

func TestDeploymentsOfSevenDays(t *testing.T) {
	var h history
	day := 24 * time.Hour
	now := time.Unix(100*86400, 0)
	assert.True(t, h.add(now.Add(-6*day), now, 1))
	assert.True(t, h.add(now, now, 2))
	assert.False(t, h.add(now.Add(-8*day), now, 4), "too long ago")
	assert.Equal(t, 3.0, h.count(now))
	assert.Equal(t, 2.0, h.count(now.Add(2*day)))
	assert.Zero(t, h.count(now.Add(8*day)))
	assert.Empty(t, h.byHour, "what is over is forgotten")
}

func TestUnits(t *testing.T) {
	for unit, want := range map[string]float64{"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600, "": 1, "{call}": 1} {
		assert.Equal(t, want, secondsIn(unit), unit)
	}
	h := scaled(hist(250, 0, 1000, -50), 1e-3)
	assert.EqualValues(t, 4, h.Count())
	assert.InDelta(t, 1.2, h.Sum(), 1e-12)
	assert.Equal(t, 1.0, h.Max())
	assert.Equal(t, -0.05, h.Min())
	assert.InEpsilon(t, 0.25, h.Quantile(0.75), 0.011)
}
