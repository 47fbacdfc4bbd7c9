package history

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/otelcol-llm/otelcol-llm/internal/midnight"
	"github.com/otelcol-llm/otelcol-llm/internal/ticks"
)

const (
	recordEvery = time.Minute
	// recordAfter is how long after its end an hour or a day is recorded: what is under way comes in.
	recordAfter = 2 * time.Minute
	// recordBack is how far a value may be before the hour: the book goes on after an outage with what it had.
	recordBack = 24 * time.Hour
	// zoneMetric says with a label in which time zone days begin.
	zoneMetric = "llm_budget_period_start_seconds"
	zoneLabel  = "budget_timezone"
)

// recorder writes every hour and every day what the long database keeps of the other one. What it missed while the gateway was away it makes up
// for, as long as the other one still has it.
type recorder struct {
	h *History

	mu   sync.Mutex
	last time.Time         // it looked
	bad  map[string]string // rules whose last evaluation failed
}

func newRecorder(h *History) *recorder { return &recorder{h: h, bad: map[string]string{}} }

func (r *recorder) run() {
	r.record(r.h.life, r.h.o.Now())
	for range ticks.Until(r.h.stop, recordEvery) {
		r.record(r.h.life, r.h.o.Now())
	}
}

// record records all hours and days that are over and are not recorded.
func (r *recorder) record(ctx context.Context, now time.Time) {
	r.mu.Lock()
	r.last = now
	r.mu.Unlock()
	first, ok := r.h.oldest()
	if !ok {
		return
	}
	zone := r.h.zone(ctx, now)
	hours, days := hourAfter, func(t time.Time) time.Time { return midnightAfter(t, zone) }
	hour, err := r.h.recordedUntil(ctx, hourSuffix, first, now)
	if err != nil {
		return
	}
	day, err := r.h.recordedUntil(ctx, daySuffix, first, now)
	if err != nil {
		return
	}
	nextHour, nextDay := hours(hour), days(day)
	for ctx.Err() == nil {
		end, suffix, begin := nextHour, hourSuffix, nextHour.Add(-time.Hour)
		if nextDay.Before(nextHour) {
			end, suffix, begin = nextDay, daySuffix, midnightBefore(nextDay, zone)
		}
		if now.Before(end.Add(recordAfter)) {
			return
		}
		if err := r.write(ctx, suffix, begin, end); err != nil {
			return // the next minute tries again
		}
		if suffix == hourSuffix {
			nextHour = hours(nextHour)
		} else {
			nextDay = days(nextDay)
		}
	}
}

func hourAfter(t time.Time) time.Time { return t.Truncate(time.Hour).Add(time.Hour) }

// midnightAfter is the first midnight after t. Where a clock goes forward at midnight, it is the first moment of the day.
func midnightAfter(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return midnight.Of(zone, y, m, d+1)
}

func midnightBefore(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return midnight.Of(zone, y, m, d-1)
}

// write records one hour or day: all of it or, with an error, nothing.
func (r *recorder) write(ctx context.Context, suffix string, begin, end time.Time) error {
	type sample struct {
		labels labels.Labels
		value  float64
	}
	var out []sample
	for i := range rules {
		values, err := r.h.evaluate(ctx, rules[i].over(end.Sub(begin)), end)
		r.note(rules[i].name+suffix, err)
		if ctx.Err() != nil || err != nil && rules[i].name == recordedMark {
			return fmt.Errorf("%s%s: %w", rules[i].name, suffix, err)
		}
		for _, v := range values {
			if v.H != nil || math.IsNaN(v.F) {
				continue
			}
			b := labels.NewBuilder(v.Metric)
			b.Set(model.MetricNameLabel, rules[i].name+suffix)
			out = append(out, sample{b.Labels(), v.F})
		}
	}
	return r.h.long.append(ctx, func(_ *tsdb.DB, app storage.AppenderV2) error {
		for _, s := range out {
			if _, err := app.Append(0, s.labels, 0, at(end), s.value, nil, nil, storage.AOptions{}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *recorder) note(name string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		delete(r.bad, name)
		return
	}
	r.bad[name] = err.Error()
}

// evaluate is Instant with a longer memory.
func (h *History) evaluate(ctx context.Context, expr string, when time.Time) (out promql.Vector, err error) {
	err = h.exec(ctx, func(ctx context.Context) (promql.Query, error) {
		return h.engine.NewInstantQuery(ctx, h, promql.NewPrometheusQueryOpts(false, recordBack), expr, when)
	}, func(_ promql.Query, result *promql.Result) error {
		v, err := result.Vector()
		out = append(out, v...)
		return err
	})
	return out, err
}

// oldest is the time of the oldest sample.
func (h *History) oldest() (time.Time, bool) {
	db, err := h.raw.get()
	if err != nil {
		return time.Time{}, false
	}
	first := db.Head().MinTime()
	for _, b := range db.Blocks() {
		first = min(first, b.MinTime())
	}
	return time.UnixMilli(first).UTC(), first != math.MaxInt64
}

// recordedUntil is the end of the last hour or day that was recorded; first where there is none that late.
func (h *History) recordedUntil(ctx context.Context, suffix string, first, now time.Time) (time.Time, error) {
	db, err := h.long.get()
	if err != nil {
		return first, err
	}
	q, err := db.Querier(at(first), at(now))
	if err != nil {
		return first, err
	}
	defer func() { _ = q.Close() }()
	set := q.Select(ctx, false, nil, labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, recordedMark+suffix))
	last := at(first)
	for set.Next() {
		samples := set.At().Iterator(nil)
		for samples.Next() != chunkenc.ValNone {
			last = max(last, samples.AtT())
		}
		if err := samples.Err(); err != nil {
			return first, err
		}
	}
	return time.UnixMilli(last).UTC(), set.Err()
}

// zone is that of the budgets; UTC without any.
func (h *History) zone(ctx context.Context, now time.Time) *time.Location {
	s, err := h.Instant(ctx, fmt.Sprintf("topk(1, last_over_time(%s[7d]))", zoneMetric), now)
	if err != nil || len(s) == 0 {
		return time.UTC
	}
	zone, err := time.LoadLocation(s[0].Labels[zoneLabel])
	if err != nil {
		return time.UTC
	}
	return zone
}

// rules shows recorded series as Prometheus shows rules.
func (r *recorder) rules(wanted func(string) bool) (at time.Time, out []any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, suffix := range []string{hourSuffix, daySuffix} {
		stretch := time.Hour
		if suffix == daySuffix {
			stretch = 24 * time.Hour
		}
		for i := range rules {
			name := rules[i].name + suffix
			if !wanted(name) {
				continue
			}
			shown := recordingRule{
				Name: name, Query: rules[i].over(stretch), Labels: map[string]string{}, Health: ruleOK, LastEvaluation: r.last.UTC(), Type: typeRecording,
			}
			if why, ok := r.bad[name]; ok {
				shown.Health, shown.LastError = "err", why
			}
			out = append(out, shown)
		}
	}
	return r.last.UTC(), out
}
