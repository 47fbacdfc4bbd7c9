package pricing

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// rules are the overlay of one provider, made ready.
type rules struct {
	tiers   []tierRule
	regions []regionMatch
	audio   []AudioRule
	fees    []feeRule
	doubts  []doubtRule
}

type doubtRule struct {
	match matcher
	all   bool
	doubt
}

// doubt is when the price of a row is a guess.
type doubt struct {
	from     time.Time
	above    int64
	searches bool
	seller   bool
}

// guess is why a call's price is a guess by this doubt, or "".
func (d *doubt) guess(call *Call) string {
	switch {
	case call.Time.Before(d.from), call.Usage.Input <= d.above, d.searches && call.Usage.WebSearches == 0:
		return ""
	case d.searches:
		return GuessFee
	case d.seller:
		return GuessSeller
	}
	return GuessModel
}

type feeRule struct {
	match matcher
	all   bool
	rates []leaf
}

type tierRule struct {
	TierRule
	factor Factor
}

type regionMatch struct {
	regionalRule
	match matcher
	all   bool
}

func compileOverlay(o *Overlay) (map[string]*rules, error) {
	out := map[string]*rules{}
	of := func(provider string) *rules {
		if out[provider] == nil {
			out[provider] = &rules{}
		}
		return out[provider]
	}
	var errs []error
	for _, r := range o.ServiceTiers {
		f, err := ParseFactor(r.Factor)
		if err != nil {
			errs = append(errs, fmt.Errorf("overlay: %s %s: %w", r.Provider, r.Tier, err))
		}
		of(r.Provider).tiers = append(of(r.Provider).tiers, tierRule{r, f})
	}
	for _, r := range o.Regions {
		f, err := ParseFactor(r.Factor)
		if err != nil {
			errs = append(errs, fmt.Errorf("overlay: %s region %s: %w", r.Provider, r.Region, err))
		}
		m := regionMatch{regionalRule: regionalRule{r.Region, f, r.Unknown}, all: r.Match == nil}
		if r.Match != nil {
			if err := r.Match.Check(); err != nil {
				errs = append(errs, fmt.Errorf("overlay: %s region %s: %w", r.Provider, r.Region, err))
				continue
			}
			m.match = r.Match.compile()
		}
		of(r.Provider).regions = append(of(r.Provider).regions, m)
	}
	for _, r := range o.MinAudio {
		of(r.Provider).audio = append(of(r.Provider).audio, r)
	}
	for i := range o.Fees {
		f, err := compileFees(&o.Fees[i])
		if err != nil {
			errs = append(errs, fmt.Errorf("overlay: fees of %s: %w", o.Fees[i].Provider, err))
		}
		of(o.Fees[i].Provider).fees = append(of(o.Fees[i].Provider).fees, f)
	}
	for i := range o.Doubts {
		d, err := compileDoubt(&o.Doubts[i])
		if err != nil {
			errs = append(errs, fmt.Errorf("overlay: doubt of %s: %w", o.Doubts[i].Provider, err))
		}
		of(o.Doubts[i].Provider).doubts = append(of(o.Doubts[i].Provider).doubts, d)
	}
	return out, errors.Join(errs...)
}

func compileDoubt(r *DoubtRule) (doubtRule, error) {
	d := doubtRule{all: r.Match == nil, doubt: doubt{above: r.Above - 1, searches: r.Searches, seller: r.Seller}}
	if r.Above > 0 {
		d.above = r.Above
	}
	var err error
	if r.From != "" {
		if d.from, err = time.Parse(time.DateOnly, r.From); err != nil {
			return d, err
		}
	}
	if r.Match != nil {
		if err = r.Match.Check(); err == nil {
			d.match = r.Match.compile()
		}
	}
	return d, err
}

func compileFees(r *FeeRule) (feeRule, error) {
	rates, err := ParseRates(r.Rates)
	if err != nil {
		return feeRule{}, err
	}
	f := feeRule{all: r.Match == nil}
	if r.Match != nil {
		if err := r.Match.Check(); err != nil {
			return f, err
		}
		f.match = r.Match.compile()
	}
	for _, rate := range rates {
		if partOf(rate.Unit) != partFees {
			return f, fmt.Errorf("%s is no fee", rate.Unit.PriceName())
		}
		f.rates = append(f.rates, leaf{Rate: rate, uncached: -1, to: partFees})
	}
	return f, nil
}

// charge adds the fees that a row's lists lack. Fees are in no other unit and contain none, so their place among the rates is free.
func (f *feeRule) charge(m *Model) {
	m.lists = slices.Clone(m.lists)
	for i := range m.lists {
		l := &m.lists[i]
		for _, rate := range f.rates {
			if l.free || l.has&(1<<rate.Unit) != 0 || len(l.rates) >= maxRates {
				continue
			}
			l.rates = append(slices.Clip(l.rates), rate)
			l.has |= 1 << rate.Unit
		}
	}
}

// apply adds to a model what the overlay says about it at this provider. name is the asked name in lower case.
func (r *rules) apply(m *Model, name string) {
	if r == nil {
		return
	}
	r.addTiers(m)
	r.addRest(m, name)
}

// addTiers adds what goes by the row alone.
func (r *rules) addTiers(m *Model) {
	for i := range r.tiers {
		t := &r.tiers[i]
		if len(t.Models) > 0 && !slices.Contains(t.Models, m.ID) || m.hasTier(t.Tier) {
			continue
		}
		m.service = append(m.service, serviceTier{name: t.Tier, factor: t.factor, row: m.Row + "+" + t.Tier})
	}
}

// addRest adds what goes by the name that was asked for.
func (r *rules) addRest(m *Model, name string) {
	for i := range r.regions {
		if r.regions[i].all || r.regions[i].match.matches(name) {
			m.regions = append(m.regions, r.regions[i].regionalRule)
		}
	}
	for i := range r.fees {
		if f := &r.fees[i]; !m.Own && (f.all || f.match.matches(name)) {
			f.charge(m)
			break
		}
	}
	for i := range r.doubts {
		if d := &r.doubts[i]; !m.Own && (d.all || d.match.matches(name)) {
			m.doubts = append(m.doubts, d.doubt)
		}
	}
	for i := range r.audio {
		if slices.Contains(r.audio[i].Models, m.ID) {
			m.minAudio = r.audio[i].Seconds * int64(time.Second)
		}
	}
}

func (m *Model) hasTier(name string) bool {
	return slices.ContainsFunc(m.service, func(s serviceTier) bool { return strings.EqualFold(s.name, name) })
}
