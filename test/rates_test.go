package test

import (
	"testing"

	"github.com/otelcol-llm/otelcol-llm/test/provider"
)

// rate is a model's list price in pico-USD per token (0.15 USD per million tokens is 150,000), written down here from the providers'
// price pages so that the tests do not ask the table that they test.
type rate struct{ input, cacheRead, cacheWrite, cacheWrite1h, output int64 }

var rates = map[string]rate{
	"gpt-4o-mini-2024-07-18":     {input: 150_000, cacheRead: 75_000, output: 600_000},
	"gpt-4.1-nano-2025-04-14":    {input: 100_000, cacheRead: 25_000, output: 400_000},
	"gpt-5-mini-2025-08-07":      {input: 250_000, cacheRead: 25_000, output: 2_000_000},
	"text-embedding-3-small":     {input: 20_000},
	"claude-sonnet-4-5-20250929": {input: 3_000_000, cacheRead: 300_000, cacheWrite: 3_750_000, cacheWrite1h: 6_000_000, output: 15_000_000},
}

// price is what a call costs in nano-USD, rounded half to even.
func price(t testing.TB, e *provider.Entry) int64 {
	t.Helper()
	r, ok := rates[e.Model]
	if !ok {
		t.Fatalf("no rate for %s", e.Model)
	}
	u := &e.Usage
	uncached := u.Input - u.CacheRead - u.CacheWrite5m - u.CacheWrite1h
	pico := uncached*r.input + u.CacheRead*r.cacheRead + u.CacheWrite5m*r.cacheWrite + u.CacheWrite1h*r.cacheWrite1h + u.Output*r.output
	amount, rest := pico/1000, pico%1000
	if rest > 500 || rest == 500 && amount%2 == 1 {
		amount++
	}
	return amount
}
