package pricing

import "time"

// part is where in Cost a charge belongs. The order is that of the running sums: input first.
type part uint8

const (
	partUncached part = iota
	partCacheRead
	partCacheWrite
	partInputAudio
	partFees
	partVisible
	partReasoning
	partOutputAudio
	parts
)

// bill holds the exact parts of a cost.
type bill struct {
	parts    [parts]pico
	uncached pico // what the cached tokens would have cost without caching
	cached   pico // what they cost
}

func (b *bill) add(p part, amount pico) (ok bool) {
	b.parts[p], ok = b.parts[p].plus(amount)
	return ok
}

// partOf says where a unit's charge belongs. Audio length without a direction is what goes in: transcription.
func partOf(u Unit) part {
	d := registry[u].dims
	switch {
	case d.direction == "output":
		switch {
		case d.kind == "reasoning":
			return partReasoning
		case d.modality == "audio":
			return partOutputAudio
		}
		return partVisible
	case d.kind == "cache_read":
		return partCacheRead
	case d.kind == "cache_write":
		return partCacheWrite
	case (d.family == "tokens" || d.family == "durations") && d.modality == "audio":
		return partInputAudio
	case d.family == "tokens":
		return partUncached
	}
	return partFees
}

// sane checks what holds for every call, whatever its row prices.
func (u *Usage) sane() bool {
	for _, n := range [...]int64{
		u.Input, u.Output, u.CacheRead, u.CacheWrite, u.CacheWrite1h, u.InputAudio, u.InputImage, u.InputVideo, u.CacheAudioRead,
		u.CacheImageRead, u.Reasoning, u.OutputAudio, u.OutputImage, u.WebSearches, u.Requests, int64(u.AudioTime), u.audioTime(),
	} {
		if n < 0 {
			return false
		}
	}
	for i := range u.Other {
		if u.Other[i].N < 0 {
			return false
		}
	}
	// Written so that nothing can overflow: every term is between 0 and its whole.
	return u.CacheRead <= u.Input && u.CacheWrite <= u.Input-u.CacheRead && u.CacheWrite1h <= u.CacheWrite &&
		u.InputAudio <= u.Input && u.InputImage <= u.Input-u.InputAudio && u.InputVideo <= u.Input-u.InputAudio-u.InputImage &&
		u.CacheAudioRead <= min(u.CacheRead, u.InputAudio) && u.CacheImageRead <= min(u.CacheRead, u.InputImage) &&
		u.Reasoning <= u.Output && u.OutputAudio <= u.Output && u.OutputImage <= u.Output-u.OutputAudio
}

// empty says that nothing was used but the request itself.
func (u *Usage) empty() bool {
	if u.Input|u.Output|u.WebSearches != 0 || u.AudioTime != 0 {
		return false
	}
	for i := range u.Other {
		if u.Other[i].N != 0 {
			return false
		}
	}
	return true
}

// maxUnits is more than the rates of any list: each unit at most once.
const maxUnits = 64

// bill charges every rate for what no more specific rate has charged already.
func (c *compiled) bill(u *Usage, bill *bill, b *basis, tell charged) error {
	var left [maxUnits]int64
	covered := false
	for i := range c.rates {
		l := &c.rates[i]
		n := u.quantity(l.Unit)
		for _, j := range l.under {
			n -= left[j]
			if n < 0 {
				return ErrBadUsage
			}
		}
		left[i] = n
		if n == 0 {
			continue
		}
		covered = true
		p := l.at(u.Input)
		if !c.split(bill, u, l, n, p, tell) || l.uncached >= 0 && !bill.compare(n, p, c.rates[l.uncached].at(u.Input)) {
			return ErrBadUsage
		}
	}
	if !covered && len(c.rates) > 0 && !u.empty() {
		return ErrNoRate
	}
	for _, j := range c.joins {
		if b.guess == "" && u.quantity(j[0]) > 0 && u.quantity(j[1]) > 0 && u.quantity(j[2]) == 0 {
			b.guess = GuessOverlap
		}
	}
	return nil
}

// compare keeps what caching changed.
func (b *bill) compare(n int64, p, uncached Price) (ok bool) {
	if b.cached, ok = b.cached.plus(charge(n, p)); !ok {
		return false
	}
	b.uncached, ok = b.uncached.plus(charge(n, uncached))
	return ok
}

// parts of the two wholes that show in Cost even where the row charges them at the whole's rate.
var (
	inputParts  = [...]Unit{UnitCacheRead, UnitCacheWrite, UnitInputAudio}
	outputParts = [...]Unit{UnitReasoning, UnitOutputAudio}
)

// split charges n of a rate's unit, apart for the parts that have no rate of their own.
func (c *compiled) split(bill *bill, u *Usage, l *leaf, n int64, p Price, tell charged) bool {
	var inside []Unit
	switch l.Unit {
	case UnitInput:
		inside = inputParts[:]
	case UnitOutput:
		inside = outputParts[:]
	}
	done := int64(0)
	take := func(k int64, to part) bool {
		if k <= 0 {
			return true
		}
		before := charge(done, p)
		done += k
		amount := charge(done, p).minus(before)
		if tell != nil {
			tell(l.Unit, k, p, to)
		}
		return bill.add(to, amount)
	}
	for _, unit := range inside {
		if c.has&(1<<unit) == 0 && !take(min(u.quantity(unit), n-done), partOf(unit)) {
			return false
		}
	}
	return take(n-done, partOf(l.Unit))
}

// settle rounds the running sums, so that the parts add up to the whole.
func (b *bill) settle(c *Cost, f Factor) bool {
	to := [parts]*int64{
		&c.InputUncached, &c.CacheRead, &c.CacheWrite, &c.InputAudio, &c.Fees, &c.OutputVisible, &c.Reasoning, &c.OutputAudio,
	}
	var sum pico
	var before int64
	for i := range b.parts {
		var ok bool
		if sum, ok = sum.plus(b.parts[i]); !ok {
			return false
		}
		now, ok := sum.nano(f)
		if !ok {
			return false
		}
		*to[i], before = now-before, now
		if part(i) == partFees {
			c.Input = now
		}
	}
	c.Total, c.Output = before, before-c.Input
	saved, ok := b.saved(f)
	c.Saved = saved
	return ok
}

func (b *bill) saved(f Factor) (int64, bool) {
	if b.uncached.less(b.cached) {
		n, ok := b.cached.minus(b.uncached).nano(f)
		return -n, ok
	}
	return b.uncached.minus(b.cached).nano(f)
}

func atLeast(n, least int64) time.Duration {
	if n == 0 {
		return 0
	}
	return time.Duration(max(n, least))
}
