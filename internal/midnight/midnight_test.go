package midnight_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/midnight"
)

func TestOf(t *testing.T) {
	for place, want := range map[string]string{
		"Europe/Berlin":    "2026-11-01T00:00:00+01:00",
		"America/Havana":   "2026-11-01T00:00:00-04:00", // goes back at 1:00
		"Africa/Cairo":     "2027-04-30T01:00:00+03:00", // goes forward at 0:00
		"America/Santiago": "2026-09-06T01:00:00-03:00", // the same
		"Asia/Amman":       "2021-10-29T00:00:00+03:00", // goes back at 1:00
	} {
		zone, err := time.LoadLocation(place)
		require.NoError(t, err)
		day, err := time.Parse(time.RFC3339, want)
		require.NoError(t, err)
		y, m, d := day.Date()
		got := midnight.Of(zone, y, m, d)
		require.Equal(t, want, got.Format(time.RFC3339), place)
		require.Equal(t, zone, got.Location())
	}
}
