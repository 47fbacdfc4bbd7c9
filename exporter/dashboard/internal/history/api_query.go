package history

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/util/annotations"
	"github.com/prometheus/prometheus/util/stats"
)

// maxPoints is how many points a series of an answer may have, as in Prometheus.
const maxPoints = 11000

var errTruncated = errors.New("results truncated due to limit")

func (h *History) query(r *http.Request) answer {
	limit, err := readLimit(r, "limit")
	if err != nil {
		return badParameter("limit", err)
	}
	when, err := readTimeOr(r, "time", h.o.Now())
	if err != nil {
		return badParameter("time", err)
	}
	expr := r.FormValue("query")
	return h.answerQuery(r, limit, func(ctx context.Context, opts promql.QueryOpts) (promql.Query, error) {
		return h.engine.NewInstantQuery(ctx, h, opts, expr, when)
	})
}

func (h *History) queryRange(r *http.Request) answer {
	limit, err := readLimit(r, "limit")
	if err != nil {
		return badParameter("limit", err)
	}
	start, err := readTime(r.FormValue("start"))
	if err != nil {
		return badParameter("start", err)
	}
	end, err := readTime(r.FormValue("end"))
	if err != nil {
		return badParameter("end", err)
	}
	if end.Before(start) {
		return badParameter("end", errors.New("end timestamp must not be before start time"))
	}
	step, err := readDuration(r.FormValue("step"))
	if err != nil {
		return badParameter("step", err)
	}
	if step <= 0 {
		return badParameter("step", errors.New("zero or negative query resolution step widths are not accepted. Try a positive integer"))
	}
	if step < time.Millisecond { // the engine would divide by 0
		return badParameter("step", errors.New("must be at least a millisecond"))
	}
	if end.Sub(start)/step > maxPoints {
		return bad(errors.New("exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)"))
	}
	expr := r.FormValue("query")
	return h.answerQuery(r, limit, func(ctx context.Context, opts promql.QueryOpts) (promql.Query, error) {
		return h.engine.NewRangeQuery(ctx, h, opts, expr, start, end, step)
	})
}

// answerQuery writes the answer as JSON while it is there: its memory is the engine's.
func (h *History) answerQuery(r *http.Request, limit int, prepare func(context.Context, promql.QueryOpts) (promql.Query, error)) answer {
	ctx, cancel, opts, wrong := readQueryOptions(r)
	if wrong != nil {
		return *wrong
	}
	defer cancel()
	var text encoded
	var notes annotations.Annotations
	err := h.exec(ctx, func(ctx context.Context) (promql.Query, error) { return prepare(ctx, opts) },
		func(q promql.Query, result *promql.Result) (err error) {
			notes = result.Warnings
			if truncate(result, limit) {
				notes = notes.Add(errTruncated)
			}
			var told any
			if r.FormValue("stats") != "" {
				told = stats.NewQueryStats(q.Stats())
			}
			text, err = encodeResult(result.Value, told)
			return err
		})
	var unread *badQuery
	if errors.As(err, &unread) {
		return badParameter("query", unread.error)
	}
	if err != nil {
		return answer{err: err}
	}
	return answer{data: text, warnings: notes, query: r.FormValue("query")}
}

func truncate(result *promql.Result, limit int) bool {
	if limit <= 0 {
		return false
	}
	switch v := result.Value.(type) {
	case promql.Matrix:
		if len(v) > limit {
			result.Value = v[:limit]
			return true
		}
	case promql.Vector:
		if len(v) > limit {
			result.Value = v[:limit]
			return true
		}
	}
	return false
}

func (h *History) queryExemplars(r *http.Request) answer {
	start, err := readTimeOr(r, "start", minTime)
	if err != nil {
		return badParameter("start", err)
	}
	end, err := readTimeOr(r, "end", maxTime)
	if err != nil {
		return badParameter("end", err)
	}
	if end.Before(start) {
		return bad(errors.New("end timestamp must not be before start timestamp"))
	}
	expr, err := newParser().ParseExpr(r.FormValue("query"))
	if err != nil {
		return bad(err)
	}
	selectors := parser.ExtractSelectors(expr)
	if len(selectors) == 0 {
		return answer{}
	}
	ctx, done, err := h.takeSlot(r.Context())
	if err != nil {
		return answer{err: err}
	}
	defer done()
	db, err := h.raw.get()
	if err != nil {
		return answer{err: err}
	}
	q, err := db.ExemplarQuerier(ctx)
	if err != nil {
		return answer{err: err}
	}
	found, err := q.Select(at(start), at(end), selectors...)
	if err != nil {
		return answer{err: err}
	}
	text, err := encode(found)
	return answer{data: text, err: err}
}

func formatQuery(r *http.Request) answer {
	expr, err := newParser().ParseExpr(r.FormValue("query"))
	if err != nil {
		return badParameter("query", err)
	}
	return answer{data: expr.Pretty(0)}
}
