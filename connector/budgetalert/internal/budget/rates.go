package budget

// forecastOf is the forecast of a group by its figures.
func (one *reached) forecastOf(now int64) (float64, bool) {
	return one.group.rule.forecastOf(one.window, one.spent, now, func(day window) int64 { return one.days[day.start] })
}

// forecastInput is the forecast beside its threshold. Without a forecast nothing is known, and what fires goes on.
func (one *reached) forecastInput(now int64) Input {
	f, ok := one.forecastOf(now)
	if !ok {
		return Near
	}
	g := one.group
	return level(f, float64(part(g.limit, g.rule.forecast.millionths)))
}

// burnInput: both windows must be too fast, and either of them may end it.
func (one *reached) burnInput(i int) Input {
	g := one.group
	b := &g.rule.burn[i]
	long, short := g.rule.burnRate(g, one.window, one.long[i], b.long), g.rule.burnRate(g, one.window, one.short[i], b.short)
	return level(min(long, short), b.factor)
}

func (s *survey) rateInput(l *latch, r *rule, one reached, ok bool) Input {
	if !ok {
		return Below
	}
	switch l.Basis {
	case basisForecast:
		if r.forecast == nil || r.forecast.text != l.Threshold {
			return Released
		}
		return one.forecastInput(s.now)
	case basisBurn:
		for i := range r.burn {
			if r.burn[i].text == l.Threshold {
				return one.burnInput(i)
			}
		}
	}
	return Released
}

// moving says whether a forecast or a rate of the group is too high and not yet told.
func (s *survey) moving(one reached, latches map[string]*latch) bool {
	g := one.group
	r := g.rule
	start := r.latchStart(one.window)
	if r.forecast != nil && one.forecastInput(s.now) == Reached && latches[latchKey(g.series, start, basisForecast, r.forecast.text)] == nil {
		return true
	}
	for i := range r.burn {
		if one.burnInput(i) == Reached && latches[latchKey(g.series, start, basisBurn, r.burn[i].text)] == nil {
			return true
		}
	}
	return false
}

// rates fires the forecast and the rates of a group.
func (d *decision) rates(one *reached) {
	g := one.group
	r := g.rule
	if d.outdatedRule(r) {
		return
	}
	if r.forecast != nil {
		l := d.newLatch(g, one.window, basisForecast, r.forecast.text)
		if next, event := holding.next(decodeLatch(d.view.Mark(l.key())).state(), one.forecastInput(d.now), d.now); event == Fire {
			d.fireForecast(one, l, next)
		}
	}
	for i := range r.burn {
		l := d.newLatch(g, one.window, basisBurn, r.burn[i].text)
		if next, event := holding.next(decodeLatch(d.view.Mark(l.key())).state(), one.burnInput(i), d.now); event == Fire {
			d.fireBurn(one, l, next, i)
		}
	}
}

func (d *decision) fireForecast(one *reached, l *latch, to state) {
	g := one.group
	r := g.rule
	f, _ := one.forecastOf(d.now)
	d.reason = reasonForecast
	a := d.firing(g, one.window, l, one.spent)
	a.Value, a.Threshold, a.Unit = r.unit.Float(int64(f)), r.unit.Float(part(g.limit, r.forecast.millionths)), r.unit.String()
	a.Type, a.Severity = r.alertType("FORECAST"), severity(one.spent >= g.limit)
	a.Body = d.forecastBody(g, one.window, &a, one.spent)
	d.raise(l, to, &a)
}

func (d *decision) fireBurn(one *reached, l *latch, to state, i int) {
	g := one.group
	r := g.rule
	b := &r.burn[i]
	d.reason = reasonBurnRate
	a := d.firing(g, one.window, l, one.spent)
	a.Value = r.burnRate(g, one.window, one.long[i], b.long)
	a.Threshold, a.Unit = b.factor, "1"
	a.Type, a.Severity = r.alertType("BURN_RATE"), severity(one.spent >= g.limit)
	a.Body = d.burnBody(g, &a, b, one.spent)
	d.raise(l, to, &a)
}
