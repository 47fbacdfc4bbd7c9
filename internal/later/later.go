// Package later lets a component that must wait, for a disk, hand the wait to whoever has more to do with the same request: that is done
// first, with what is still in the processor's cache, and only then somebody waits.
package later

import (
	"context"
	"errors"
	"sync"
)

// Waits are what is to be waited for before a request is answered.
type Waits struct {
	mu    sync.Mutex
	waits []func() error
	over  bool
}

type key struct{}

// With is a context whose receivers may put off their waits. Who makes it must call Wait.
func With(ctx context.Context) (context.Context, *Waits) {
	w := &Waits{}
	return context.WithValue(ctx, key{}, w), w
}

// Do puts a wait off, if somebody up the call offered that. Otherwise it waits now. An error that comes later is the request's all the same.
func Do(ctx context.Context, wait func() error) error {
	if w, ok := ctx.Value(key{}).(*Waits); ok && w.add(wait) {
		return nil
	}
	return wait()
}

// add is false where the context was kept for longer than its request.
func (w *Waits) add(wait func() error) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return false
	}
	w.waits = append(w.waits, wait)
	return true
}

// Wait waits for all, and gives their errors.
func (w *Waits) Wait() error {
	w.mu.Lock()
	w.over = true
	waits := w.waits
	w.mu.Unlock()
	var errs []error
	for _, wait := range waits {
		if err := wait(); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
