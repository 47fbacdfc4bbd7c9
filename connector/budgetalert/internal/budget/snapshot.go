package budget

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Snapshot says where every budget and group stands, without single runs. A budget without groups is there before its first call.
func (e *Engine) Snapshot(ctx context.Context, now time.Time) ([]Level, error) {
	t := now.Unix()
	e.mu.Lock()
	rules := e.rules
	e.mu.Unlock()
	var levels []Level
	for _, r := range rules {
		if r.period.Kind == Run {
			continue
		}
		e.mu.Lock()
		w := r.current(t)
		e.mu.Unlock()
		all, err := e.scan(ctx, r, w, t)
		if err != nil {
			return nil, err
		}
		blocks := map[string]block{}
		if r.period.Kind == Block {
			err = e.ledger.Marks(ctx, blockPrefix+r.series, func(key string, value []byte) {
				is, _ := parseBlocks(value, t)
				blocks[key[len(blockPrefix):]] = is.is
			})
			if err != nil {
				return nil, err
			}
		}
		e.mu.Lock()
		levels = append(levels, r.levels(all, w, blocks, t)...)
		e.mu.Unlock()
	}
	return levels, nil
}

func (r *rule) levels(all map[string]*figures, w window, blocks map[string]block, now int64) []Level {
	if len(r.keys) == 0 && len(all) == 0 {
		g, _ := r.groupOf(nil)
		all[g.series[len(r.series)+2:]] = &figures{}
	}
	var levels []Level
	for _, f := range r.groupsOf(all, now) {
		own, spent := w, f.spent
		if r.period.Kind == Block {
			own, spent = r.blockNow(f, blocks[f.group.series], now)
		}
		levels = append(levels, r.level(f, own, spent, now))
	}
	slices.SortFunc(levels, func(a, b Level) int { return cmp.Or(slices.Compare(a.Values, b.Values), cmp.Compare(a.Spent, b.Spent)) })
	return levels
}

// blockNow is the block under way and its spend; none when the last one is over.
func (r *rule) blockNow(f found, b block, now int64) (window, int64) {
	w := window{b.start, b.start + r.length}
	if !w.has(now) {
		return window{}, 0
	}
	var spent int64
	for _, m := range f.minutes {
		if m.at >= b.from && m.at < w.end {
			spent = add(spent, m.amount)
		}
	}
	return w, spent
}

func (r *rule) level(f found, w window, spent, now int64) Level {
	g := f.group
	l := Level{
		Budget: r.name, Period: r.period.String(), Values: g.values, Overflow: g.overflow, Timezone: r.zone.String(), Unit: r.unit,
		Spent: r.unit.Float(spent),
	}
	for _, k := range r.keys {
		l.Keys = append(l.Keys, k.Name)
	}
	if w.start != 0 {
		l.Start = time.Unix(w.start, 0).UTC()
	}
	if w.end != 0 && w != forever && r.period.Kind != Rolling {
		l.End = time.Unix(w.end, 0).UTC()
	}
	if g.overflow {
		return l
	}
	l.Limit, l.Remaining = r.unit.Float(g.limit), r.unit.Float(g.limit-spent)
	l.Utilization = float64(spent) / float64(g.limit)
	one := reached{found: f, window: w}
	if forecast, ok := one.forecastOf(now); ok {
		l.Forecast, l.HasForecast = r.unit.Float(int64(forecast)), true
	}
	return l
}
