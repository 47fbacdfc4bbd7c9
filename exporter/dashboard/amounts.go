package dashboard

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Duration is a time.Duration that may also be in days: 35d.
type Duration time.Duration

// UnmarshalText reads days, or what time.ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	s := string(text)
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil || !(n >= 0 && n <= 36500) {
			return fmt.Errorf("must be a duration such as 35d or 840h, got %q", s)
		}
		*d = Duration(n * float64(day))
		return nil
	}
	parsed, err := time.ParseDuration(s)
	if err != nil {
		return fmt.Errorf("must be a duration such as 35d or 840h, got %q", s)
	}
	*d = Duration(parsed)
	return nil
}

// Size is a number of bytes: 5GiB, 500MB, 1048576.
type Size int64

var sizes = []struct {
	unit  string
	bytes float64
}{
	{"KiB", 1 << 10},
	{"MiB", 1 << 20},
	{"GiB", 1 << 30},
	{"TiB", 1 << 40},
	{"kB", 1e3},
	{"KB", 1e3},
	{"MB", 1e6},
	{"GB", 1e9},
	{"TB", 1e12},
	{"B", 1},
	{"", 1},
}

// UnmarshalText reads a number and a unit; bytes without one.
func (s *Size) UnmarshalText(text []byte) error {
	for _, u := range sizes {
		number, ok := strings.CutSuffix(strings.TrimSpace(string(text)), u.unit)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || !(n >= 0 && n*u.bytes < 1<<60) {
			break
		}
		*s = Size(n * u.bytes)
		return nil
	}
	return fmt.Errorf("must be a size such as 5GiB or 500MB, got %q", text)
}
