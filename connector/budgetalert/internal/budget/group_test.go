package budget

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the name of a series says is the group that it was made for: after a restart calls of that group find it.
func FuzzGroupText(f *testing.F) {
	f.Add("a", "b", "c")
	f.Add("", "", "")
	f.Add("%7C|%", "%overflow", "|")
	f.Add(strings.Repeat("|", 300), strings.Repeat("é", 500), strings.Repeat("%", 86))
	f.Fuzz(func(t *testing.T, a, b, c string) {
		seen := map[string]string{}
		for _, values := range [][]string{{a}, {b}, {a, b}, {b, a}, {a, b, c}, {c, b, a, a, b, c, c, b, a}} {
			cut := clipped(values)
			text := groupText(cut)
			if got := splitText(text); strings.Join(got, "\x00") != strings.Join(cut, "\x00") {
				t.Fatalf("%q is read as %q", cut, got)
			}
			if text == overflowText {
				t.Fatalf("%q is the overflow group", values)
			}
			if len(text) > maxGroupText+len(values) {
				t.Fatalf("%d bytes", len(text))
			}
			r := &rule{groups: map[string]*group{}, keys: make([]GroupKey, len(values)), most: 10}
			g, _ := r.groupOf(values)
			if r.ofText(text) != g || r.peek(g.series) != g {
				t.Fatalf("%q is another group after a restart", values)
			}
			whole := strings.Join(values, "\x00")
			if other, ok := seen[text]; ok && other != whole {
				t.Fatalf("%q and %q are one group", other, whole)
			}
			seen[text] = whole
		}
	})
}

func TestClip(t *testing.T) {
	long := strings.Repeat("x", 1000)
	assert.Equal(t, "short", clip("short", 1))
	assert.NotEqual(t, clip(long+"a", 1), clip(long+"b", 1))
	require.LessOrEqual(t, len(clip(long, 1)), maxValue)
	assert.Equal(t, long[:maxValue], clip(long[:maxValue], 1))
}
