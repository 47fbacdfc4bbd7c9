package genaievents

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

// Every number reads back as what it is, in as few digits as that takes.
func TestNumbersReadBack(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	numbers := []float64{0, 1, 0.1, 0.5, 1e-9, 1.000000001, 123456.789, 1e15, 1e300, -1, -0.25, 1e-12, 0.1 + 0.2, math.MaxFloat64, math.SmallestNonzeroFloat64}
	for range 10_000 {
		numbers = append(numbers, float64(rnd.Int64N(1<<50))/1e9, float64(rnd.Int64N(1e6))/1e9, rnd.Float64(), rnd.NormFloat64()*1e6)
	}
	for _, f := range numbers {
		got := string(appendNumber(nil, f))
		back, err := strconv.ParseFloat(got, 64)
		require.NoError(t, err)
		require.Equal(t, f, back, got)
		if math.Abs(f) < 1e15 {
			require.Equal(t, strconv.FormatFloat(f, 'f', -1, 64), got)
		}
	}
}

// Whatever a text holds, JSON reads it back, and logfmt's quoted value is one on a line.
func TestTextsReadBack(t *testing.T) {
	for _, s := range []string{"", "a", "a b", `a"b`, `a\b`, "a\nb\tc\rd", "\x00\x1f\x7f", "ä€😀", "a=b", "\u2028"} {
		var back string
		require.NoError(t, json.Unmarshal(appendText(nil, s, true), &back), "%q", s)
		require.Equal(t, s, back)
		line := string(appendText(append(appendName([]byte("a=1 "), "my key="), '='), s, false))
		require.NotContains(t, line, "\n")
		require.Regexp(t, `^a=1 my_key_=("(\\.|[^"\\])*"|[^" =\\]+)$`, line)
	}
}

// A body in JSON is the record's attributes and nothing else, whatever values a sender has under the names of the configuration: what is
// not flat or no number is in neither.
func TestAJSONBodyIsTheAttributes(t *testing.T) {
	s := newSpans()
	span := s.add(t, noParent, callAttrs("a1", math.NaN(), "a2", math.Inf(-1), "a3", []any{"x"}, "a4", map[string]any{"deep": map[string]any{"er": 1}}, "a5", []byte{0, 255},
		"a6", "\xff\x00broken", "a7", math.MaxInt64, "a8", -1e-300, "a9", true, "a10", "", "a11", `{"a":"\u2028"}`, "a12", 0.1))
	span.Attributes().PutEmpty("a13")
	var names []string
	for i := range 13 {
		names = append(names, "{name: a"+strconv.Itoa(i+1)+"}")
	}
	r := start(t, "body: json\nattributes: ["+strings.Join(names, ", ")+"]")
	require.NoError(t, r.ConsumeTraces(ctx, s.td))
	record := r.records()[0]
	reader := json.NewDecoder(strings.NewReader(record.Body().Str()))
	reader.UseNumber()
	var got map[string]any
	require.NoError(t, reader.Decode(&got))
	want := map[string]any{}
	for key, v := range record.Attributes().All() {
		switch v.Type() {
		case pcommon.ValueTypeInt:
			want[key] = json.Number(strconv.FormatInt(v.Int(), 10))
		case pcommon.ValueTypeDouble:
			want[key] = json.Number(strconv.FormatFloat(v.Double(), 'f', -1, 64))
		default:
			want[key] = v.AsRaw()
		}
	}
	require.Equal(t, want, got)
	for key, in := range map[string]bool{"a1": false, "a2": false, "a3": false, "a4": false, "a5": false, "a6": true, "a7": true, "a8": true, "a9": true, "a10": false, "a11": true, "a12": true, "a13": false} {
		_, has := got[key]
		require.Equal(t, in, has, key)
	}
	require.Equal(t, "?\x00broken", got["a6"])
}
