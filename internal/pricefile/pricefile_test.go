package pricefile

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

const example = `
- provider: openai
  match: {starts_with: "ft:gpt-4o-mini"}
  prices: {input_mtok: 0.3, output_mtok: 1.2, cache_read_mtok: 0.15}
- match: {starts_with: "llama-local"}
  prices: {}
- id: big-model
  provider: acme
  prices:
    input_mtok: {base: 1, tiers: [{start: 1000, price: 2}, {start: 2000, price: 3}]}
    output_mtok: 2
    priority: {output_mtok: 8}
    off_peak: {hours_utc: "16:30-00:30", output_mtok: 1}
- match: {and: [{contains: dated}, {not: {regex: "-tts$"}}]}
  prices:
    - prices: {input_mtok: 1}
    - constraint: {start_date: 2026-03-01}
      prices: {input_mtok: 2}
    - constraint: {start_time: "01:00:00Z", end_time: "04:00:00+01:00"}
      prices: {}
`

func table(t *testing.T, rows []pricing.Row, err error) *pricing.Table {
	t.Helper()
	require.NoError(t, err)
	tb, err := pricing.Default().With(rows)
	require.NoError(t, err)
	return tb
}

func cost(t *testing.T, tb *pricing.Table, provider, model string, c pricing.Call) pricing.Cost {
	t.Helper()
	m := tb.Find(provider, model)
	require.NotNil(t, m, model)
	got, err := m.Price(&c, pricing.Factor{})
	require.NoError(t, err)
	return got
}

func TestParse(t *testing.T) {
	rows, err := Parse("mine.yaml", []byte(example))
	tb := table(t, rows, err)
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

	c := cost(t, tb, "openai", "ft:gpt-4o-mini:acme", pricing.Call{Usage: pricing.Usage{Input: 1000, CacheRead: 400, Output: 10}})
	require.Equal(t, int64(180_000+60_000+12_000), c.Total)
	require.Equal(t, "openai/ft:gpt-4o-mini*@mine.yaml:2", c.Row)

	c = cost(t, tb, "", "llama-local-70b", pricing.Call{Usage: pricing.Usage{Input: 1000}})
	require.True(t, c.Free)
	require.Equal(t, "llama-local*@mine.yaml:5", c.Row)

	for in, want := range map[int64]int64{1000: 1_000_000, 1001: 2_002_000, 2000: 4_000_000, 2001: 6_003_000} {
		require.Equal(t, want, cost(t, tb, "acme", "big-model", pricing.Call{Time: at, Usage: pricing.Usage{Input: in}}).Total)
	}
	out := pricing.Usage{Output: 1000}
	require.Equal(t, int64(2_000_000), cost(t, tb, "acme", "big-model", pricing.Call{Time: at, Usage: out}).Total)
	require.Equal(t, int64(1_000_000), cost(t, tb, "acme", "big-model", pricing.Call{Time: at.Add(12 * time.Hour), Usage: out}).Total)
	require.Equal(t, int64(8_000_000), cost(t, tb, "acme", "big-model", pricing.Call{Time: at, Usage: out, ServiceTier: "priority"}).Total)

	in := pricing.Usage{Input: 1000}
	require.Equal(t, int64(1_000_000), cost(t, tb, "acme", "dated-1", pricing.Call{Time: at.AddDate(0, -3, 0), Usage: in}).Total)
	require.Equal(t, int64(2_000_000), cost(t, tb, "acme", "dated-1", pricing.Call{Time: at, Usage: in}).Total)
	require.True(t, cost(t, tb, "acme", "dated-1", pricing.Call{Time: at.Add(-10 * time.Hour), Usage: in}).Free)
	require.Nil(t, tb.Find("acme", "dated-tts"))
}

