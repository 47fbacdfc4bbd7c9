package history

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"
)

// withQuerier lets use read what a request about labels or series asks for.
func (h *History) withQuerier(r *http.Request, use func(*asked, storage.Querier) answer) (out answer) {
	asked, wrong := readAsked(r)
	if wrong != nil {
		return *wrong
	}
	ctx, done, err := h.takeSlot(r.Context())
	if err != nil {
		return answer{err: err}
	}
	defer done()
	*r = *r.WithContext(ctx)
	q, err := h.Querier(asked.bounds())
	if err != nil {
		return answer{err: err}
	}
	defer func() { _ = q.Close() }()
	if err := guard(func() error { out = use(&asked, q); return nil }); err != nil {
		return answer{err: err}
	}
	return out
}

// texts joins what ask gives for each set of matchers, or for none.
func (a *asked) texts(ask func(*storage.LabelHints, []*labels.Matcher) ([]string, annotations.Annotations, error)) answer {
	sets := a.matchers
	if len(sets) == 0 {
		sets = [][]*labels.Matcher{nil}
	}
	all, notes := []string{}, annotations.Annotations{}
	for _, set := range sets {
		found, more, err := ask(&storage.LabelHints{Limit: a.hint()}, set)
		if err != nil {
			return answer{err: err}
		}
		all = append(all, found...)
		notes.Merge(more)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if a.limit > 0 && len(all) > a.limit {
		all = all[:a.limit]
		notes.Add(errTruncated)
	}
	return answer{data: all, warnings: notes}
}

func (h *History) labelNames(r *http.Request) answer {
	return h.withQuerier(r, func(a *asked, q storage.Querier) answer {
		return a.texts(func(hints *storage.LabelHints, set []*labels.Matcher) ([]string, annotations.Annotations, error) {
			return q.LabelNames(r.Context(), hints, set...)
		})
	})
}

func (h *History) labelValues(r *http.Request) answer {
	name := r.PathValue("name")
	if strings.HasPrefix(name, "U__") {
		name = model.UnescapeName(name, model.ValueEncodingEscaping)
	}
	if !model.UTF8Validation.IsValidLabelName(name) {
		return bad(fmt.Errorf("invalid label name: %q", name))
	}
	return h.withQuerier(r, func(a *asked, q storage.Querier) answer {
		return a.texts(func(hints *storage.LabelHints, set []*labels.Matcher) ([]string, annotations.Annotations, error) {
			return q.LabelValues(r.Context(), name, hints, set...)
		})
	})
}

func (h *History) series(r *http.Request) answer {
	if len(r.Form["match[]"]) == 0 {
		return bad(errors.New("no match[] parameter provided"))
	}
	return h.withQuerier(r, func(a *asked, q storage.Querier) answer {
		mint, maxt := a.bounds()
		hints := &storage.SelectHints{Start: mint, End: maxt, Func: "series", Limit: a.hint()}
		sets := make([]storage.SeriesSet, 0, len(a.matchers))
		for _, ms := range a.matchers {
			sets = append(sets, q.Select(r.Context(), len(a.matchers) > 1, hints, ms...))
		}
		set := sets[0]
		if len(sets) > 1 {
			set = storage.NewMergeSeriesSet(sets, 0, storage.ChainedSeriesMerge)
		}
		return a.all(r, set)
	})
}

func (a *asked) all(r *http.Request, set storage.SeriesSet) answer {
	found, notes := []labels.Labels{}, annotations.Annotations{}
	for set.Next() {
		if err := r.Context().Err(); err != nil {
			return answer{err: err}
		}
		if a.limit > 0 && len(found) == a.limit {
			notes.Add(errTruncated)
			break
		}
		found = append(found, set.At().Labels())
	}
	if err := set.Err(); err != nil {
		return answer{err: err}
	}
	notes.Merge(set.Warnings())
	return answer{data: found, warnings: notes}
}
