package genaievents

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// appendName is a key of logfmt, which knows no quotes there.
func appendName(b []byte, key string) []byte {
	for i := range len(key) {
		if c := key[i]; c <= ' ' || c == '=' || c == '"' || c == 0x7f {
			b = append(b, '_')
		} else {
			b = append(b, c)
		}
	}
	return b
}

func appendText(b []byte, s string, json bool) []byte {
	if json || !plain(s) {
		return appendQuoted(b, s)
	}
	return append(b, s...)
}

// appendWord is appendText of a word.
func appendWord(b []byte, s string, json bool) []byte {
	if json {
		return append(append(append(b, '"'), s...), '"')
	}
	return append(b, s...)
}

// What the bytes of a text ask for: quotes in logfmt (and more in JSON), nothing, or only that the text is valid UTF-8.
const (
	byteQuoted = iota
	byteWord
	byteHigh
)

var byteClass = func() (class [256]uint8) {
	for c := range class {
		switch {
		case c >= utf8.RuneSelf:
			class[c] = byteHigh
		case c > ' ' && c != '=' && c != '"' && c != '\\' && c != 0x7f:
			class[c] = byteWord
		}
	}
	return class
}()

// isWord says whether a text is valid and the same in every form.
func isWord(s string) bool {
	for i := range len(s) {
		if byteClass[s[i]] != byteWord {
			return false
		}
	}
	return s != ""
}

// plain says whether a valid text needs no quotes in logfmt.
func plain(s string) bool {
	for i := range len(s) {
		if byteClass[s[i]] == byteQuoted {
			return false
		}
	}
	return s != ""
}

// appendQuoted writes a valid text as JSON does; logfmt's readers take that too.
func appendQuoted(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c < ' ' || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c < utf8.RuneSelf:
			b = append(b, c)
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r)
			i += n
			continue
		}
		i++
	}
	return append(b, '"')
}

// appendNumber writes a number as short as it is. Seconds and USD are whole in a billionth, which is quicker to write than to find out.
func appendNumber(b []byte, f float64) []byte {
	if f >= 0 && f <= 1<<50 {
		if whole := uint64(f); float64(whole) == f {
			return strconv.AppendUint(b, whole, 10)
		}
		if n := math.Round(f * 1e9); n <= 1<<50 && n/1e9 == f {
			return appendNano(b, uint64(n))
		}
	}
	format := byte('f')
	if f > 1e15 || f < -1e15 {
		format = 'g'
	}
	return strconv.AppendFloat(b, f, format, -1, 64)
}

// appendNano writes n billionths.
func appendNano(b []byte, n uint64) []byte {
	b = strconv.AppendUint(b, n/1e9, 10)
	rest := n % 1e9
	if rest == 0 {
		return b
	}
	digits := [...]byte{'.', '0', '0', '0', '0', '0', '0', '0', '0', '0'}
	last := len(digits) - 1
	for rest%1000 == 0 {
		rest /= 1000
		last -= 3
	}
	for rest%10 == 0 {
		rest /= 10
		last--
	}
	for i := last; rest > 0; i-- {
		digits[i] = byte('0' + rest%10)
		rest /= 10
	}
	return append(b, digits[:last+1]...)
}
