package pricing

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLiteralOf(t *testing.T) {
	for pattern, want := range map[string]literal{
		`^gpt-5\.6-luna-\d{4}-\d{2}$`: {"gpt-5.6-luna-", true},
		`^(?:ft:)?gpt-(?:[6-9])`:      {"gpt-", false},
		`^(?:.*/)?gemini-[12]\.[0-9]`: {"gemini-", false},
		`claude-(?:[0-9]|instant)`:    {"claude-", false},
		`^o[134]`:                     {"o", true},
		`a-[0-9]-longer`:              {"-longer", false},
		`^(?i)GPT-[0-9]`:              {},
		`one|two`:                     {},
		`^(?:one|two)$`:               {},
		`(`:                           {},
		`^a?b*`:                       {},
		`^(gpt)-x`:                    {"-x", false},
	} {
		assert.Equal(t, want, literalOf(pattern), pattern)
	}
}

// TestLiteralsLoseNoMatch: of the table's own patterns and names, none that matches lacks the text.
func TestLiteralsLoseNoMatch(t *testing.T) {
	d, err := decodeData(embedded)
	require.NoError(t, err)
	data, err := json.Marshal(d)
	require.NoError(t, err)
	patterns := map[string]bool{}
	for _, m := range regexp.MustCompile(`"regex":("(?:[^"\\]|\\.)*")`).FindAllSubmatch(data, -1) {
		var p string
		require.NoError(t, json.Unmarshal(m[1], &p))
		patterns[p] = true
	}
	require.Greater(t, len(patterns), 40)
	matched := 0
	for pattern := range patterns {
		re, part := regexp.MustCompile(pattern), literalOf(pattern)
		for i := range d.Providers {
			for j := range d.Providers[i].Models {
				for _, end := range []string{"", "-20260101", "-2026-01-01", "[fast=true]", "-tts"} {
					if name := d.Providers[i].Models[j].ID + end; re.MatchString(name) {
						matched++
						assert.True(t, part.in(name), "%s %s", pattern, name)
					}
				}
			}
		}
	}
	assert.Greater(t, matched, 1000)
}
