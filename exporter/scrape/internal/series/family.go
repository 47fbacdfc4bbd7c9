package series

import (
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
)

// kind is a type of Prometheus: what a family has one of.
type kind uint8

const (
	gauge kind = iota
	counter
	histogram
	summary
)

// series is one series: what it is told as, and its last point.
type series struct {
	key        string // its identity as it came
	labels     string // as the text formats have them, without braces
	help, unit string
	kind       kind
	odd        bool // a label's name must be escaped or quoted
	hidden     bool // a conflict hides it
	cost       int
	updated    time.Time
	family     *family
	resource   *resource
	point      point
}

// cost is what n bytes take of the limit.
func costOf(n int) int { return 1 + n/1024 }

// family is all series of one name. It tells one kind, the first, for as long as it tells any series and Expiration longer; and with it the
// first description.
type family struct {
	name     string
	plain    bool // the name needs no quotes
	timeless bool
	odd      int       // series whose labels do
	series   []*series // by labels; of two with the same, the older is first
	kind     kind
	help     string
	told     time.Time // the last scrape that told it; zero: kind and help are not settled
}

func newFamily(name string) *family {
	return &family{name: name, plain: model.LegacyValidation.IsValidMetricName(name)}
}

func (f *family) cost() int { return costOf(len(f.name) + len(f.help)) }

func (f *family) isDefined(now time.Time, expiration time.Duration) bool {
	return !f.told.IsZero() && now.Sub(f.told) <= expiration
}

// insert puts a series at its place, behind those of the same labels.
func (f *family) insert(one *series) {
	at, _ := slices.BinarySearchFunc(f.series, one.labels, func(other *series, labels string) int {
		if other.labels <= labels {
			return -1
		}
		return 1
	})
	f.series = slices.Insert(f.series, at, one)
	one.family = f
	one.hidden = at > 0 && f.series[at-1].labels == one.labels || !f.told.IsZero() && f.kind != one.kind
	if one.odd {
		f.odd++
	}
}

func (f *family) remove(one *series) {
	at, _ := slices.BinarySearchFunc(f.series, one.labels, func(other *series, labels string) int { return strings.Compare(other.labels, labels) })
	for ; at < len(f.series) && f.series[at] != one; at++ {
		continue
	}
	f.series = slices.Delete(f.series, at, at+1)
}

// define settles kind and description of a family that has none: the kind stays while a series has it.
func (f *family) define(now time.Time, expiration time.Duration) {
	if f.isDefined(now, expiration) || len(f.series) == 0 {
		return
	}
	first := f.series[0]
	if at := slices.IndexFunc(f.series, func(one *series) bool { return one.kind == f.kind }); at >= 0 && !f.told.IsZero() {
		first = f.series[at]
	}
	f.kind, f.help = first.kind, strings.ToValidUTF8(first.help, "\uFFFD")
}

// pick adds the series that a scrape tells to out and marks the others: those of another kind, and those whose labels one before has. None is
// told when shadowed.
func (f *family) pick(out []*series, now time.Time, expiration time.Duration, shadowed bool) []*series {
	f.define(now, expiration)
	before := len(out)
	for _, one := range f.series {
		duplicate := len(out) > before && out[len(out)-1].labels == one.labels
		one.hidden = shadowed || duplicate || one.kind != f.kind
		if !one.hidden && !one.point.broken() && now.Sub(one.updated) <= expiration {
			out = append(out, one)
		}
	}
	if len(out) > before {
		f.told = now
	}
	return out
}

// shadows says whether samples of f, when it is a histogram or a summary, have the name of a family that ends in suffix.
func (f *family) shadows(suffix string) bool {
	return len(f.series) > 0 && (f.kind == histogram || f.kind == summary && suffix != "_bucket")
}
