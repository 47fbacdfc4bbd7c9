package later

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWaitsComeLast(t *testing.T) {
	var order []string
	wait := func(name string, err error) func() error {
		return func() error {
			order = append(order, name)
			return err
		}
	}
	refused := errors.New("refused")
	require.ErrorIs(t, Do(t.Context(), wait("nobody offers", refused)), refused)

	ctx, waits := With(t.Context())
	inner, cancel := context.WithCancel(ctx)
	require.NoError(t, Do(inner, wait("first", refused)))
	require.NoError(t, Do(ctx, wait("second", nil)))
	order = append(order, "others")
	require.ErrorIs(t, waits.Wait(), refused)
	require.ErrorIs(t, Do(ctx, wait("too late to put off", refused)), refused)
	cancel()
	require.Equal(t, []string{"nobody offers", "others", "first", "second", "too late to put off"}, order)
}