func TestParseReportsEveryFault(t *testing.T) {
	const text = `- provider: openai
  match: {starts_with: a}
  prices: {input_mtok: -0.3, output_mtok: 1.2}
- match: {regex: "^(?!x)"}
  prices: {input_mtok: 0.0000001}
- match: {equals: a, contains: b}
  prices: {input_mtok: {base: 1, tiers: [{start: 20, price: 1}, {start: 10, price: 2}]}}
- match: {}
  prices: {inptu_mtok: 1}
- prices: {input_mtok: "1"}
- match: {equals: ""}
- match: {or: []}
  prices: {cache_read_mtok: 1}
  colour: red
  colour: blue
- match: x
  prices: [{constraint: {start_date: soon}, prices: {}}, {prices: {input_mtok: .nan}}, {constraint: {start_time: "1"}, prices: {}}]
- match: x
  prices: {off_peak: {output_mtok: 1}, input_mtok: {tiers: [{price: 1}]}}
- just text
- match: x
  prices:
`
	_, err := Parse("p.yaml", []byte(text))
	require.Error(t, err)
	for _, want := range []string{
		"p.yaml:3: [0].prices.input_mtok: price is negative: -0.3",
		"p.yaml:4: [1].match.regex: regex: error parsing regexp",
		`p.yaml:5: [1].prices.input_mtok: price must be a number of USD that is a whole number of pico-USD per input_token`,
		"p.yaml:6: [2].match: a match has exactly one of",
		"p.yaml:7: [2].prices.input_mtok.tiers[1]: tiers must be in rising order of start: 10 comes after 20",
		"p.yaml:8: [3].match: a match has exactly one of",
		"p.yaml:9: [3].prices.inptu_mtok: unknown price key",
		"p.yaml:10: [4]: match is missing",
		`p.yaml:10: [4].prices.input_mtok: price must be a number, got "1"`,
		"p.yaml:11: [5].match.equals: must be text that is not empty",
		"p.yaml:11: [5]: prices is missing; write {}",
		"p.yaml:12: [6].match.or: must be a list that is not empty",
		"p.yaml:13: [6].prices: cache_read_mtok needs input_mtok",
		"p.yaml:14: [6].colour: unknown key",
		`p.yaml:15: [6]: key "colour" stands here twice`,
		"p.yaml:17: [7].prices[0].constraint.start_date: must be a date",
		"p.yaml:17: [7].prices[1].prices.input_mtok: price must be a number of USD",
		"p.yaml:17: [7].prices[2].constraint: must have start_date, or start_time and end_time",
		"p.yaml:19: [8].prices.off_peak: needs hours_utc",
		"p.yaml:19: [8].prices.input_mtok: base is missing",
		"p.yaml:19: [8].prices.input_mtok.tiers[0]: a tier needs start and price",
		"p.yaml:20: [9]: a price row must be a mapping",
		"p.yaml:22: [10].prices: prices must be a mapping, got nothing",
	} {
		require.ErrorContains(t, err, want)
	}
}

func TestParseEdges(t *testing.T) {
	for _, text := range []string{"[]", "# none yet\n[]\n", "models: []"} {
		rows, err := Parse("p.yaml", []byte(text))
		require.NoError(t, err, text)
		require.Empty(t, rows, text)
	}
	for _, text := range []string{"", "\n", "~", "# mine\n", "---\n", "models:\n"} { // a file while it is saved in place
		_, err := Parse("p.yaml", []byte(text))
		require.ErrorContains(t, err, "p.yaml:", text)
		require.ErrorContains(t, err, "there are no price rows; a file that is to have none says []", text)
	}
	rows, err := Parse("p.json", []byte(`{"models": [{"id": "m", "prices": {"input_mtok": 1e-1}}]}`))
	require.NoError(t, err)
	require.Len(t, rows, 1)

	for want, text := range map[string]string{
		"one YAML document":     "[]\n---\n[]\n",
		"unknown key":           "rows: []",
		"must be a list":        "models: {a: b}",
		"p.yaml: yaml: ":        "- [",
		"aliases":               "- &a {match: x, prices: {}}\n- {<<: *a}\n",
		"an alias":              "- &a {match: x, prices: {}}\n- *a\n",
		"nested 20 deep":        "- {prices: {}, match: " + strings.Repeat("{not: ", 40) + "x" + strings.Repeat("}", 41),
		"at most 4194304 bytes": strings.Repeat("#", maxBytes+1),
		"at most 10000 rows":    strings.Repeat("- {}\n", maxRows+1),
		"and 150 more faults":   strings.Repeat("- {id: x}\n", 200),
	} {
		_, err := Parse("p.yaml", []byte(text))
		require.ErrorContains(t, err, want)
	}
}

func TestParseFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.yaml")
	_, err := ParseFile(path)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(path, []byte(example), 0o600))
	rows, err := ParseFile(path)
	require.NoError(t, err)
	require.Len(t, rows, 4)
}

const weekly = `
- match: deepseek
  prices:
    input_mtok: 2
    output_mtok: 4
    off_peak:
      windows:
        - {hours_utc: ["00:00-01:00", "04:00-06:00", 10:00-00:00], weekdays: [1, 2, 3, 4, 5]}
        - {hours_utc: "00:00-00:00", weekdays: [6, 7]}
      input_mtok: 1
- match: flat
  prices: {input_mtok: 2, off_peak: {hours_utc: ["04:00-06:00", "08:00-09:00"], weekdays: [mon, Tuesday], windows: [{weekdays: [SUN]}], input_mtok: 1}}
- match: dated
  prices:
    - prices: {input_mtok: 1}
    - {constraint: {start_date: 2026-08-01, windows: [{hours_utc: "22:00-06:00", weekdays: [5]}]}, prices: {input_mtok: 2}}
    - {constraint: {weekdays: [7]}, prices: {input_mtok: 3}}
    - {constraint: {start_date: 2026-08-01, start_time: "12:00:00Z", end_time: "13:00:00Z"}, prices: {input_mtok: 4}}
`

// Each line is a model, an instant and the price of a million tokens then.
func TestWindowsOfTheWeek(t *testing.T) {
	rows, err := Parse("mine.yaml", []byte(weekly))
	tb := table(t, rows, err)
	for _, tt := range []struct {
		model, at string
		usd       int64
	}{
		{"deepseek", "2026-08-24T01:30:00Z", 2}, // Monday
		{"deepseek", "2026-08-26T07:00:00Z", 2},
		{"deepseek", "2026-08-28T09:59:59Z", 2},
		{"deepseek", "2026-08-24T00:30:00Z", 1},
		{"deepseek", "2026-08-26T05:00:00Z", 1},
		{"deepseek", "2026-08-28T10:00:00Z", 1},
		{"deepseek", "2026-08-28T23:59:59Z", 1},
		{"deepseek", "2026-08-29T02:00:00Z", 1}, // Saturday
		{"deepseek", "2026-08-30T08:00:00Z", 1},
		{"deepseek", "2026-08-31T03:00:00+02:00", 2}, // Monday, 01:00 in UTC
		{"deepseek", "2026-08-31T02:00:00+02:00", 1},
		{"flat", "2026-08-24T05:00:00Z", 1},
		{"flat", "2026-08-25T08:00:00Z", 1},
		{"flat", "2026-08-24T06:00:00Z", 2},
		{"flat", "2026-08-26T05:00:00Z", 2},
		{"flat", "2026-08-30T20:00:00Z", 1},
		{"dated", "2026-07-31T23:00:00Z", 1}, // Friday, before the date
		{"dated", "2026-08-28T23:00:00Z", 2},
		{"dated", "2026-08-29T05:59:59Z", 2},
		{"dated", "2026-08-29T06:00:00Z", 1},
		{"dated", "2026-08-30T06:00:00Z", 3},
		{"dated", "2026-08-30T12:00:00Z", 4},
	} {
		when, err := time.Parse(time.RFC3339, tt.at)
		require.NoError(t, err)
		got := cost(t, tb, "", tt.model, pricing.Call{Time: when, Usage: pricing.Usage{Input: 1_000_000}})
		require.Equal(t, tt.usd*1_000_000_000, got.Total, "%s at %s", tt.model, tt.at)
	}
}

