package alertnotify

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// field is a name and a value that a message shows beside its sentence.
type field struct{ name, value string }

// maxFacts keeps a message readable, and a card below the size that Teams takes.
const maxFacts = 16

// title is the first line of a message.
func title(a *alert.Alert) string {
	word := strings.ToUpper(a.Severity)
	if !a.Firing() {
		word = "RESOLVED"
	}
	name := a.Name
	if a.Type != "" && a.Type != a.Name {
		name = strings.TrimSpace(a.Type + " " + a.Name)
	}
	return word + ": " + name
}

// sentence is the alert's own, or one made of its numbers.
func sentence(a *alert.Alert) string {
	if a.Body != "" {
		return a.Body
	}
	return strings.TrimSpace("value " + number(a.Value) + " threshold " + number(a.Threshold) + " " + a.Unit)
}

// fields are what the sentence may not say, those of people first.
func fields(a *alert.Alert) []field {
	b := &a.Budget
	var all []field
	for _, k := range sortedKeys(a.Group) {
		all = append(all, field{k, a.Group[k]})
	}
	if b.Name != "" {
		unit := " " + b.Unit
		all = append(all, field{"budget", b.Name + " (" + b.Period + ")"}, field{"spent", number(b.Spent) + unit}, field{"limit", number(b.Limit) + unit})
		if b.Forecast != 0 {
			all = append(all, field{"forecast", number(b.Forecast) + unit})
		}
		all = append(all, field{"exhausted at", timeText(b.ExhaustsAt)}, field{"resets at", timeText(b.ResetsAt)})
	} else {
		all = append(all, field{"value", strings.TrimSpace(number(a.Value) + " " + a.Unit)},
			field{"threshold", strings.TrimSpace(number(a.Threshold) + " " + a.Unit)})
	}
	all = append(all, field{"reason", a.Reason}, field{"since", timeText(a.StartsAt)})
	all = slices.DeleteFunc(all, func(f field) bool { return f.value == "" })
	return all[:min(len(all), maxFacts)]
}

// link is the alert's URL where it can be one.
func link(a *alert.Alert) string {
	u, err := url.Parse(a.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.ContainsAny(a.URL, "<>|\" \n") {
		return ""
	}
	return a.URL
}

// plainBody is the alert as its log record has it.
func plainBody(a *alert.Alert) map[string]any {
	record := plog.NewLogRecord()
	a.Write(record)
	body := map[string]any{
		"event": a.Event, "body": a.Body, "time": timeText(a.Time), "severity_text": record.SeverityText(), "attributes": record.Attributes().AsRaw(),
	}
	if !record.TraceID().IsEmpty() {
		body["trace_id"] = record.TraceID().String()
	}
	if !record.SpanID().IsEmpty() {
		body["span_id"] = record.SpanID().String()
	}
	return body
}

// line is the alert in the Collector's log.
func line(a *alert.Alert) string {
	words := strings.Fields(sentence(a)) // whatever line breaks it has
	return "ALERT " + title(a) + ": " + strings.Join(words, " ")
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// number is for people: up to 6 decimals, none that say nothing.
func number(f float64) string {
	s := strconv.FormatFloat(f, 'f', 6, 64)
	if len(s) > 40 {
		return strconv.FormatFloat(f, 'g', 6, 64)
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// cut keeps the first n bytes of a text, and no half of a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n-len("…")], "") + "…"
}

// rank is the colour's and the event's severity: what is over is well.
func rank(a *alert.Alert) string {
	if !a.Firing() {
		return genai.AlertResolved
	}
	return a.Severity
}
