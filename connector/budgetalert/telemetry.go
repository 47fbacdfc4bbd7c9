package budgetalert

import (
	"context"
	"errors"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Values of the attribute reason of calls that no total has.
const (
	notBadAmount = "bad_amount"
	notBadTime   = "bad_time"
	notLate      = "late"
	notFuture    = "future"
)

// Values of the attribute reason of alerts that are lost.
const (
	lostUnsaid     = "unsaid"     // the end of an alert of another gateway, which too many others kept waiting
	lostUnheard    = "unheard"    // the end of an alert that this gateway told, which the shared store dropped before it was heard
	lostUnreadable = "unreadable" // damaged, or written by another version
)

// watch begins what the component tells of itself. Every counter is shown at once, so that the first thing that it counts is an increase.
func (s *state) watch() error {
	ctx := context.Background()
	s.telemetry.BudgetalertCalls.Add(ctx, 0)
	s.telemetry.BudgetalertUnpriced.Add(ctx, 0)
	s.telemetry.BudgetalertMissingKeys.Add(ctx, 0)
	s.telemetry.BudgetalertDeliveryFailures.Add(ctx, 0)
	for _, reason := range [...]string{notBadAmount, notBadTime, notLate, notFuture} {
		s.telemetry.BudgetalertNotCounted.Add(ctx, 0, because(reason))
	}
	for _, reason := range [...]string{lostUnsaid, lostUnheard, lostUnreadable} {
		s.telemetry.BudgetalertAlertsLost.Add(ctx, 0, because(reason))
	}
	of := func(get func(*ledger.Stats) int64) metric.Int64Callback {
		return func(_ context.Context, o metric.Int64Observer) error {
			stats := s.ledger.Stats()
			o.Observe(get(&stats))
			return nil
		}
	}
	return errors.Join(
		s.watchEngine(), s.watchThresholds(),
		s.telemetry.RegisterBudgetalertCommitsCallback(of(func(x *ledger.Stats) int64 { return x.Commits })),
		s.telemetry.RegisterBudgetalertRequestsCallback(of(func(x *ledger.Stats) int64 { return x.Requests })),
		s.telemetry.RegisterBudgetalertFailuresCallback(of(func(x *ledger.Stats) int64 { return x.Failures })),
		s.telemetry.RegisterBudgetalertEvictedIdsCallback(of(func(x *ledger.Stats) int64 { return x.EvictedIDs })),
		s.telemetry.RegisterBudgetalertIdsCallback(of(func(x *ledger.Stats) int64 { return int64(x.IDs) })),
		s.telemetry.RegisterBudgetalertWaitingCallback(of(func(x *ledger.Stats) int64 { return int64(x.Waiting) })),
		s.telemetry.RegisterBudgetalertOutboxCallback(of(func(x *ledger.Stats) int64 { return int64(x.Outbox) })),
		s.telemetry.RegisterBudgetalertOutboxRefusedCallback(of(func(x *ledger.Stats) int64 { return x.Refused })),
	)
}

// watchEngine tells what the budgets could not tell apart.
func (s *state) watchEngine() error {
	of := func(get func(*budget.Stats) int64) metric.Int64Callback {
		return func(_ context.Context, o metric.Int64Observer) error {
			stats := s.engine.Stats()
			o.Observe(get(&stats))
			return nil
		}
	}
	return errors.Join(
		s.telemetry.RegisterBudgetalertGroupOverflowCallback(of(func(x *budget.Stats) int64 { return x.GroupsOverflow })),
		s.telemetry.RegisterBudgetalertRunOverflowCallback(of(func(x *budget.Stats) int64 { return x.RunsOverflow })),
		s.telemetry.RegisterBudgetalertBudgetsDifferCallback(of(func(x *budget.Stats) int64 { return int64(len(x.Differ)) })),
		s.telemetry.RegisterBudgetalertOpenRunsCallback(of(func(x *budget.Stats) int64 { return int64(x.OpenRuns) })),
	)
}

// watchThresholds tells what the thresholds follow, and what they could not look at.
func (s *state) watchThresholds() error {
	return errors.Join(
		s.telemetry.RegisterBudgetalertThresholdSeriesCallback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(int64(s.thresholds.Stats().Series))
			return nil
		}),
		s.telemetry.RegisterBudgetalertThresholdOpenCallback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(int64(s.thresholds.Stats().Open))
			return nil
		}),
		s.telemetry.RegisterBudgetalertThresholdIgnoredCallback(func(_ context.Context, o metric.Int64Observer) error {
			x := s.thresholds.Stats()
			for _, ignored := range [...]struct {
				reason string
				n      int64
			}{
				{"kind", x.Refused},
				{"unit", x.Unconvertible},
				{"bad_value", x.BadValues},
				{"too_many_series", x.TooManySeries},
				{"max_active", x.Held},
				{notLate, x.LateSpans},
				{"bad_duration", x.BadSpans},
				{"lost", x.LostSpans},
			} {
				o.Observe(ignored.n, metric.WithAttributes(attribute.String("reason", ignored.reason)))
			}
			return nil
		}),
	)
}

func because(reason string) metric.AddOption {
	return metric.WithAttributes(attribute.String("reason", reason))
}

func (s *state) addCounts(ctx context.Context, t *requestCounts) {
	s.telemetry.BudgetalertCalls.Add(ctx, t.calls)
	if t.unpriced > 0 {
		s.telemetry.BudgetalertUnpriced.Add(ctx, t.unpriced)
	}
	if t.missing > 0 {
		s.telemetry.BudgetalertMissingKeys.Add(ctx, t.missing)
	}
	for _, not := range [...]struct {
		reason string
		n      int64
	}{{notBadAmount, t.badAmount}, {notBadTime, t.badTime}, {notLate, t.late}, {notFuture, t.future}} {
		if not.n > 0 {
			s.telemetry.BudgetalertNotCounted.Add(ctx, not.n, because(not.reason))
		}
	}
}

// countDelivery counts what became of an attempt to deliver alerts.
func (s *state) countDelivery(ctx context.Context, delivered []alert.Alert, err error) {
	for i := range delivered {
		s.telemetry.BudgetalertAlerts.Add(ctx, 1, metric.WithAttributes(attribute.String(genai.AlertType, delivered[i].Type)))
	}
	if err != nil {
		s.telemetry.BudgetalertDeliveryFailures.Add(ctx, 1)
		s.logger.Warn("Alerts could not be handed on; they are kept and tried again", zap.Error(err))
	}
}

// lostAlerts counts alerts that nobody will hear of, and says so the first time that there is a reason.
func (s *state) lostAlerts(ctx context.Context, reason string, n int) {
	s.telemetry.BudgetalertAlertsLost.Add(ctx, int64(n), because(reason))
	if _, said := s.losses.LoadOrStore(reason, true); !said {
		s.logger.Error("Alerts, or ends of alerts, are lost; further ones are only counted, in budgetalert_alerts_lost",
			zap.String("reason", reason), zap.Int("alerts", n))
	}
}

// emptyLogs is a request without records.
func (s *state) emptyLogs() plog.Logs {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	genai.GatewayResource(s.set.Resource).CopyTo(rl.Resource())
	scope := rl.ScopeLogs().AppendEmpty().Scope()
	scope.SetName(genai.BudgetScope)
	scope.SetVersion(s.set.BuildInfo.Version)
	return ld
}
