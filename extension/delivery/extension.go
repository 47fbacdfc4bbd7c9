package delivery

import (
	"context"
	"os"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensioncapabilities"
	"go.uber.org/zap"
)

type delivery struct {
	cfg    *Config
	logger *zap.Logger
	watch  *watch
	guard  *guard
	url    string // of the own metrics, empty without them

	stopWatch context.CancelFunc // nil until Ready
	stopped   chan struct{}
}

var (
	_ extension.Extension                         = (*delivery)(nil)
	_ extensioncapabilities.PipelineWatcher       = (*delivery)(nil)
	_ extensioncapabilities.ConfigSnapshotWatcher = (*delivery)(nil)
	_ componentstatus.Watcher                     = (*delivery)(nil)
)

func newDelivery(cfg *Config, logger *zap.Logger) *delivery {
	d := &delivery{cfg: cfg, logger: logger, watch: newWatch(cfg.After, logger)}
	d.guard = &guard{timeout: cfg.ShutdownTimeout, logger: logger, read: d.read, exit: os.Exit}
	return d
}

func (d *delivery) read(ctx context.Context) (map[line]reading, error) { return read(ctx, d.url) }

// Start is part of component.Component.
func (d *delivery) Start(_ context.Context, host component.Host) error {
	d.watch.host = host
	return nil
}

// NotifyConfigSnapshot comes once, before Ready.
func (d *delivery) NotifyConfigSnapshot(_ context.Context, snapshot extensioncapabilities.ConfigSnapshot) error {
	conf := snapshot.Effective()
	if conf == nil {
		return nil
	}
	url, err := ownMetrics(conf)
	d.url = url
	return err
}

// ComponentStatusChanged is part of componentstatus.Watcher. It is called for what this extension tells too.
func (d *delivery) ComponentStatusChanged(source *componentstatus.InstanceID, _ *componentstatus.Event) {
	d.watch.know(source)
}

// Ready is part of extensioncapabilities.PipelineWatcher.
func (d *delivery) Ready() error {
	if d.url == "" {
		d.logger.Info("Exporters are not watched: service::telemetry::metrics has no reader that is pulled")
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	d.stopWatch, d.stopped = cancel, make(chan struct{})
	go func() {
		defer close(d.stopped)
		d.watch.run(ctx, d.cfg.Interval, d.read)
	}()
	return nil
}

// NotReady is the first thing in a shutdown. From then on exporters tell their status themselves.
func (d *delivery) NotReady() error {
	d.guard.start()
	d.endWatch()
	return nil
}

func (d *delivery) endWatch() {
	if d.stopWatch != nil {
		d.stopWatch()
		<-d.stopped
	}
}

// Shutdown comes after the pipelines have ended.
func (d *delivery) Shutdown(context.Context) error {
	d.guard.stop()
	d.endWatch()
	return nil
}
