package dialect

import (
	"cmp"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// cost fills CostSource and ReportedUSD. A cost of 0 beside tokens means that the sender did not know.
func (r *reading) cost() {
	if r.f.billed > 0 {
		r.bill(r.f.billed, true)
		return
	}
	if !r.saysCost() {
		return
	}
	for i := range costs {
		c := &costs[i]
		amount, ok := r.costOf(c)
		if c.micros || r.scope.traits.inMillionths && c.value != vReported {
			amount /= 1e6
		}
		switch {
		case !ok || !usable(amount):
		case c.money && !r.inUSD(): // nothing to count with
			r.op.ForeignCost, r.op.Currency = cmp.Or(r.op.ForeignCost, amount), r.f.texts[tCurrency]
		case r.scope.traits.costSoFar != nil && r.scope.traits.costSoFar(r):
			r.op.ForeignCost, r.op.Currency = amount, "USD"
			return
		default:
			r.op.ReportedUSD, r.op.CostSource = amount, billIf(r.scope.fromProvider || r.scope.traits.knowsBill || c.knows != nil && c.knows(r))
			r.op.ForeignCost, r.op.Currency = 0, ""
			return
		}
	}
}

func (r *reading) saysCost() bool {
	if r.f.valued&costMask != 0 {
		return true
	}
	return r.f.said.meets(&costJSON)
}

// costOf reads one attribute.
func (r *reading) costOf(c *cost) (float64, bool) {
	if c.ok != nil && !c.ok(r) {
		return 0, false
	}
	if c.name != "" {
		s := unwrap(r.f.texts[c.in])
		if usd, ok := memberNumber(s, c.name); ok || !c.parts {
			return usd, ok
		}
		return sumOfMembers(s)
	}
	v, ok := r.f.value(c.value)
	if !ok {
		return 0, false
	}
	usd, ok := genai.Number(v)
	if more, has := r.f.value(c.and); ok && c.and != 0 && has {
		part, fine := genai.Number(more)
		return usd + part, fine
	}
	if own, has := r.f.value(c.less); ok && c.less != 0 && has {
		part, fine := genai.Number(own)
		return usd - part, fine
	}
	return usd, ok
}

func (r *reading) inUSD() bool {
	c := r.f.texts[tCurrency]
	return c == "" || strings.EqualFold(c, "USD")
}

// amountIsBill reads what gen_ai.usage.cost.amount says of itself.
func amountIsBill(r *reading) bool { return strings.EqualFold(r.f.texts[tCostSource], "provider") }

func billIf(knows bool) CostSource {
	if knows {
		return CostBill
	}
	return CostClient
}

// memberNumber returns a numeric member of a JSON object.
func memberNumber(s, want string) (float64, bool) {
	if s == "" {
		return 0, false
	}
	p := scanJSON(s)
	for key := range p.members {
		if key == want {
			return p.number()
		}
		p.skip()
	}
	return 0, false
}

// sumOfMembers adds up the numbers in a JSON object.
func sumOfMembers(s string) (sum float64, ok bool) {
	p := scanJSON(s)
	for range p.members {
		if n, is := p.number(); is {
			sum, ok = sum+n, true
		}
	}
	return sum, ok
}
