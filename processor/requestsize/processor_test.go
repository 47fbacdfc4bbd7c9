package requestsize

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/otelcol-llm/otelcol-llm/processor/requestsize/internal/metadata"
)

const limit = 10_000

// bench is one processor of each signal.
type bench struct {
	*consumertest.TracesSink
	logs      *consumertest.LogsSink
	metrics   *consumertest.MetricsSink
	telemetry *componenttest.Telemetry
	send      map[string]func(sizes ...int) error // items with so much text, by what they are called
}

func newBench(t *testing.T, maxBytes int) *bench {
	t.Helper()
	b := &bench{
		TracesSink: &consumertest.TracesSink{}, logs: &consumertest.LogsSink{}, metrics: &consumertest.MetricsSink{},
		telemetry: componenttest.NewTelemetry(),
	}
	t.Cleanup(func() { assert.NoError(t, b.telemetry.Shutdown(context.WithoutCancel(t.Context()))) })
	set := processor.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: b.telemetry.NewTelemetrySettings()}
	cfg := &Config{MaxBytes: maxBytes}
	require.NoError(t, cfg.Validate())
	factory := NewFactory()
	tp, err := factory.CreateTraces(t.Context(), set, cfg, b.TracesSink)
	require.NoError(t, err)
	lp, err := factory.CreateLogs(t.Context(), set, cfg, b.logs)
	require.NoError(t, err)
	mp, err := factory.CreateMetrics(t.Context(), set, cfg, b.metrics)
	require.NoError(t, err)
	for _, c := range []component.Component{tp, lp, mp} {
		require.NoError(t, c.Start(t.Context(), componenttest.NewNopHost()))
		t.Cleanup(func() { assert.NoError(t, c.Shutdown(context.WithoutCancel(t.Context()))) })
	}
	b.send = map[string]func(...int) error{
		"span":       func(sizes ...int) error { return tp.ConsumeTraces(t.Context(), spansOf(sizes...)) },
		"log_record": func(sizes ...int) error { return lp.ConsumeLogs(t.Context(), logsOf(sizes...)) },
		"data_point": func(sizes ...int) error { return mp.ConsumeMetrics(t.Context(), pointsOf(sizes...)) },
	}
	return b
}

// passed is how many items of a kind came out.
func (b *bench) passed(item string) int {
	switch item {
	case "span":
		return b.SpanCount()
	case "log_record":
		return b.logs.LogRecordCount()
	default:
		return b.metrics.DataPointCount()
	}
}

func (b *bench) refused(t *testing.T, item string) int64 {
	t.Helper()
	m, err := b.telemetry.GetMetric("otelcol_requestsize_refused")
	require.NoError(t, err)
	for _, p := range m.Data.(metricdata.Sum[int64]).DataPoints {
		if v, _ := p.Attributes.Value("item"); v.AsString() == item {
			return p.Value
		}
	}
	require.Fail(t, "no such point", item)
	return 0
}

func text(n int) string { return strings.Repeat("x", n) }

func spansOf(sizes ...int) ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "client")
	ss := rs.ScopeSpans().AppendEmpty()
	ss.Scope().SetName("theirs")
	for _, n := range sizes {
		ss.Spans().AppendEmpty().Attributes().PutStr("prompt", text(n))
	}
	return td
}

func logsOf(sizes ...int) plog.Logs {
	ld := plog.NewLogs()
	sl := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty()
	for _, n := range sizes {
		sl.LogRecords().AppendEmpty().Body().SetStr(text(n))
	}
	return ld
}

// pointsOf makes points of every type of metric in turn.
func pointsOf(sizes ...int) pmetric.Metrics {
	md := pmetric.NewMetrics()
	sm := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty()
	for i, n := range sizes {
		m := sm.Metrics().AppendEmpty()
		m.SetName("m")
		switch i % 5 {
		case 0:
			m.SetEmptyGauge().DataPoints().AppendEmpty().Attributes().PutStr("k", text(n))
		case 1:
			m.SetEmptySum().DataPoints().AppendEmpty().Attributes().PutStr("k", text(n))
		case 2:
			m.SetEmptyHistogram().DataPoints().AppendEmpty().Attributes().PutStr("k", text(n))
		case 3:
			m.SetEmptyExponentialHistogram().DataPoints().AppendEmpty().Attributes().PutStr("k", text(n))
		default:
			m.SetEmptySummary().DataPoints().AppendEmpty().Attributes().PutStr("k", text(n))
		}
	}
	return md
}

