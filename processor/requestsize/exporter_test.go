package requestsize

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// queue is a sending queue that cuts at the limit and answers when the request is sent.
func queue(t *testing.T) exporterhelper.Option {
	t.Helper()
	cfg := configoptional.Some(exporterhelper.QueueBatchConfig{})
	require.NoError(t, confmap.NewFromStringMap(map[string]any{
		"sizer": "bytes", "queue_size": 1 << 20, "wait_for_result": true, "num_consumers": 1,
		"batch": map[string]any{"flush_timeout": "1ms", "min_size": 0, "max_size": limit},
	}).Unmarshal(&cfg))
	return exporterhelper.WithQueue(cfg)
}

func started(t *testing.T, c component.Component) {
	t.Helper()
	require.NoError(t, c.Start(t.Context(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, c.Shutdown(context.WithoutCancel(t.Context()))) })
}

// What passes is what the exporters can send, to the byte where they begin to lose it, and nothing much smaller is refused.
func TestWhatPassesTheExporterSends(t *testing.T) {
	set := exportertest.NewNopSettings(component.MustNewType("test"))
	var spans, records, points int
	te, err := exporterhelper.NewTraces(t.Context(), set, &struct{}{},
		func(_ context.Context, td ptrace.Traces) error { spans += td.SpanCount(); return nil }, queue(t))
	require.NoError(t, err)
	le, err := exporterhelper.NewLogs(t.Context(), set, &struct{}{},
		func(_ context.Context, ld plog.Logs) error { records += ld.LogRecordCount(); return nil }, queue(t))
	require.NoError(t, err)
	me, err := exporterhelper.NewMetrics(t.Context(), set, &struct{}{},
		func(_ context.Context, md pmetric.Metrics) error { points += md.DataPointCount(); return nil }, queue(t))
	require.NoError(t, err)
	started(t, te)
	started(t, le)
	started(t, me)

	passed := [3]int{}
	for n := limit - 200; n < limit+50; n++ {
		td, found := traces.sift(spansOf(10, n, 10), limit)
		passed[0] += 3 - found.refused
		require.NoError(t, te.ConsumeTraces(t.Context(), td), n)
		require.Equal(t, passed[0], spans, n)

		ld, found := logs.sift(logsOf(10, n, 10), limit)
		passed[1] += 3 - found.refused
		require.NoError(t, le.ConsumeLogs(t.Context(), ld), n)
		require.Equal(t, passed[1], records, n)

		md, found := metrics.sift(pointsOf(n, n, n, n, n), limit)
		passed[2] += 5 - found.refused
		if md.DataPointCount() == 0 {
			continue
		}
		require.NoError(t, me.ConsumeMetrics(t.Context(), md), n)
		require.Equal(t, passed[2], points, n)
	}
	_, found := traces.sift(spansOf(limit-100), limit)
	require.Zero(t, found.refused)
	_, found = traces.sift(spansOf(limit), limit)
	require.Equal(t, 1, found.refused)
}