func TestWindowsReportEveryFault(t *testing.T) {
	const text = `- match: a
  prices: {input_mtok: 1, off_peak: {hours_utc: "16:30", windows: [], input_mtok: 0.5}}
- match: a
  prices: {input_mtok: 1, off_peak: {windows: [{hours_utc: [], weekdays: []}, {hours_utc: [], weekdays: {}}, {}, text, {hours_utc: [[]], days: [1]}]}}
- match: a
  prices: {input_mtok: 1, off_peak: {hours_utc: ["01:00-02:00", "25:00-26:00", 5], weekdays: [0, 8, 1, mon, noday, true]}}
- match: a
  prices: [{constraint: {windows: {weekdays: [1]}}, prices: {}}, {constraint: {type: x}, prices: {}}, {constraint: {start_time: "01:00", hours_utc: "01:00-02:00"}, prices: {}}]
- match: a
  prices: {input_mtok: 1, off_peak: {input_mtok: 1}}
`
	_, err := Parse("p.yaml", []byte(text))
	require.Error(t, err)
	const days = "must be a weekday, 1 (Monday) to 7 (Sunday) or mon to sun, got "
	for _, want := range []string{
		`p.yaml:2: [0].prices.off_peak.hours_utc: must be hours such as "16:30-00:30", got "16:30"`,
		"p.yaml:2: [0].prices.off_peak.windows: must be a list of windows such as {hours_utc: \"16:30-00:30\", weekdays: [1, 2, 3, 4, 5]}, got an empty list",
		`p.yaml:4: [1].prices.off_peak.windows[0].hours_utc: must be hours such as "16:30-00:30", or a list of them, got an empty list`,
		"p.yaml:4: [1].prices.off_peak.windows[0].weekdays: must be a list of weekdays: 1 (Monday) to 7 (Sunday), or mon to sun, got an empty list",
		"p.yaml:4: [1].prices.off_peak.windows[1].weekdays: must be a list of weekdays: 1 (Monday) to 7 (Sunday), or mon to sun, got a mapping",
		"p.yaml:4: [1].prices.off_peak.windows[2]: a window needs hours_utc or weekdays",
		`p.yaml:4: [1].prices.off_peak.windows[3]: a window must be a mapping, got "text"`,
		"p.yaml:4: [1].prices.off_peak.windows[4].days: unknown key; a window has hours_utc and weekdays",
		`p.yaml:4: [1].prices.off_peak.windows[4].hours_utc[0]: must be hours such as "16:30-00:30", got a list`,
		`p.yaml:6: [2].prices.off_peak.hours_utc[1]: must be hours such as "16:30-00:30", got "25:00-26:00"`,
		`p.yaml:6: [2].prices.off_peak.hours_utc[2]: must be hours such as "16:30-00:30", got "5"`,
		`p.yaml:6: [2].prices.off_peak.weekdays[0]: ` + days + `"0"`,
		`p.yaml:6: [2].prices.off_peak.weekdays[1]: ` + days + `"8"`,
		"p.yaml:6: [2].prices.off_peak.weekdays[3]: Monday stands here twice",
		`p.yaml:6: [2].prices.off_peak.weekdays[4]: ` + days + `"noday"`,
		`p.yaml:6: [2].prices.off_peak.weekdays[5]: ` + days + `"true"`,
		"p.yaml:8: [3].prices[0].constraint.windows: must be a list of windows",
		"p.yaml:8: [3].prices[1].constraint: must have start_date, or start_time and end_time, or hours_utc, weekdays, windows",
		"p.yaml:8: [3].prices[2].constraint: must have start_date, or start_time and end_time, or hours_utc, weekdays, windows",
		`p.yaml:10: [4].prices.off_peak: needs hours_utc, such as "16:30-00:30", weekdays, or windows`,
	} {
		require.ErrorContains(t, err, want)
	}
	many := "- {match: a, prices: {input_mtok: 1, off_peak: {hours_utc: [" + strings.Repeat(`"01:00-02:00", `, 101) + "]}}}"
	_, err = Parse("p.yaml", []byte(many))
	require.ErrorContains(t, err, "[0].prices.off_peak.hours_utc: at most 100 windows are allowed, got 101")
}

