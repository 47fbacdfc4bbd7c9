package pricing

import (
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// rowOf makes a row from rates in the table's form: pico-USD a token.
func rowOf(t testing.TB, provider, rates string) *Model {
	t.Helper()
	list, err := ParseRates(rates)
	require.NoError(t, err)
	m, err := Default().NewModel(Row{Provider: provider, ID: "m", Origin: "here:1", Prices: []PriceList{{Rates: list}}})
	require.NoError(t, err)
	return m
}

func factorOf(t testing.TB, s string) Factor {
	t.Helper()
	f, err := ParseFactor(s)
	require.NoError(t, err)
	return f
}

const claude = "input_mtok=3000000 output_mtok=15000000 cache_read_mtok=300000 cache_write_mtok=3750000 cache_write_1h_mtok=6000000"

func TestPrice(t *testing.T) {
	tests := map[string]struct {
		rates  string
		call   Call
		factor string
		want   Cost // without Row
	}{
		"cached tokens are charged once, at the cache rate": {
			rates: claude,
			call:  Call{Usage: Usage{Input: 1000, CacheRead: 600, CacheWrite: 300, CacheWrite1h: 100, Output: 10}},
			want: Cost{
				Total: 1980_000, Input: 1830_000, Output: 150_000, InputUncached: 300_000, CacheRead: 180_000, CacheWrite: 1350_000,
				OutputVisible: 150_000, Saved: 3000_000 - 1830_000,
			},
		},
		"writing a cache costs more than it saves": {
			rates: claude,
			call:  Call{Usage: Usage{Input: 100, CacheWrite: 100}},
			want:  Cost{Total: 375_000, Input: 375_000, CacheWrite: 375_000, Saved: -75_000},
		},
		"parts without a rate show at the rate of their whole": {
			rates: "input_mtok=1000000 output_mtok=2000000",
			call:  Call{Usage: Usage{Input: 10, CacheRead: 4, InputAudio: 3, Output: 10, Reasoning: 6, OutputAudio: 1}},
			want: Cost{
				Total: 30_000, Input: 10_000, InputUncached: 3_000, CacheRead: 4_000, InputAudio: 3_000,
				Output: 20_000, OutputVisible: 6_000, Reasoning: 12_000, OutputAudio: 2_000,
			},
		},
		"a tier holds for the whole call, above its start": {
			rates: "input_mtok=1000000,200000:2000000 output_mtok=1000000,200000:3000000",
			call:  Call{Usage: Usage{Input: 200_001, Output: 1}},
			want:  Cost{Total: 400_005_000, Input: 400_002_000, InputUncached: 400_002_000, Output: 3_000, OutputVisible: 3_000},
		},
		"at the start the tier does not hold": {
			rates: "input_mtok=1000000,200000:2000000",
			call:  Call{Usage: Usage{Input: 200_000}},
			want:  Cost{Total: 200_000_000, Input: 200_000_000, InputUncached: 200_000_000},
		},
		"cached audio without a rate of its own costs what cached tokens cost": {
			rates: "input_mtok=1000000 cache_read_mtok=100000 input_audio_mtok=5000000",
			call:  Call{Usage: Usage{Input: 100, CacheRead: 40, InputAudio: 50, CacheAudioRead: 30}},
			want: Cost{
				Total: 144_000, Input: 144_000, InputUncached: 40_000, CacheRead: 4_000, InputAudio: 100_000,
				Saved: 30*4_900 + 10*900,
			},
		},
		"an overlap that nobody reported is a guess": {
			rates: "input_mtok=1000000 cache_read_mtok=100000 input_audio_mtok=5000000 cache_audio_read_mtok=100000",
			call:  Call{Usage: Usage{Input: 100, CacheRead: 40, InputAudio: 50}},
			want: Cost{
				Total: 264_000, Input: 264_000, InputUncached: 10_000, CacheRead: 4_000, InputAudio: 250_000, Saved: 36_000,
				Guess: GuessOverlap,
			},
		},
		"fees are part of the input": {
			rates: "input_mtok=1000000 requests_kcount=5000000000 web_searches_kcount=10000000000",
			call:  Call{Usage: Usage{Input: 1, WebSearches: 2}},
			want:  Cost{Total: 25_001_000, Input: 25_001_000, InputUncached: 1_000, Fees: 25_000_000},
		},
		"a factor comes before the one rounding, half to even": {
			rates: "input_mtok=500", factor: "0.5",
			call: Call{Usage: Usage{Input: 10}}, // 2.5 nano-USD
			want: Cost{Total: 2, Input: 2, InputUncached: 2},
		},
		"half to even goes up from an odd one": {
			rates: "input_mtok=500", factor: "0.7",
			call: Call{Usage: Usage{Input: 10}}, // 3.5 nano-USD
			want: Cost{Total: 4, Input: 4, InputUncached: 4},
		},
		"parts of half a nano-USD still add up": {
			rates: "input_mtok=500 cache_read_mtok=500 output_mtok=500",
			call:  Call{Usage: Usage{Input: 2, CacheRead: 1, Output: 1}},
			want:  Cost{Total: 2, Input: 1, CacheRead: 1, Output: 1, OutputVisible: 1},
		},
		"batch is half price where no provider says otherwise": {
			rates: claude,
			call:  Call{ServiceTier: "Batch", Usage: Usage{Input: 1000}},
			want:  Cost{Total: 1500_000, Input: 1500_000, InputUncached: 1500_000},
		},
		"a tier without a known price is a guess at the list price": {
			rates: claude,
			call:  Call{ServiceTier: "turbo", Usage: Usage{Input: 1000}},
			want:  Cost{Total: 3000_000, Input: 3000_000, InputUncached: 3000_000, Guess: GuessServiceTier},
		},
		"a search whose price the row does not have": {
			rates: claude,
			call:  Call{Usage: Usage{Input: 1000, WebSearches: 2}},
			want:  Cost{Total: 3000_000, Input: 3000_000, InputUncached: 3000_000, Guess: GuessFee},
		},
		"default is the list price": {
			rates: claude,
			call:  Call{ServiceTier: "DEFAULT", Usage: Usage{Input: 1000}},
			want:  Cost{Total: 3000_000, Input: 3000_000, InputUncached: 3000_000},
		},
		"a row without rates is free": {
			call: Call{Usage: Usage{Input: 1000, Output: 5}},
			want: Cost{Free: true},
		},
		"audio is billed by its length": {
			rates: "audio_hours=1020000000000",
			call:  Call{Usage: Usage{AudioTime: 90 * time.Second}},
			want:  Cost{Total: 25_500_000, Input: 25_500_000, InputAudio: 25_500_000},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var f Factor
			if tt.factor != "" {
				f = factorOf(t, tt.factor)
			}
			got, err := rowOf(t, "", tt.rates).Price(&tt.call, f)
			require.NoError(t, err)
			got.Row = ""
			require.Equal(t, tt.want, got)
		})
	}
}

