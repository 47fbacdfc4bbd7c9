package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
)

// course is the value of every series of a counter of the book at each time of a chart and one before; -1 where there is none.
type course struct {
	labels series.Labels
	values []nano
}

const missing nano = -1

func (c *chart) course(counter string) []course {
	start := c.start.Add(-c.step)
	var all []course
	for _, l := range c.ask("max without (job, instance) ("+counter+")", start) {
		delete(l.Labels, "__name__")
		one := course{l.Labels, make([]nano, len(c.out.Time)+1)}
		for i := range one.values {
			one.values[i] = missing
		}
		for _, p := range l.Points {
			if i := c.at(p) + 1; i >= 0 && i < len(one.values) {
				one.values[i] = toNano(p.Value)
			}
		}
		all = append(all, one)
	}
	return all
}

// begin puts what a young history told first one step before its first values: what was spent up to them is growth.
func (c *chart) begin(all []course) {
	first := len(c.out.Time) + 1
	for i := range all {
		if at := slices.IndexFunc(all[i].values, func(n nano) bool { return n != missing }); at >= 0 {
			first = min(first, at)
		}
	}
	if first == 0 || first > len(c.out.Time) {
		return
	}
	least := fmt.Sprintf("max without (job, instance) (min_over_time(%s[%s]))", bookedUSD, seconds(c.step))
	rows := readBook(c.a, least, c.start.Add(time.Duration(first-1)*c.step))
	for i := range all {
		if row, ok := rows[keyOf(all[i].labels)]; ok && all[i].values[first] != missing {
			all[i].values[first-1] = row.n
		}
	}
}

// there says for each time whether the book was told.
func there(all []course, n int) []bool {
	out := make([]bool, n)
	for i := range out {
		for _, c := range all {
			out[i] = out[i] || c.values[i] != missing
		}
	}
	return out
}

// growth is by what a series grew up to each time since the one before. A series that is new when the book was told before began at 0; one
// without a value goes on where it was; the first value of a history is no growth.
// Where begun is set that one is growth too.
func growth(values []nano, told []bool, begun bool) []nano {
	out := make([]nano, len(values)-1)
	last := missing
	for i, v := range values {
		if v == missing {
			begun = begun || told[i]
			continue
		}
		switch {
		case last != missing && v >= last:
			v -= last
		case last == missing && !begun:
			v = 0
		} // a book that was lost began anew
		if last = values[i]; i > 0 {
			out[i-1] = v
		}
	}
	return out
}

// split adds series up by model, in USD times a factor.
func (c *chart) split(all []course, told []bool, of func(*course) []nano, factor float64) []Line {
	index, sums := map[string]int{}, [][]nano{}
	lines := []Line{}
	for i := range all {
		name := split([]bookRow{{all[i].labels, 1}}, byModel)[0].name
		at, ok := index[name]
		if !ok {
			at = len(lines)
			index[name] = at
			labels := map[string]string{}
			for _, l := range []string{labelProvider, labelModel} {
				if v := all[i].labels[l]; v != "" {
					labels[l] = v
				}
			}
			lines, sums = append(lines, Line{Name: name, Labels: labels}), append(sums, make([]nano, len(c.out.Time)))
		}
		for j, n := range of(&all[i]) {
			sums[at][j] += n
		}
	}
	for i := range lines {
		lines[i].Values = make([]*float64, len(c.out.Time))
		for j, n := range sums[i] {
			if told[j+1] {
				lines[i].Values[j] = inUSD(n.float() * factor)
			}
		}
	}
	return largest(lines)
}

func (c *chart) cost() {
	c.out.TimeZone = zoneOf(budgets(c.a)).String()
	all := c.course(bookedUSD)
	c.begin(all)
	told := there(all, len(c.out.Time)+1)
	c.out.Series = c.split(all, told, func(s *course) []nano { return growth(s.values, told, false) }, float64(time.Hour)/float64(c.step))
	c.priceless(c.start.Add(-c.step))
}

// spend is since midnight. Its last values are those of /costs: the same values less the same ones of midnight.
func (c *chart) spend() {
	zone := zoneOf(budgets(c.a))
	day, _ := dayOf(c.a.now, zone, 0)
	c.out.TimeZone = zone.String()
	c.step = max(c.a.now.Sub(day)/96, time.Minute).Truncate(time.Second)
	c.out.Step = c.step.Seconds()
	c.grid(day)
	base, _, _ := c.r.base(c.a, bookedUSD, day, c.a.now)
	all := c.course(bookedUSD)
	told := there(all, len(c.out.Time)+1)
	c.out.Series = c.split(all, told, func(s *course) []nano {
		from := base[keyOf(s.labels)]
		out, last := make([]nano, len(s.values)-1), nano(0)
		for i, v := range s.values[1:] {
			switch {
			case v == missing:
			case v >= from:
				last = v - from
			default:
				last = v
			}
			out[i] = last
		}
		return out
	}, 1)
	c.priceless(day)
}

// priceless leaves out the zeros of models with calls that have no price and none that cost anything: nobody knows what they cost.
func (c *chart) priceless(from time.Time) {
	var unpriced map[string]nano
	for i := range c.out.Series {
		line := &c.out.Series[i]
		if slices.ContainsFunc(line.Values, func(v *float64) bool { return orZero(v) != 0 }) {
			continue
		}
		if unpriced == nil {
			unpriced = sums(c.r.between(c.a, bookedUnpriced, from, c.a.now).rows, byModel)
		}
		if unpriced[line.Name] > 0 {
			clear(line.Values)
		}
	}
}

// observed is how many observations a histogram made in its window, by its label: increase would make more or less of a series that is young.
func (h hist) observed(a *ask) map[string]float64 {
	if hours, ok := h.recordedTotal("count"); ok {
		out := a.by(h.by, "sum by ("+h.by+") (sum_over_time("+hours+"["+seconds(h.w.length)+"]))")
		h.w = h.w.since()
		for name, n := range h.observed(a) {
			out[name] += n
		}
		return out
	}
	const most, least = 240, 15 * time.Second
	n := max(int(min(h.w.length/least, most)), 1)
	step := h.w.length / time.Duration(n)
	c := &chart{a: a, step: step, out: &Series{Time: make([]int64, n)}}
	c.start = a.now.Add(-time.Duration(n-1) * step)
	all := c.course("histogram_count(" + h.name + h.selector + ") or " + h.name + "_count" + h.selector)
	told := there(all, n+1)
	out := map[string]float64{}
	for _, s := range all {
		for _, grew := range growth(s.values, told, true) { // it began with this process, and the history was there
			out[s.labels[h.by]] += grew.float()
		}
	}
	delete(out, "")
	return out
}
