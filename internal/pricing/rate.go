package pricing

import (
	"fmt"
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

// PriceList is what a model costs while its constraints hold. Of several lists the last that holds is used.
type PriceList struct {
	From    time.Time // holds from this instant; zero: always
	Windows []Window  // holds in any of these; none: always
	Rates   []Rate
}

func (l *PriceList) holds(at time.Time) bool {
	if !l.From.IsZero() && at.Before(l.From) {
		return false
	}
	for i := range l.Windows {
		if l.Windows[i].holds(at) {
			return true
		}
	}
	return len(l.Windows) == 0
}

// When says in words when the list holds; "" is always.
func (l *PriceList) When() string {
	var parts []string
	if !l.From.IsZero() {
		parts = append(parts, "from "+l.From.UTC().Format(time.RFC3339))
	}
	if len(l.Windows) > 0 {
		parts = append(parts, windowsText(l.Windows))
	}
	return strings.Join(parts, ", ")
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

// String writes a rate in USD as the schema quotes it: "input_mtok 2.5 (5 above 200000)".
func (r Rate) String() string {
	s := r.Unit.PriceName() + " " + quote(r.Unit, r.Price)
	for _, t := range r.Tiers {
		s += fmt.Sprintf(" (%s above %d)", quote(r.Unit, t.Price), t.Start)
	}
	return s
}
