package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/pricefile"
	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// pricer answers the lines of a batch.
type pricer struct {
	table *pricing.Table
	now   func() time.Time
}

// Reasons for a call that has no price.
const (
	reasonUnknown = "unknown_model"
	reasonNoUsage = "no_usage"
	reasonBad     = "bad_usage"
	reasonNoRate  = "no_rate"
	reasonUnits   = "unknown_units" // of an estimate: a count whose name no unit has
)

func (p *pricer) line(number int, line []byte, tooLong bool) *answer {
	if tooLong {
		return failed(&call{}, fmt.Sprintf("line %d is longer than %d bytes", number, maxLine))
	}
	c, err := readCall(line)
	if err != nil {
		return failed(c, fmt.Sprintf("line %d: %v", number, err))
	}
	a, err := p.call(c)
	if err != nil {
		return failed(c, fmt.Sprintf("line %d: %v", number, err))
	}
	return a
}

func failed(c *call, why string) *answer {
	a := c.answer("error")
	a.Reason = why
	return a
}

func (c *call) answer(status string) *answer {
	return &answer{ID: c.ID, Status: status, Provider: c.Provider, Model: c.Model}
}

func (c *call) unpriced(reason string) *answer {
	a := c.answer("unpriced")
	a.Reason = reason
	return a
}

// call prices one call. An error is a line that cannot be understood; a call without a price is an answer.
func (p *pricer) call(c *call) (*answer, error) {
	at, err := c.when(p.now())
	if err != nil {
		return nil, err
	}
	if a, err := c.reported(); a != nil || err != nil {
		return a, err
	}
	m, err := p.model(c)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return c.unpriced(reasonUnknown), nil
	}
	usage, decimals, err := c.usage()
	if err != nil {
		return c.unpriced(reasonBad), nil //nolint:nilerr // the answer says it; the next line of the batch goes on
	}
	if decimals > 0 {
		m = m.Fractional(decimals)
	}
	factor, err := c.factor()
	if err != nil {
		return nil, err
	}
	priced := &pricing.Call{Time: at, ServiceTier: c.ServiceTier, Region: c.Region, Usage: usage}
	if c.RegionFactor != "" {
		priced.Region = ""
	}
	e, err := m.Explain(priced, factor)
	switch {
	case errors.Is(err, pricing.ErrNoRate):
		return c.unpriced(reasonNoRate), nil
	case err != nil:
		return c.unpriced(reasonBad), nil //nolint:nilerr // the answer says it
	case usage.Empty() && !c.saysRequests():
		return c.unpriced(reasonNoUsage), nil
	}
	return c.priced(m, e), nil
}

func (c *call) priced(m *pricing.Model, e *pricing.Explanation) *answer {
	a := c.answer("priced")
	if c.Prices == nil {
		a.Provider, a.Model = m.Provider, m.ID
	}
	switch {
	case e.Cost.Guess != "":
		a.Status, a.Reason = "estimated", e.Cost.Guess
	case c.hasUnknown():
		a.Status, a.Reason = "estimated", reasonUnits
	case e.Cost.Free:
		a.Status = "free"
	}
	a.USD, a.InputUSD, a.Output = &e.Total, &e.Input, &e.Output
	return a
}

// model is the row that prices the call: the line's own, or the table's.
func (p *pricer) model(c *call) (*pricing.Model, error) {
	if c.Prices != nil {
		row, err := pricefile.Inline(c.Prices, "prices_per_mtok")
		if err != nil {
			return nil, err
		}
		row.Provider, row.ID = c.Provider, c.Model
		return p.table.NewModel(row)
	}
	provider := c.Provider
	if c.ProviderURL != "" && (provider == "" || strings.EqualFold(provider, "litellm")) {
		if provider = p.table.ProviderByURL(c.ProviderURL); provider == "" {
			return nil, nil // an address that nobody owns is no reason to guess by the model's name
		}
	}
	return p.table.Find(provider, c.Model), nil
}

// reported is the cost that came with the call, if one did.
func (c *call) reported() (*answer, error) {
	r := c.Reported
	if r == nil {
		if c.ReportedUSD == "" {
			return nil, nil
		}
		r = &reportedCost{Total: c.ReportedUSD}
	}
	in, err := amount(r.Input)
	out, err2 := amount(r.Output)
	total, err3 := amount(r.Total)
	if err := errors.Join(err, err2, err3); err != nil {
		return nil, err
	}
	if in == nil && out == nil && total == nil {
		return nil, nil
	}
	if total == nil {
		total = new(big.Rat)
		for _, part := range []*big.Rat{in, out} {
			if part != nil {
				total.Add(total, part)
			}
		}
	}
	a := c.answer("reported")
	a.USD, a.InputUSD, a.Output = decimal(total), decimal(in), decimal(out)
	return a, nil
}

func decimal(r *big.Rat) *string {
	if r == nil {
		return nil
	}
	s := pricing.FormatUSD(r)
	return &s
}

// amount reads a reported cost exactly; the bound on its digits keeps the rational small.
func amount(n json.Number) (*big.Rat, error) {
	if n == "" {
		return nil, nil
	}
	s := n.String()
	bad := fmt.Errorf("reported cost must be a number of USD that is not negative, got %q", clip(s))
	if f, err := n.Float64(); err != nil || f < 0 || f > 1e12 || f != 0 && f < 1e-30 || len(s) > 40 {
		return nil, bad
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok || r.Sign() < 0 {
		return nil, bad
	}
	return r, nil
}
