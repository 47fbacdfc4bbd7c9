package tokenfile

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensionauth"
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/internal/ticks"
)

type tokenFile struct {
	cfg     *Config
	logger  *zap.Logger
	refused *refusals
	tokens  atomic.Pointer[tokens]
	fault   string // of the last reading; only the reading goroutine knows it

	stop    context.CancelFunc // nil until Start
	stopped chan struct{}
}

var (
	_ extension.Extension  = (*tokenFile)(nil)
	_ extensionauth.Server = (*tokenFile)(nil)
)

func newTokenFile(cfg *Config, set component.TelemetrySettings) (*tokenFile, error) {
	refused, err := newRefusals(set)
	if err != nil {
		return nil, err
	}
	return &tokenFile{cfg: cfg, logger: set.Logger, refused: refused}, nil
}

// Start reads the file, which must have a token, and goes on reading it.
func (f *tokenFile) Start(context.Context, component.Host) error {
	all, err := readFile(f.cfg.Filename)
	if err != nil {
		return err
	}
	f.tokens.Store(&all)
	f.refused.begin(context.Background())
	ctx, cancel := context.WithCancel(context.Background())
	f.stop, f.stopped = cancel, make(chan struct{})
	go f.run(ctx)
	return nil
}

// Shutdown is part of component.Component.
func (f *tokenFile) Shutdown(context.Context) error {
	if f.stop != nil {
		f.stop()
		<-f.stopped
	}
	f.refused.telemetry.Shutdown()
	return nil
}

func (f *tokenFile) run(ctx context.Context) {
	defer close(f.stopped)
	for range ticks.Until(ctx.Done(), f.cfg.Interval) {
		f.readAgain()
	}
}

// readAgain keeps the tokens it has while the file is missing or empty: it may be about to be replaced.
func (f *tokenFile) readAgain() {
	all, err := readFile(f.cfg.Filename)
	if err != nil {
		if f.fault != err.Error() {
			f.fault = err.Error()
			f.logger.Warn("The file of tokens cannot be read: the tokens before stay", zap.Error(err))
		}
		return
	}
	f.fault = ""
	if !slices.Equal(all, *f.tokens.Load()) {
		f.tokens.Store(&all)
		f.logger.Info("The file of tokens was read again", zap.Int("tokens", len(all)))
	}
}

// Authenticate is part of extensionauth.Server.
func (f *tokenFile) Authenticate(ctx context.Context, headers map[string][]string) (context.Context, error) {
	token, err := bearer(headers)
	if err != nil {
		f.refused.add(ctx, f.refused.noToken)
		return ctx, err
	}
	if all := f.tokens.Load(); all == nil || !all.have(token) {
		f.refused.add(ctx, f.refused.wrongToken)
		return ctx, errors.New("the token is not one of those that are accepted")
	}
	return ctx, nil
}
