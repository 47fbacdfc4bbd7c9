package alertnotify

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/config/configretry"
)

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		status     int
		retryAfter string
		want       answer
	}{
		{200, "", answer{verdict: taken}},
		{202, "9", answer{verdict: taken}},
		{302, "", answer{verdict: refused}},
		{400, "", answer{verdict: refused}},
		{404, "9", answer{verdict: refused}},
		{408, "", answer{verdict: again}},
		{429, "30", answer{verdict: again, after: 30 * time.Second}},
		{429, "Sat, 21 Nov 2026 12:01:00 GMT", answer{verdict: again, after: time.Minute}},
		{429, "Sat, 21 Nov 2026 11:00:00 GMT", answer{verdict: again}},
		{429, "soon", answer{verdict: again}},
		{429, "-1", answer{verdict: again}},
		{503, "99999999999999999999", answer{verdict: again}},
		{503, "4294967295", answer{verdict: again, after: maxRetryAfter}},
		{500, "", answer{verdict: again}},
	} {
		assert.Equal(t, c.want, judge(c.status, c.retryAfter, noon), "%d %s", c.status, c.retryAfter)
	}
}

func TestPace(t *testing.T) {
	c := &configretry.BackOffConfig{InitialInterval: time.Second, Multiplier: 2, MaxInterval: 10 * time.Second, RandomizationFactor: 0.5}
	var p pace
	var waits []time.Duration
	for range 6 {
		p.fail(noon, 0, c, 0.5)
		waits = append(waits, p.until.Sub(noon))
	}
	assert.Equal(t, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 10 * time.Second, 10 * time.Second}, waits)
	p.fail(noon, time.Hour, c, 0.5)
	assert.Equal(t, time.Hour, p.until.Sub(noon), "what the destination asks for is more")
	p.reset()
	p.fail(noon, 0, c, 1)
	assert.Equal(t, 1500*time.Millisecond, p.until.Sub(noon))
	p.reset()
	p.fail(noon, 0, &configretry.BackOffConfig{}, 0)
	assert.Equal(t, shortest, p.until.Sub(noon), "never without a pause")
}
