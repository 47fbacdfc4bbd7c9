package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// call is one line of a batch.
type call struct {
	ID          json.RawMessage `json:"id"`
	Provider    string          `json:"provider"`
	ProviderURL string          `json:"provider_api_url"` // names the provider when provider is empty
	Model       string          `json:"model"`
	Timestamp   string          `json:"timestamp"` // RFC 3339 or a date; without one the price of now
	ServiceTier string          `json:"service_tier"`
	Region      string          `json:"region"`
	Usage       map[string]any  `json:"usage"`
	Prices      any             `json:"prices_per_mtok"` // these rates instead of the table

	RegionFactor json.Number `json:"region_multiplier"` // instead of what the table says of the region
	SpeedFactor  json.Number `json:"speed_multiplier"`

	// What the provider said that the call cost; it wins over every table.
	ReportedUSD json.Number   `json:"provider_reported_cost_usd"`
	Reported    *reportedCost `json:"provider_reported_cost"`
}

type reportedCost struct {
	Input  json.Number `json:"input"`
	Output json.Number `json:"output"`
	Total  json.Number `json:"total"`
}

// readCall decodes one line. Even where it fails, the call carries the id when that can be read.
func readCall(line []byte) (*call, error) {
	c := &call{}
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	err := d.Decode(c)
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) && wrong.Field == "" {
		err = fmt.Errorf("must be an object, got %s", wrong.Value)
	}
	if err != nil {
		var only struct{ ID json.RawMessage }
		if json.Unmarshal(line, &only) == nil {
			c.ID = only.ID
		}
		return c, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return c, errors.New("more than one JSON value on the line")
	}
	return c, nil
}

// when is the instant whose price holds.
func (c *call) when(now time.Time) (time.Time, error) {
	if c.Timestamp == "" {
		return now, nil
	}
	return parseTime(c.Timestamp)
}

func parseTime(s string) (time.Time, error) {
	for _, layout := range [...]string{time.RFC3339, time.DateOnly, "2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("time must look like 2026-09-23T12:00:00Z, got %q", clip(s))
}

// maxDecimals is how many decimals a count may have.
const maxDecimals = 6

// usage reads the counts, in units of 10^-decimals: as few decimals as they need, which is none but for a rare client.
func (c *call) usage() (u pricing.Usage, decimals int, err error) {
	for ; decimals <= maxDecimals; decimals++ {
		if u, err = c.usageIn(decimals); err == nil {
			break
		}
	}
	u.Requests = 1
	for range decimals {
		u.Requests *= 10
	}
	return u, decimals, err
}

// saysRequests says that the line counts the request itself, which some rows price: then no other count is missing.
func (c *call) saysRequests() bool {
	n, said := c.Usage[pricing.UnitRequests.UsageName()]
	return said && n != nil && fmt.Sprint(n) != "0"
}

// hasUnknown says that a count has a name that no unit has, such as another price list's or one that is misspelt: what it would cost is
// not in the price. A total is none of them, for it repeats the others.
func (c *call) hasUnknown() bool {
	for name, v := range c.Usage {
		_, known := pricing.UnitByUsageName(name)
		if !known && name != "total_tokens" && v != nil && fmt.Sprint(v) != "0" {
			return true
		}
	}
	return false
}

// usageIn leaves out counts of unknown units: they have no price. Numbers may stand as text.
func (c *call) usageIn(decimals int) (u pricing.Usage, err error) {
	for name, v := range c.Usage {
		unit, known := pricing.UnitByUsageName(name)
		if !known || v == nil || unit == pricing.UnitRequests { // a line is one request
			continue
		}
		var text string
		switch v := v.(type) {
		case json.Number:
			text = v.String()
		case string:
			text = v
		default:
			return u, fmt.Errorf("%w: %s is not a number", pricing.ErrBadUsage, name)
		}
		n, err := pricing.ParseQuantity(unit, text, decimals)
		if err != nil {
			return u, err
		}
		u.Set(unit, n)
	}
	return u, nil
}

// factor is what the line itself multiplies the price by.
func (c *call) factor() (pricing.Factor, error) {
	var f pricing.Factor
	for _, n := range [...]json.Number{c.RegionFactor, c.SpeedFactor} {
		if n == "" {
			continue
		}
		g, err := pricing.ParseFactor(n.String())
		if err != nil {
			return f, err
		}
		if f, err = f.Mul(g); err != nil {
			return f, err
		}
	}
	return f, nil
}

func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}
