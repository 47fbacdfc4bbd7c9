package budgetalert

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/later"
)

// forgetful is a ledger that cannot make durable what it has begun.
type forgetful struct{ ledger.Ledger }

var errForgotten = errors.New("the disk is full")

func (forgetful) Begin(context.Context, []ledger.Call, ledger.Decide) (wait func() error, err error) {
	return func() error { return errForgotten }, nil
}

// Where others have the request after this connector, it waits for the disk when they have had it; an alert waits for nobody.
func TestTheWaitComesLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logs, cfg := new(consumertest.LogsSink), testConfig(t)
		cfg.Thresholds = nil
		cfg.Budgets = []budget.Config{{Name: "org", Period: "day", LimitUSD: limitUSD(10)}}
		toLogs, _ := startTraces(t, cfg, logs, nil)
		s, err := toLogs.Get()
		require.NoError(t, err)
		begin := func(n byte, usd float64) *later.Waits {
			ctx, waits := later.With(t.Context())
			one := spec{model: "m", status: genai.StatusPriced, usd: usd, end: time.Now(), n: n}
			require.NoError(t, toLogs.ConsumeTraces(ctx, spansOf(one)))
			synctest.Wait()
			return waits
		}
		commits := s.ledger.Stats().Commits
		waits := begin(1, 5)
		require.Equal(t, commits, s.ledger.Stats().Commits)
		require.NoError(t, waits.Wait())
		require.Equal(t, commits+1, s.ledger.Stats().Commits)

		waits = begin(2, 5)
		require.Equal(t, []string{"DAILY_BUDGET_EXCEEDED firing"}, typesOf(logs))
		require.NoError(t, waits.Wait())
		require.NoError(t, toLogs.Shutdown(t.Context()))
	})
}

// Who sent a request hears when it is not recorded, whoever waits.
func TestTheWaitFails(t *testing.T) {
	s, err := newState(testConfig(t), connectortest.NewNopSettings(metadata.Type))
	require.NoError(t, err)
	defer s.telemetry.Shutdown()
	s.ledger = newWaking(ledger.NewMemory(ledger.Options{}), make(chan struct{}, 1))
	require.NoError(t, s.prepare(t.Context(), time.Now()))
	s.ledger.Ledger = forgetful{s.ledger.Ledger}
	td := spansOf(spec{model: "m", status: genai.StatusPriced, usd: 1, end: time.Now(), n: 1})
	require.ErrorIs(t, s.recordTraces(t.Context(), td, time.Now()), errForgotten)
	ctx, waits := later.With(t.Context())
	require.NoError(t, s.recordTraces(ctx, td, time.Now()))
	require.ErrorIs(t, waits.Wait(), errForgotten)
}
