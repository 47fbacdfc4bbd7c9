package budgetalert

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// observeTraces returns when what the spans spent is recorded: only then the client hears that they arrived.
func (s *state) observeTraces(ctx context.Context, td ptrace.Traces, now time.Time) error {
	return s.record(ctx, now, func(r *reader, b *batch) { r.traces(b, td) })
}

func (s *state) observeLogs(ctx context.Context, ld plog.Logs, now time.Time) error {
	return s.record(ctx, now, func(r *reader, b *batch) { r.logs(b, ld) })
}

func (s *state) observeMetrics(ctx context.Context, md pmetric.Metrics, now time.Time) error {
	if err := s.thresholds.Metrics(ctx, md, now); err != nil || len(s.counters.names) == 0 {
		return err
	}
	return s.record(ctx, now, func(r *reader, b *batch) { r.points(b, md, s.counters) })
}

func (s *state) record(ctx context.Context, now time.Time, read func(*reader, *batch)) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b := newBatch(ctx, now)
	defer b.release()
	read(s.reader, b)
	if len(b.spends) > 0 {
		if err := s.engine.Record(ctx, b.spends, now); err != nil {
			return err
		}
		s.ledger.spend()
	}
	if b.tally != (tally{}) {
		s.tell(ctx, &b.tally)
	}
	// An error here makes the client send again: the spends are known then, and the alert is raised.
	return errors.Join(s.alarms.raise(ctx, s.ledger, b), s.thresholds.Flush(ctx, now))
}
