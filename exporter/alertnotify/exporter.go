package alertnotify

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/internal/boltfile"
)

const (
	tidyEvery = 10 * time.Second
	// endsWithin bounds the shutdown; what is not sent by then is sent at the next start.
	endsWithin = 5 * time.Second
)

var errNotRunning = errors.New("alertnotify is not running")

// alertNotify joins the configuration, the keeper and the workers.
type alertNotify struct {
	cfg       *Config
	set       exporter.Settings
	log       *zap.Logger
	telemetry *telemetry
	keeper    *keeper // nil while it does not run

	// newClient makes the client of a destination.
	newClient func(context.Context, *confighttp.ClientConfig) (*http.Client, error)

	host   component.Host
	faulty bool // guarded by the keeper's lock

	stop    chan struct{}
	cancel  context.CancelFunc
	workers sync.WaitGroup
}

func newAlertNotify(set exporter.Settings, cfg *Config) (*alertNotify, error) {
	t, err := newTelemetry(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	e := &alertNotify{cfg: cfg, set: set, log: set.Logger, telemetry: t}
	e.newClient = func(ctx context.Context, c *confighttp.ClientConfig) (*http.Client, error) {
		return c.ToClient(ctx, e.host.GetExtensions(), e.set.TelemetrySettings)
	}
	return e, nil
}

// start opens the store and starts a worker for each destination. A store that cannot be opened is no reason not to alert.
func (e *alertNotify) start(ctx context.Context, host component.Host) error {
	e.host = host
	s, err := e.newStore(ctx, host)
	if err != nil {
		return err
	}
	k := newKeeper(s, e.cfg, e.stored)
	if err := k.load(ctx); errors.Is(err, boltfile.ErrInUse) {
		return err
	} else if err != nil {
		k.report(err)
	}
	peers, webhooks, err := e.destinations(ctx, k)
	if err != nil {
		return errors.Join(err, s.close(ctx))
	}
	if err := e.telemetry.begin(ctx, k, namesOf(peers), k.webhooks); err != nil {
		return errors.Join(err, s.close(ctx))
	}
	e.keeper, e.stop = k, make(chan struct{})
	working, cancel := context.WithCancel(context.WithoutCancel(ctx))
	e.cancel = cancel
	for _, p := range peers {
		e.work(working, k.bell(), p.step)
	}
	for _, w := range webhooks {
		e.work(working, k.bell(), w.step)
	}
	e.work(working, nil, func(ctx context.Context, now time.Time) time.Duration {
		_ = k.tidy(ctx, now) // reported by the keeper
		return tidyEvery
	})
	return nil
}

// work runs a worker until the end: then it does what can be done at once.
func (e *alertNotify) work(ctx context.Context, bell <-chan struct{}, step func(context.Context, time.Time) time.Duration) {
	stop := e.stop
	e.workers.Go(func() {
		for ending := false; ; {
			wait := step(ctx, time.Now())
			if wait == 0 {
				continue
			}
			if ending {
				return
			}
			var timer <-chan time.Time
			if wait > 0 {
				timer = time.After(wait)
			}
			select {
			case <-bell:
			case <-timer:
			case <-stop:
				ending = true
			}
		}
	})
}

// consume returns when the alerts of a batch are on disk. With an error they are worked on all the same, and known when they come again.
func (e *alertNotify) consume(ctx context.Context, logs plog.Logs) error {
	alerts, ignored := readAlerts(logs)
	e.telemetry.AlertnotifyIgnored.Add(ctx, int64(ignored))
	if len(alerts) == 0 {
		return nil
	}
	if e.keeper == nil {
		return errNotRunning
	}
	outcomes, err := e.keeper.accept(ctx, alerts, time.Now())
	for i, o := range outcomes {
		if o.repeated {
			e.telemetry.AlertnotifyRepeated.Add(ctx, 1)
			continue
		}
		e.telemetry.AlertnotifyAccepted.Add(ctx, 1)
		if e.cfg.Log == logInfo {
			e.log.Info(line(&alerts[i]))
		}
		for _, l := range o.lost {
			if l.destination != destinationAlertmanager || e.keeper.peers > 0 {
				e.telemetry.dropped(ctx, l.destination, l.reason)
			}
		}
	}
	return err
}

// stored hears how each write went, in order.
func (e *alertNotify) stored(err error) {
	if err == nil {
		if e.faulty {
			e.faulty = false
			e.log.Info("Alerts are written to disk again")
			componentstatus.ReportStatus(e.host, componentstatus.NewEvent(componentstatus.StatusOK))
		}
		return
	}
	e.telemetry.AlertnotifyStoreFailures.Add(context.Background(), 1)
	if e.faulty {
		return
	}
	e.faulty = true
	what := "Alerts cannot be written to disk: they are sent, but a crash would lose those that wait"
	if errors.Is(err, errDamaged) {
		what = "The store of alerts was damaged; a new one begins"
	}
	e.log.Error(what, zap.Error(err))
	componentstatus.ReportStatus(e.host, componentstatus.NewRecoverableErrorEvent(err))
}

// shutdown lets the workers send what can be sent at once, and closes the store.
func (e *alertNotify) shutdown(ctx context.Context) error {
	k := e.keeper
	if k == nil {
		return nil
	}
	e.keeper = nil
	defer context.AfterFunc(ctx, e.cancel)()
	defer time.AfterFunc(endsWithin, e.cancel).Stop()
	close(e.stop)
	e.workers.Wait()
	e.cancel()
	e.telemetry.Shutdown()
	return k.close(ctx)
}
