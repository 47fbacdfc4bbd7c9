// Package patience bounds a wait for those who do not look at their context. It uses the standard library only.
package patience

import (
	"context"
	"fmt"
)

// Wait gives what do gives or, where ctx ends before that, an error; then do is left behind.
func Wait(ctx context.Context, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("it did not end in time: %w", ctx.Err())
	}
}
