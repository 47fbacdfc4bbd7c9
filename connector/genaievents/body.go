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

// plain says whether a text needs no quotes in logfmt.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c == '=' || c == '"' || c == '\\' || c == 0x7f {
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
	if n := math.Round(f * 1e9); f >= 0 && n <= 1<<50 && n/1e9 == f {
		return appendNano(b, uint64(n))
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
	last := 0
	for i := 9; rest > 0; i-- {
		digits[i] = byte('0' + rest%10)
		if last == 0 && digits[i] != '0' {
			last = i
		}
		rest /= 10
	}
	return append(b, digits[:last+1]...)
}