// The collector hands over numbers as int and float64; both must mean what was written.
func TestFromConfig(t *testing.T) {
	models := []any{
		map[string]any{
			"provider": "openai", "match": map[string]any{"starts_with": "ft:"},
			"prices": map[string]any{"input_mtok": 0.3, "output_mtok": 1, "cache_read_mtok": 0.07},
		},
		map[string]any{"match": map[string]any{"starts_with": "llama-local"}, "prices": map[string]any{}},
	}
	rows, err := FromConfig(models, "prices::models")
	tb := table(t, rows, err)
	c := cost(t, tb, "openai", "ft:x", pricing.Call{Usage: pricing.Usage{Input: 1000, CacheRead: 1000, Output: 1}})
	require.Equal(t, int64(71_000), c.Total)
	require.Equal(t, "openai/ft:*@prices::models[0]", c.Row)

	rows, err = FromConfig(nil, "prices::models")
	require.NoError(t, err)
	require.Empty(t, rows)

	models = append(models, map[string]any{"id": "x", "prices": map[string]any{"input_mtok": -1, "output_mtok": struct{}{}}})
	_, err = FromConfig(models, "prices::models")
	require.ErrorContains(t, err, "prices::models: a struct {} is no part of a price row")
	models[2] = map[string]any{"id": "x", "prices": map[string]any{"input_mtok": -1.5, "output_mtok": true}, "extra": nil}
	_, err = FromConfig(models, "prices::models")
	require.ErrorContains(t, err, "prices::models[2].prices.input_mtok: price is negative: -1.5")
	require.ErrorContains(t, err, `prices::models[2].prices.output_mtok: price must be a number, got "true"`)
	require.ErrorContains(t, err, "prices::models[2].extra: unknown key")
}

func TestInline(t *testing.T) {
	r, err := Inline(map[string]any{"input_mtok": json.Number("10"), "output_mtok": json.Number("1e1")}, "unknown_model::prices")
	require.NoError(t, err)
	m, err := pricing.Default().NewModel(r)
	require.NoError(t, err)
	c, err := m.Price(&pricing.Call{Usage: pricing.Usage{Input: 1, Output: 2}}, pricing.Factor{})
	require.NoError(t, err)
	require.Equal(t, int64(30_000), c.Total)

	_, err = Inline("cheap", "unknown_model::prices")
	require.EqualError(t, err, `unknown_model::prices: prices must be a mapping, got "cheap"`)
}

// Whatever the text, the parser returns rows that the table takes, or an error.
func FuzzParse(f *testing.F) {
	f.Add([]byte(example))
	f.Add([]byte(weekly))
	f.Add([]byte("- {match: {or: [{equals: a}, b]}, prices: {input_mtok: {base: 1, tiers: []}}}"))
	f.Add([]byte(`{"models":[{"id":"x","prices":[{"prices":{}}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		rows, err := Parse("f", text)
		if err != nil {
			return
		}
		tb, err := pricing.Default().With(rows)
		if err != nil {
			t.Fatalf("rows that parsed are refused: %v", err)
		}
		if m := tb.Find("openai", "a"); m != nil {
			c, err := m.Price(&pricing.Call{Usage: pricing.Usage{Input: 10, CacheRead: 3, Output: 7}}, pricing.Factor{})
			if err == nil && (c.Total < 0 || c.Total != c.Input+c.Output) {
				t.Fatalf("bad cost %+v", c)
			}
		}
	})
}
