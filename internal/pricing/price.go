package pricing

import (
	"cmp"
	"slices"
	"strings"
)

// Model is a price row together with what applies to it for one provider. It does not change and may be shared.
type Model struct {
	Provider string // who bills; the row may be another's (Azure sells some of OpenAI's models at OpenAI's prices), as Row shows
	ID       string
	Row      string // "openai/gpt-4o-mini@2026-09-23"
	Own      bool   // a row of the user's own, not of the table

	lists    []compiled
	service  []serviceTier
	regions  []regionalRule
	doubts   []doubt
	minAudio int64  // nanoseconds that the provider bills at least
	guess    string // why the row is a guess: the name is none that it lists, and says more than the row's
}

// serviceTier is the price of one service tier: its own list, or a factor on the list price.
type serviceTier struct {
	name   string
	factor Factor
	list   *compiled
	row    string
}

type regionalRule struct {
	region  string // "*": every region but the global endpoint
	factor  Factor
	unknown bool // the price there is a guess
}

// listTiers are names of the list price.
var listTiers = [...]string{"default", "standard", "standard_only", "auto", "on_demand", "on-demand", "ondemand"}

// prepaidTiers are names of capacity that was bought in advance.
var prepaidTiers = [...]string{"provisioned_throughput", "provisioned-throughput", "provisioned", "reserved", "scale", "performance"}

// basis is everything that decides what a call costs, before its usage.
type basis struct {
	list     *compiled
	contract Factor
	tier     Factor // service tier × region
	row      string
	guess    string
}

func (m *Model) basis(call *Call, f Factor) (basis, error) {
	b := basis{list: m.list(call), contract: f, row: m.Row}
	m.applyTier(&b, call.ServiceTier)
	if b.guess == "" {
		b.guess = m.doubted(call)
	}
	for i := range m.regions {
		if r := &m.regions[i]; r.holds(call.Region) {
			if b.guess == "" && r.unknown && !b.list.free {
				b.guess = GuessRegion
			}
			var err error
			b.tier, err = b.tier.Mul(r.factor)
			return b, err
		}
	}
	return b, nil
}

// doubted is why the row may not be the model's, or "".
func (m *Model) doubted(call *Call) string {
	guess := m.guess
	for i := range m.doubts {
		guess = cmp.Or(guess, m.doubts[i].guess(call))
	}
	return guess
}

func (r *regionalRule) holds(region string) bool {
	if region == "" || strings.EqualFold(region, "global") {
		return false
	}
	return r.region == "*" || strings.EqualFold(r.region, region)
}

func (m *Model) applyTier(b *basis, tier string) {
	if tier == "" {
		return
	}
	for _, name := range listTiers {
		if strings.EqualFold(tier, name) {
			return
		}
	}
	for i := range m.service {
		if s := &m.service[i]; strings.EqualFold(tier, s.name) {
			if s.list != nil {
				b.list = s.list
			}
			b.row = s.row
			b.tier = s.factor
			return
		}
	}
	b.guess = GuessServiceTier
	for _, name := range prepaidTiers {
		if strings.EqualFold(tier, name) {
			b.guess = GuessPrepaid
		}
	}
}

// list is the last price list that holds at the call's time, else the first.
func (m *Model) list(call *Call) *compiled {
	for i := len(m.lists) - 1; i > 0; i-- {
		if m.lists[i].list.holds(call.Time) {
			return &m.lists[i]
		}
	}
	return &m.lists[0]
}

// Free says that the model costs nothing, whatever is used and whenever.
func (m *Model) Free() bool {
	for i := range m.lists {
		if !m.lists[i].free {
			return false
		}
	}
	return true
}

// Prices says that the row has, or had, a rate for the unit.
func (m *Model) Prices(u Unit) bool {
	for i := range m.lists {
		if m.lists[i].has&(1<<u) != 0 {
			return true
		}
	}
	return false
}

// Fractional is the same row for counts in units of 10^-decimals: some clients report fractions of tokens. Charges below a pico-USD are
// rounded to one, half to even. Usage.Requests is in the same units.
func (m *Model) Fractional(decimals int) *Model {
	scale := int64(1)
	for range decimals {
		scale *= 10
	}
	out := *m
	out.minAudio *= scale
	out.lists = make([]compiled, len(m.lists))
	for i := range m.lists {
		out.lists[i] = m.lists[i].scaled(scale)
	}
	out.service = slices.Clone(m.service)
	for i := range out.service {
		if s := &out.service[i]; s.list != nil {
			list := s.list.scaled(scale)
			s.list = &list
		}
	}
	return &out
}

// Price is the cost of a call: table price × service tier × region × f, the middle two not on fees. It does not allocate. Errors are ErrBadUsage and ErrNoRate.
func (m *Model) Price(call *Call, f Factor) (c Cost, err error) {
	err = m.PriceTo(&c, call, f)
	return c, err
}

// PriceTo is Price into all of c, which is zero where there is an error.
func (m *Model) PriceTo(c *Cost, call *Call, f Factor) error {
	*c = Cost{}
	var sums charges
	b, err := m.price(call, f, &sums, nil)
	if err != nil {
		return err
	}
	if !sums.settle(c, &b) {
		*c = Cost{}
		return ErrBadUsage
	}
	c.Row, c.Guess, c.Free = b.row, b.guess, b.list.free
	return nil
}

// charged is told of every charge when somebody asks for an explanation.
type charged func(unit Unit, n int64, p Price, part part)

func (m *Model) price(call *Call, f Factor, sums *charges, tell charged) (basis, error) {
	if !call.Usage.sane() {
		return basis{}, ErrBadUsage
	}
	b, err := m.basis(call, f)
	if err != nil {
		return b, ErrBadUsage
	}
	if m.minAudio > 0 {
		err = m.lengthened(call.Usage, sums, &b, tell)
	} else {
		err = b.list.charge(&call.Usage, sums, &b, tell)
	}
	if b.guess == "" && !m.Own && !b.list.free && (b.list.lacks(&call.Usage) || m.lacksForm(b.list, &call.Usage)) {
		b.guess = GuessRate
	}
	return b, err
}

// lengthened bills short audio as long as the provider does.
func (m *Model) lengthened(u Usage, sums *charges, b *basis, tell charged) error {
	u.AudioTime = atLeast(u.audioTime(), m.minAudio)
	return b.list.charge(&u, sums, b, tell)
}
