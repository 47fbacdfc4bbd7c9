package alert

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// What an alert may carry, in bytes and entries. Together, each byte escaped, they stay below maxEncoded.
const (
	maxWord     = 256
	maxBody     = 4096
	maxURL      = 2048
	maxDrivers  = 10
	maxDriver   = 512
	maxGroup    = 32
	maxGroupKey = 128
	maxEncoded  = 256 << 10
)

// bounded is the alert with long texts cut, numbers finite, times that RFC 3339 can say in UTC and texts that are UTF-8: what Write and
// Encode write, Read and Decode read as it was. It shares no map and no slice with a.
func (a *Alert) bounded() Alert {
	b := *a
	for _, s := range []*string{
		&b.Event, &b.Name, &b.Type, &b.Severity, &b.State, &b.Reason, &b.Unit, &b.Metric, &b.Budget.Name, &b.Budget.Period, &b.Budget.Unit,
	} {
		*s = cut(*s, maxWord)
	}
	b.ID, b.Fingerprint = word(b.ID), word(b.Fingerprint)
	b.Body, b.URL = cut(Legible(b.Body), maxBody), cut(b.URL, maxURL)
	for _, f := range []*float64{&b.Value, &b.Threshold, &b.Budget.Limit, &b.Budget.Spent, &b.Budget.Remaining, &b.Budget.Forecast} {
		*f = finite(*f)
	}
	for _, t := range []*time.Time{&b.StartsAt, &b.EndsAt, &b.Budget.PeriodStart, &b.Budget.ResetsAt, &b.Budget.ExhaustsAt} {
		*t = sayable(*t, 1, 9999)
	}
	b.Time = sayable(b.Time, 1970, 2261) // as far as nanoseconds in 64 bits go
	if b.Budget.Name == "" {
		b.Budget = Budget{}
	}
	b.Group = boundedGroup(a.Group)
	b.Drivers = nil
	for _, d := range a.Drivers[:min(len(a.Drivers), maxDrivers)] {
		b.Drivers = append(b.Drivers, cut(Legible(d), maxDriver))
	}
	return b
}

// boundedGroup keeps the first keys in order, so that the same are kept everywhere.
func boundedGroup(group map[string]string) map[string]string {
	if len(group) == 0 {
		return nil
	}
	b := make(map[string]string, min(len(group), maxGroup))
	for _, k := range slices.Sorted(maps.Keys(group)) {
		if len(b) == maxGroup {
			break
		}
		b[cut(k, maxGroupKey)] = cut(group[k], maxDriver)
	}
	return b
}

func cut(s string, most int) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// word cuts what tells alerts apart so that it still does.
func word(s string) string {
	if len(s) <= maxWord && utf8.ValidString(s) {
		return s
	}
	return readable(s) + "-" + digest(s)
}

func finite(f float64) float64 {
	if math.IsNaN(f) {
		return 0
	}
	return max(-math.MaxFloat64, min(f, math.MaxFloat64))
}

// sayable is t in UTC without a monotonic reading; none when its year is out of range.
func sayable(t time.Time, first, last int) time.Time {
	t = t.Round(0).UTC()
	if t.Year() < first || t.Year() > last {
		return time.Time{}
	}
	return t
}
