package patience_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/patience"
)

func TestWait(t *testing.T) {
	failed := errors.New("failed")
	require.Equal(t, failed, patience.Wait(t.Context(), func() error { return failed }))

	ctx, cancel := context.WithCancel(t.Context())
	hangs := make(chan struct{})
	defer close(hangs)
	cancel()
	require.ErrorIs(t, patience.Wait(ctx, func() error { <-hangs; return nil }), context.Canceled)
}
