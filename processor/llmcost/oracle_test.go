package llmcost

import (
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// A bill worked out from the source's own rows, as its package has them and finds them (internal/pricing/generate/rows.mjs), in
// fractions of any size: nothing of it is the gateway's. So other runs of the recorded clients are not held against the engine that
// priced them.

// sourceRow is a row in the words of the source.
type sourceRow map[string]json.RawMessage

// onDay is the day whose prices the runs are held against.
const onDay = "2026-10-01"

var sourceRows = sync.OnceValue(func() map[string]sourceRow {
	raw, err := os.ReadFile("testdata/source-prices.json")
	var all map[string]json.RawMessage
	if err == nil {
		err = json.Unmarshal(raw, &all)
	}
	if err != nil {
		panic(err)
	}
	rows := make(map[string]sourceRow, len(all))
	for key, text := range all {
		rows[key] = rowOn(text)
	}
	return rows
})

// rowOn is the row that holds on the day: of several the last one that has begun.
func rowOn(text json.RawMessage) (row sourceRow) {
	if !strings.HasPrefix(string(text), "[") {
		_ = json.Unmarshal(text, &row)
		return row
	}
	var lists []struct {
		Constraint struct {
			Date string `json:"start_date"`
		}
		Prices sourceRow
	}
	if err := json.Unmarshal(text, &lists); err != nil {
		panic(err)
	}
	for _, l := range lists {
		if l.Constraint.Date <= onDay {
			row = l.Prices
		}
	}
	return row
}

// rate is the price of a million tokens in a call with so much input, or nil where the row has none.
func (r sourceRow) rate(key string, input int64) *big.Rat {
	text, ok := r[key]
	if !ok {
		return nil
	}
	var p struct {
		Base  json.Number
		Tiers []struct {
			Start int64
			Price json.Number
		}
	}
	if json.Unmarshal(text, &p.Base) != nil {
		if err := json.Unmarshal(text, &p); err != nil {
			panic(err)
		}
	}
	at, above := p.Base, int64(-1)
	for _, tier := range p.Tiers {
		if input > tier.Start && tier.Start > above {
			at, above = tier.Price, tier.Start
		}
	}
	usd, ok := new(big.Rat).SetString(at.String())
	if !ok {
		panic("price " + at.String())
	}
	return usd
}

// tierFactors are the public prices of service tiers as another project lists them, by the list price: "openai/gpt-4o/priority".
var tierFactors = sync.OnceValue(func() map[string]*big.Rat {
	raw, err := os.ReadFile("../../internal/pricing/testdata/service-tiers.json")
	var listed struct {
		Rows []struct {
			Provider, Model, Tier string
			Prices, Standard      map[string]json.Number
		}
	}
	if err == nil {
		err = json.Unmarshal(raw, &listed)
	}
	if err != nil {
		panic(err)
	}
	out := map[string]*big.Rat{}
	for _, l := range listed.Rows {
		at, ok := new(big.Rat).SetString(l.Prices["input_mtok"].String())
		list, ok2 := new(big.Rat).SetString(l.Standard["input_mtok"].String())
		if ok && ok2 && list.Sign() > 0 {
			out[l.Provider+"/"+l.Model+"/"+l.Tier] = at.Quo(at, list)
		}
	}
	return out
})

// factorOf is what a tier costs by the list price: batch and flex half of it.
func factorOf(provider, model, tier string) *big.Rat {
	f := tierFactors()[provider+"/"+model+"/"+tier]
	if base := len(model) - len("-2006-01-02"); f == nil && base > 0 { // most are listed without the dates of their snapshots
		f = tierFactors()[provider+"/"+model[:base]+"/"+tier]
	}
	switch {
	case tier == "":
		return big.NewRat(1, 1)
	case f == nil && (tier == "batch" || tier == "flex"):
		return big.NewRat(1, 2)
	}
	return f
}

// oracle is what a provider bills, in nano-USD; false where the source has no row, and a failure for a model that nobody looked up.
func oracle(t *testing.T, provider, model string, b billed) (int64, bool) {
	t.Helper()
	return oracleAt(t, provider, model, "", b)
}

// oracleAt is the same in a service tier; false where nobody lists its price.
func oracleAt(t *testing.T, provider, model, tier string, b billed) (int64, bool) {
	t.Helper()
	factor := factorOf(provider, model, tier)
	row, known := sourceRows()[provider+"/"+model]
	require.True(t, known, "testdata/source-prices.json lacks %s/%s", provider, model)
	if row == nil || factor == nil {
		return 0, false
	}
	sum := new(big.Rat)
	add := func(n int64, keys ...string) { // at the first rate that the row has
		for _, key := range keys {
			if rate := row.rate(key, b.in); rate != nil {
				sum.Add(sum, rate.Mul(rate, big.NewRat(n, 1)))
				return
			}
		}
	}
	add(b.in-b.read-b.w5m-b.w1h, "input_mtok")
	add(b.read, "cache_read_mtok", "input_mtok")
	add(b.w5m, "cache_write_mtok", "input_mtok")
	add(b.w1h, "cache_write_1h_mtok", "cache_write_mtok", "input_mtok")
	add(b.out-b.reasoning, "output_mtok")
	add(b.reasoning, "output_reasoning_mtok", "output_mtok")
	return nanoOf(sum.Mul(sum, new(big.Rat).Mul(factor, big.NewRat(1000, 1)))), true
}

// nanoOf rounds half to even.
func nanoOf(r *big.Rat) int64 {
	whole, rest := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	switch half := new(big.Int).Lsh(rest, 1).Cmp(r.Denom()); {
	case half > 0, half == 0 && whole.Bit(0) == 1:
		whole.Add(whole, big.NewInt(1))
	}
	return whole.Int64()
}

// enginePrice is what the gateway's own engine makes of it.
func enginePrice(provider, model string, b billed) (int64, bool) {
	m := pricing.Default().Find(provider, model)
	if m == nil {
		return 0, false
	}
	cost, err := m.Price(&pricing.Call{
		Provider: provider, Model: model, Time: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), Usage: pricing.Usage{
			Input: b.in, Output: b.out, CacheRead: b.read, CacheWrite: b.w5m + b.w1h, CacheWrite1h: b.w1h, Reasoning: b.reasoning,
		},
	}, pricing.Factor{})
	return cost.Total, err == nil
}

