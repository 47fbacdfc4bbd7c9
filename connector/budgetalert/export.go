package budgetalert

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component/componentstatus"
	"go.uber.org/zap"
)

// exporting exports as soon as somebody listens, so that a restart leaves no gap, every interval, and what changed soon after it did, until
// ctx ends.
func (s *state) exporting(ctx context.Context) {
	ticker := time.NewTicker(s.cfg.Interval)
	defer ticker.Stop()
	soon := time.NewTimer(s.cfg.Interval)
	soon.Stop()
	defer soon.Stop()
	waits, failing := false, false
	var earliest time.Time
	for {
		much := news
		var now time.Time
		select {
		case <-ctx.Done():
			return
		case <-s.ledger.spent:
			if now = time.Now(); now.Before(earliest) {
				if !waits {
					waits = true
					soon.Reset(earliest.Sub(now))
				}
				continue
			}
		case now = <-soon.C:
		case now = <-ticker.C:
			much = whole
		case <-s.listens:
			failing = s.exportTo(ctx, time.Now(), whole, failing)
			continue
		}
		soon.Stop()
		waits = false
		failing = s.exportTo(ctx, now, much, failing)
		earliest = time.Now().Add(pause(time.Since(now)))
	}
}

// pause is how long after an export the next one may follow: a second, and with very many groups so long that a twentieth of the time at most
// is spent on exports.
func pause(took time.Duration) time.Duration { return max(time.Second, 20*took) }

// exportTo exports to whoever listens, and says whether that failed.
func (s *state) exportTo(ctx context.Context, now time.Time, much extent, failing bool) bool {
	next := s.outputs.metrics()
	if next == nil {
		return failing
	}
	err := s.emitter.export(ctx, next, s.levels, now, much)
	switch {
	case err != nil && !failing && ctx.Err() == nil:
		s.logger.Warn("Exporting the metrics of the budgets failed; totals are kept and said again", zap.Error(err))
		componentstatus.ReportStatus(s.host, componentstatus.NewRecoverableErrorEvent(err))
	case err == nil && failing:
		componentstatus.ReportStatus(s.host, componentstatus.NewEvent(componentstatus.StatusOK))
	}
	return err != nil
}
