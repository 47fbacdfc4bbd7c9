package budgetalert

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
)

const (
	tickEvery = time.Second
	fileEvery = 5 // ticks between two looks at budgets_file
)

// tick does what time brings until ctx ends.
func (s *state) tick(ctx context.Context) {
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	failing, warned, full := false, false, false
	var differ differing
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case notice := <-s.notices:
			s.heard(ctx, notice, time.Now())
			n--
			continue
		case now := <-ticker.C:
			if n%fileEvery == 0 || s.file.writing {
				s.followFile(ctx, now)
			}
			err := s.tickBudgets(ctx, now)
			if err != nil && !failing && ctx.Err() == nil {
				s.logger.Warn("Budgets could not be looked at; it is tried again each second", zap.Error(err))
			}
			failing = err != nil
			s.sendReports(ctx, now)
			warned = s.watchHorizon(warned)
			full = s.watchOutbox(full)
			differ = s.watchBudgets(differ, s.engine.Stats().Differ, now)
		}
	}
}

func (s *state) tickBudgets(ctx context.Context, now time.Time) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return errors.Join(s.engine.Tick(ctx, now), s.thresholds.Tick(ctx, now))
}

func (s *state) levels(ctx context.Context, now time.Time) ([]budget.Level, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.engine.Snapshot(ctx, now)
}

// differing is since when budgets differ from another gateway's, and whether that was said.
type differing struct {
	since time.Time
	said  bool
}

// rolloutTime is how long gateways may have different budgets without a word: while a file reaches one after the other.
const rolloutTime = 15 * time.Minute

// watchBudgets says once, each time that it begins, that another gateway has other budgets for good.
func (s *state) watchBudgets(d differing, names []string, now time.Time) differing {
	switch {
	case len(names) == 0:
		return differing{}
	case d.since.IsZero():
		return differing{since: now}
	case !d.said && now.Sub(d.since) >= rolloutTime:
		s.logger.Warn("Another gateway that shares the store has other limits of these budgets, or none of them: their alerts end and fire again in turns",
			zap.Strings("budgets", names), zap.Time("since", d.since))
		d.said = true
	}
	return d
}

// watchOutbox says once that alerts find no room to wait in.
func (s *state) watchOutbox(warned bool) bool {
	stats := s.ledger.Stats()
	if warned || stats.Refused == 0 {
		return warned
	}
	s.logger.Error("So many alerts wait to be delivered that new ones are not raised before there is room: is whoever is to take them down?",
		zap.Int("waiting", stats.Outbox), zap.Int64("refused", stats.Refused))
	return true
}

// watchHorizon says once that calls are forgotten before dedupe_window: one of these sent again would count twice.
func (s *state) watchHorizon(warned bool) bool {
	stats := s.ledger.Stats()
	if short := stats.EvictedIDs > 0 && stats.Horizon < s.cfg.DedupeWindow; !short || warned {
		return warned
	}
	s.logger.Warn("More calls come than max_ids allows to remember for dedupe_window: one that is sent again later than that counts twice",
		zap.Int("max_ids", s.cfg.MaxIDs), zap.Duration("horizon", s.ledger.Stats().Horizon))
	return true
}
