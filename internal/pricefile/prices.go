package pricefile

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// serviceTiers are the keys of prices that hold the prices of a service tier; a key that is missing there keeps its list price.
var serviceTiers = []string{"batch", "flex", "priority"}

const offPeak = "off_peak"

// prices reads a row's prices: a mapping, or a list of mappings with constraints of which the last that holds is used.
func (p *parser) prices(n *yaml.Node, path string, r *pricing.Row) {
	before := len(p.errs) + p.more
	if n.Kind == yaml.SequenceNode {
		p.conditional(n, path, r)
	} else {
		p.mapping(n, path, r)
	}
	if len(p.errs)+p.more > before {
		return
	}
	if err := r.Check(); err != nil {
		p.fault(n, path, "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
}

func (p *parser) mapping(n *yaml.Node, path string, r *pricing.Row) {
	var nested []entry
	var base pricing.PriceList
	for _, e := range p.entries(n, path, "prices") {
		if isNested(e.key) {
			nested = append(nested, e)
			continue
		}
		base.Rates = p.rate(base.Rates, e)
	}
	r.Prices = []pricing.PriceList{base}
	for _, e := range nested {
		if e.key == offPeak {
			r.Prices = append(r.Prices, p.offPeak(e, base.Rates))
			continue
		}
		if r.Tiers == nil {
			r.Tiers = map[string][]pricing.Rate{}
		}
		r.Tiers[e.key] = p.override(p.entries(e.value, e.path, "the prices of a service tier"), base.Rates)
	}
}

func isNested(key string) bool {
	if key == offPeak {
		return true
	}
	for _, t := range serviceTiers {
		if key == t {
			return true
		}
	}
	return false
}

// override replaces base prices by those in the entries.
func (p *parser) override(entries []entry, base []pricing.Rate) []pricing.Rate {
	var rates []pricing.Rate
	for _, e := range entries {
		rates = p.rate(rates, e)
	}
	own := rates
	for _, b := range base {
		kept := true
		for i := range own {
			kept = kept && own[i].Unit != b.Unit
		}
		if kept {
			rates = append(rates, b)
		}
	}
	return rates
}

// offPeak reads {hours_utc: "16:30-00:30", output_mtok: …}, or the same with windows.
func (p *parser) offPeak(e entry, base []pricing.Rate) pricing.PriceList {
	before := len(p.errs) + p.more
	windows, rest := p.times(p.entries(e.value, e.path, offPeak))
	if len(windows) == 0 && len(p.errs)+p.more == before {
		p.fault(e.at, e.path, `needs hours_utc, such as "16:30-00:30", weekdays, or windows`)
	}
	return pricing.PriceList{Windows: windows, Rates: p.override(rest, base)}
}

// conditional reads a list of {constraint, prices}.
func (p *parser) conditional(n *yaml.Node, path string, r *pricing.Row) {
	if len(n.Content) == 0 || len(n.Content) > 100 {
		p.fault(n, path, "a list of prices has 1 to 100 entries, got %d", len(n.Content))
		return
	}
	for i, c := range n.Content {
		var l pricing.PriceList
		at := fmt.Sprintf("%s[%d]", path, i)
		found := false
		for _, e := range p.entries(c, at, "an entry of a price list") {
			switch e.key {
			case "constraint":
				p.constraint(e, &l)
			case "prices":
				found = true
				for _, k := range p.entries(e.value, e.path, "prices") {
					l.Rates = p.rate(l.Rates, k)
				}
			default:
				p.fault(e.at, e.path, "unknown key; an entry of a price list has constraint and prices")
			}
		}
		if !found && c.Kind == yaml.MappingNode {
			p.fault(c, at, "prices is missing; write {} for a time when the model is free")
		}
		r.Prices = append(r.Prices, l)
	}
}

// constraint reads {start_date: 2026-09-01}, {start_time: "16:30:00Z", end_time: "00:30:00Z"}, hours_utc, weekdays and windows. With
// both a date and times, both must hold.
func (p *parser) constraint(e entry, l *pricing.PriceList) {
	at := map[string]entry{}
	before := len(p.errs) + p.more
	windows, rest := p.times(p.entries(e.value, e.path, "constraint"))
	l.Windows = windows
	for _, k := range rest {
		switch k.key {
		case "type", "start_date", "start_time", "end_time":
			at[k.key] = k
		default:
			p.fault(k.at, k.path, "unknown key; a constraint has start_date, start_time and end_time, hours_utc, weekdays, windows")
		}
	}
	if date, ok := at["start_date"]; ok {
		day, err := time.Parse(time.DateOnly, p.text(date))
		if err != nil {
			p.fault(date.value, date.path, "must be a date such as 2026-09-01, got %s", describe(date.value))
		}
		l.From = day
	}
	start, started := at["start_time"]
	end, ended := at["end_time"]
	if started && ended {
		l.Windows = append(l.Windows, p.daily(start, end))
	}
	if started != ended || l.From.IsZero() && len(l.Windows) == 0 && len(p.errs)+p.more == before {
		p.fault(e.value, e.path, "must have start_date, or start_time and end_time, or hours_utc, weekdays, windows")
	}
}

func (p *parser) daily(start, end entry) pricing.Window {
	from, err := pricing.ParseTimeOfDay(p.text(start))
	if err != nil {
		p.fault(start.value, start.path, "%v", err)
	}
	to, err := pricing.ParseTimeOfDay(p.text(end))
	if err != nil {
		p.fault(end.value, end.path, "%v", err)
	}
	return pricing.NewWindow(from, to, 0)
}

// rate reads one price: a number, or {base, tiers: [{start, price}]}.
func (p *parser) rate(rates []pricing.Rate, e entry) []pricing.Rate {
	unit, ok := pricing.UnitByPriceName(e.key)
	if !ok {
		p.fault(e.at, e.path, "unknown price key; known ones are input_mtok, output_mtok, cache_read_mtok, cache_write_mtok and others of the genai-prices schema")
		return rates
	}
	r := pricing.Rate{Unit: unit}
	if e.value.Kind != yaml.MappingNode {
		r.Price = p.price(e.value, e.path, unit)
		return append(rates, r)
	}
	based := false
	for _, k := range p.entries(e.value, e.path, "a price with tiers") {
		switch k.key {
		case "base":
			based = true
			r.Price = p.price(k.value, k.path, unit)
		case "tiers":
			r.Tiers = p.tiers(k, unit)
		default:
			p.fault(k.at, k.path, "unknown key; a price with tiers has base and tiers")
		}
	}
	if !based {
		p.fault(e.value, e.path, "base is missing: the price up to the first tier")
	}
	return append(rates, r)
}

func (p *parser) tiers(e entry, unit pricing.Unit) []pricing.Tier {
	if e.value.Kind != yaml.SequenceNode {
		p.fault(e.value, e.path, "tiers must be a list of {start, price}, got %s", describe(e.value))
		return nil
	}
	var tiers []pricing.Tier
	last := int64(-1)
	for i, n := range e.value.Content {
		at := fmt.Sprintf("%s[%d]", e.path, i)
		t := p.tier(n, at, unit)
		if t.Start <= last {
			p.fault(n, at, "tiers must be in rising order of start: %d comes after %d", t.Start, last)
		}
		last = t.Start
		tiers = append(tiers, t)
	}
	return tiers
}

func (p *parser) tier(n *yaml.Node, path string, unit pricing.Unit) pricing.Tier {
	var t pricing.Tier
	found := map[string]bool{}
	for _, k := range p.entries(n, path, "a tier") {
		found[k.key] = true
		switch k.key {
		case "start":
			text, ok := p.number(k.value)
			start, err := strconv.ParseInt(text, 10, 64)
			if !ok || err != nil || start < 0 {
				p.fault(k.value, k.path, "must be a whole number of tokens, not negative, got %s", describe(k.value))
			}
			t.Start = max(start, 0)
		case "price":
			t.Price = p.price(k.value, k.path, unit)
		default:
			p.fault(k.at, k.path, "unknown key; a tier has start and price")
		}
	}
	if n.Kind == yaml.MappingNode && (!found["start"] || !found["price"]) {
		p.fault(n, path, "a tier needs start and price")
	}
	return t
}

func (p *parser) price(n *yaml.Node, path string, unit pricing.Unit) pricing.Price {
	text, ok := p.number(n)
	if !ok {
		p.fault(n, path, "price must be a number, got %s", describe(n))
		return pricing.Price{Per: 1}
	}
	price, err := pricing.ParsePrice(unit, text)
	if err != nil {
		p.fault(n, path, "%v", err)
		return pricing.Price{Per: 1}
	}
	return price
}
