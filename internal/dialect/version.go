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
		if n := strings.IndexAny(part, "abr"); n > 0 { // Python's 1.0b2, 1.0rc1
			part, rest = part[:n], ""
		}
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

// between says that the sender's version is from first on and before next; "" is no bound. One that does not say its version is neither.
func (r *reading) between(first, next string) bool {
	have, from, to := versionOf(r.scope.version), versionOf(first), versionOf(next)
	return have != version{} && slices.Compare(have[:], from[:]) >= 0 && (next == "" || slices.Compare(have[:], to[:]) < 0)
}
