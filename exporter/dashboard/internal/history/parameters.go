package history

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
)

// The earliest and the latest time that Prometheus knows; requests without a range mean all between.
var (
	minTime = time.Unix(math.MinInt64/1000+62135596801, 0).UTC()
	maxTime = time.Unix(math.MaxInt64/1000-62135596801, 999999999).UTC()
)

// readTime reads seconds since 1970 or RFC 3339.
func readTime(s string) (time.Time, error) {
	if seconds, err := strconv.ParseFloat(s, 64); err == nil {
		whole, part := math.Modf(seconds)
		return time.Unix(int64(whole), int64(math.Round(part*1000)/1000*float64(time.Second))).UTC(), nil
	}
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t, nil
	}
	for _, t := range []time.Time{minTime, maxTime} { // their years have more digits than can be read
		if s == t.Format(time.RFC3339Nano) {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("cannot parse %q to a valid timestamp", s)
}

func readTimeOr(r *http.Request, name string, missing time.Time) (time.Time, error) {
	s := r.FormValue(name)
	if s == "" {
		return missing, nil
	}
	t, err := readTime(s)
	if err != nil {
		return t, fmt.Errorf("invalid time value for '%s': %w", name, err)
	}
	return t, nil
}

// readDuration reads seconds, or a duration such as 5m.
func readDuration(s string) (time.Duration, error) {
	if seconds, err := strconv.ParseFloat(s, 64); err == nil {
		d := seconds * float64(time.Second)
		if d > math.MaxInt64 || d < math.MinInt64 {
			return 0, fmt.Errorf("cannot parse %q to a valid duration. It overflows int64", s)
		}
		return time.Duration(d), nil
	}
	if d, err := model.ParseDuration(s); err == nil {
		return time.Duration(d), nil
	}
	return 0, fmt.Errorf("cannot parse %q to a valid duration", s)
}

// readLimit is 0 for none.
func readLimit(r *http.Request, name string) (int, error) {
	s := r.FormValue(name)
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err == nil && n < 0 {
		err = errors.New("limit must be non-negative")
	}
	return n, err
}

// asked is what requests about labels and series have in common.
type asked struct {
	start, end time.Time
	limit      int
	matchers   [][]*labels.Matcher
}

// hint is one more than the limit, to see whether there is more.
func (a *asked) hint() int {
	if a.limit > 0 && a.limit < math.MaxInt {
		return a.limit + 1
	}
	return a.limit
}

func (a *asked) bounds() (mint, maxt int64) { return at(a.start), at(a.end) }

// readAsked gives an answer where the request is wrong.
func readAsked(r *http.Request) (a asked, wrong *answer) {
	refuse := func(name string, err error) (asked, *answer) {
		no := badParameter(name, err)
		return asked{}, &no
	}
	var err error
	if a.limit, err = readLimit(r, "limit"); err != nil {
		return refuse("limit", err)
	}
	if a.start, err = readTimeOr(r, "start", minTime); err != nil {
		return refuse("start", err)
	}
	if a.end, err = readTimeOr(r, "end", maxTime); err != nil {
		return refuse("end", err)
	}
	if a.matchers, err = readMatchers(r.Form["match[]"]); err != nil {
		if r.URL.Path == "/api/v1/series" {
			return refuse("match[]", err)
		}
		no := bad(err)
		return asked{}, &no
	}
	return a, nil
}

// readMatchers refuses selectors that select everything.
func readMatchers(texts []string) ([][]*labels.Matcher, error) {
	sets, err := newParser().ParseMetricSelectors(texts)
	if err != nil {
		return nil, err
	}
	for _, set := range sets {
		all := true
		for _, m := range set {
			all = all && (m == nil || m.Matches(""))
		}
		if all {
			return nil, errors.New("match[] must contain at least one non-empty matcher")
		}
	}
	return sets, nil
}

// readQueryOptions reads what a query may say beside itself. The context ends with its timeout.
func readQueryOptions(r *http.Request) (context.Context, context.CancelFunc, promql.QueryOpts, *answer) {
	ctx, cancel := r.Context(), context.CancelFunc(func() {})
	if s := r.FormValue("timeout"); s != "" {
		d, err := readDuration(s)
		if err != nil {
			no := badParameter("timeout", err)
			return nil, nil, nil, &no
		}
		ctx, cancel = context.WithTimeout(ctx, d)
	}
	var lookback time.Duration
	if s := r.FormValue("lookback_delta"); s != "" {
		d, err := readDuration(s)
		if err != nil {
			cancel()
			no := bad(fmt.Errorf("error parsing lookback delta duration: %w", err))
			return nil, nil, nil, &no
		}
		lookback = d
	}
	return ctx, cancel, promql.NewPrometheusQueryOpts(r.FormValue("stats") == "all", lookback), nil
}
