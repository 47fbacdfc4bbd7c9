package budgetalert

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// recordTraces returns when what the spans spent is recorded: only then the client hears that they arrived.
func (s *state) recordTraces(ctx context.Context, td ptrace.Traces, now time.Time) error {
	return s.record(ctx, now, func(r *reader, b *spending) { r.traces(b, td) })
}

func (s *state) recordLogs(ctx context.Context, ld plog.Logs, now time.Time) error {
	return s.record(ctx, now, func(r *reader, b *spending) { r.logs(b, ld) })
}

func (s *state) recordMetrics(ctx context.Context, md pmetric.Metrics, now time.Time) error {
	if err := s.thresholds.Metrics(ctx, md, now); err != nil || len(s.counters.names) == 0 {
		return err
	}
	return s.record(ctx, now, func(r *reader, b *spending) { r.points(b, md, s.counters) })
}

func (s *state) record(ctx context.Context, now time.Time, read func(*reader, *spending)) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b := newSpending(ctx, now)
	defer b.release()
	read(s.reader, b)
	if len(b.spends) > 0 {
		if err := s.engine.Record(ctx, b.spends, now); err != nil {
			return err
		}
		s.ledger.spend()
	}
	if b.counts != (requestCounts{}) {
		s.addCounts(ctx, &b.counts)
	}
	// An error here makes the client send again: the spends are known then, and the alert is raised.
	return errors.Join(s.alarms.raise(ctx, s.ledger, b), s.thresholds.Flush(ctx, now))
}
