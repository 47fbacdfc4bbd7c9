package history

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/storage/remote/otlptranslator/prometheusremotewrite"
	"github.com/prometheus/prometheus/tsdb"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/points"
)

// Append adds metrics under the names that Prometheus gives them. A sample that is rejected is counted and leaves the others alone; an error
// means that none is there.
func (h *History) Append(ctx context.Context, md pmetric.Metrics) error {
	return h.append(ctx, md.DataPointCount(), func(w *appender) error {
		converter := prometheusremotewrite.NewPrometheusConverter(w)
		_, err := converter.FromMetrics(ctx, md, prometheusremotewrite.Settings{
			AddMetricSuffixes: true, LookbackDelta: lookback, LabelNameUnderscoreSanitization: true, LabelNamePreserveMultipleUnderscores: true,
		})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		deltas := deltaMetrics(md)
		w.reject(RejectedDelta, deltas)
		w.reject(RejectedInvalid, leaves(err)-deltas) // the converter leaves a metric out and goes on
		return nil
	})
}

// append lets fill write through an appender that counts; most is how many samples are lost when nothing can be written.
func (h *History) append(ctx context.Context, most int, fill func(*appender) error) error {
	w := &appender{latest: h.o.Now().Add(aheadBy).UnixMilli(), maxSeries: h.o.MaxSeries, meta: h.meta, rejected: map[string]int{}}
	err := h.raw.append(ctx, func(db *tsdb.DB, app storage.AppenderV2) error {
		w.app, w.head = app, db.Head()
		w.refs, _ = app.(storage.GetRef)
		return fill(w)
	})
	for reason, n := range w.rejected {
		h.o.Hooks.Rejected(reason, n)
	}
	switch {
	case err == nil:
		h.o.Hooks.Appended(w.appended)
	case errors.Is(err, errDiskFull):
		h.o.Hooks.Rejected(RejectedDisk, most)
	default:
		h.o.Hooks.Rejected(RejectedStorage, max(w.appended, most))
	}
	if ctx.Err() == nil {
		h.noteTrouble("append", err)
	}
	return err
}

// appender stands between a converter and the database. The converter gives up the rest of a metric with the first error: it gets none.
type appender struct {
	app       storage.AppenderV2
	refs      storage.GetRef
	head      *tsdb.Head
	meta      *metadataStore
	latest    int64
	maxSeries int

	appended int
	rejected map[string]int
}

var _ storage.AppenderV2 = (*appender)(nil)

func (a *appender) Append(
	_ storage.SeriesRef, ls labels.Labels, start, at int64, v float64, h *histogram.Histogram, fh *histogram.FloatHistogram, opts storage.AOptions,
) (storage.SeriesRef, error) {
	if at > a.latest {
		a.reject(RejectedFuture, 1)
		return 0, nil
	}
	if ls.ByteSize() > maxLabelBytes {
		a.reject(RejectedInvalid, 1)
		return 0, nil
	}
	var ref storage.SeriesRef
	if a.refs != nil {
		ref, _ = a.refs.GetRef(ls, ls.Hash())
	}
	if ref == 0 && a.head.NumSeries() >= uint64(max(a.maxSeries, 0)) {
		a.reject(RejectedSeries, 1)
		return 0, nil
	}
	ref, err := a.app.Append(ref, ls, start, at, v, h, fh, opts)
	var partial *storage.AppendPartialError // the sample is there, an exemplar is not
	if err != nil && !errors.As(err, &partial) {
		a.reject(reason(err), 1)
		return 0, nil
	}
	a.appended++
	a.meta.set(opts.MetricFamilyName, opts.Metadata)
	return ref, nil
}

func (*appender) Commit() error   { return nil } // the store does that
func (*appender) Rollback() error { return nil }

func (a *appender) reject(reason string, n int) {
	if n > 0 {
		a.rejected[reason] += n
	}
}

func reason(err error) string {
	switch {
	case errors.Is(err, storage.ErrDuplicateSampleForTimestamp):
		return RejectedDuplicate
	case errors.Is(err, storage.ErrOutOfOrderSample), errors.Is(err, storage.ErrOutOfBounds), errors.Is(err, storage.ErrTooOldSample):
		return RejectedOld
	}
	return RejectedInvalid
}

// leaves counts the errors that were joined.
func leaves(err error) int {
	if err == nil {
		return 0
	}
	joined, ok := err.(interface{ Unwrap() []error }) //nolint:errorlint // it is the tree that is walked
	if !ok {
		return 1
	}
	n := 0
	for _, e := range joined.Unwrap() {
		n += leaves(e)
	}
	return n
}

// deltaMetrics counts metrics that are no totals.
func deltaMetrics(md pmetric.Metrics) int {
	n := 0
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				if points.Temporality(m) == pmetric.AggregationTemporalityDelta {
					n++
				}
			}
		}
	}
	return n
}

// at is a time as the database has it.
func at(t time.Time) int64 { return t.UnixMilli() }