func TestBadUsage(t *testing.T) {
	tests := map[string]Usage{
		"negative":                         {Input: -1},
		"negative other":                   {Other: []Quantity{{UnitInputAudioTime, -1}}},
		"cache over input":                 {Input: 10, CacheRead: 11},
		"read and write over input":        {Input: 10, CacheRead: 6, CacheWrite: 5},
		"1h over write":                    {Input: 10, CacheWrite: 5, CacheWrite1h: 6},
		"reasoning over output":            {Output: 10, Reasoning: 11},
		"audio over input":                 {Input: 10, InputAudio: 11},
		"cached audio over cached":         {Input: 10, InputAudio: 10, CacheRead: 1, CacheAudioRead: 2},
		"image and audio over output":      {Output: 10, OutputAudio: 6, OutputImage: 5},
		"more than an int64 of nano-USD":   {Input: math.MaxInt64},
		"everything at its largest":        {Input: math.MaxInt64, CacheRead: math.MaxInt64, Output: math.MaxInt64, Reasoning: math.MaxInt64},
		"lengths that overflow when added": {Other: []Quantity{{UnitInputAudioTime, math.MaxInt64}, {UnitOutputAudioTime, math.MaxInt64}}},
		"part of nothing":                  {CacheRead: 5},
	}
	for name, u := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := rowOf(t, "", claude).Price(&Call{Usage: u}, Factor{})
			require.ErrorIs(t, err, ErrBadUsage)
		})
	}
}

func TestNoRate(t *testing.T) {
	_, err := rowOf(t, "", "audio_hours=1020000000000").Price(&Call{Usage: Usage{Input: 5}}, Factor{})
	require.ErrorIs(t, err, ErrNoRate)
	c, err := rowOf(t, "", claude).Price(&Call{}, Factor{})
	require.NoError(t, err, "nothing used costs nothing")
	require.Zero(t, c.Total)
}

