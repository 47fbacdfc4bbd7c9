package budgetalert

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/threshold"
)

// loadBudgets begins with the budgets of the configuration and of its file. A bad file is an error where none was good before.
func (s *state) loadBudgets(ctx context.Context, now time.Time) error {
	all, bad, err := s.file.begin(s.cfg)
	if err != nil {
		return err
	}
	reader, err := s.readerOf(all)
	if err != nil {
		return err
	}
	keys := make([]budget.GroupKey, len(s.cfg.Book.By))
	for i := range keys {
		keys[i] = budget.GroupKey{Name: s.cfg.Book.By[i].Name, From: s.cfg.Book.By[i].From}
	}
	for i := range s.cfg.Overrides {
		if o := &s.cfg.Overrides[i]; o.Over(now, s.zone) {
			s.logger.Warn("An override is over, and changes nothing", zap.String("key", fmt.Sprintf("overrides[%d]", i)), zap.String("budget", o.Budget),
				zap.Any("until", o.Until))
		}
	}
	options := budget.Options{Timezone: s.cfg.Timezone, LateWindow: s.cfg.LateWindow, BookKeys: keys, PageURL: s.cfg.PageURL}
	engine, err := budget.NewEngine(ctx, options, all, s.cfg.Overrides, s.ledger, now)
	if err != nil {
		return fmt.Errorf("read the state of the budgets: %w", err)
	}
	s.reader, s.engine = reader, engine
	if bad != nil {
		s.logger.Error("The budgets_file is not used, the budgets that it had when it was good stay", zap.Error(bad))
		return nil
	}
	s.keepFile()
	return nil
}

func (s *state) keepFile() {
	if err := s.file.keep(s.cfg); err != nil {
		s.logger.Warn("The budgets_file is not kept: a start with a bad one cannot go on with it", zap.Error(err))
	}
}

func (s *state) loadThresholds(ctx context.Context, now time.Time) error {
	e, err := threshold.New(s.cfg.Thresholds, s.ledger, threshold.Options{URL: s.cfg.PageURL, Say: func(text string) { s.logger.Warn(text) }})
	if err != nil {
		return err
	}
	s.thresholds = e
	return e.Restore(ctx, now)
}

// followFile takes over a budgets_file that has changed. A bad one changes nothing, and is complained about once; one that only the ledger
// refuses, because its store is away, is complained about once too, and tried again.
func (s *state) followFile(ctx context.Context, now time.Time) {
	if !s.file.changed(s.cfg) {
		return
	}
	waited := s.file.again
	s.file.again = false
	all, err := s.file.read(s.cfg)
	var reader *reader
	if err == nil {
		reader, err = s.readerOf(all)
	}
	if err == nil {
		err = s.reload(ctx, all, reader, now)
		s.file.again = err != nil
	}
	switch {
	case err == nil:
		s.keepFile()
		s.logger.Info("Budgets were read again", zap.String("budgets_file", s.cfg.BudgetsFile), zap.Int("budgets", len(all)))
	case !waited || !s.file.again:
		s.logger.Error("The changed budgets_file is not used, the budgets before it stay", zap.Error(err))
	}
}

func (s *state) reload(ctx context.Context, all []budget.Config, reader *reader, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.engine.Reload(ctx, all, s.cfg.Overrides, now); err != nil {
		return err
	}
	s.reader = reader
	s.ledger.spend()
	return nil
}

// readerOf makes the reader for a list of budgets.
func (s *state) readerOf(all []budget.Config) (*reader, error) {
	r := &reader{hasher: s.ledger.Hasher(), late: s.cfg.LateWindow, slow: s.thresholds, rules: make([]rule, len(all))}
	for i := range all {
		where, err := compile(all[i].Where, s.set.TelemetrySettings)
		if err != nil {
			return nil, fmt.Errorf("budget %q: where %w", all[i].Name, err)
		}
		period, err := budget.ParsePeriod(all[i].Period)
		if err != nil {
			return nil, fmt.Errorf("budget %q: period %w", all[i].Name, err)
		}
		r.rules[i] = rule{where: where, run: period.Kind == budget.Run}
		for _, key := range all[i].Groups() {
			r.rules[i].keys = append(r.rules[i].keys, groupKey{key.Name, key.From})
		}
	}
	for _, key := range slices.Clone(s.cfg.Book.By) {
		r.by = append(r.by, groupKey{key.Name, key.From})
	}
	return r, nil
}
