package report

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
	"github.com/otelcol-llm/otelcol-llm/internal/midnight"
)

// increaseSince is by what counters of this process grew since a moment, added up by labels.
func increaseSince(selector, by string, from, now time.Time) string {
	return window{length: max(now.Sub(from).Truncate(time.Second), time.Minute)}.increase(selector, by)
}

// ofDay is by what a counter of the book grew on a day that may be over: then it is remembered. Of one whose samples are gone it is what was recorded.
func (r *Report) ofDay(a *ask, counter string, from, to time.Time) grown {
	if to.After(a.now) {
		return r.between(a, counter, from, a.now)
	}
	key := fmt.Sprint(counter, from.Unix(), to.Unix())
	r.mu.Lock()
	g, ok := r.days.Get(key, a.now)
	r.mu.Unlock()
	if ok {
		return g
	}
	if g = r.between(a, counter, from, to); g.gone() {
		if of, ok := recordedDay(a, counter, from, to); ok {
			g = of
		}
	}
	if a.now.Sub(to) > settled && a.ctx.Err() == nil {
		r.mu.Lock()
		r.days.Put(key, g, a.now)
		r.mu.Unlock()
	}
	return g
}

func (r *Report) lastDays(a *ask, zone *time.Location) []Day {
	days := make([]Day, daysBack)
	for i := range days {
		from, to := dayOf(a.now, zone, daysBack-1-i)
		usd, calls, tokens := r.ofDay(a, bookedUSD, from, to), r.ofDay(a, bookedCalls, from, to), r.ofDay(a, bookedTokens, from, to)
		days[i] = Day{Date: from.Format(time.DateOnly), USD: usd.usd(), Calls: calls.count(), Tokens: tokens.count()}
	}
	return days
}

// unpricedSince is how many calls have no price, as the book has it.
func (r *Report) unpricedSince(a *ask, from time.Time) nano {
	return r.between(a, bookedUnpriced, from, a.now).total()
}

// unpriced are calls without a cost, the most first.
func unpriced(a *ask, from time.Time) []Unpriced {
	const by = labelProvider + ", " + labelModel + ", reason"
	tokens := map[string]float64{}
	for _, s := range a.vector(increaseSince("llm_unpriced_tokens_total", by, from, a.now), a.now) {
		tokens[keyOf(s.Labels)] = math.Round(s.Value)
	}
	out := []Unpriced{}
	for _, s := range a.vector(increaseSince("llm_unpriced_calls_total", by, from, a.now), a.now) {
		if s.Value < 0.5 {
			continue
		}
		out = append(out, Unpriced{
			Provider: s.Labels[labelProvider], Model: s.Labels[labelModel], Reason: s.Labels["reason"],
			Calls: value(math.Round(s.Value)), Tokens: known(tokens, keyOf(s.Labels)),
		})
	}
	slices.SortFunc(out, func(a, b Unpriced) int {
		return cmp.Or(cmp.Compare(*b.Calls, *a.Calls), cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Model, b.Model), cmp.Compare(a.Reason, b.Reason))
	})
	return out
}

// maxDayRange is how many days /costs/days gives.
const maxDayRange = 92

func (r *Report) costDays(ctx context.Context, q *query) (any, error) {
	a := newAsk(ctx, r.o.Querier, q.now)
	s := r.standing(a)
	zone := s.zone
	first, last, err := q.days(zone)
	if err != nil {
		return nil, err
	}
	out := CostDays{Timestamp: q.now.UTC(), TimeZone: zone.String(), From: first.Format(time.DateOnly), To: last.Format(time.DateOnly), Days: []ModelDay{}}
	for y, m, d := last.Date(); ; d-- {
		from, to := midnight.Of(zone, y, m, d), midnight.Of(zone, y, m, d+1)
		if from.Before(midnight.Of(zone, first.Year(), first.Month(), first.Day())) || ctx.Err() != nil {
			break
		}
		if from.Before(q.now) {
			usd, tokens := r.ofDay(a, bookedUSD, from, to), r.ofDay(a, bookedTokens, from, to)
			calls, without := r.ofDay(a, bookedCalls, from, to), r.ofDay(a, bookedUnpriced, from, to)
			date := from.Format(time.DateOnly)
			rows := modelDays(date, &usd, &tokens, &calls, &without)
			if from.Equal(s.day) {
				rows = append(rows, restOfToday(date, rows, &usd, r.spent(a, s.daily, s.day))...)
			}
			out.Days = append(out.Days, rows...)
		}
	}
	return out, a.wait()
}

