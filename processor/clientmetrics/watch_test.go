package clientmetrics

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestCompare(t *testing.T) {
	last := point{start: 100, at: 200, total: 5, counts: true}
	for name, c := range map[string]struct {
		last, p point
		want    sign
		newer   bool
	}{
		"the next point":             {last, point{100, 210, 6, true}, none, true},
		"no change":                  {last, point{100, 210, 5, true}, none, true},
		"the same again":             {last, last, none, false},
		"late":                       {last, point{100, 190, 4, true}, none, false},
		"a restart":                  {last, point{300, 310, 0, true}, none, true},
		"the older one still writes": {last, point{50, 210, 9, true}, startTime, false},
		"the older one's last, late": {last, point{50, 100, 9, true}, none, false},
		"back, same start":           {last, point{100, 210, 4, true}, value, true},
		"back, no start":             {last, point{0, 210, 4, true}, value, true},
		"back, no start before":      {point{0, 200, 5, true}, point{100, 210, 4, true}, value, true},
		"a gauge that falls":         {point{0, 200, 5, false}, point{0, 210, 4, false}, none, true},
	} {
		got, newer := compare(c.last, c.p)
		assert.Equal(t, c.want, got, name)
		assert.Equal(t, c.newer, newer, name)
	}
}

// Two writers of one series are found however their points mix, and one that restarts is not two.
func TestSee(t *testing.T) {
	now := time.Unix(1000, 0)
	w := newWatcher(10, time.Hour)
	var found [signs]int
	for _, p := range []point{{100, 110, 1, true}, {105, 115, 1, true}, {100, 120, 2, true}, {105, 125, 2, true}, {100, 130, 3, true}} {
		found[w.see(1, p, now)]++
	}
	assert.Equal(t, [signs]int{none: 3, startTime: 2}, found)
	assert.Equal(t, none, w.see(2, point{100, 130, 0, true}, now), "another series")
	assert.Equal(t, none, w.see(1, point{1, 140, 0, true}, now.Add(2*time.Hour)), "expired")
}

func TestWatcherIsBounded(t *testing.T) {
	w := newWatcher(10, time.Hour)
	for i := range uint64(1000) {
		w.see(i, point{}, time.Unix(1000, 0))
	}
	assert.LessOrEqual(t, w.series.Len(), 10)
	assert.Equal(t, uint64(1000-w.series.Len()), w.series.Evicted())
}