func TestTooLargeItemsAreRefusedAndTheOthersPass(t *testing.T) {
	for _, item := range []string{"span", "log_record", "data_point"} {
		t.Run(item, func(t *testing.T) {
			b := newBench(t, limit)
			require.Zero(t, b.refused(t, item), "it begins at 0")
			require.NoError(t, b.send[item](1, 2, 3, 4, 5))
			require.NoError(t, b.send[item](3000, 3000, 3000, 3000, 3000), "together they are too large, but the exporter cuts between them")
			require.Equal(t, 10, b.passed(item))
			require.Zero(t, b.refused(t, item))

			err := b.send[item](1, 20_000, 3, 4, 5)
			require.ErrorContains(t, err, "1 of 5 "+item+"s not accepted")
			assert.True(t, consumererror.IsPermanent(err))
			s, ok := status.FromError(err)
			require.True(t, ok)
			assert.Equal(t, codes.InvalidArgument, s.Code(), "which clients do not try again")
			assert.Equal(t, 14, b.passed(item))
			assert.Equal(t, int64(1), b.refused(t, item))

			require.Error(t, b.send[item](20_000, 20_000, 20_000, 20_000, 20_000))
			assert.Equal(t, 14, b.passed(item), "nothing is left")
			assert.Equal(t, int64(6), b.refused(t, item))
		})
	}
}

func TestNoLimit(t *testing.T) {
	b := newBench(t, 0)
	require.NoError(t, b.send["span"](100_000))
	require.Equal(t, 1, b.SpanCount())
}

// What is around an item counts with it.
func TestResourceAndScopeCount(t *testing.T) {
	td := spansOf(6000, 10)
	td.ResourceSpans().At(0).Resource().Attributes().PutStr("r", text(3000))
	td.ResourceSpans().At(0).ScopeSpans().At(0).Scope().Attributes().PutStr("s", text(3000))
	got, found := traces.sift(td, limit)
	assert.Equal(t, 1, got.SpanCount())
	assert.Equal(t, finding{items: 2, refused: 1, largest: found.largest}, found)
	assert.Equal(t, 2, td.SpanCount(), "what came in is not changed")
	_, found = traces.sift(td, 13_000)
	assert.Zero(t, found.refused)
}

// The sender that must send all of it again is told so, and nothing is counted as refused.
func TestErrorsOfTheNextComeFirst(t *testing.T) {
	b := newBench(t, limit)
	full := errors.New("sending queue is full")
	p, err := NewFactory().CreateTraces(t.Context(),
		processor.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: b.telemetry.NewTelemetrySettings()},
		&Config{MaxBytes: limit}, consumertest.NewErr(full))
	require.NoError(t, err)
	require.Equal(t, full, p.ConsumeTraces(t.Context(), spansOf(1, 20_000)))
	require.Zero(t, b.refused(t, "span"))
}

// Empty resources, scopes and metrics go, of small requests too: the exporter would take the item behind them for too large.
func TestHollowPartsAreLeftOut(t *testing.T) {
	td := ptrace.NewTraces()
	td.ResourceSpans().AppendEmpty().Resource().Attributes().PutStr("r", text(20_000))
	td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty()
	spansOf(5).ResourceSpans().MoveAndAppendTo(td.ResourceSpans())
	got, found := traces.sift(td, limit)
	assert.Zero(t, found.refused)
	assert.Equal(t, 1, got.ResourceSpans().Len())

	ld := plog.NewLogs()
	ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty()
	gotLogs, _ := logs.sift(ld, limit)
	assert.Zero(t, gotLogs.ResourceLogs().Len())

	md := pointsOf(1, 2, 3, 4, 5)
	sm := md.ResourceMetrics().At(0).ScopeMetrics()
	sm.At(0).Metrics().AppendEmpty().SetEmptySum()
	sm.At(0).Metrics().AppendEmpty().SetName("no type")
	sm.AppendEmpty()
	gotMetrics, _ := metrics.sift(md, limit)
	assert.Equal(t, 5, gotMetrics.MetricCount())
	assert.Equal(t, 1, gotMetrics.ResourceMetrics().At(0).ScopeMetrics().Len())

	b := newBench(t, limit)
	require.NoError(t, b.send["span"]())
	require.Empty(t, b.AllTraces(), "nothing is no batch")
}

func TestConfig(t *testing.T) {
	require.ErrorContains(t, createDefaultConfig().(*Config).Validate(), "max_bytes must be set")
	require.ErrorContains(t, (&Config{MaxBytes: 1}).Validate(), "max_bytes must be 0 or at least 1024, got 1")
	require.NoError(t, (&Config{MaxBytes: 0}).Validate())
}

func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	assert.Contains(t, string(readme), "`otelcol_requestsize_refused`")
	assert.Contains(t, string(readme), "max_bytes:")
}
