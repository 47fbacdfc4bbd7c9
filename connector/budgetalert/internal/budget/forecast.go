package budget

// minElapsed is the part of a period before which nothing is forecast where the budget does not say.
const minElapsed = 0.1

// forecast is what will have been spent at the end of the period: the one forecast that alerts, metrics and the page quote.
func (d *decision) forecast(g *group, w window, spent int64) (float64, bool) {
	return g.rule.forecastOf(w, spent, d.now, func(day window) int64 { return d.view.Sum(g.days, day.start, day.start+1) })
}

func (r *rule) forecastOf(w window, spent, now int64, on func(day window) int64) (float64, bool) {
	if !r.period.Kind.calendar() || now < w.start || now >= w.end {
		return 0, false
	}
	least := minElapsed
	if r.forecast != nil {
		least = r.forecast.minElapsed
	}
	counted := r.seen(w, now)
	elapsed := float64(now-counted.start) / float64(counted.end-counted.start)
	if elapsed <= 0 || elapsed < least {
		return 0, false
	}
	if r.forecast != nil && r.forecast.weekday {
		if f, ok := r.byWeekday(w, spent, now, on); ok {
			return f, true
		}
	}
	return float64(spent) / elapsed, true
}

// byWeekday adds to what was spent the mean of the same weekdays of the last four weeks, for each day that is left and for the rest of
// today. It needs a day with spend at least two weeks ago; days before the first one with spend do not count.
func (r *rule) byWeekday(w window, spent, now int64, on func(day window) int64) (float64, bool) {
	means, ok := r.weekdays(now, on)
	if !ok {
		return 0, false
	}
	f := float64(spent)
	r.daysLeft(w, now, func(_ window, weekday int, part float64) bool {
		f += part * means[weekday]
		return true
	})
	return f, true
}

// weekdays are the means of the last four weeks, by the distance from today in days, 0 to 6.
func (r *rule) weekdays(now int64, on func(day window) int64) (means [7]float64, ok bool) {
	var spent [29]int64
	oldest := 0
	d := r.daily.window(now)
	for back := 1; back <= 28; back++ {
		d = before(Day, r.zone, d)
		if spent[back] = on(d); spent[back] != 0 {
			oldest = back
		}
	}
	if oldest < 14 {
		return means, false
	}
	for ahead := range means {
		var sum, n float64
		for back := (7-ahead)%7 + 7*btoi(ahead == 0); back <= oldest; back += 7 {
			sum += float64(spent[back])
			n++
		}
		means[ahead] = sum / n
	}
	return means, true
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// daysLeft visits today and the days until the period ends, with the part of each that is still to come.
func (r *rule) daysLeft(w window, now int64, visit func(day window, weekday int, part float64) bool) {
	d := r.daily.window(now)
	for i := 0; d.start < w.end; i++ {
		part := 1.0
		if i == 0 {
			part = float64(d.end-now) / float64(d.end-d.start)
		}
		if !visit(d, i%7, part) {
			return
		}
		d = windowOf(Day, r.zone, d.end)
	}
}

// exhausts is when the limit will be reached at this pace; 0 where that is not in this period, or was.
func (d *decision) exhausts(g *group, w window, spent int64, forecast float64) int64 {
	left := float64(g.limit - spent)
	if left <= 0 || forecast <= float64(g.limit) || forecast <= float64(spent) {
		return 0
	}
	r := g.rule
	if r.forecast != nil && r.forecast.weekday {
		if means, ok := r.weekdays(d.now, func(day window) int64 { return d.view.Sum(g.days, day.start, day.start+1) }); ok {
			return r.exhaustsByWeekday(w, d.now, left, means)
		}
	}
	pace := (forecast - float64(spent)) / float64(w.end-d.now)
	return min(d.now+int64(left/pace), w.end)
}

func (r *rule) exhaustsByWeekday(w window, now int64, left float64, means [7]float64) (at int64) {
	r.daysLeft(w, now, func(day window, weekday int, part float64) bool {
		if amount := part * means[weekday]; amount < left {
			left -= amount
			return true
		}
		from := max(now, day.start)
		at = from + int64(left/(part*means[weekday])*float64(day.end-from))
		return false
	})
	return at
}

// burnRate is how many times as fast as the limit allows was spent in so many seconds.
func (r *rule) burnRate(g *group, w window, spent, seconds int64) float64 {
	length := w.end - w.start
	return float64(spent) / float64(seconds) * float64(length) / float64(g.limit)
}
