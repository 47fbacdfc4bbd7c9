package book

import (
	"encoding/binary"
	"strings"
)

const (
	maxText = 256 // bytes of a name that a key holds: names come from senders
	maxKeys = 16  // values of `book.by`
)

// overflowKey is the key of the overflow row; every other key is longer.
const overflowKey = ""

// AppendKey appends the row as one text that tells it from every other row.
func AppendKey(to []byte, r *Row) []byte {
	if r.Overflow {
		return to
	}
	to = appendText(to, r.Service)
	to = appendText(to, r.Provider)
	to = appendText(to, r.Model)
	to = appendText(to, r.Agent)
	for i, key := range r.Keys {
		if i == maxKeys {
			break
		}
		to = appendText(to, key)
	}
	return to
}

func appendText(to []byte, s string) []byte {
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "") // no half of a letter at the end
	}
	return append(binary.AppendUvarint(to, uint64(len(s))), s...)
}

// ParseKey reads what AppendKey wrote; false where the text is something else.
func ParseKey(key string, r *Row) bool {
	*r = Row{Keys: r.Keys[:0]}
	if key == overflowKey {
		r.Overflow = true
		return true
	}
	for _, field := range [...]*string{&r.Service, &r.Provider, &r.Model, &r.Agent} {
		var ok bool
		if *field, key, ok = cutText(key); !ok {
			return false
		}
	}
	for key != "" {
		var value string
		var ok bool
		if value, key, ok = cutText(key); !ok || len(r.Keys) == maxKeys {
			return false
		}
		r.Keys = append(r.Keys, value)
	}
	return true
}

func cutText(s string) (text, rest string, ok bool) {
	var n int
	switch {
	case s == "":
		return "", "", false
	case s[0] < 0x80:
		n, s = int(s[0]), s[1:]
	case len(s) > 1 && s[1] > 0 && s[1] < 0x80: // two bytes do for maxText, and a length has one form only
		n, s = int(s[0]&0x7f)|int(s[1])<<7, s[2:]
	default:
		return "", "", false
	}
	if n > maxText || n > len(s) {
		return "", "", false
	}
	return s[:n], s[n:], true
}
