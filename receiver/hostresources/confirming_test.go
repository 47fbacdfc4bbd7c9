package hostresources

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-llm/otelcol-llm/receiver/hostresources/internal/metadata"
)

func TestOnlyWhatArrivesIsConfirmed(t *testing.T) {
	n := 0
	count := func() { n++ }
	refusing := newConfirming(consumertest.NewErr(errors.New("full")), count)
	require.Error(t, refusing.ConsumeMetrics(t.Context(), pmetric.NewMetrics()))
	assert.Zero(t, n)
	taking := newConfirming(consumertest.NewNop(), count)
	require.NoError(t, taking.ConsumeMetrics(t.Context(), pmetric.NewMetrics()))
	assert.Equal(t, 1, n)
}

// A consumer that hangs, be it in the report that is under way or in the last one, does not keep the Collector from stopping.
func TestShutdownBehindAConsumerThatHangs(t *testing.T) {
	for name, looks := range map[string]bool{"and looks at its context": true, "and does not": false} {
		for during, before := range map[string]time.Duration{"a report": time.Minute, "the last one": 0} {
			t.Run("in "+during+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					release := make(chan struct{})
					var hung atomic.Int32
					next, err := consumer.NewMetrics(func(ctx context.Context, _ pmetric.Metrics) error {
						hung.Add(1)
						if looks {
							<-ctx.Done()
							return ctx.Err()
						}
						<-release
						return nil
					})
					require.NoError(t, err)
					cfg := defaultConfig()
					cfg.Resources = []string{resourceMemory}
					log, said := observer.New(zap.WarnLevel)
					set := receivertest.NewNopSettings(metadata.Type)
					set.Logger = zap.New(log)
					r, err := NewFactory().CreateMetrics(t.Context(), set, cfg, next)
					require.NoError(t, err)
					require.NoError(t, r.Start(t.Context(), componenttest.NewNopHost()))
					time.Sleep(before)
					synctest.Wait()
					began := time.Now()
					require.NoError(t, r.Shutdown(context.Background()))
					assert.Equal(t, shutdownTimeout, time.Since(began))
					assert.Equal(t, 1, said.FilterMessage("The last report is not delivered").Len())
					close(release)
					synctest.Wait()
					assert.Positive(t, hung.Load())
				})
			})
		}
	}
}
