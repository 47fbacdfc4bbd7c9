package genaimetrics

import (
	"hash/maphash"
	"strings"
	"unicode/utf8"
)

// maxValueBytes is how long an attribute value may be; a prompt that ended up in a tool name must not end up in every scrape.
const maxValueBytes = 256

// labels are the values by which operations are told apart.
type labels [numLabels]string

// recentBits says how many routes are found without a key.
const recentBits = 12

// slot is where the route with these labels and dimensions is kept while it was met last. The names that senders make up are hashed, as those
// that are counted up may differ in any place; of the words of ours their lengths do.
func (l *labels) slot(dims []string) uint64 {
	const spread = 0x9E3779B97F4A7C15
	h := uint64(len(l[lblOperation]) | len(l[lblStatus])<<8 | len(l[lblCostStatus])<<16 | len(l[lblReason])<<24) //nolint:gosec // not negative
	for _, i := range [...]label{lblService, lblModel, lblTool, lblAgent} {
		if l[i] != "" {
			h = h*spread ^ maphash.String(slotSeed, l[i])
		}
	}
	for _, v := range dims {
		h = h*spread ^ maphash.String(slotSeed, v)
	}
	return h * spread >> (64 - recentBits)
}

var slotSeed = maphash.MakeSeed()

// route remembers where operations with the same labels and dimensions add to, so that the next one needs one look-up for all
// its metrics. Routes are a cache: dropping them loses nothing.
type route struct {
	labels  labels
	dims    []string
	version seenVersion
	series  [most]*series // nil until first used, so that nothing is emitted that was never observed
}

// appendKey writes values so that different lists of the same length give different bytes. It says how many values were cut.
func appendKey(dst []byte, values []string) ([]byte, int) {
	cuts := 0
	for _, v := range values {
		if len(v) > maxValueBytes {
			v = cut(v)
			cuts++
		}
		dst = append(dst, byte(len(v)), byte(len(v)>>8)) //nolint:gosec // at most 256
		dst = append(dst, v...)
	}
	return dst, cuts
}

// cut shortens a value to at most maxValueBytes, between two characters.
func cut(v string) string {
	if len(v) <= maxValueBytes {
		return v
	}
	n := maxValueBytes
	for i := 0; i < utf8.UTFMax && n > 0 && !utf8.RuneStart(v[n]); i++ {
		n--
	}
	return v[:n]
}

// clean gives a value of its own memory that any exporter can encode.
func clean(v string) string {
	v = cut(v)
	if utf8.ValidString(v) {
		return strings.Clone(v)
	}
	return strings.ToValidUTF8(v, "\uFFFD")
}

func newRoute(l *labels, dims []string) *route {
	r := &route{dims: make([]string, len(dims))}
	for i, v := range l {
		r.labels[i] = clean(v)
	}
	for i, v := range dims {
		r.dims[i] = clean(v)
	}
	return r
}

// values are those of the point attributes of the slot's family, then of the dimensions.
func (r *route) values(s slot) []string {
	fam := &families[slots[s].family]
	out := make([]string, 0, len(fam.keys)+len(r.dims))
	for _, k := range fam.keys {
		if k.label == lblPart {
			out = append(out, slots[s].part)
			continue
		}
		out = append(out, r.labels[k.label])
	}
	return append(out, r.dims...)
}
