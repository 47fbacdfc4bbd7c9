package threshold

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestClock(t *testing.T) {
	var c clock
	run := func(now time.Time) time.Duration { return c.at(now).Run }
	assert.Equal(t, time.Duration(0), run(noon))
	assert.Equal(t, s10, run(noon.Add(s10)))
	assert.Equal(t, s10, run(noon.Add(5*time.Second)), "overtaken")
	assert.Equal(t, 2*s10, run(noon.Add(2*s10)), "nothing is counted twice")
	assert.Equal(t, 2*s10, run(noon.Add(-time.Hour)), "set back")
	assert.Equal(t, 3*s10, run(noon.Add(-time.Hour+s10)))
	assert.Equal(t, Instant{Run: 3*s10 + time.Hour, Wall: noon.Add(s10).UnixNano()}, c.at(noon.Add(s10)))

	// With the monotonic reading that time.Now gives, the wall clock does not matter.
	real1 := time.Now()
	c = clock{}
	c.at(real1)
	assert.Equal(t, s10, c.at(real1.Add(s10)).Run)
}
