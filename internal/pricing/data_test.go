package pricing

import (
	"bytes"
	"compress/gzip"
	"testing"

	"github.com/stretchr/testify/require"
)

func pack(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

// Equal data must give equal bytes, or the generated table could not be checked against its source.
func TestEncodeIsReproducible(t *testing.T) {
	d, err := decodeData(embedded)
	require.NoError(t, err)
	b, err := Encode(d)
	require.NoError(t, err)
	require.Equal(t, embedded, b)
}

func TestDecodeRefuses(t *testing.T) {
	row := func(s string) string {
		return `{"released":"2026-01-02","providers":[{"id":"p","models":[` + s + `]}]}`
	}
	for want, text := range map[string]string{
		"error parsing regexp":       row(`{"id":"m","match":{"regex":"^(?!x)"},"prices":[{"rates":""}]}`),
		"needs exactly one":          row(`{"id":"m","match":{},"prices":[{"rates":""}]}`),
		"no prices":                  row(`{"id":"m","match":{"equals":"m"}}`),
		`unknown price key "x_mtok"`: row(`{"id":"m","match":{"equals":"m"},"prices":[{"rates":"x_mtok=1"}]}`),
		"bad price":                  row(`{"id":"m","match":{"equals":"m"},"prices":[{"rates":"input_mtok=-1"}]}`),
		"bad tier start":             row(`{"id":"m","match":{"equals":"m"},"prices":[{"rates":"input_mtok=1,-5:2"}]}`),
		"time of day":                row(`{"id":"m","match":{"equals":"m"},"prices":[{"daily":["25:00","01:00"],"rates":""}]}`),
		"cannot parse":               row(`{"id":"m","match":{"equals":"m"},"prices":[{"from":"soon","rates":""}]}`),
		"is empty or twice there":    `{"released":"2026-01-02","providers":[{"id":"p"},{"id":"p"}]}`,
		"fallback to unknown":        `{"released":"2026-01-02","providers":[{"id":"p","fallback":["q"]}]}`,
		"released":                   `{"providers":[]}`,
		"factor must be":             `{"released":"2026-01-02","overlay":{"service_tiers":[{"tier":"batch","factor":"half"}]}}`,
		"unexpected end of JSON":     `{`,
	} {
		_, err := Decode(pack(t, text))
		require.ErrorContains(t, err, want)
	}
	_, err := Decode([]byte("no gzip"))
	require.ErrorContains(t, err, "price table")
}

func TestParsePrice(t *testing.T) {
	for _, tt := range []struct {
		unit Unit
		text string
		want Price
	}{
		{UnitInput, "0.15", Price{150_000, 1}},
		{UnitInput, "8e-07", Price{0, 0}}, // less than a pico-USD a token
		{UnitInput, "1e-6", Price{1, 1}},
		{UnitInput, "0.0000010", Price{1, 1}},
		{UnitInput, "0", Price{0, 1}},
		{UnitInput, "1e3", Price{1_000_000_000, 1}},
		{UnitRequests, "12", Price{12_000_000_000, 1}},
		{UnitAudioTime, "1.02", Price{1_020_000_000_000, hour}},
		{UnitInput, "-0.1", Price{}},
		{UnitInput, "NaN", Price{}},
		{UnitInput, "Inf", Price{}},
		{UnitInput, "0x10", Price{}},
		{UnitInput, "1_000", Price{}},
		{UnitInput, "1e999999999", Price{}},
		{UnitInput, "99999999999999", Price{}},
		{UnitInput, "", Price{}},
		{UnitInput, ".", Price{}},
		{UnitInput, "1.5.2", Price{}},
	} {
		p, err := ParsePrice(tt.unit, tt.text)
		if tt.want.Per == 0 {
			require.Error(t, err, tt.text)
			continue
		}
		require.NoError(t, err, tt.text)
		require.Equal(t, tt.want, p, tt.text)
		require.NotEmpty(t, quote(tt.unit, p))
	}
}

func TestParseFactor(t *testing.T) {
	for text, want := range map[string]string{"1": "1", "0.9": "0.9", "0": "0", "5/3": "1.666666666666666666666666666667", "1000": "1000", "1e-2": "0.01"} {
		f, err := ParseFactor(text)
		require.NoError(t, err)
		require.Equal(t, want, f.String())
	}
	for _, bad := range []string{"", "-1", "1001", "0.0000001", "x", "1/0", "NaN", "1e400", "3000/1", "/", "1/"} {
		_, err := ParseFactor(bad)
		require.Error(t, err, bad)
	}
	f := factorOf(t, "0.000001")
	var err error
	for range 2 {
		f, err = f.Mul(f)
	}
	require.Error(t, err, "too many digits")
	require.True(t, Factor{}.IsOne())
}

// Every unit must be found by both names, and what is both of two units must not depend on their order.
func TestUnits(t *testing.T) {
	require.LessOrEqual(t, len(registry), 64, "a set of units is a uint64")
	for i := range registry {
		u, ok := UnitByUsageName(registry[i].usage)
		require.True(t, ok)
		require.Equal(t, Unit(i), u)
		u, ok = UnitByPriceName(registry[i].price)
		require.True(t, ok)
		require.Equal(t, Unit(i), u)
		for j := range registry {
			a, found := overlap(Unit(i), Unit(j))
			b, found2 := overlap(Unit(j), Unit(i))
			require.Equal(t, found, found2)
			require.Equal(t, a, b)
			require.False(t, within(Unit(i), Unit(j)) && within(Unit(j), Unit(i)))
		}
		var usage Usage
		usage.Set(Unit(i), 7)
		require.Equal(t, int64(7), usage.quantity(Unit(i)), registry[i].usage)
	}
	both, ok := overlap(UnitCacheRead, UnitInputAudio)
	require.True(t, ok)
	require.Equal(t, UnitCacheAudioRead, both)
	_, ok = overlap(UnitCacheRead, UnitCacheWrite)
	require.False(t, ok)
}
