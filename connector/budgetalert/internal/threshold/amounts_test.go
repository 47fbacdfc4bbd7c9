package threshold

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestConversion(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     float64
	}{
		{"By", "MB", 1e-6},
		{"By", "MiB", 1.0 / (1 << 20)},
		{"By", "GiB", 1.0 / (1 << 30)},
		{"KiBy", "B", 1024},
		{"MBy", "MB", 1},
		{"By", "By", 1},
		{"1", "%", 100},
		{"%", "1", 0.01},
		{"", "%", 100},
		{"", "1", 1},
		{"s", "ms", 1000},
		{"ns", "s", 1e-9},
		{"min", "h", 1.0 / 60},
		{"us", "µs", 1},
		{"{USD}", "USD", 1},
		{"{call}", "{call}", 1},
		{"By/s", "MB/s", 1e-6},
		{"{request}/s", "{request}/min", 60},
		{"By/s", "kB/min", 0.06},
	} {
		got, ok := conversion(c.from, c.to)
		assert.True(t, ok, "%s to %s", c.from, c.to)
		assert.InEpsilon(t, c.want, got, 1e-12, "%s to %s", c.from, c.to)
	}
	for _, c := range [][2]string{{"By", "s"}, {"1", "MB"}, {"{call}", "{token}"}, {"By/s", "MB"}, {"By", "MB/s"}, {"s", "%"}, {"By/s", "MB/x"}, {"{call}", "%"}} {
		_, ok := conversion(c[0], c[1])
		assert.False(t, ok, "%s to %s", c[0], c[1])
	}
}

func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		value, limit float64
		unit, v, l   string
	}{
		{1240, 1000, "MB", "1,240 MB", "1,000 MB"},
		{1000.4, 1000, "MB", "1,000.4 MB", "1,000 MB"},
		{0.0523, 0.05, "1", "5.23 %", "5 %"},
		{0.8, 0.8, "1", "80 %", "80 %"},
		{12, 10, "1", "12", "10"},
		{1.24e9, 1e9, "By", "1.24 GB", "1 GB"},
		{512, 400, "By", "512 B", "400 B"},
		{2e6, 1e6, "By/s", "2 MB/s", "1 MB/s"},
		{3, 2, "{request}/s", "3 request/s", "2 request/s"},
		{-1234567.8, 0, "", "-1,234,568", "0"},
		{1e300, 1, "{x}", "1e+300 x", "1 x"},
		{math.Nextafter(10, 11), 10, "s", "10.000000000000002 s", "10 s"},
		{0.00012, 1, "", "0.00012", "1"},
	} {
		v, l := amounts(c.value, c.limit, c.unit)
		assert.Equal(t, [2]string{c.v, c.l}, [2]string{v, l})
	}
}

func TestSpell(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0 ms", 250 * time.Millisecond: "250 ms", 30 * time.Second: "30 s", 90 * time.Second: "1 min 30 s", time.Hour: "1 h",
		4*time.Hour + 59*time.Second: "4 h", 49 * time.Hour: "2 d 1 h",
	} {
		assert.Equal(t, want, spell(d))
	}
}
