package budget

// runOf finds the run of a call, or begins one; nil where too many are open.
func (r *rule) runOf(share *Share, t int64) *group {
	r.values = append(append(r.values[:0], share.Group...), share.Run)
	g, key := r.lookup(r.values)
	switch {
	case g != nil && !g.run.ended:
		return g
	case r.open >= MaxOpenRuns:
		return nil
	case g == nil:
		g = r.newGroup(clipped(r.values))
		r.groups[string(key)] = g
		// Another replica may have more of this run: all its slots count.
		g.run.from = 0
	default:
		g.run.from = floor(t, 60)
	}
	r.open++
	g.run.ended, g.run.start, g.seen = false, floor(t, 60), t
	g.known.level = 0
	return g
}

// endRuns ends what was quiet for long enough, and forgets what ended a while ago: until then the ledger may still have its slots.
func (r *rule) endRuns(now int64) {
	for key, g := range r.groups {
		switch {
		case !g.run.ended && now-g.seen > r.idle:
			g.run.ended = true
			r.open--
		case g.run.ended && now-g.seen > r.idle+600:
			delete(r.groups, key)
		}
	}
}

// known is a run that the ledger has slots of: this engine may not have seen it, or not all of it.
func (r *rule) knownRun(g *group, f *figures, now int64) {
	if g.seen == 0 {
		g.run.start, g.run.from, g.seen = f.first, f.first, now
		r.open++
	} else if f.spent != g.spent && !g.run.ended {
		g.seen = max(g.seen, now-60)
	}
	g.spent = f.spent
}
