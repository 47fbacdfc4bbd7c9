package pricing

import (
	"math/big"
)

// Explanation is a cost with every charge and nothing rounded away: amounts are decimal strings in USD.
type Explanation struct {
	Cost     Cost // rounded
	Lines    []Line
	Factor   string // service tier × region; on all lines but fees
	Contract string // on all lines
	// Total is exact. Input and Output are what the model took in and gave; fees (requests, tool calls) are only in Total.
	Total, Input, Output string
	Rates                []Rate // that held; the lines say which of them the call used
	When                 string // when they hold, in words: "Sat,Sun all day", "outside daily 16:30:00Z to 00:30:00Z"; "" is always
}

// Line is one charge.
type Line struct {
	Name     string // "input_tokens", or "output_tokens (reasoning)" where a part is charged at the rate of its whole
	Quantity int64  // nanoseconds where Duration
	Duration bool
	Rate     string // USD per the unit of Per
	Per      string // "million", "thousand", "hour"
	Fee      bool   // for a tool or the request: Factor does not hold
	Amount   string // USD, before the factors
}

var partNames = [parts]string{"uncached", "cache read", "cache write", "audio", "fee", "visible", "reasoning", "audio"}

// Explain prices a call as Price does and says how.
func (m *Model) Explain(call *Call, f Factor) (*Explanation, error) {
	var sums charges
	e := &Explanation{}
	b, err := m.price(call, f, &sums, func(u Unit, n int64, p Price, to part) {
		e.Lines = append(e.Lines, Line{
			Name: lineName(u, to), Quantity: n, Duration: u.Duration(), Rate: quote(u, p), Per: u.quoted(), Fee: to == partFees,
			Amount: ratString(charge(n, p).rat(Factor{})),
		})
	})
	if err != nil {
		return nil, err
	}
	e.Cost = Cost{Row: b.row, Guess: b.guess, Free: b.list.free}
	if !sums.settle(&e.Cost, &b) {
		return nil, ErrBadUsage
	}
	e.Rates, e.When = b.list.list.Rates, m.when(b.list)
	e.Factor, e.Contract = b.tier.String(), b.contract.String()
	sum := func(from, to part) *big.Rat {
		s := new(big.Rat)
		for i := from; i < to; i++ {
			p := sums.parts[i].rat(b.contract)
			if i != partFees {
				p.Mul(p, b.tier.rat())
			}
			s.Add(s, p)
		}
		return s
	}
	e.Total = ratString(sum(0, parts))
	e.Input = ratString(sum(0, partFees))
	e.Output = ratString(sum(partFees+1, parts))
	return e, nil
}

// when says when a list of the model's holds: by its own constraints, and outside of the windows of those that come before it. The
// list of a service tier holds always.
func (m *Model) when(used *compiled) string {
	text := used.list.When()
	var outside []Window
	found := false
	for i := range m.lists {
		if found {
			outside = append(outside, m.lists[i].list.Windows...)
		}
		found = found || &m.lists[i] == used
	}
	switch {
	case len(outside) == 0 || len(used.list.Windows) > 0:
		return text
	case text != "":
		text += ", "
	}
	return text + "outside " + windowsText(outside)
}

func lineName(u Unit, to part) string {
	if partOf(u) == to {
		return u.UsageName()
	}
	return u.UsageName() + " (" + partNames[to] + ")"
}

// quoted says what a price of the unit is quoted for.
func (u Unit) quoted() string {
	switch registry[u].per {
	case million:
		return "million"
	case 1000:
		return "thousand"
	case 1000 * million:
		return "billion"
	}
	return "hour"
}