// days are the parameters from and to, in UTC: only their dates count.
func (q *query) days(zone *time.Location) (first, last time.Time, err error) {
	y, m, d := q.now.In(zone).Date()
	first, last = time.Date(y, m, 1, 0, 0, 0, 0, time.UTC), time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	for name, to := range map[string]*time.Time{"from": &first, "to": &last} {
		if text := q.values[name]; text != "" {
			if *to, err = time.Parse(time.DateOnly, text); err != nil {
				return first, last, bad("%s must be a day as 2026-11-28; got %q", name, text)
			}
		}
	}
	if n := int(last.Sub(first)/(24*time.Hour)) + 1; n < 1 || n > maxDayRange {
		return first, last, bad("from must not be after to, and at most %d days before it", maxDayRange-1)
	}
	return first, last, nil
}

func modelDays(date string, usd, tokens, calls, unpriced *grown) []ModelDay {
	name := func(l series.Labels) string { return l[labelProvider] + "\x00" + l[labelModel] }
	index := map[string]*ModelDay{}
	row := func(l series.Labels) *ModelDay {
		key := name(l)
		if index[key] == nil {
			index[key] = &ModelDay{Date: date, Model: cmp.Or(l[labelModel], unnamed), Provider: l[labelProvider]}
			if l[labelOverflow] != "" {
				index[key].Model = overflow
			}
		}
		return index[key]
	}
	amounts := map[*ModelDay]nano{}
	for _, r := range usd.rows {
		amounts[row(r.labels)] += r.n
	}
	for _, r := range tokens.rows {
		row(r.labels).add(r.labels[labelToken], float64(r.n)/1e9)
	}
	for _, r := range calls.rows { // calls that failed have neither
		if d := row(r.labels); tokens.known {
			d.add("", 0)
		}
	}
	priceless := map[*ModelDay]bool{}
	for _, r := range unpriced.rows {
		priceless[row(r.labels)] = true
	}
	var out []ModelDay
	for _, d := range index {
		if n, ok := amounts[d]; ok {
			d.USD = n.usd()
		} else if usd.known && !priceless[d] {
			d.USD = value(0)
		}
		out = append(out, *d)
	}
	slices.SortFunc(out, func(a, b ModelDay) int {
		return cmp.Or(cmp.Compare(orZero(b.USD), orZero(a.USD)), cmp.Compare(a.Model, b.Model), cmp.Compare(a.Provider, b.Provider))
	})
	return out
}

// restOfToday is what the headline has and no row.
func restOfToday(date string, rows []ModelDay, usd *grown, total *float64) []ModelDay {
	if total == nil {
		return nil
	}
	rest := toNano(*total)
	for i := range rows {
		rest -= toNano(orZero(rows[i].USD))
	}
	if rest == 0 {
		return nil
	}
	return []ModelDay{{Date: date, Model: usd.restName(), USD: rest.usd(), Rest: true}}
}

func (d *ModelDay) add(kind string, n float64) {
	for _, to := range []**float64{&d.Input, &d.Output, &d.CacheRead, &d.CacheWrite} {
		if *to == nil {
			*to = value(0)
		}
	}
	switch kind {
	case "input_uncached":
		*d.Input += n
	case "cache_read":
		*d.CacheRead += n
	case "cache_write":
		*d.CacheWrite += n
	default:
		*d.Output += n
	}
}

func orZero(f *float64) float64 {
	if f == nil {
		return 0
	}
	return *f
}
