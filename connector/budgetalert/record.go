package budgetalert

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/later"
)

// recordTraces returns when what the spans spent is recorded: only then the client hears that they arrived.
func (s *state) recordTraces(ctx context.Context, td ptrace.Traces, now time.Time) error {
	return s.record(ctx, now, func(r *reader, b *spending) { r.traces(b, td) })
}

func (s *state) recordLogs(ctx context.Context, ld plog.Logs, now time.Time) error {
	return s.record(ctx, now, func(r *reader, b *spending) { r.logs(b, ld) })
}

func (s *state) recordMetrics(ctx context.Context, md pmetric.Metrics, now time.Time) error {
	if err := s.thresholds.Metrics(ctx, md, now); err != nil || !s.counters.reads(md) {
		return err
	}
	return s.record(ctx, now, func(r *reader, b *spending) { r.points(b, md, s.counters) })
}

// record reads what was spent and counts it. Until that is durable others may read the same request: the wait is theirs to choose.
func (s *state) record(ctx context.Context, now time.Time, read func(*reader, *spending)) error {
	b := newSpending(ctx, now)
	wait, err := s.count(ctx, b, read)
	if err != nil {
		b.release()
		return err
	}
	return later.Do(ctx, func() error {
		defer b.release()
		if err := wait(); err != nil {
			return err
		}
		if b.counts != (requestCounts{}) {
			s.addCounts(ctx, &b.counts)
		}
		// An error here makes the client send again: the spends are known then, and the alert is raised.
		return errors.Join(s.alarms.raise(ctx, s.ledger, b), s.thresholds.Flush(ctx, now))
	})
}

// count reads and counts with one list of budgets.
func (s *state) count(ctx context.Context, b *spending, read func(*reader, *spending)) (wait func() error, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	read(s.reader, b)
	if len(b.spends)+len(b.counters) == 0 {
		return func() error { return nil }, nil
	}
	recorded, err := s.engine.Begin(ctx, b.spends, b.now, keepCounters(b.counters))
	if err != nil {
		return nil, err
	}
	return func() error {
		err := recorded()
		if err == nil {
			s.ledger.spend()
		}
		return err
	}, nil
}
