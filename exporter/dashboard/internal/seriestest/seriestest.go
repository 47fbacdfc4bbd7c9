// Package seriestest makes histories for tests: a real engine over a history that is written down.
package seriestest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/storage"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
)

// History is a history that was written down.
type History struct {
	engine *promql.Engine
	store  storage.Queryable
}

// Load reads a history in the notation of promtool's rule tests, without the line that begins it: a series and its values on each line, one
// value every step from 1970 on.
func Load(t testing.TB, step time.Duration, text string) *History {
	t.Helper()
	return &History{
		engine: promqltest.NewTestEngine(t, false, 5*time.Minute, 5_000_000),
		store:  promqltest.LoadedStorage(t, "load "+step.String()+"\n"+text),
	}
}

// Series is a series with values at any times.
type Series struct {
	Labels map[string]string
	Points []series.Point
}

// Write makes a history of series with values at any times.
func Write(t testing.TB, all []Series) *History {
	t.Helper()
	store := promqltest.LoadedStorage(t, "")
	app := store.Appender(t.Context())
	type sample struct {
		labels labels.Labels
		series.Point
	}
	var samples []sample
	for _, s := range all {
		l := labels.FromMap(s.Labels)
		for _, p := range s.Points {
			samples = append(samples, sample{l, p})
		}
	}
	slices.SortStableFunc(samples, func(a, b sample) int { return a.At.Compare(b.At) }) // the first one sets where the history begins
	for _, s := range samples {
		_, err := app.Append(0, s.labels, s.At.UnixMilli(), s.Value)
		require.NoError(t, err)
	}
	require.NoError(t, app.Commit())
	return &History{engine: promqltest.NewTestEngine(t, false, 5*time.Minute, 50_000_000), store: store}
}

// Instant is that of series.Querier.
func (h *History) Instant(ctx context.Context, expr string, at time.Time) ([]series.Sample, error) {
	q, err := h.engine.NewInstantQuery(ctx, h.store, nil, expr, at)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	result := q.Exec(ctx)
	if result.Err != nil {
		return nil, result.Err
	}
	if scalar, ok := result.Value.(promql.Scalar); ok {
		return []series.Sample{{Labels: series.Labels{}, Point: series.Point{At: at, Value: scalar.V}}}, nil
	}
	vector, err := result.Vector()
	if err != nil {
		return nil, err
	}
	samples := make([]series.Sample, 0, len(vector))
	for _, s := range vector {
		samples = append(samples, series.Sample{Labels: s.Metric.Map(), Point: series.Point{At: time.UnixMilli(s.T).UTC(), Value: s.F}})
	}
	return samples, nil
}

// Range is that of series.Querier.
func (h *History) Range(ctx context.Context, expr string, start, end time.Time, step time.Duration) ([]series.Line, error) {
	q, err := h.engine.NewRangeQuery(ctx, h.store, nil, expr, start, end, step)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	result := q.Exec(ctx)
	matrix, err := result.Matrix()
	if err != nil {
		return nil, err
	}
	lines := make([]series.Line, 0, len(matrix))
	for _, s := range matrix {
		line := series.Line{Labels: s.Metric.Map()}
		for _, p := range s.Floats {
			line.Points = append(line.Points, series.Point{At: time.UnixMilli(p.T).UTC(), Value: p.F})
		}
		lines = append(lines, line)
	}
	return lines, nil
}
