package delivery

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/extension/extensioncapabilities"
	"go.opentelemetry.io/collector/pipeline"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// host is the service's: it gives a status to any component and tells the extension so.
type host struct {
	extension *delivery
	mu        sync.Mutex
	events    []string
}

func (h *host) told() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.events)
}

func (h *host) GetExtensions() map[component.ID]component.Component { return nil }

func (h *host) NotifyComponentStatusChange(source *componentstatus.InstanceID, event *componentstatus.Event) {
	text := source.ComponentID().String() + " " + event.Status().String()
	if event.Err() != nil {
		text += ": " + event.Err().Error()
	}
	h.mu.Lock()
	h.events = append(h.events, text)
	h.mu.Unlock()
	h.extension.ComponentStatusChanged(source, event)
}

func exporterOf(name string, signal pipeline.Signal) *componentstatus.InstanceID {
	return componentstatus.NewInstanceID(component.MustNewIDWithName("otlp_grpc", name), component.KindExporter, pipeline.NewID(signal))
}

func TestStatusOfExporters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zapcore.InfoLevel)
		d := newDelivery(defaultConfig(), zap.New(core))
		h := &host{extension: d}
		require.NoError(t, d.Start(t.Context(), h))
		for _, source := range []*componentstatus.InstanceID{
			exporterOf("backend", pipeline.SignalTraces), exporterOf("backend", pipeline.SignalLogs),
			componentstatus.NewInstanceID(component.MustNewID("otlp"), component.KindReceiver, pipeline.NewID(pipeline.SignalTraces)),
		} {
			d.ComponentStatusChanged(source, componentstatus.NewEvent(componentstatus.StatusStarting))
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		begun := time.Now()
		go d.watch.run(ctx, d.cfg.Interval, func(context.Context) (map[line]reading, error) {
			switch passed := time.Since(begun); {
			case passed < 20*time.Second:
				return map[line]reading{{"otlp_grpc/backend", "traces"}: {sent: 1}}, nil
			case passed < 25*time.Second:
				return nil, errors.New("busy")
			case passed < 100*time.Second:
				return map[line]reading{
					{"otlp_grpc/backend", "traces"}: {sent: 1, inFlight: 1}, {"otlp_grpc/backend", "logs"}: {sent: passed.Seconds(), inFlight: 1},
				}, nil
			}
			return map[line]reading{{"otlp_grpc/backend", "traces"}: {sent: 2, inFlight: 1}}, nil
		})
		time.Sleep(54 * time.Second)
		synctest.Wait()
		require.Empty(t, h.told())
		time.Sleep(2 * time.Second)
		synctest.Wait()
		since := begun.Add(25 * time.Second).UTC().Format(time.RFC3339)
		failed := "otlp_grpc/backend StatusRecoverableError: otlp_grpc/backend delivers no traces since " + since
		require.Equal(t, []string{failed}, h.told())
		time.Sleep(40 * time.Second)
		synctest.Wait()
		require.Equal(t, []string{failed}, h.told(), "told once")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		require.Equal(t, []string{failed, "otlp_grpc/backend StatusOK"}, h.told())
		require.Equal(t, 1, logs.FilterLevelExact(zapcore.WarnLevel).Len())
	})
}

// TestHostThatGivesNoStatus: the log tells it all the same.
func TestHostThatGivesNoStatus(t *testing.T) {
	core, logs := observer.New(zapcore.InfoLevel)
	w := newWatch(time.Second, zap.New(core))
	start := time.Unix(1_800_000_000, 0)
	for n := range 3 {
		w.look(start.Add(time.Duration(n)*time.Second), map[line]reading{{"kafka", "logs"}: {failed: float64(n)}})
	}
	require.Equal(t, 1, logs.FilterMessage("An exporter does not deliver").Len())
}

func TestGuard(t *testing.T) {
	for name, c := range map[string]struct {
		read func(context.Context) (map[line]reading, error)
		want string
	}{
		"with metrics": {func(context.Context) (map[line]reading, error) {
			return map[line]reading{{"a", "traces"}: {queued: 7, inFlight: 1}, {"a", "logs"}: {sent: 1}}, nil
		}, "traces of a: queue size 7, requests in flight 1"},
		"without": {func(context.Context) (map[line]reading, error) { return nil, errors.New("no") }, "unknown: the gateway's own metrics cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				core, logs := observer.New(zapcore.InfoLevel)
				d := newDelivery(defaultConfig(), zap.New(core))
				var status atomic.Int64
				d.guard.exit = func(code int) { status.Add(int64(code)) }
				d.guard.read = c.read
				require.NoError(t, d.NotReady())
				time.Sleep(14 * time.Second)
				synctest.Wait()
				require.Zero(t, status.Load())
				time.Sleep(2 * time.Second)
				synctest.Wait()
				require.EqualValues(t, 1, status.Load())
				entries := logs.FilterLevelExact(zapcore.ErrorLevel).All()
				require.Len(t, entries, 1)
				require.Equal(t, []any{c.want}, entries[0].ContextMap()["undelivered"])
			})
		})
	}
}

func TestGuardOfAShutdownThatEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDelivery(defaultConfig(), zap.NewNop())
		d.guard.exit = func(int) { t.Error("ended") }
		require.NoError(t, d.Start(t.Context(), &host{}))
		require.NoError(t, d.Ready(), "without metrics of its own there is nothing to watch")
		require.NoError(t, d.NotReady())
		time.Sleep(14 * time.Second)
		require.NoError(t, d.Shutdown(t.Context()))
		time.Sleep(time.Hour)
		synctest.Wait()

		cfg := defaultConfig()
		cfg.ShutdownTimeout = 0
		d = newDelivery(cfg, zap.NewNop())
		d.guard.exit = func(int) { t.Error("ended") }
		require.NoError(t, d.NotReady())
		time.Sleep(time.Hour)
		synctest.Wait()
	})
}

// TestLife goes through a service's start and end, with the metrics of a server that is not there.
func TestLife(t *testing.T) {
	cfg := &Config{Interval: minInterval, After: minInterval, ShutdownTimeout: time.Hour}
	d := newDelivery(cfg, zap.NewNop())
	require.NoError(t, d.Start(t.Context(), &host{extension: d}))
	conf := confmap.NewFromStringMap(map[string]any{"service::telemetry::metrics::readers": []any{
		map[string]any{"pull": map[string]any{"exporter": map[string]any{"prometheus": map[string]any{"host": "127.0.0.1", "port": 1}}}},
	}})
	require.NoError(t, d.NotifyConfigSnapshot(t.Context(), extensioncapabilities.NewConfigSnapshot(conf, nil)))
	require.Equal(t, "http://127.0.0.1:1/metrics", d.url)
	require.NoError(t, d.Ready())
	require.NoError(t, d.NotReady())
	require.NoError(t, d.Shutdown(t.Context()))
	require.NoError(t, d.NotifyConfigSnapshot(t.Context(), extensioncapabilities.NewConfigSnapshot(nil, nil)))
}

func TestConfig(t *testing.T) {
	require.NoError(t, defaultConfig().Validate())
	err := (&Config{Interval: 5, After: 1, ShutdownTimeout: 15}).Validate()
	for _, want := range []string{
		"interval: must be at least 100ms, got 5ns", "after: must be at least interval (5ns), got 1ns",
		"shutdown_timeout: must be 0 (none) or at least 1s, got 15ns",
	} {
		require.ErrorContains(t, err, want)
	}
}
