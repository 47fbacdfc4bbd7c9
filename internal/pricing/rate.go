package pricing

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Price is Pico pico-USD for every Per of a unit: one token, one call, one hour (in nanoseconds). Per is 1 for nearly every
// price; the few others are prices such as a twelfth of a dollar a million tokens, which no integer per token expresses.
type Price struct{ Pico, Per int64 }

// Rate is the price of one unit. Tiers are in rising order of Start; the last one whose Start is below the call's total input
// applies to the whole call.
type Rate struct {
	Unit  Unit
	Price Price
	Tiers []Tier
}

// Tier replaces a rate's price when the call's total input is more than Start tokens.
type Tier struct {
	Start int64
	Price Price
}

// at is the price that holds for a call with this total input.
func (r *Rate) at(input int64) Price {
	p := r.Price
	for i := range r.Tiers {
		if input <= r.Tiers[i].Start {
			break
		}
		p = r.Tiers[i].Price
	}
	return p
}

// ParsePrice reads a decimal price in USD as the schema quotes it for the unit (per million tokens, per thousand calls, per hour).
// It refuses what is negative or not a whole number of pico-USD.
func ParsePrice(unit Unit, usd string) (Price, error) {
	if strings.HasPrefix(usd, "-") {
		return Price{}, fmt.Errorf("price is negative: %s", clip(usd))
	}
	per, places := int64(1), 12
	switch registry[unit].per {
	case million:
		places = 6
	case 1000:
		places = 9
	case 1000 * million:
		places = 3
	default:
		per = hour
	}
	pico, ok := parseDecimal(usd, places)
	if !ok || pico > maxPico {
		return Price{}, fmt.Errorf("price must be a number of USD that is a whole number of pico-USD per %s, and below 1 million USD; got %q",
			unit.each(), clip(usd))
	}
	return Price{pico, per}, nil
}

// maxPico bounds a price: a million USD for one token, call or hour is a typing error.
const maxPico = 1_000_000 * 1_000_000_000_000

func (u Unit) each() string {
	if u.Duration() {
		return "hour"
	}
	return strings.TrimSuffix(strings.TrimSuffix(u.UsageName(), "s"), "e")
}

// PriceList is what a model costs while its constraint holds. Of several lists the last that holds is used.
type PriceList struct {
	From  time.Time // holds from this instant; zero: always
	Daily *Daily    // holds at these times of day; nil: always
	Rates []Rate
}

// Daily is a time of day in UTC, from Start (included) to End (not included). End before Start spans midnight.
type Daily struct{ Start, End time.Duration }

func (l *PriceList) holds(at time.Time) bool {
	if l.Daily == nil {
		return l.From.IsZero() || !at.Before(l.From)
	}
	at = at.UTC()
	day := time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute +
		time.Duration(at.Second())*time.Second + time.Duration(at.Nanosecond())
	if l.Daily.End < l.Daily.Start {
		return day >= l.Daily.Start || day < l.Daily.End
	}
	return day >= l.Daily.Start && day < l.Daily.End
}

// ParseTimeOfDay reads "16:30", "16:30:00Z" or "16:30:00+02:00" as a time of day in UTC.
func ParseTimeOfDay(s string) (time.Duration, error) {
	for _, layout := range [...]string{"15:04:05Z07:00", "15:04:05.999999999Z07:00", "15:04Z07:00", "15:04:05", "15:04"} {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		_, offset := t.Zone()
		d := time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute +
			time.Duration(t.Second()-offset)*time.Second + time.Duration(t.Nanosecond())
		return (d + 24*time.Hour) % (24 * time.Hour), nil
	}
	return 0, fmt.Errorf("time of day must look like 16:30:00Z, got %q", clip(s))
}

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

// formatRates writes rates as one line, the table's form: "input_mtok=150000,200000:300000 output_mtok=600000".
func formatRates(rates []Rate) string {
	var b strings.Builder
	for i := range rates {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(rates[i].Unit.PriceName() + "=" + formatPrice(rates[i].Unit, rates[i].Price))
		for _, t := range rates[i].Tiers {
			b.WriteString("," + strconv.FormatInt(t.Start, 10) + ":" + formatPrice(rates[i].Unit, t.Price))
		}
	}
	return b.String()
}

func formatPrice(u Unit, p Price) string {
	s := strconv.FormatInt(p.Pico, 10)
	if p.Per != u.basePer() {
		s += "/" + strconv.FormatInt(p.Per/u.basePer(), 10)
	}
	return s
}

func (u Unit) basePer() int64 {
	if u.Duration() {
		return hour
	}
	return 1
}

// parseRates reads what formatRates wrote.
func parseRates(s string) ([]Rate, error) {
	fields := strings.Fields(s)
	rates := make([]Rate, 0, len(fields))
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		unit, ok := UnitByPriceName(name)
		if !ok {
			return nil, fmt.Errorf("unknown price key %q", clip(name))
		}
		base, rest, _ := strings.Cut(value, ",")
		r := Rate{Unit: unit}
		var err error
		if r.Price, err = parsePrice(unit, base); err != nil {
			return nil, err
		}
		for rest != "" {
			var tier string
			tier, rest, _ = strings.Cut(rest, ",")
			start, price, _ := strings.Cut(tier, ":")
			t := Tier{}
			if t.Start, err = strconv.ParseInt(start, 10, 64); err != nil || t.Start < 0 {
				return nil, fmt.Errorf("%s: bad tier start %q", name, clip(start))
			}
			if t.Price, err = parsePrice(unit, price); err != nil {
				return nil, err
			}
			r.Tiers = append(r.Tiers, t)
		}
		rates = append(rates, r)
	}
	return rates, nil
}

func parsePrice(u Unit, s string) (Price, error) {
	num, den, found := strings.Cut(s, "/")
	p := Price{Per: u.basePer()}
	var err error
	if p.Pico, err = strconv.ParseInt(num, 10, 64); err == nil && found {
		var d int64
		d, err = strconv.ParseInt(den, 10, 64)
		if d < 1 || d > 1000 || u.Duration() { // Per of a duration is large already, and charge must not overflow
			d = 1
			err = strconv.ErrRange
		}
		p.Per *= d
	}
	if err != nil || p.Pico < 0 || p.Pico > maxPico {
		return Price{}, fmt.Errorf("%s: bad price %q", u.PriceName(), clip(s))
	}
	return p, nil
}

// String writes a rate in USD as the schema quotes it: "input_mtok 2.5 (5 above 200000)".
func (r Rate) String() string {
	s := r.Unit.PriceName() + " " + quote(r.Unit, r.Price)
	for _, t := range r.Tiers {
		s += fmt.Sprintf(" (%s above %d)", quote(r.Unit, t.Price), t.Start)
	}
	return s
}
