package limits

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDuration(t *testing.T) {
	const least, most = time.Second, 24 * time.Hour
	for _, c := range []struct {
		d    time.Duration
		zero string
		want string // "" is allowed
	}{
		{least, "", ""},
		{most, "", ""},
		{0, "off", ""},
		{0, "", "must be from 1s to 24h, got 0s"},
		{-time.Second, "off", "must be 0 (off) or from 1s to 24h, got -1s"},
		{15, "", "must be from 1s to 24h, got 15ns; was the unit forgotten? 15 is nanoseconds, 15s is seconds"},
		{900, "off", "must be 0 (off) or from 1s to 24h, got 900ns; was the unit forgotten? 900 is nanoseconds, 900s is seconds"},
		{999 * time.Millisecond, "", "must be from 1s to 24h, got 999ms"},
		{most + 1, "", "must be from 1s to 24h, got 24h0m0.000000001s"},
	} {
		if c.want == "" {
			require.NoError(t, Duration(c.d, least, most, c.zero))
			continue
		}
		require.EqualError(t, Duration(c.d, least, most, c.zero), c.want)
	}
	require.EqualError(t, Duration(0, 100*time.Millisecond, 90*time.Minute, ""), "must be from 100ms to 90m, got 0s")
}
