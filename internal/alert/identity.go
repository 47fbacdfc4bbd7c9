package alert

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fingerprint names an alert over all its transitions: the rule, its group, and what else tells two alerts of one rule and group apart,
// such as the threshold. It is the same on every replica and after a restart. People can read the beginning.
func Fingerprint(rule string, group map[string]string, parts ...string) string {
	text := append([]string{rule}, parts...)
	all := append([]string{strconv.Itoa(len(parts))}, text...)
	for _, k := range slices.Sorted(maps.Keys(group)) {
		all = append(all, k, group[k])
		text = append(text, group[k])
	}
	return readable(strings.Join(text, "-")) + "-" + digest(all...)
}

// ID names one transition of an alert: start is the period's or the minute in which it began to fire, transition tells the transitions
// since then apart. The same crossing has the same ID wherever and however often it is found.
func ID(fingerprint string, start time.Time, transition string) string {
	id := fingerprint + "-" + start.UTC().Format("20060102T150405Z") + "-" + readable(transition)
	if readable(transition) != transition {
		id += "-" + digest(transition)
	}
	return word(id)
}

// digest is 80 bits of a hash; no two lists of texts are one.
func digest(parts ...string) string {
	h := sha256.New()
	var size [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(size[:], uint64(len(p)))
		h.Write(size[:])
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil)[:10])
}

// readable keeps what is safe in a header, a label and a URL, up to 64 bytes of it.
func readable(s string) string {
	var b strings.Builder
	for _, r := range s {
		if b.Len() == 64 {
			break
		}
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			b.WriteRune(r)
		default:
			b.WriteByte('_')
		}
	}
	return b.String()
}
