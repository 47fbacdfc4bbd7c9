// Package priceimport turns the exported data of the genai-prices package into a price table. It runs when a table is made, not
// in the gateway.
package priceimport

import (
	"bytes"
	_ "embed" // the script
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"

	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// ExportScript is the Node program that reads a package: node SCRIPT PACKAGE_DIR writes what Import reads.
//
//go:embed export.mjs
var ExportScript []byte

// ReadOverlay reads the overlay's source file.
func ReadOverlay(text []byte) (o pricing.Overlay, err error) {
	if err = unmarshalStrict(text, &o); err != nil {
		err = fmt.Errorf("overlay: %w", err)
	}
	return o, err
}

// export is what the script writes.
type export struct {
	Name      string
	Version   string
	Providers []struct {
		ID       string
		API      string          `json:"api_pattern"`
		Match    *pricing.Clause `json:"provider_match"`
		Models   *pricing.Clause `json:"model_match"`
		Fallback []string        `json:"fallback_model_providers"`
		Rows     []struct {
			ID     string
			Match  pricing.Clause
			Prices json.RawMessage
		} `json:"models"`
	}
}

// Import makes the data of a table from the exported JSON and our overlay. What the package says and we cannot use is an error,
// but for price keys of units that we do not know: they are left out, as the package's own engine does, with a warning.
func Import(raw []byte, overlay pricing.Overlay, released string) (*pricing.Data, []string, error) {
	var e export
	if err := json.Unmarshal(raw, &e); err != nil {
		return nil, nil, fmt.Errorf("exported prices: %w", err)
	}
	d := &pricing.Data{Source: e.Name, Version: e.Version, Released: released, Overlay: overlay}
	var errs []error
	var warnings []string
	for _, p := range e.Providers {
		out := pricing.ProviderData{ID: p.ID, API: p.API, Fallback: p.Fallback, Match: p.Match, ModelMatch: p.Models}
		for _, c := range []*pricing.Clause{out.Match, out.ModelMatch} {
			if c != nil {
				errs = append(errs, rewrite(c))
			}
		}
		for _, r := range p.Rows {
			lists, warn, err := priceLists(r.Prices)
			for _, w := range warn {
				warnings = append(warnings, fmt.Sprintf("%s/%s: %s", p.ID, r.ID, w))
			}
			if err = errors.Join(err, rewrite(&r.Match)); err != nil {
				errs = append(errs, fmt.Errorf("%s/%s: %w", p.ID, r.ID, err))
			}
			out.Models = append(out.Models, pricing.ModelData{ID: r.ID, Match: r.Match, Prices: lists})
		}
		d.Providers = append(d.Providers, out)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, warnings, err
	}
	return d, warnings, verify(d)
}

// verify proves that the gateway will read the table.
func verify(d *pricing.Data) error {
	b, err := pricing.Encode(d)
	if err != nil {
		return err
	}
	_, err = pricing.Decode(b)
	return err
}

func unmarshalStrict(b []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}

// conditional is one of several price lists of a model.
type conditional struct {
	Constraint struct {
		Type      string
		StartDate string `json:"start_date"`
		StartTime string `json:"start_time"`
		EndTime   string `json:"end_time"`
	}
	Prices json.RawMessage
}

func priceLists(raw json.RawMessage) ([]pricing.ListData, []string, error) {
	lists := []conditional{{Prices: raw}}
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) {
		if err := json.Unmarshal(raw, &lists); err != nil {
			return nil, nil, err
		}
	}
	var out []pricing.ListData
	var warnings []string
	for _, l := range lists {
		rates, warn, err := rates(l.Prices)
		if err != nil {
			return nil, warnings, err
		}
		d := pricing.ListData{Rates: pricing.FormatRates(rates)}
		switch l.Constraint.Type {
		case "":
		case "start_date":
			d.From = l.Constraint.StartDate
		case "time_of_date":
			d.Daily = []string{l.Constraint.StartTime, l.Constraint.EndTime}
		default:
			return nil, warnings, fmt.Errorf("unknown constraint %q", l.Constraint.Type)
		}
		out, warnings = append(out, d), append(warnings, warn...)
	}
	return out, warnings, nil
}

