package pricing

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// compiled is a price list made ready: most specific units first, each with what is taken out of it.
type compiled struct {
	list  PriceList
	rates []leaf
	has   uint64    // bit per priced unit
	free  bool      // nothing costs anything
	joins [][3]Unit // overlaps that the list prices: a, b, what is both
}

// leaf is a rate together with the rates of more specific units, whose quantities are not billed twice.
type leaf struct {
	Rate
	under    []uint8 // indices of earlier leaves that are inside this unit
	uncached int     // index of the rate that these tokens would cost without caching; -1: not a cache unit
	to       part    // where the charge belongs
	inside   []share // parts of this whole that have no rate and are still shown apart
}

type share struct {
	unit Unit
	to   part
}

// compileList makes a list ready. It refuses a unit that is priced twice, or a part that is priced without its whole.
func compileList(list PriceList) (compiled, error) {
	rates, err := withOverlaps(list.Rates)
	if err != nil {
		return compiled{}, err
	}
	if len(rates) > maxRates {
		return compiled{}, fmt.Errorf("a row prices at most %d units with their overlaps, got %d", maxRates, len(rates))
	}
	slices.SortStableFunc(rates, func(a, b Rate) int {
		if d := registry[b.Unit].dims.count() - registry[a.Unit].dims.count(); d != 0 {
			return d
		}
		return strings.Compare(a.Unit.UsageName(), b.Unit.UsageName())
	})
	c := compiled{list: list, free: true, rates: make([]leaf, len(rates))}
	for i := range rates {
		l := leaf{Rate: rates[i], uncached: -1, to: partOf(rates[i].Unit)}
		for j := range i {
			if within(rates[j].Unit, rates[i].Unit) {
				l.under = append(l.under, uint8(j))
			}
		}
		c.rates[i] = l
		c.has |= 1 << rates[i].Unit
		c.free = c.free && costsNothing(&rates[i])
	}
	c.findUncached()
	c.findJoins()
	c.findInside()
	return c, nil
}

// scaled is the list for quantities that are scale times as large.
func (c *compiled) scaled(scale int64) compiled {
	out := *c
	out.rates = slices.Clone(c.rates)
	for i := range out.rates {
		r := &out.rates[i]
		r.Price.Per *= scale
		r.Tiers = slices.Clone(r.Tiers)
		for j := range r.Tiers {
			t := &r.Tiers[j]
			t.Price.Per *= scale
			if t.Start > math.MaxInt64/scale {
				t.Start = math.MaxInt64
			} else {
				t.Start *= scale
			}
		}
	}
	return out
}

func costsNothing(r *Rate) bool {
	for i := range r.Tiers {
		if r.Tiers[i].Price.Pico != 0 {
			return false
		}
	}
	return r.Price.Pico == 0
}

// findUncached links each cache rate to the most specific rate that is not one and contains it.
func (c *compiled) findUncached() {
	for i := range c.rates {
		kind := registry[c.rates[i].Unit].dims.kind
		if kind != "cache_read" && kind != "cache_write" {
			continue
		}
		for j := i + 1; j < len(c.rates); j++ {
			if k := registry[c.rates[j].Unit].dims.kind; k == "" && within(c.rates[i].Unit, c.rates[j].Unit) {
				c.rates[i].uncached = j
				break
			}
		}
	}
}

// wholes and their parts that show in Cost even where the row charges them at the whole's rate.
var wholes = map[Unit][]Unit{
	UnitInput:  {UnitCacheRead, UnitCacheWrite, UnitInputAudio},
	UnitOutput: {UnitReasoning, UnitOutputAudio},
}

func (c *compiled) findInside() {
	for i := range c.rates {
		for _, unit := range wholes[c.rates[i].Unit] {
			if c.has&(1<<unit) == 0 {
				c.rates[i].inside = append(c.rates[i].inside, share{unit, partOf(unit)})
			}
		}
	}
}

func (c *compiled) findJoins() {
	for i := range c.rates {
		for j := range i {
			if both, ok := overlap(c.rates[i].Unit, c.rates[j].Unit); ok {
				c.joins = append(c.joins, [3]Unit{c.rates[i].Unit, c.rates[j].Unit, both})
			}
		}
	}
}

// withOverlaps checks the rates and adds, for two priced units that overlap (cached and audio), the rate of what is both when
// the list has none: the rate of the one that says how the tokens were handled (cached, reasoning), not in which form they came.
// Without it, those tokens would be taken twice out of their whole.
func withOverlaps(list []Rate) ([]Rate, error) {
	rates := slices.Clone(list)
	var has uint64
	for i := range rates {
		if has&(1<<rates[i].Unit) != 0 {
			return nil, fmt.Errorf("%s is priced twice", rates[i].Unit.PriceName())
		}
		has |= 1 << rates[i].Unit
	}
	for i := range rates {
		if root, ok := rootOf(rates[i].Unit); ok && has&(1<<root) == 0 {
			return nil, fmt.Errorf("%s needs %s, of which it is a part", rates[i].Unit.PriceName(), root.PriceName())
		}
	}
	for i := 0; i < len(rates); i++ {
		for j := range i {
			both, ok := overlap(rates[i].Unit, rates[j].Unit)
			if !ok || has&(1<<both) != 0 {
				continue
			}
			r := rates[i]
			if registry[r.Unit].dims.kind == "" {
				r = rates[j]
			}
			r.Unit = both
			has |= 1 << both
			rates = append(rates, r)
		}
	}
	return rates, nil
}

// rootOf is the whole that a token unit is a part of.
func rootOf(u Unit) (Unit, bool) {
	for _, root := range [...]Unit{UnitInput, UnitOutput} {
		if within(u, root) {
			return root, true
		}
	}
	return 0, false
}
