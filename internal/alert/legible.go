package alert

import (
	"strings"
	"unicode"
)

// Legible is a sentence with names in it that a sender chose, without what is no text to people: a terminal would obey control characters, and
// those that turn the direction of writing would turn what stands behind the name.
func Legible(sentence string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, sentence)
}
