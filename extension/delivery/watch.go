package delivery

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/pipeline"
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/internal/ticks"
)

// notifier is what the service's host can do beyond component.Host: give a status to any component.
type notifier interface {
	NotifyComponentStatusChange(source *componentstatus.InstanceID, event *componentstatus.Event)
}

// watch judges every line and tells their exporters' status when it turns. One goroutine calls look.
type watch struct {
	after   time.Duration
	logger  *zap.Logger
	host    component.Host
	records map[line]*record
	failing map[line]bool

	mu        sync.Mutex
	exporters map[line]*componentstatus.InstanceID
}

func newWatch(after time.Duration, logger *zap.Logger) *watch {
	return &watch{
		after: after, logger: logger,
		records: map[line]*record{}, failing: map[line]bool{}, exporters: map[line]*componentstatus.InstanceID{},
	}
}

// know remembers under which identity an exporter has a status.
func (w *watch) know(source *componentstatus.InstanceID) {
	if source.Kind() != component.KindExporter {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	source.AllPipelineIDs(func(id pipeline.ID) bool {
		w.exporters[line{source.ComponentID().String(), id.Signal().String()}] = source
		return true
	})
}

func (w *watch) identity(l line) *componentstatus.InstanceID {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.exporters[l]
}

func (w *watch) look(now time.Time, all map[line]reading) {
	for l, got := range all {
		r := w.records[l]
		if r == nil {
			r = &record{}
			w.records[l] = r
		}
		if failing := r.take(now, got, w.after); failing != w.failing[l] {
			w.failing[l] = failing
			w.setStatus(l, r, failing)
		}
	}
}

func (w *watch) setStatus(l line, r *record, failing bool) {
	fields := []zap.Field{zap.String("exporter", l.exporter), zap.String("signal", l.signal)}
	event := componentstatus.NewEvent(componentstatus.StatusOK)
	if failing {
		err := fmt.Errorf("%s delivers no %s since %s", l.exporter, l.signal, r.since.UTC().Format(time.RFC3339))
		event = componentstatus.NewRecoverableErrorEvent(err)
		w.logger.Warn("An exporter does not deliver", append(fields, zap.Time("since", r.since), zap.Float64("queue_size", r.queued))...)
	} else {
		w.logger.Info("An exporter delivers again", fields...)
	}
	if to, ok := w.host.(notifier); ok {
		if source := w.identity(l); source != nil {
			to.NotifyComponentStatusChange(source, event)
		}
	}
}

// run looks every interval until the context ends.
func (w *watch) run(ctx context.Context, interval time.Duration, read func(context.Context) (map[line]reading, error)) {
	for range ticks.Until(ctx.Done(), interval) {
		all, err := read(ctx)
		if err != nil {
			w.logger.Debug("The gateway's own metrics cannot be read", zap.Error(err))
			continue
		}
		w.look(time.Now(), all)
	}
}
