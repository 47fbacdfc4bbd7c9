package budget

import (
	"fmt"
	"strings"
	"time"
)

// Kind is how a budget begins anew.
type Kind uint8

// The kinds of periods. Those up to Year follow the calendar of the budget's zone.
const (
	Hour Kind = iota + 1
	Day
	Week // Monday to Sunday
	Month
	Quarter
	Year
	Rolling  // the last so many minutes
	Block    // a fixed time that begins with the first call after the last block
	Run      // one conversation, else one trace
	Lifetime // never
)

var kindWords = [...]string{
	Hour: "hour", Day: "day", Week: "week", Month: "month", Quarter: "quarter", Year: "year",
	Rolling: "rolling", Block: "block", Run: "run", Lifetime: "lifetime",
}

// typeWords begin alert.type.
var typeWords = [...]string{
	Hour: "HOURLY", Day: "DAILY", Week: "WEEKLY", Month: "MONTHLY", Quarter: "QUARTERLY", Year: "YEARLY",
	Rolling: "ROLLING", Block: "BLOCK", Run: "RUN", Lifetime: "LIFETIME",
}

// calendar says whether the period is a part of the calendar.
func (k Kind) calendar() bool { return k >= Hour && k <= Year }

// Period is what `period` says.
type Period struct {
	Kind   Kind
	Length time.Duration // of Rolling and Block
}

// String is the period as budget.period has it: day, rolling 24h, block 5h.
func (p Period) String() string {
	if p.Kind == Rolling || p.Kind == Block {
		return kindWords[p.Kind] + " " + shortDuration(p.Length)
	}
	return kindWords[p.Kind]
}

// shortDuration leaves out what is 0: 24h0m0s is 24h.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

const periodsAllowed = "hour, day, week, month, quarter, year, run, lifetime, {rolling: <duration>} or {block: <duration>}"

// ParsePeriod reads `period`: a word, or a map of one key.
func ParsePeriod(v any) (Period, error) {
	switch v := v.(type) {
	case Period:
		return v, nil
	case string:
		for k, word := range kindWords {
			if word == v && word != "" && Kind(k) != Rolling && Kind(k) != Block { //nolint:gosec // ten kinds
				return Period{Kind: Kind(k)}, nil //nolint:gosec // ten kinds
			}
		}
	case map[string]any:
		if p, ok, err := parseLength(v); ok {
			return p, err
		}
	}
	return Period{}, fmt.Errorf("must be %s, got %s", periodsAllowed, show(v))
}

func parseLength(v map[string]any) (p Period, ok bool, err error) {
	if len(v) != 1 {
		return p, false, nil
	}
	least, most := time.Minute, 35*24*time.Hour
	var length any
	if length, ok = v["rolling"]; ok {
		p.Kind = Rolling
	} else if length, ok = v["block"]; ok {
		p.Kind = Block
	} else {
		return p, false, nil
	}
	switch d := length.(type) {
	case time.Duration:
		p.Length = d
	case string:
		if p.Length, err = time.ParseDuration(d); err != nil {
			return p, true, fmt.Errorf("%s must be a duration such as 24h, got %q", kindWords[p.Kind], d)
		}
	default:
		return p, true, fmt.Errorf("%s must be a duration with its unit, such as 24h, got %s", kindWords[p.Kind], show(length))
	}
	if p.Length < least || p.Length > most || p.Length%time.Minute != 0 {
		return p, true, fmt.Errorf("%s must be whole minutes from 1m to 840h, got %v", kindWords[p.Kind], p.Length)
	}
	return p, true, nil
}

// show is a value of the configuration as a person wrote it.
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case string:
		return fmt.Sprintf("%q", v)
	}
	return fmt.Sprintf("%v", v)
}
