package pricing

import (
	"fmt"
	"strconv"
	"strings"
)

// FormatRates writes rates as one line, the table's form: "input_mtok=150000,200000:300000 output_mtok=600000".
func FormatRates(rates []Rate) string {
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

// ParseRates reads what FormatRates wrote.
func ParseRates(s string) ([]Rate, error) {
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