// The gateway's engine bills as the oracle does, around the starts of tiers too.
func TestOracleAgrees(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 1))
	checked := 0
	for key, row := range sourceRows() {
		if row == nil {
			continue
		}
		provider, model, _ := strings.Cut(key, "/")
		for _, in := range []int64{1, 999, 127_999, 128_000, 128_001, 199_999, 200_000, 200_001, 271_999, 272_000, 272_001, 900_000} {
			b := billed{in: in, out: rnd.Int64N(9000)}
			b.read = rnd.Int64N(in + 1)
			b.w5m = rnd.Int64N(in - b.read + 1)
			b.w1h = rnd.Int64N(in - b.read - b.w5m + 1)
			b.reasoning = rnd.Int64N(b.out + 1)
			want, ok := oracle(t, provider, model, b)
			require.True(t, ok)
			got, ok := enginePrice(provider, model, b)
			require.True(t, ok)
			require.Equal(t, want, got, "%s %+v", key, b)
			checked++
		}
	}
	require.Greater(t, checked, 500)
}

func TestOracleRoundsHalfToEven(t *testing.T) {
	for _, tt := range []struct{ num, den, want int64 }{{5, 2, 2}, {7, 2, 4}, {1, 2, 0}, {3, 2, 2}, {26, 10, 3}, {24, 10, 2}, {0, 1, 0}} {
		require.Equal(t, tt.want, nanoOf(big.NewRat(tt.num, tt.den)))
	}
}
