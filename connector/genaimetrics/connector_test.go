package genaimetrics

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-llm/otelcol-llm/connector/genaimetrics/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/shared"
)

func start(t *testing.T, cfg *Config, next consumer.Metrics) *genaiMetrics {
	t.Helper()
	require.NoError(t, cfg.Validate())
	return started(t, cfg, next)
}

// started starts a connector whatever its configuration.
func started(t *testing.T, cfg *Config, next consumer.Metrics) *genaiMetrics {
	t.Helper()
	return startedLogging(t, cfg, next, zap.NewNop())
}

func startedLogging(t *testing.T, cfg *Config, next consumer.Metrics, logger *zap.Logger) *genaiMetrics {
	t.Helper()
	set := connectortest.NewNopSettings(metadata.Type)
	set.Logger = logger
	c, err := NewFactory().CreateTracesToMetrics(context.Background(), set, cfg, next)
	require.NoError(t, err)
	require.NoError(t, c.Start(context.Background(), componenttest.NewNopHost()))
	return c.(*genaiMetrics)
}

// Fault of spanmetrics: the last interval is lost at shutdown.
func TestShutdownExportsTheLastInterval(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	c := start(t, createDefaultConfig().(*Config), sink)
	require.NoError(t, c.ConsumeTraces(context.Background(), one("a", call(nil))))
	require.Empty(t, sink.AllMetrics())
	require.NoError(t, c.Shutdown(context.Background()))
	require.Len(t, sink.AllMetrics(), 1)
	require.EqualValues(t, 1, value(sink.AllMetrics()[0], genai.MetricCalls))
	require.NoError(t, c.Shutdown(context.Background()), "a second time does nothing")
	require.Len(t, sink.AllMetrics(), 1)
}

func TestExportsEveryInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := new(consumertest.MetricsSink)
		cfg := createDefaultConfig().(*Config)
		began := time.Now()
		c := start(t, cfg, sink)
		require.NoError(t, c.ConsumeTraces(t.Context(), one("a", call(nil))))
		time.Sleep(3*cfg.Interval + time.Second)
		synctest.Wait()
		require.Len(t, sink.AllMetrics(), 3)
		require.NoError(t, c.Shutdown(t.Context()))
		require.Len(t, sink.AllMetrics(), 4)
		for i, want := range []int{0, 0, 1, 1} { // the 0 stands for two intervals, as zero_for is more than one
			md := sink.AllMetrics()[i]
			require.EqualValues(t, want, value(md, genai.MetricCalls), "cumulative")
			require.Equal(t, began.UTC(), startOf(md, genai.MetricCalls))
		}
	})
}

// The Collector builds one connector per pair of signals from one configuration: one series must still have one writer.
func TestConnectorsOfOneConfigurationShareTheirSeries(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	sink := new(consumertest.MetricsSink)
	a, b := start(t, cfg, sink), start(t, cfg, sink)
	other := start(t, createDefaultConfig().(*Config), consumertest.NewNop())
	of := func(c *genaiMetrics) *exporter {
		w, err := c.Get()
		require.NoError(t, err)
		return w
	}
	require.Same(t, of(a), of(b))
	require.NotSame(t, of(a), of(other))
	require.NoError(t, a.ConsumeTraces(context.Background(), one("a", call(nil))))
	require.NoError(t, b.ConsumeTraces(context.Background(), one("a", call(nil))))
	require.NoError(t, a.Shutdown(context.Background()))
	require.Empty(t, sink.AllMetrics(), "b still runs")
	require.NoError(t, b.ConsumeTraces(context.Background(), one("a", call(nil))))
	require.NoError(t, b.Shutdown(context.Background()))
	require.Len(t, sink.AllMetrics(), 1)
	require.EqualValues(t, 3, value(sink.AllMetrics()[0], genai.MetricCalls))
	require.NoError(t, other.Shutdown(context.Background()))
	require.Zero(t, exporters.Len())
}

func TestManySendersAtOnce(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	cfg := createDefaultConfig().(*Config)
	cfg.Interval = time.Millisecond
	c := started(t, cfg, sink)
	const senders, requests, spans = 8, 50, 40
	var requestsOf [senders][]ptrace.Traces
	for i := range requestsOf {
		for range requests {
			s := newSpans("a")
			for range spans {
				s.add(call(nil))
			}
			requestsOf[i] = append(requestsOf[i], s.td)
		}
	}
	var wg sync.WaitGroup
	for _, all := range requestsOf {
		wg.Go(func() {
			for _, td := range all {
				assert.NoError(t, c.ConsumeTraces(context.Background(), td))
			}
		})
	}
	wg.Wait()
	require.NoError(t, c.Shutdown(context.Background()))
	last := sink.AllMetrics()[len(sink.AllMetrics())-1]
	require.EqualValues(t, senders*requests*spans, value(last, genai.MetricCalls))
}

func TestAFailedExportLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := new(consumertest.MetricsSink)
		fail := true
		next, err := consumer.NewMetrics(func(ctx context.Context, md pmetric.Metrics) error {
			if fail {
				return errors.New("not now")
			}
			return sink.ConsumeMetrics(ctx, md)
		})
		require.NoError(t, err)
		cfg := createDefaultConfig().(*Config)
		c := start(t, cfg, next)
		require.NoError(t, c.ConsumeTraces(t.Context(), one("a", call(nil))))
		time.Sleep(cfg.Interval + time.Second)
		synctest.Wait()
		fail = false
		require.NoError(t, c.ConsumeTraces(t.Context(), one("a", call(nil))))
		require.NoError(t, c.Shutdown(t.Context()))
		require.EqualValues(t, 2, value(sink.AllMetrics()[0], genai.MetricCalls))
	})
}

const notExported = "The last interval of GenAI metrics is not exported"

// A pipeline that hangs does not keep the Collector from stopping in the time it has.
func TestShutdownWithinItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hung := 0
		next, err := consumer.NewMetrics(func(ctx context.Context, _ pmetric.Metrics) error {
			hung++
			<-ctx.Done()
			return ctx.Err()
		})
		require.NoError(t, err)
		cfg := createDefaultConfig().(*Config)
		began := time.Now()
		log, said := observer.New(zap.WarnLevel)
		c := startedLogging(t, cfg, next, zap.New(log))
		require.NoError(t, c.ConsumeTraces(t.Context(), one("a", call(nil))))
		time.Sleep(cfg.Interval + time.Second)
		synctest.Wait()
		require.Equal(t, 1, hung)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		require.NoError(t, c.Shutdown(ctx))
		require.Equal(t, 1, said.FilterMessage(notExported).Len())
		require.Equal(t, began.Add(cfg.Interval+6*time.Second), time.Now())
		synctest.Wait() // and the ticker's call has ended
		require.Equal(t, 1, hung)
	})
}

// The Collector gives Shutdown no deadline, and a consumer may not look at its context.
func TestShutdownBehindAConsumerThatBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		next, err := consumer.NewMetrics(func(context.Context, pmetric.Metrics) error {
			<-hang
			return nil
		})
		require.NoError(t, err)
		for _, during := range []time.Duration{time.Second, time.Minute} { // in the last export, in the one before it
			log, said := observer.New(zap.WarnLevel)
			c := startedLogging(t, createDefaultConfig().(*Config), next, zap.New(log))
			require.NoError(t, c.ConsumeTraces(t.Context(), one("a", call(nil))))
			time.Sleep(during)
			synctest.Wait()
			began := time.Now()
			require.NoError(t, c.Shutdown(context.Background()))
			require.Equal(t, 1, said.FilterMessage(notExported).Len())
			require.Equal(t, shutdownTimeout, time.Since(began))
		}
		close(hang)
	})
}

// What comes before Start or after Shutdown is refused, and nothing panics; what is accepted while Shutdown begins is exported.
func TestNotRunning(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	set := connectortest.NewNopSettings(metadata.Type)
	c, err := NewFactory().CreateTracesToMetrics(t.Context(), set, createDefaultConfig(), sink)
	require.NoError(t, err)
	require.ErrorIs(t, c.ConsumeTraces(t.Context(), one("a", call(nil))), shared.ErrNotRunning)
	require.NoError(t, c.Start(t.Context(), componenttest.NewNopHost()))
	var accepted atomic.Int64
	var made sync.Mutex // spans are numbered
	request := func() ptrace.Traces {
		made.Lock()
		defer made.Unlock()
		return one("a", call(nil))
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for c.ConsumeTraces(context.Background(), request()) == nil {
				accepted.Add(1)
			}
		})
	}
	require.Eventually(t, func() bool { return accepted.Load() > 10 }, time.Minute, time.Millisecond)
	require.NoError(t, c.Shutdown(t.Context()))
	wg.Wait()
	all := sink.AllMetrics()
	require.EqualValues(t, accepted.Load(), value(all[len(all)-1], genai.MetricCalls))
	require.ErrorIs(t, c.ConsumeTraces(t.Context(), one("a", call(nil))), shared.ErrNotRunning)
}

// Every metric of our own telemetry that has an attribute is documented with it.
func TestDocumentedAttributes(t *testing.T) {
	raw, err := os.ReadFile("documentation.md")
	require.NoError(t, err)
	for _, name := range []string{"series", "overflowed", "expired"} {
		_, section, found := strings.Cut(string(raw), "### otelcol_genaimetrics_"+name+"\n")
		require.True(t, found)
		section, _, _ = strings.Cut(section, "\n### ")
		require.Contains(t, section, "| metric |", name)
	}
}
