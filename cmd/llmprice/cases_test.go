package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"math/big"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// costCase is one line of testdata/cost-cases.jsonl: a call from another project's test suite and what it costs.
type costCase struct {
	ID        string
	Expect    string
	Prices    any         `json:"prices_per_mtok"`
	USD       json.Number `json:"expected_usd"`
	InputUSD  json.Number `json:"expected_input_usd"`
	OutputUSD json.Number `json:"expected_output_usd"`
	Part      string      `json:"asserted_part"`
	Tolerance json.Number
	Reported  any          `json:"provider_reported_cost"`
	Holds     *bool        `json:"holds_npm_0_1_8"`
	TableUSD  *json.Number `json:"npm_0_1_8_usd"`
}

// wanted is the amount that must come out, or "" where the built-in table is not the one that the case was made for.
func (c *costCase) wanted() json.Number {
	switch {
	case c.Prices == nil && c.TableUSD != nil:
		return *c.TableUSD
	case c.Prices == nil && c.Holds != nil && !*c.Holds, c.Prices == nil && c.Holds == nil:
		return ""
	case c.Part == "input":
		return c.InputUSD
	case c.Part == "output":
		return c.OutputUSD
	}
	return c.USD
}

func runBatch(t testing.TB, in []byte) []answer {
	t.Helper()
	var out, stderr bytes.Buffer
	now := func() time.Time { return time.Date(2026, 9, 23, 12, 0, 0, 0, time.UTC) }
	c := &command{in: bytes.NewReader(in), out: &out, err: &stderr, now: now}
	require.Zero(t, c.run(t.Context(), []string{"batch"}), stderr.String())
	var answers []answer
	for s := bufio.NewScanner(&out); s.Scan(); {
		var a answer
		require.NoError(t, json.Unmarshal(s.Bytes(), &a))
		answers = append(answers, a)
	}
	return answers
}

// differs are cases that are answered otherwise on purpose.
var differs = map[string]string{
	"gpd-0547": "the other engine takes a response without any token for 0 USD; here what a call without usage cost is not known",
}

func TestCostCases(t *testing.T) {
	text, err := os.ReadFile("testdata/cost-cases.jsonl")
	require.NoError(t, err)
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	answers := runBatch(t, text)
	require.Len(t, answers, len(lines))
	exact, left := 0, 0
	for i, line := range lines {
		var c costCase
		require.NoError(t, json.Unmarshal(line, &c))
		require.JSONEq(t, `"`+c.ID+`"`, string(answers[i].ID))
		t.Run(c.ID, func(t *testing.T) {
			if why := differs[c.ID]; why != "" {
				require.Equal(t, []any{"unpriced", "no_usage", (*string)(nil)}, []any{answers[i].Status, answers[i].Reason, answers[i].USD}, why)
				left++
				return
			}
			if c.Expect == "unknown" {
				require.Equal(t, "unpriced", answers[i].Status)
				require.Nil(t, answers[i].USD)
				exact++
				return
			}
			if c.wanted() == "" && answers[i].Status != "reported" {
				left++
				return
			}
			check(t, &c, &answers[i])
			exact++
		})
	}
	t.Logf("%d of %d cases exact, %d are for other tables or differ on purpose", exact, len(lines), left)
	require.Equal(t, len(lines), exact+left)
	require.Less(t, left, 5)
}

func check(t *testing.T, c *costCase, a *answer) {
	t.Helper()
	got := a.USD
	switch c.Part {
	case "input":
		got = a.InputUSD
	case "output":
		got = a.Output
	}
	require.NotNil(t, got, "%s: %s", a.Status, a.Reason)
	want := c.wanted()
	if want == "" {
		want = c.USD
	}
	w, ok := new(big.Rat).SetString(want.String())
	require.True(t, ok)
	g, ok := new(big.Rat).SetString(*got)
	require.True(t, ok, *got)
	diff := new(big.Rat).Sub(w, g)
	tolerance := new(big.Rat)
	if c.Tolerance != "" {
		tolerance.SetString(c.Tolerance.String())
	}
	require.LessOrEqual(t, diff.Abs(diff).Cmp(tolerance), 0, "want %s, got %s (%s)", want, *got, a.Status)
}
