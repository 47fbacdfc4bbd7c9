package pricing

import (
	"strings"
	"time"
)

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

// charges holds the exact parts of a cost.
type charges struct {
	parts    [parts]pico
	uncached pico // what the cached tokens would have cost without caching
	cached   pico // what they cost
}

func (b *charges) add(p part, amount pico) (ok bool) {
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
	case d.direction == "input": // tokens, pages, characters
		return partUncached
	}
	return partFees
}

// sane checks what holds for every call, whatever its row prices.
func (u *Usage) sane() bool {
	sign := u.Input | u.Output | u.CacheRead | u.CacheWrite | u.CacheWrite1h | u.InputAudio | u.InputImage | u.InputVideo |
		u.CacheAudioRead | u.CacheImageRead | u.Reasoning | u.OutputAudio | u.OutputImage | u.WebSearches | u.Requests | int64(u.AudioTime)
	for i := range u.Other {
		sign |= u.Other[i].N
	}
	if sign < 0 || len(u.Other) > 0 && u.audioTime() < 0 {
		return false
	}
	// Written so that nothing can overflow: every term is between 0 and its whole.
	return u.CacheRead <= u.Input && u.CacheWrite <= u.Input-u.CacheRead && u.CacheWrite1h <= u.CacheWrite &&
		u.InputAudio <= u.Input && u.InputImage <= u.Input-u.InputAudio && u.InputVideo <= u.Input-u.InputAudio-u.InputImage &&
		u.CacheAudioRead <= min(u.CacheRead, u.InputAudio) && u.CacheImageRead <= min(u.CacheRead, u.InputImage) &&
		u.Reasoning <= u.Output && u.OutputAudio <= u.Output && u.OutputImage <= u.Output-u.OutputAudio
}

func (u *Usage) longest() int64 {
	if u.Longest > 0 {
		return u.Longest
	}
	return u.Input
}

// Empty says that nothing was used but the request itself.
func (u *Usage) Empty() bool {
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

// maxRates bounds the rates of a list, so that a bill fits on the stack. The table's longest list has ten.
const maxRates = 24

// charge applies every rate to what no more specific rate was applied to already.
func (c *compiled) charge(u *Usage, sums *charges, b *basis, tell charged) error {
	var left [maxRates]int64
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
		p := l.at(u.longest())
		if !sums.split(u, l, n, p, tell) || l.uncached >= 0 && !sums.compare(n, p, c.rates[l.uncached].at(u.longest())) {
			return ErrBadUsage
		}
	}
	if !covered && len(c.rates) > 0 && !u.Empty() {
		return ErrNoRate
	}
	c.doubt(u, b)
	return nil
}

// lacks says that the list has a rate for the whole, and none for a part that others have another rate for. Where reading from the cache has
// one, and writing to it none, it costs as much as what is new.
func (c *compiled) lacks(u *Usage) bool {
	without := func(n int64, part, whole Unit) bool { return n > 0 && c.has&(1<<whole) != 0 && c.has&(1<<part) == 0 }
	return without(u.CacheWrite1h, UnitCacheWrite1h, UnitCacheWrite) || without(u.CacheRead, UnitCacheRead, UnitInput) ||
		without(u.CacheWrite, UnitCacheWrite, UnitInput) && c.has&(1<<UnitCacheRead) == 0 ||
		without(u.Output, UnitOutput, UnitInput)
}

// lacksForm says that sound or images were used, and the list, which has no rate for them, is not known to price them as text: Google's own rows
// have a rate where sound costs something else; what reads aloud, or only makes images, has that price for all of its output.
func (m *Model) lacksForm(c *compiled, u *Usage) bool {
	without := func(n int64, part Unit) bool { return n > 0 && c.has&(1<<part) == 0 }
	return m.Provider != "google" && (without(u.InputAudio, UnitInputAudio) || without(u.OutputAudio, UnitOutputAudio) && !strings.Contains(m.ID, "tts")) ||
		without(u.OutputImage, UnitOutputImage) && !strings.Contains(m.ID, "gpt-image")
}

// doubt says what of the usage the list does not settle.
func (c *compiled) doubt(u *Usage, b *basis) {
	if b.guess == "" && u.WebSearches > 0 && !c.free && c.has&(1<<UnitWebSearches) == 0 {
		b.guess = GuessFee
	}
	for i := range u.Other { // a tool that was used, and has no price here
		o := &u.Other[i]
		if b.guess == "" && o.N > 0 && !c.free && registry[o.Unit].dims.family == "tool_calls" && c.has&(1<<o.Unit) == 0 {
			b.guess = GuessFee
		}
	}
	for _, j := range c.joins {
		if b.guess == "" && u.quantity(j[0]) > 0 && u.quantity(j[1]) > 0 && u.quantity(j[2]) == 0 {
			b.guess = GuessOverlap
		}
	}
}

// compare keeps what caching changed.
func (b *charges) compare(n int64, p, uncached Price) (ok bool) {
	if b.cached, ok = b.cached.plus(charge(n, p)); !ok {
		return false
	}
	b.uncached, ok = b.uncached.plus(charge(n, uncached))
	return ok
}

// split charges n of a rate's unit, apart for the parts that have no rate of their own.
func (b *charges) split(u *Usage, l *leaf, n int64, p Price, tell charged) bool {
	done := int64(0)
	take := func(k int64, to part) bool {
		if k <= 0 {
			return true
		}
		before := charge(done, p)
		done += k
		if tell != nil {
			tell(l.Unit, k, p, to)
		}
		return b.add(to, charge(done, p).minus(before))
	}
	for _, s := range l.inside {
		if !take(min(u.quantity(s.unit), n-done), s.to) {
			return false
		}
	}
	return take(n-done, l.to)
}

// settle rounds the running sums, so that the parts add up to the whole. What the contract multiplies all by comes last; the tier
// and the region multiply what the model did, and not the fees for tools, which cost the same in every tier.
func (b *charges) settle(c *Cost, basis *basis) bool {
	tier := basis.tier.normal()
	f, err := basis.contract.Mul(Factor{1, tier.den})
	if err != nil {
		return false
	}
	to := [parts]*int64{
		&c.InputUncached, &c.CacheRead, &c.CacheWrite, &c.InputAudio, &c.Fees, &c.OutputVisible, &c.Reasoning, &c.OutputAudio,
	}
	var sum pico
	var before int64
	for i := range b.parts {
		if b.parts[i] != (pico{}) {
			by := tier.num
			if part(i) == partFees {
				by = tier.den
			}
			amount, ok := b.parts[i].times(by)
			if !ok {
				return false
			}
			if sum, ok = sum.plus(amount); !ok {
				return false
			}
			now, ok := sum.nano(f)
			if !ok {
				return false
			}
			*to[i], before = now-before, now
		}
		if part(i) == partFees {
			c.Input = before
		}
	}
	c.Total, c.Output = before, before-c.Input
	if b.cached == b.uncached {
		return true
	}
	var ok bool
	c.Saved, ok = b.saved(tier.num, f)
	return ok
}

func (b *charges) saved(times uint64, f Factor) (int64, bool) {
	sign, more, less := int64(1), b.uncached, b.cached
	if more.less(less) {
		sign, more, less = -1, less, more
	}
	d, ok := more.minus(less).times(times)
	if !ok {
		return 0, false
	}
	n, ok := d.nano(f)
	return sign * n, ok
}

func atLeast(n, least int64) time.Duration {
	if n == 0 {
		return 0
	}
	return time.Duration(max(n, least))
}
