package ticks_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/ticks"
)

func TestUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, done := time.Now(), make(chan struct{})
		var at []time.Duration
		for now := range ticks.Until(done, time.Second) {
			if at = append(at, now.Sub(began)); len(at) == 2 {
				close(done)
			}
		}
		require.Equal(t, []time.Duration{time.Second, 2 * time.Second}, at)

		for range ticks.Until(nil, time.Second) {
			break
		}
		require.Equal(t, 3*time.Second, time.Since(began))
	})
}
