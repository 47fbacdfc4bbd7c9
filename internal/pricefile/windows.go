package pricefile

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// Keys that say when a price holds.
const (
	keyHours    = "hours_utc"
	keyWeekdays = "weekdays"
	keyWindows  = "windows"
)

// maxWindows bounds the windows of one price list.
const maxWindows = 100

// times reads hours_utc and weekdays, or windows as a list of both, or all three: the price holds in any of the windows. What else is
// in the entries it returns.
func (p *parser) times(entries []entry) (windows []pricing.Window, rest []entry) {
	var hours, weekdays *entry
	for _, e := range entries {
		switch e.key {
		case keyHours:
			hours = &e
		case keyWeekdays:
			weekdays = &e
		case keyWindows:
			windows = append(windows, p.windows(e)...)
		default:
			rest = append(rest, e)
		}
	}
	windows = append(p.window(hours, weekdays), windows...)
	if len(windows) > maxWindows {
		p.fault(entries[0].at, entries[0].path, "at most %d windows are allowed, got %d", maxWindows, len(windows))
	}
	return windows, rest
}

func (p *parser) windows(e entry) (all []pricing.Window) {
	for i, n := range p.list(e.value, e.path, `a list of windows such as {hours_utc: "16:30-00:30", weekdays: [1, 2, 3, 4, 5]}`) {
		var hours, weekdays *entry
		path := fmt.Sprintf("%s[%d]", e.path, i)
		for _, k := range p.entries(n, path, "a window") {
			switch k.key {
			case keyHours:
				hours = &k
			case keyWeekdays:
				weekdays = &k
			default:
				p.fault(k.at, k.path, "unknown key; a window has hours_utc and weekdays")
			}
		}
		if n.Kind == yaml.MappingNode && hours == nil && weekdays == nil {
			p.fault(n, path, "a window needs hours_utc or weekdays")
		}
		all = append(all, p.window(hours, weekdays)...)
	}
	return all
}

// window is one window for each of the hours. Weekdays alone are whole days, hours alone every day.
func (p *parser) window(hours, weekdays *entry) (all []pricing.Window) {
	var days pricing.Days
	if weekdays != nil {
		days = p.weekdays(*weekdays)
	}
	if hours == nil {
		if weekdays != nil {
			all = append(all, pricing.NewWindow(0, 0, days))
		}
		return all
	}
	nodes := []*yaml.Node{hours.value}
	if hours.value.Kind != yaml.ScalarNode {
		nodes = p.list(hours.value, hours.path, `hours such as "16:30-00:30", or a list of them`)
	}
	for i, n := range nodes {
		path := hours.path
		if n != hours.value {
			path += fmt.Sprintf("[%d]", i)
		}
		w, err := pricing.ParseWindow(n.Value, days)
		if n.Kind != yaml.ScalarNode || err != nil {
			p.fault(n, path, "must be hours such as %q, got %s", "16:30-00:30", describe(n))
		}
		all = append(all, w)
	}
	return all
}

// weekdays reads a list of days: numbers as in ISO 8601, 1 is Monday and 7 Sunday, or English names, of which three letters do.
func (p *parser) weekdays(e entry) (days pricing.Days) {
	for i, n := range p.list(e.value, e.path, "a list of weekdays: 1 (Monday) to 7 (Sunday), or mon to sun") {
		path := fmt.Sprintf("%s[%d]", e.path, i)
		day, ok := weekday(n)
		switch {
		case !ok:
			p.fault(n, path, "must be a weekday, 1 (Monday) to 7 (Sunday) or mon to sun, got %s", describe(n))
		case days != 0 && days.Has(day):
			p.fault(n, path, "%s stands here twice", day)
		default:
			days = days.With(day)
		}
	}
	return days
}

func weekday(n *yaml.Node) (time.Weekday, bool) {
	if n.Kind != yaml.ScalarNode {
		return 0, false
	}
	if iso, err := strconv.Atoi(n.Value); err == nil {
		return time.Weekday(iso % 7), iso >= 1 && iso <= 7
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		if name := day.String(); strings.EqualFold(n.Value, name) || strings.EqualFold(n.Value, name[:3]) {
			return day, true
		}
	}
	return 0, false
}

// list is what a list holds, which is not nothing.
func (p *parser) list(n *yaml.Node, path, what string) []*yaml.Node {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		got := describe(n)
		if n.Kind == yaml.SequenceNode {
			got = "an empty list"
		}
		p.fault(n, path, "must be %s, got %s", what, got)
		return nil
	}
	return n.Content
}
