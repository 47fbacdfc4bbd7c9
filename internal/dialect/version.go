package dialect

import (
	"slices"
	"strconv"
	"strings"
)

// version is that of an instrumentation scope: major, minor, patch. The zero version is none.
type version [3]int

func versionOf(s string) (v version) {
	s, _, _ = strings.Cut(s, "-")
	for i := range v {
		part, rest, _ := strings.Cut(s, ".")
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return version{}
		}
		v[i], s = n, rest
		if s == "" {
			break
		}
	}
	return v
}

// upTo is for packages that left cached tokens out of the input up to a version; one that does not say its version is taken for old.
func upTo(last string) apart {
	limit := versionOf(last)
	return func(r *reading) bool {
		have := versionOf(r.scope.version)
		return slices.Compare(have[:], limit[:]) <= 0
	}
}
