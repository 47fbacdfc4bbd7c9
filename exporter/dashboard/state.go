package dashboard

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"syscall"
	"time"

	"github.com/shirou/gopsutil/v4/disk"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/history"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/page"
)

// lockWait is how long another process may hold the directory: the one before this that has not ended yet.
const lockWait = 10 * time.Second

// state is what the exporters of all signals share.
type state struct {
	cfg       *Config
	set       exporter.Settings
	log       *zap.Logger
	telemetry *telemetry
	host      component.Host

	history *history.History
	scraper *scraper
	server  *server
	pages   *pages

	off bool // from Start on: the directory cannot be written
}

func newState(cfg *Config, set exporter.Settings) (*state, error) {
	t, err := newTelemetry(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	return &state{cfg: cfg, set: set, log: set.Logger, telemetry: t}, nil
}

// Start is part of shared.State. Where nothing can be written there is no dashboard until the next start: the gateway counts money, and a full
// disk must not keep it from that.
func (s *state) Start(ctx context.Context, host component.Host) error {
	s.host = host
	err := s.open(ctx)
	if unwritable(err) {
		s.log.Error("The directory of the dashboard cannot be written: there is none until the next start; everything else goes on", zap.Error(err))
		componentstatus.ReportStatus(host, componentstatus.NewRecoverableErrorEvent(err))
		err = s.Shutdown(ctx)
		s.off = true
		return err
	}
	if err == nil {
		err = s.begin(ctx)
	}
	if err != nil {
		return errors.Join(err, s.Shutdown(ctx))
	}
	return nil
}

func (s *state) open(ctx context.Context) (err error) {
	if s.history, err = history.Open(ctx, s.historyOptions()); err != nil {
		return err
	}
	return s.openAlerts()
}

func unwritable(err error) bool {
	return slices.ContainsFunc([]error{
		fs.ErrPermission, syscall.EROFS, syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, syscall.ENOTDIR, syscall.EISDIR,
	}, func(one error) bool { return errors.Is(err, one) })
}

func (s *state) begin(ctx context.Context) (err error) {
	s.history.Start()
	if err = s.telemetry.begin(ctx, s); err != nil {
		return err
	}
	if err = s.openPages(); err != nil {
		return err
	}
	if s.server, err = s.listen(ctx, s.host); err != nil {
		return err
	}
	s.scraper = newScraper(&s.cfg.SelfMetrics, s.history, s.log, func() { s.telemetry.DashboardScrapesFailed.Add(context.Background(), 1) })
	return nil
}

func (s *state) historyOptions() history.Options {
	c := s.cfg
	return history.Options{
		Dir: c.Storage.Dir, Retention: time.Duration(c.Storage.Retention), MaxBytes: int64(c.Storage.MaxSize), MaxSeries: c.Storage.MaxSeries,
		QueryTimeout: c.Query.Timeout, MaxSamples: c.Query.MaxSamples, Concurrency: c.Query.Concurrency,
		Patience: lockWait,
		Logger:   slog.New(&zapHandler{log: s.log}),
		Now:      time.Now,
		Free:     freeBytes,
		Version:  s.set.BuildInfo.Version,
		Alerts:   s.activeAlerts,
		Hooks: history.Hooks{
			Appended: s.telemetry.appended, Rejected: s.telemetry.rejected, Refused: s.telemetry.refused, Trouble: s.trouble,
		},
	}
}

func freeBytes(dir string) (uint64, error) {
	usage, err := disk.Usage(dir)
	if err != nil {
		return 0, err
	}
	return usage.Free, nil
}

// trouble shows in the health check that nothing can be written, for as long as that is so.
func (s *state) trouble(err error) {
	if err == nil {
		s.log.Info("The history is written again")
		componentstatus.ReportStatus(s.host, componentstatus.NewEvent(componentstatus.StatusOK))
		return
	}
	s.log.Error("The history cannot be written; everything else goes on", zap.Error(err))
	componentstatus.ReportStatus(s.host, componentstatus.NewRecoverableErrorEvent(err))
}

func (s *state) addMetrics(ctx context.Context, md pmetric.Metrics) {
	if s.off {
		return
	}
	_ = s.history.Append(ctx, md) // it counts and reports
	s.pages.report.Poke()
}

func (s *state) addLogs(ctx context.Context, ld plog.Logs) error {
	if s.off {
		return nil
	}
	added, err := s.pages.addLogs(ld, time.Now())
	s.telemetry.DashboardAlertsAccepted.Add(ctx, int64(added))
	return err
}

func (s *state) addTraces(_ context.Context, td ptrace.Traces) {
	if !s.off {
		s.pages.runs.Add(td, time.Now())
	}
}

// handler is all that the server answers.
func (s *state) handler() http.Handler {
	mux := http.NewServeMux()
	api := s.history.API()
	mux.Handle("/api/v1/", api)
	mux.Handle("/-/", api)
	mux.Handle(reportPath, s.pages.report)
	mux.Handle("/", page.Handler())
	return mux
}

// Shutdown is part of shared.State. The gateway's own metrics are not read while it ends.
func (s *state) Shutdown(ctx context.Context) error {
	if s.off {
		return nil
	}
	var errs []error
	if s.scraper != nil {
		s.scraper.stop()
	}
	if s.pages != nil {
		s.pages.end()
	}
	if s.server != nil {
		errs = append(errs, s.server.stop(ctx))
	}
	s.telemetry.Shutdown()
	if s.pages != nil {
		errs = append(errs, s.pages.close())
	}
	if s.history != nil {
		errs = append(errs, s.history.Close(ctx))
	}
	return errors.Join(errs...)
}
