package genaimetrics

import (
	"slices"
)

// kind is what the points of a family are.
type kind uint8

const (
	counter   kind = iota // int64, monotonic
	money                 // int64 nano-USD inside, double USD outside, monotonic
	gauge                 // int64
	histogram             // exponential or classic
)

// family is one metric that is emitted, with its point attributes.
type family struct {
	name, unit, description string
	kind                    kind
	namings                 []string // under which it is emitted; nil is under all, because no other naming has it
	bounds                  []float64
	alwaysClassic           bool
	exemplars               bool
	keys                    []key
}

func (f *family) enabledBy(naming []string) bool {
	return f.namings == nil || slices.ContainsFunc(naming, func(n string) bool { return slices.Contains(f.namings, n) })
}

// Where the families are. What genai-0.1 does not rename, it has too.
var (
	inSemconv   = []string{namingSemconv}
	inGenAI01   = []string{namingGenAI01}
	inEither    = []string{namingSemconv, namingGenAI01}
	inLangchain = []string{namingLangchain}
)

// familyID and slot are the places of a family in families, and of what one operation can add to in slots.
type (
	familyID uint8
	slot     uint8
)

// most is how many families and slots there may be.
const most = 64

// families are all metrics of this connector (metric.go); README.md repeats them as tables, which a test compares.
var families []family

// slots are the series that one operation can add to: one of each family, and of a family that is split by what an operation has several
// of (types of tokens, tools that are billed) one of each part.
var slots []familyPart

type familyPart struct {
	family familyID
	part   string
}

func add(f family) familyID {
	families = append(families, f)
	return familyID(len(families) - 1) //nolint:gosec // no more than most
}

// part is what adds to one part of a family.
func (f familyID) part(value string) slot {
	slots = append(slots, familyPart{f, value})
	return slot(len(slots) - 1) //nolint:gosec // no more than most
}

// whole is what adds to a family that has no parts.
func whole(f family) slot { return add(f).part("") }
