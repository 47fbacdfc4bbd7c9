package shared

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
)

// counter is a state that knows how often and in which order it was started and stopped.
type counter struct {
	running, starts, stops *atomic.Int64
	slow                   time.Duration
	startErr               error
	host                   component.Host
	ctx                    context.Context
}

func (c *counter) Start(ctx context.Context, host component.Host) error {
	c.host, c.ctx = host, ctx
	time.Sleep(c.slow)
	c.starts.Add(1)
	if c.startErr != nil {
		return c.startErr
	}
	c.running.Add(1)
	return nil
}

func (c *counter) Shutdown(ctx context.Context) error {
	c.ctx = ctx
	time.Sleep(c.slow)
	c.stops.Add(1)
	c.running.Add(-1)
	return nil
}

type rig struct {
	Registry[string, *counter]
	running, starts, stops, builds atomic.Int64
	slow                           time.Duration
	startErr                       error
}

func (r *rig) member(key string) *Member[string, *counter] {
	return r.Member(key, func() (*counter, error) {
		r.builds.Add(1)
		return &counter{running: &r.running, starts: &r.starts, stops: &r.stops, slow: r.slow, startErr: r.startErr}, nil
	})
}

// host remembers what was reported on it.
type host struct {
	mu     sync.Mutex
	events []componentstatus.Status
}

func (*host) GetExtensions() map[component.ID]component.Component { return nil }

func (h *host) Report(e *componentstatus.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e.Status())
}

func TestOneStateForOneConfiguration(t *testing.T) {
	var r rig
	a, b, other := r.member("x"), r.member("x"), r.member("y")
	_, err := a.Get()
	require.ErrorIs(t, err, ErrNotRunning)
	for _, m := range []*Member[string, *counter]{a, b, other} {
		require.NoError(t, m.Start(t.Context(), &host{}))
	}
	require.ErrorIs(t, a.Start(t.Context(), &host{}), errStarted)
	of := func(m *Member[string, *counter]) *counter {
		s, err := m.Get()
		require.NoError(t, err)
		return s
	}
	require.Same(t, of(a), of(b))
	require.NotSame(t, of(a), of(other))
	require.NoError(t, a.Shutdown(t.Context()))
	require.NoError(t, a.Shutdown(t.Context()), "a second time does nothing")
	_, err = a.Get()
	require.ErrorIs(t, err, ErrNotRunning)
	require.Zero(t, r.stops.Load(), "b still runs")
	require.NoError(t, b.Shutdown(t.Context()))
	require.NoError(t, other.Shutdown(t.Context()))
	require.EqualValues(t, 2, r.stops.Load())
	require.Zero(t, r.Len())
	require.NoError(t, a.Start(t.Context(), &host{}), "and again")
	require.NoError(t, a.Shutdown(t.Context()))
	require.EqualValues(t, 3, r.builds.Load())
}

func TestAFailedStartIsEverybodys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := rig{slow: time.Second, startErr: errors.New("no")}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				m := r.member("x")
				if err := m.Start(t.Context(), &host{}); !errors.Is(err, r.startErr) {
					t.Errorf("got %v", err)
				}
				if _, err := m.Get(); !errors.Is(err, ErrNotRunning) {
					t.Errorf("got %v", err)
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 1, r.builds.Load())
		require.Zero(t, r.Len(), "nothing is left of it")
		r.startErr = nil
		m := r.member("x")
		require.NoError(t, m.Start(t.Context(), &host{}), "the next try is a new one")
		require.NoError(t, m.Shutdown(t.Context()))
	})
}

// While one state takes its time the others come and go.
func TestNothingWaitsForAnotherConfiguration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := rig{slow: time.Hour}
		slow := r.member("slow")
		go func() { _ = slow.Start(t.Context(), &host{}) }()
		synctest.Wait()
		r.slow = 0
		began := time.Now()
		quick := r.member("quick")
		require.NoError(t, quick.Start(t.Context(), &host{}))
		require.NoError(t, quick.Shutdown(t.Context()))
		require.Equal(t, began, time.Now())
		time.Sleep(2 * time.Hour)
		require.NoError(t, slow.Shutdown(t.Context()))
	})
}

// Who waits for a start, or for the end of the state before, gives up with its context.
func TestTheCallersContextIsHonoured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := rig{slow: time.Minute}
		first, second, third := r.member("x"), r.member("x"), r.member("x")
		go func() { _ = first.Start(t.Context(), &host{}) }()
		synctest.Wait()
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, second.Start(short, &host{}), context.DeadlineExceeded)
		time.Sleep(time.Minute)
		_, err := first.Get()
		require.NoError(t, err)
		go func() { _ = first.Shutdown(t.Context()) }()
		synctest.Wait()
		short, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, third.Start(short, &host{}), context.DeadlineExceeded)
		time.Sleep(time.Minute)
		require.Zero(t, r.Len())
		ctx := context.WithValue(t.Context(), &r, "mine")
		require.NoError(t, third.Start(ctx, &host{}))
		state, err := third.Get()
		require.NoError(t, err)
		require.Equal(t, "mine", state.ctx.Value(&r))
		require.NoError(t, third.Shutdown(ctx))
	})
}

func TestStatusIsReportedToEveryComponent(t *testing.T) {
	var r rig
	a, b := r.member("x"), r.member("x")
	ha, hb := &host{}, &host{}
	require.NoError(t, a.Start(t.Context(), ha))
	state, err := a.Get()
	require.NoError(t, err)
	report := func(s componentstatus.Status) { componentstatus.ReportStatus(state.host, componentstatus.NewEvent(s)) }
	report(componentstatus.StatusRecoverableError)
	require.NoError(t, b.Start(t.Context(), hb), "hears what was said before it came")
	report(componentstatus.StatusOK)
	require.NoError(t, b.Shutdown(t.Context()))
	report(componentstatus.StatusRecoverableError)
	require.NoError(t, a.Shutdown(t.Context()))
	failing, ok := componentstatus.StatusRecoverableError, componentstatus.StatusOK
	require.Equal(t, []componentstatus.Status{failing, ok, failing}, ha.events)
	require.Equal(t, []componentstatus.Status{failing, ok}, hb.events)
}

// Whatever the order in which components come and go, at most one state of a configuration runs and in the end none does.
func TestAnyInterleaving(t *testing.T) {
	for seed := range uint64(50) {
		synctest.Test(t, func(t *testing.T) {
			r := rig{slow: 3 * time.Millisecond}
			var wg sync.WaitGroup
			for i := range uint64(6) {
				wg.Go(func() {
					random := rand.New(rand.NewPCG(seed, i))
					m := r.member("x")
					for range 8 {
						time.Sleep(time.Duration(random.IntN(10)) * time.Millisecond)
						ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+random.IntN(12))*time.Millisecond)
						if m.Start(ctx, &host{}) == nil {
							if n := r.running.Load(); n != 1 {
								t.Errorf("%d states run", n)
							}
							time.Sleep(time.Duration(random.IntN(5)) * time.Millisecond)
							if m.Shutdown(t.Context()) != nil {
								t.Error("Shutdown failed")
							}
						}
						cancel()
					}
				})
			}
			wg.Wait()
			if r.Len() != 0 || r.running.Load() != 0 || r.starts.Load() != r.stops.Load() {
				t.Errorf("left: %d, running %d, started %d, stopped %d", r.Len(), r.running.Load(), r.starts.Load(), r.stops.Load())
			}
		})
	}
}
