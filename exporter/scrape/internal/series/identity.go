package series

import (
	"encoding/binary"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// pair is an attribute or a label: a key and its value as text.
type pair struct{ key, value string }

func byKey(a, b pair) int { return strings.Compare(a.key, b.key) }

// pairs adds all attributes to out, in their order.
func pairs(out []pair, attributes pcommon.Map) []pair {
	for k, v := range attributes.All() {
		if v.Type() == pcommon.ValueTypeStr {
			out = append(out, pair{k, v.Str()})
			continue
		}
		out = append(out, pair{k, v.AsString()})
	}
	return out
}

// over puts the pairs of above over those of below: of two with one key the upper is kept.
func over(below, above []pair) []pair {
	for _, a := range above {
		if at := slices.IndexFunc(below, func(p pair) bool { return p.key == a.key }); at >= 0 {
			below[at] = a
			continue
		}
		below = append(below, a)
	}
	return below
}

// appendText adds a text so that where it ends is certain.
func appendText(b []byte, texts ...string) []byte {
	for _, text := range texts {
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	return b
}

// appendPairs adds pairs, whose order does not matter.
func appendPairs(b []byte, all []pair) []byte {
	if !slices.IsSortedFunc(all, byKey) {
		slices.SortStableFunc(all, byKey)
	}
	b = binary.AppendUvarint(b, uint64(len(all)))
	for _, p := range all {
		b = appendText(b, p.key, p.value)
	}
	return b
}
