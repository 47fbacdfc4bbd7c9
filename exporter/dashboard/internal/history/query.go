package history

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
)

// waitersPerSlot bounds how many queries wait for one that is under way.
const waitersPerSlot = 8

// errNotNumbers is an expression whose answer the pages cannot show.
var errNotNumbers = errors.New("the answer has no plain numbers")

// limitError is a query that was refused; its text ends with the limit's name.
type limitError struct {
	limit string
	err   error
}

func (e *limitError) Error() string { return fmt.Sprintf("%v (%s)", e.err, e.limit) }
func (e *limitError) Unwrap() error { return e.err }

func newEngine(o *Options) *promql.Engine {
	return promql.NewEngine(promql.EngineOpts{
		Logger: o.Logger, MaxSamples: o.MaxSamples, Timeout: o.QueryTimeout, LookbackDelta: lookback,
		NoStepSubqueryIntervalFn: func(int64) int64 { return usualStep.Milliseconds() },
		EnableAtModifier:         true, EnableNegativeOffset: true,
		Parser: newParser(),
	})
}

// takeSlot waits for its turn for as long as a query may take. What it gives must be called in the end.
func (h *History) takeSlot(ctx context.Context) (context.Context, func(), error) {
	full := &limitError{LimitConcurrency, fmt.Errorf("more than %d queries are under way", cap(h.slots))}
	ctx, cancel := context.WithTimeout(ctx, h.o.QueryTimeout)
	unhook := context.AfterFunc(h.life, cancel)
	done := func() { unhook(); cancel() }
	select {
	case h.slots <- struct{}{}:
	default:
		select {
		case h.waiting <- struct{}{}:
		default:
			done()
			return nil, nil, h.refused(full)
		}
		defer func() { <-h.waiting }()
		select {
		case h.slots <- struct{}{}:
		case <-ctx.Done():
			done()
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return nil, nil, h.refused(full)
			}
			return nil, nil, ctx.Err()
		}
	}
	if h.life.Err() != nil {
		<-h.slots
		done()
		return nil, nil, fmt.Errorf("%w: it is closed", ErrUnavailable)
	}
	return ctx, func() { <-h.slots; done() }, nil
}

// refused names the limit that an error is about, and counts it.
func (h *History) refused(err error) error {
	var timeout promql.ErrQueryTimeout
	var samples promql.ErrTooManySamples
	var limit *limitError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &limit):
	case errors.As(err, &timeout):
		limit = &limitError{LimitTimeout, err}
	case errors.As(err, &samples):
		limit = &limitError{LimitSamples, err}
	default:
		return err
	}
	h.o.Hooks.Refused(limit.limit)
	return limit
}

// exec runs a query; use sees its answer, which is gone afterwards.
func (h *History) exec(
	ctx context.Context, prepare func(context.Context) (promql.Query, error), use func(promql.Query, *promql.Result) error,
) error {
	ctx, done, err := h.takeSlot(ctx)
	if err != nil {
		return err
	}
	defer done()
	return guard(func() error {
		q, err := prepare(ctx)
		if err != nil {
			return &badQuery{err}
		}
		defer q.Close()
		if err := checkSteps(q, h.o.MaxSamples); err != nil {
			return h.refused(err)
		}
		result := q.Exec(ctx)
		if result.Err != nil {
			return h.refused(result.Err)
		}
		return use(q, result)
	})
}

// badQuery is a query that cannot be read.
type badQuery struct{ error }

func (e *badQuery) Unwrap() error { return e.error }

// Instant is part of series.Querier.
func (h *History) Instant(ctx context.Context, expr string, at time.Time) (out []series.Sample, err error) {
	err = h.exec(ctx, func(ctx context.Context) (promql.Query, error) {
		return h.engine.NewInstantQuery(ctx, h, nil, expr, at)
	}, func(_ promql.Query, r *promql.Result) (err error) {
		out, err = samplesOf(r)
		return err
	})
	return out, err
}

func samplesOf(r *promql.Result) ([]series.Sample, error) {
	switch v := r.Value.(type) {
	case promql.Scalar:
		return []series.Sample{{Labels: series.Labels{}, Point: series.Point{At: time.UnixMilli(v.T).UTC(), Value: v.V}}}, nil
	case promql.Vector:
		out := make([]series.Sample, 0, len(v))
		for _, s := range v {
			if s.H != nil {
				return nil, errNotNumbers
			}
			out = append(out, series.Sample{Labels: s.Metric.Map(), Point: series.Point{At: time.UnixMilli(s.T).UTC(), Value: s.F}})
		}
		return out, nil
	}
	return nil, errNotNumbers
}

// Range is part of series.Querier.
func (h *History) Range(ctx context.Context, expr string, start, end time.Time, step time.Duration) (out []series.Line, err error) {
	err = h.exec(ctx, func(ctx context.Context) (promql.Query, error) {
		return h.engine.NewRangeQuery(ctx, h, nil, expr, start, end, step)
	}, func(_ promql.Query, r *promql.Result) error {
		m, err := r.Matrix()
		if err != nil {
			return err
		}
		for _, s := range m {
			if len(s.Histograms) > 0 {
				return errNotNumbers
			}
			line := series.Line{Labels: s.Metric.Map(), Points: make([]series.Point, len(s.Floats))}
			for i, p := range s.Floats {
				line.Points[i] = series.Point{At: time.UnixMilli(p.T).UTC(), Value: p.F}
			}
			out = append(out, line)
		}
		return nil
	})
	return out, err
}

var _ storage.Queryable = (*History)(nil)

// Querier is part of storage.Queryable: it reads both databases. What cannot be opened is an error only where nothing can be.
func (h *History) Querier(mint, maxt int64) (storage.Querier, error) {
	raw, err := h.raw.get()
	if err != nil {
		return nil, err
	}
	first, err := raw.Querier(mint, maxt)
	if err != nil {
		return nil, err
	}
	long, err := h.long.get()
	if err != nil {
		return first, nil //nolint:nilerr // Tend reports it
	}
	second, err := long.Querier(mint, maxt)
	if err != nil {
		return nil, errors.Join(err, first.Close())
	}
	return &querier{Querier: first, long: second, both: storage.NewMergeQuerier([]storage.Querier{first, second}, nil, storage.ChainedSeriesMerge)}, nil
}

// querier asks the one database that can have a series of a name, or both.
type querier struct {
	storage.Querier
	long, both storage.Querier
}

func (q *querier) Select(ctx context.Context, sorted bool, hints *storage.SelectHints, ms ...*labels.Matcher) storage.SeriesSet {
	for _, m := range ms {
		if m.Name != model.MetricNameLabel || m.Type != labels.MatchEqual || m.Value == "" {
			continue
		}
		if isRecorded(m.Value) {
			return q.long.Select(ctx, sorted, hints, ms...)
		}
		return q.Querier.Select(ctx, sorted, hints, ms...)
	}
	return q.both.Select(ctx, sorted, hints, ms...)
}

func (q *querier) LabelValues(ctx context.Context, name string, hints *storage.LabelHints, ms ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return q.both.LabelValues(ctx, name, hints, ms...)
}

func (q *querier) LabelNames(ctx context.Context, hints *storage.LabelHints, ms ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return q.both.LabelNames(ctx, hints, ms...)
}

func (q *querier) Close() error { return q.both.Close() }

// Check says what is wrong with an expression, or nil.
func Check(expr string) error {
	_, err := newParser().ParseExpr(expr)
	return err
}
