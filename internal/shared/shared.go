// Package shared gives the components that the Collector builds from one configuration one state. A processor is built once for every
// pipeline that names it and a connector once for every pair of signals; what they count must be counted once all the same.
package shared

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/collector/component"
)

// ErrNotRunning is what Get answers before Start has returned and after Shutdown has begun.
var ErrNotRunning = errors.New("the component is not running")

// errStarted is a mistake of the caller.
var errStarted = errors.New("the component is started already")

// State is what components share. Start and Shutdown are called once each, one after the other. A call that began before Shutdown may
// still be under way while it runs and after it: the state must bear that.
type State interface {
	// Start gets a host that reports status on every component that shares the state.
	Start(ctx context.Context, host component.Host) error
	Shutdown(ctx context.Context) error
}

// Registry holds the states of one kind of component, by configuration. Its lock is never held while a state is built, started or stopped.
type Registry[K comparable, S State] struct {
	mu     sync.Mutex
	states map[K]*entry[S]
}

type entry[S State] struct {
	hosts hosts
	users int           // guarded by the registry's lock
	ready chan struct{} // closed when the state has started, or has failed to
	gone  chan struct{} // closed when the state has stopped, or has failed to start
	state S             // set before ready is closed
	err   error         // the same
	ends  bool          // Shutdown has begun; guarded by the registry's lock
}

// Member is one component's part in a state.
type Member[K comparable, S State] struct {
	registry *Registry[K, S]
	key      K
	build    func() (S, error)
	joined   atomic.Pointer[entry[S]] // nil while the component does not run
	host     component.Host
}

// Member makes the part of a component that is configured by key; build makes the state when it is the first to start.
func (r *Registry[K, S]) Member(key K, build func() (S, error)) *Member[K, S] {
	return &Member[K, S]{registry: r, key: key, build: build}
}

// Len is the number of states that are starting, running or stopping.
func (r *Registry[K, S]) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.states)
}

// Start builds and starts the state or, where another component has done that, waits until it has started. A state that is stopping is
// waited for too, so that never two of one configuration run. It gives up when ctx ends.
func (m *Member[K, S]) Start(ctx context.Context, host component.Host) error {
	if m.joined.Load() != nil {
		return errStarted
	}
	e, first, err := m.registry.join(ctx, m.key)
	if err != nil {
		return err
	}
	m.host = host
	e.hosts.add(host)
	if first {
		err = m.first(ctx, e)
	} else {
		err = m.later(ctx, e)
	}
	if err != nil {
		e.hosts.remove(host)
		return err
	}
	m.joined.Store(e)
	return nil
}

// join takes a place in the state of key; first is true for the one that must start it.
func (r *Registry[K, S]) join(ctx context.Context, key K) (e *entry[S], first bool, err error) {
	for {
		r.mu.Lock()
		e := r.states[key]
		if e == nil {
			e = &entry[S]{users: 1, ready: make(chan struct{}), gone: make(chan struct{})}
			if r.states == nil {
				r.states = map[K]*entry[S]{}
			}
			r.states[key] = e
			r.mu.Unlock()
			return e, true, nil
		}
		if !e.ends {
			e.users++
			r.mu.Unlock()
			return e, false, nil
		}
		r.mu.Unlock()
		select {
		case <-e.gone:
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
	}
}

// first starts the state for all who wait.
func (m *Member[K, S]) first(ctx context.Context, e *entry[S]) error {
	if e.state, e.err = m.build(); e.err == nil {
		e.err = e.state.Start(ctx, &e.hosts)
	}
	if e.err != nil {
		m.registry.forget(m.key)
		close(e.gone)
	}
	close(e.ready)
	return e.err
}

func (m *Member[K, S]) later(ctx context.Context, e *entry[S]) error {
	select {
	case <-e.ready:
		return e.err
	case <-ctx.Done():
	}
	// Who leaves last stops the state; that cannot be before it has started, since its first user is still in there.
	return errors.Join(ctx.Err(), m.registry.leave(context.WithoutCancel(ctx), m.key, e))
}

// Get is the state, or ErrNotRunning.
func (m *Member[K, S]) Get() (S, error) {
	e := m.joined.Load()
	if e == nil {
		var none S
		return none, ErrNotRunning
	}
	return e.state, nil
}

// Shutdown stops the state with its last component. A second time, or without Start, it does nothing.
func (m *Member[K, S]) Shutdown(ctx context.Context) error {
	e := m.joined.Swap(nil)
	if e == nil {
		return nil
	}
	defer e.hosts.remove(m.host)
	return m.registry.leave(ctx, m.key, e)
}

func (r *Registry[K, S]) leave(ctx context.Context, key K, e *entry[S]) error {
	r.mu.Lock()
	e.users--
	e.ends = e.users == 0
	last := e.ends
	r.mu.Unlock()
	if !last {
		return nil
	}
	<-e.ready // closed, unless its first user is about to
	defer close(e.gone)
	defer r.forget(key)
	if e.err != nil {
		return nil
	}
	return e.state.Shutdown(ctx)
}

func (r *Registry[K, S]) forget(key K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.states, key)
}