func TestPriceOfTheTime(t *testing.T) {
	day := func(s string) time.Time {
		at, err := time.Parse(time.RFC3339, s)
		require.NoError(t, err)
		return at
	}
	m := Default().Find("deepseek", "deepseek-v4-pro")
	require.NotNil(t, m)
	for at, want := range map[string]int64{
		"2026-08-16T23:59:59Z":      435_000,
		"2026-08-17T00:00:00Z":      660_000,
		"2026-08-17T01:00:00Z":      1_320_000,
		"2026-08-17T03:59:59.999Z":  1_320_000,
		"2026-08-17T04:00:00Z":      660_000,
		"2026-08-17T11:30:00+02:00": 1_320_000,
	} {
		c, err := m.Price(&Call{Time: day(at), Usage: Usage{Input: 1000}}, Factor{})
		require.NoError(t, err)
		require.Equal(t, want, c.Total, at)
	}
}

// Explain adds rationals and Price adds integers: for every call of the golden file, at several factors, they must agree.
func TestPriceIsTheRoundedExplanation(t *testing.T) {
	factors := []Factor{{}, factorOf(t, "0.9"), factorOf(t, "1.234567"), factorOf(t, "5/3"), factorOf(t, "0")}
	tiers := []string{"", "batch", "priority", "flex"}
	checked := 0
	for i, g := range readGolden(t) {
		m := Default().Find(g.Provider, g.Model)
		if m == nil {
			continue
		}
		f := factors[i%len(factors)]
		g.ServiceTier, g.Region = tiers[i/7%len(tiers)], []string{"", "us", "europe-west1"}[i/3%3]
		c, err := m.Price(&g.Call, f)
		e, err2 := m.Explain(&g.Call, f)
		require.Equal(t, err, err2, g.Name)
		if err != nil {
			continue
		}
		require.Equal(t, c, e.Cost, g.Name)
		exact, ok := new(big.Rat).SetString(e.Total)
		require.True(t, ok)
		require.Equal(t, halfEven(exact.Mul(exact, big.NewRat(1e9, 1))), c.Total, g.Name)
		checked++
	}
	require.Greater(t, checked, 9000)
}

// halfEven rounds a rational that is not negative.
func halfEven(r *big.Rat) int64 {
	q, rest := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	switch twice := rest.Lsh(rest, 1).Cmp(r.Denom()); {
	case twice > 0, twice == 0 && q.Bit(0) == 1:
		return q.Int64() + 1
	}
	return q.Int64()
}

func TestPriceDoesNotAllocate(t *testing.T) {
	m := Default().Find("anthropic", "claude-sonnet-4-5")
	call := Call{Time: time.Unix(1_790_000_000, 0), ServiceTier: "batch", Region: "us", Usage: Usage{Input: 300_000, CacheRead: 1000, CacheWrite: 10, Output: 5}}
	f := factorOf(t, "0.9")
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if _, err := m.Price(&call, f); err != nil {
			t.Fatal(err)
		}
	}))
}

func FuzzPrice(f *testing.F) {
	f.Add(int64(100), int64(20), int64(10), int64(5), int64(50), int64(20), uint64(9), uint8(0))
	f.Fuzz(func(t *testing.T, in, read, write, audio, out, reasoning int64, factor uint64, pick uint8) {
		models := [...]string{"gpt-realtime-2", "gpt-5.6-sol", "o3", "gpt-4o-mini"}
		m := Default().Find("openai", models[int(pick)%len(models)])
		call := Call{
			Time: time.Unix(1_790_000_000, 0), ServiceTier: [...]string{"", "priority", "flex"}[int(pick)%3],
			Usage: Usage{Input: in, CacheRead: read, CacheWrite: write, InputAudio: audio, Output: out, Reasoning: reasoning},
		}
		c, err := m.Price(&call, reduce(factor%1_000_000_000, million))
		if err != nil {
			return
		}
		for _, n := range [...]int64{c.Total, c.Input, c.Output, c.InputUncached, c.CacheRead, c.CacheWrite, c.InputAudio, c.OutputVisible, c.Reasoning} {
			if n < 0 {
				t.Fatalf("negative part: %+v", c)
			}
		}
		if c.Total != c.Input+c.Output || c.Input != c.InputUncached+c.CacheRead+c.CacheWrite+c.InputAudio+c.Fees {
			t.Fatalf("parts do not add up: %+v", c)
		}
	})
}
