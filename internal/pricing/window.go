package pricing

import (
	"fmt"
	"strings"
	"time"
)

// Window is a time of the week in UTC: it begins at Start after midnight and lasts for Length, at most a day, so that it may run into
// the next day. Whether it holds there is for the day on which it began to say.
type Window struct {
	Start, Length time.Duration
	Days          Days
}

// Days is a set of weekdays; none stands for all seven.
type Days uint8

const (
	day     = 24 * time.Hour
	allDays = Days(1<<7 - 1)
)

// With is the set and one more day.
func (d Days) With(day time.Weekday) Days { return d | 1<<isoDay(day) }

// Has says whether the day is in the set.
func (d Days) Has(day time.Weekday) bool { return d == 0 || d&(1<<isoDay(day)) != 0 }

// isoDay counts from Monday, which is 0.
func isoDay(day time.Weekday) int { return (int(day) + 6) % 7 }

// NewWindow is the time from a time of day (included) to another (not included), which is on the next day where it is not later. So
// two equal times are a whole day.
func NewWindow(start, end time.Duration, days Days) Window {
	length := (end - start) % day
	if length <= 0 {
		length += day
	}
	return Window{start, length, days}
}

func (w Window) holds(at time.Time) bool {
	at = at.UTC()
	now := time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute +
		time.Duration(at.Second())*time.Second + time.Duration(at.Nanosecond())
	if now >= w.Start {
		return now < w.Start+w.Length && w.Days.Has(at.Weekday())
	}
	return now+day < w.Start+w.Length && w.Days.Has((at.Weekday()+6)%7)
}

// ParseWindow reads "16:30-00:30", of which the end may be 24:00.
func ParseWindow(text string, days Days) (Window, error) {
	from, to, _ := strings.Cut(text, "-")
	start, err := ParseTimeOfDay(from)
	if to == "24:00" {
		to = "00:00"
	}
	end, err2 := ParseTimeOfDay(to)
	if err != nil || err2 != nil || strings.Contains(to, "-") {
		return Window{}, fmt.Errorf("hours must look like 16:30-00:30, got %q", clip(text))
	}
	return NewWindow(start, end, days), nil
}

// String writes "Mon-Fri 16:30:00Z to 00:30:00Z"; without days "daily".
func (w Window) String() string { return w.Days.String() + " " + w.hours() }

func (w Window) hours() string {
	if w.Length == day && w.Start == 0 {
		return "all day"
	}
	midnight := time.Time{}
	return midnight.Add(w.Start).Format("15:04:05Z") + " to " + midnight.Add(w.Start+w.Length).Format("15:04:05Z")
}

// String writes "Mon-Fri", "Sat,Sun", or "daily" for all days. Three days in a row and more are a range.
func (d Days) String() string {
	if d == 0 || d == allDays {
		return "daily"
	}
	name := func(i int) string { return time.Weekday((i + 1) % 7).String()[:3] }
	var parts []string
	for i := 0; i < 7; {
		from := i
		for i < 7 && d&(1<<i) != 0 {
			i++
		}
		switch {
		case i == from:
			i++
		case i-from < 3:
			for j := from; j < i; j++ {
				parts = append(parts, name(j))
			}
		default:
			parts = append(parts, name(from)+"-"+name(i-1))
		}
	}
	return strings.Join(parts, ",")
}

// windowsText writes "Mon-Fri 00:00:00Z to 01:00:00Z, 04:00:00Z to 06:00:00Z; Sat,Sun all day".
func windowsText(windows []Window) string {
	var b strings.Builder
	for i, w := range windows {
		switch {
		case i == 0:
			b.WriteString(w.String())
		case w.Days == windows[i-1].Days:
			b.WriteString(", " + w.hours())
		default:
			b.WriteString("; " + w.String())
		}
	}
	return b.String()
}
