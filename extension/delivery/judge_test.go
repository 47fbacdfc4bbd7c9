package delivery

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestObserve(t *testing.T) {
	const after = 30 * time.Second
	type step struct {
		at   int // seconds
		got  reading
		want bool
	}
	for name, steps := range map[string][]step{
		"nothing to send": {{0, reading{}, false}, {60, reading{}, false}, {120, reading{}, false}},
		"delivers": {
			{0, reading{inFlight: 1}, false}, {30, reading{sent: 5, inFlight: 1}, false}, {60, reading{sent: 9, inFlight: 1}, false},
		},
		"hangs, and comes back": {
			{0, reading{sent: 5}, false},
			{5, reading{sent: 5, inFlight: 1, queued: 10}, false},
			{30, reading{sent: 5, inFlight: 1, queued: 20}, false},
			{35, reading{sent: 5, inFlight: 1, queued: 20}, true},
			{40, reading{sent: 6}, false},
			{45, reading{sent: 6, inFlight: 1}, false},
		},
		"refuses all":             {{0, reading{}, false}, {5, reading{failed: 1}, false}, {35, reading{failed: 9}, true}, {40, reading{failed: 9}, true}},
		"refused one, and silent": {{0, reading{}, false}, {5, reading{failed: 1}, false}, {600, reading{failed: 1}, false}},
		"refuses some":            {{0, reading{}, false}, {5, reading{failed: 1, sent: 1}, false}, {600, reading{failed: 9, sent: 2}, false}},
		"gave up, and is silent":  {{0, reading{inFlight: 1}, false}, {40, reading{inFlight: 1}, true}, {600, reading{failed: 3}, true}, {700, reading{failed: 3}, true}},
		"slow at the first look":  {{0, reading{sent: 7, failed: 2, inFlight: 1}, false}, {5, reading{sent: 7, failed: 2}, false}, {60, reading{sent: 7, failed: 2}, false}},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Unix(1_800_000_000, 0)
			var r record
			for _, s := range steps {
				require.Equal(t, s.want, r.take(start.Add(time.Duration(s.at)*time.Second), s.got, after), "at %d s", s.at)
			}
		})
	}
}