// price is a number, or a base with tiers.
type price struct {
	Base  json.Number
	Tiers []struct{ Start, Price json.Number }
}

func rates(raw json.RawMessage) ([]pricing.Rate, []string, error) {
	var byKey map[string]json.RawMessage
	if err := json.Unmarshal(raw, &byKey); err != nil {
		return nil, nil, err
	}
	var out []pricing.Rate
	var warnings []string
	var errs []error
	for key, v := range byKey {
		unit, ok := pricing.UnitByPriceName(key)
		if !ok {
			warnings = append(warnings, "unknown price key "+key)
			continue
		}
		r, err := rate(unit, v)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", key, err))
		}
		out = append(out, r)
	}
	slices.Sort(warnings)
	slices.SortFunc(out, func(a, b pricing.Rate) int { return int(a.Unit) - int(b.Unit) })
	return out, warnings, errors.Join(errs...)
}

func rate(unit pricing.Unit, raw json.RawMessage) (pricing.Rate, error) {
	var p price
	if !bytes.HasPrefix(raw, []byte("{")) {
		p.Base = json.Number(raw)
	} else if err := unmarshalStrict(raw, &p); err != nil {
		return pricing.Rate{}, err
	}
	r := pricing.Rate{Unit: unit}
	var err error
	if r.Price, err = amount(unit, p.Base); err != nil {
		return r, err
	}
	for _, t := range p.Tiers {
		start, err := t.Start.Int64()
		at, err2 := amount(unit, t.Price)
		if err = errors.Join(err, err2); err != nil {
			return r, err
		}
		r.Tiers = append(r.Tiers, pricing.Tier{Start: start, Price: at})
	}
	slices.SortStableFunc(r.Tiers, func(a, b pricing.Tier) int { return int(a.Start - b.Start) })
	return r, nil
}

// amount reads a price. One that is not a whole number of pico-USD must be the double nearest to a fraction of whole pico-USD:
// 0.08333333333333334 USD for a million tokens is 250,000 pico-USD for three.
func amount(unit pricing.Unit, n json.Number) (pricing.Price, error) {
	p, err := pricing.ParsePrice(unit, n.String())
	if err == nil {
		return p, nil
	}
	f, err2 := n.Float64()
	one, err3 := pricing.ParsePrice(unit, "1")
	if err2 != nil || err3 != nil || f <= 0 || unit.Duration() {
		return p, err
	}
	for den := int64(2); den <= 1000; den++ {
		scaled := f * float64(one.Pico) * float64(den)
		if whole := math.Round(scaled); whole > 0 && math.Abs(scaled-whole) <= whole*4e-16 {
			return pricing.Price{Pico: int64(whole), Per: one.Per * den}, nil
		}
	}
	return p, err
}

// lookahead is a negative lookahead at the start of an anchored pattern: ^(?!INNER)REST.
var lookahead = regexp.MustCompile(`^\^\(\?!((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)(.*)$`)

// rewrite replaces patterns that look ahead, which RE2 has not, by an and-not that says the same, and refuses every other pattern
// that does not compile.
func rewrite(c *pricing.Clause) error {
	var errs []error
	for i := range c.And {
		errs = append(errs, rewrite(&c.And[i]))
	}
	for i := range c.Or {
		errs = append(errs, rewrite(&c.Or[i]))
	}
	if m := lookahead.FindStringSubmatch(c.Regex); m != nil {
		not := pricing.Clause{Not: &pricing.Clause{Regex: "^(?:" + m[1] + ")"}}
		if m[2] == "" {
			*c = not
		} else {
			*c = pricing.Clause{And: []pricing.Clause{not, {Regex: "^" + m[2]}}}
		}
	}
	if err := c.Check(); err != nil {
		errs = append(errs, fmt.Errorf("match %s: %w", strconv.Quote(c.Regex), err))
	}
	return errors.Join(errs...)
}
