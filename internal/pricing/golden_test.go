package pricing

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// goldenCall is one line of testdata/golden.jsonl.gz, written by generate/golden.mjs from the JavaScript engine of genai-prices.
type goldenCall struct {
	Call
	Name    string
	Priced  bool
	Refused bool // the engine threw: the usage makes no sense for the row
	Input   float64
	Output  float64
	Total   float64
	ModelID string
}

func readGolden(tb testing.TB) []goldenCall {
	tb.Helper()
	f, err := os.Open("testdata/golden.jsonl.gz")
	require.NoError(tb, err)
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	require.NoError(tb, err)
	var out []goldenCall
	for s := bufio.NewScanner(z); s.Scan(); {
		out = append(out, parseGolden(tb, s.Bytes()))
	}
	return out
}

func parseGolden(tb testing.TB, line []byte) goldenCall {
	tb.Helper()
	var g goldenCall
	var seconds int64
	var usage map[string]int64
	var result any
	require.NoError(tb, json.Unmarshal(line, &[]any{&g.Provider, &g.Model, &seconds, &usage, &result}))
	g.Time = time.Unix(seconds, 0)
	for name, n := range usage {
		u, ok := UnitByUsageName(name)
		require.True(tb, ok, name)
		if u.Duration() {
			n *= int64(time.Second)
		}
		g.Usage.Set(u, n)
	}
	switch r := result.(type) {
	case []any:
		g.Priced = true
		g.Input, g.Output, g.Total, g.ModelID = r[0].(float64), r[1].(float64), r[2].(float64), r[3].(string)
	case string:
		g.Refused = true
	}
	g.Name = string(line)
	return g
}

// The engine adds doubles and we add integers, so its sums carry noise of some 1e-16 of the total for every addend; beyond that
// and our rounding to a nano-USD nothing may differ. What only our engine does (names such as azure.ai.openai, prefixes) is not
// in the file.
func TestSameAsJavaScriptEngine(t *testing.T) {
	data, err := decodeData(embedded)
	require.NoError(t, err)
	data.Overlay.Fees, data.Overlay.Rows = nil, nil // the engine has none but its own
	table, err := newTable(data)
	require.NoError(t, err)
	var priced, unknown, refused int
	for _, g := range readGolden(t) {
		m := table.Find(g.Provider, g.Model)
		if !g.Priced && !g.Refused {
			unknown++
			if m != nil && m.Provider != "aws" && m.Provider != "fireworks" { // whose ids we read in other ways of writing them, too
				// The one thing else that we find and the engine does not: the provider's own name before the model.
				prefix, rest, _ := strings.Cut(strings.ToLower(g.Model), "/")
				require.Equal(t, g.Provider, table.resolve(prefix).id, g.Name)
				require.Equal(t, table.Find(g.Provider, rest).Row, m.Row, g.Name)
			}
			continue
		}
		require.NotNil(t, m, g.Name)
		c, err := m.Price(&g.Call, Factor{})
		if g.Refused {
			refused++
			require.ErrorIs(t, err, ErrBadUsage, g.Name)
			continue
		}
		priced++
		require.Equal(t, g.ModelID, m.ID, g.Name)
		if err != nil { // the engine bills nothing for a unit without a rate; we say that the cost is unknown
			require.ErrorIs(t, err, ErrNoRate, g.Name)
			require.Zero(t, g.Total, g.Name)
			continue
		}
		require.InDelta(t, g.Total*1e9, float64(c.Total), 0.5+math.Abs(g.Total)*1e9*1e-14, g.Name)
		if g.Usage.AudioTime == 0 { // to us the length of audio without a direction is input, to the engine it is neither
			require.InDelta(t, g.Input*1e9, float64(c.Input-c.Fees), 1.5+math.Abs(g.Input)*1e9*1e-14, g.Name)
		}
		require.InDelta(t, g.Output*1e9, float64(c.Output), 1.5+math.Abs(g.Output)*1e9*1e-14, g.Name)
		require.Equal(t, c.Total, c.Input+c.Output, g.Name)
		require.Equal(t, c.Input, c.InputUncached+c.CacheRead+c.CacheWrite+c.InputAudio+c.Fees, g.Name)
		require.Equal(t, c.Output, c.OutputVisible+c.Reasoning+c.OutputAudio, g.Name)
	}
	t.Logf("%d priced, %d unknown, %d refused", priced, unknown, refused)
	require.Greater(t, priced, 8000)
	require.Greater(t, unknown, 100)
	require.Greater(t, refused, 50)
}

func TestEmbeddedTableIsSound(t *testing.T) {
	table, err := Decode(embedded)
	require.NoError(t, err)
	require.Equal(t, "0.1.8", table.Version())
	require.Equal(t, "2026-09-23", table.Released().Format(time.DateOnly))
	n := 0
	for range table.All() {
		n++
	}
	require.Equal(t, 1694+len(table.Data().Overlay.Rows), n)
}
