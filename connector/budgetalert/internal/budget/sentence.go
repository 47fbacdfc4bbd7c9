package budget

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
)

// text is an amount for people: 1,203.44, or 1,500, or 0.0012.
func (u Unit) text(amount int64) string { return u.number(u.Float(amount)) }

func (u Unit) number(v float64) string {
	if u != USD {
		return grouped(strconv.FormatFloat(math.Round(v), 'f', 0, 64))
	}
	if size := math.Abs(v); size > 0 && size < 0.01 {
		return strconv.FormatFloat(v, 'g', 2, 64)
	}
	return strings.TrimSuffix(grouped(strconv.FormatFloat(v, 'f', 2, 64)), ".00")
}

// about is a number of which the end means nothing.
func (u Unit) about(v float64) string {
	if math.Abs(v) >= 100 {
		v = math.Round(v)
	}
	return u.number(v)
}

// grouped puts commas between thousands.
func grouped(s string) string {
	whole, rest, _ := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		whole += "." + rest
	}
	return sign + whole
}

// percent rounds down: 100 % is said when it is reached.
func percent(a, b int64) string {
	return strconv.FormatFloat(math.Floor(float64(a)/float64(b)*100), 'f', 0, 64) + " %"
}

// who begins the sentence: team search, or the name of the budget.
func (g *group) who() string {
	var parts []string
	for i, v := range g.values {
		name := "run"
		if i < len(g.rule.keys) {
			name = g.rule.keys[i].Name
		}
		parts = append(parts, name+" "+firstOf(v, "(none)"))
	}
	if len(parts) == 0 {
		return g.rule.name
	}
	return strings.Join(parts, ", ")
}

func (r *rule) when() string {
	switch r.period.Kind {
	case Day:
		return " today"
	case Rolling:
		return " in the last " + shortDuration(r.period.Length)
	case Block:
		return " in this block of " + shortDuration(r.period.Length)
	case Run:
		return ""
	case Lifetime:
		return " in all"
	}
	return " this " + kindWords[r.period.Kind]
}

func (d *decision) ends(w window) string {
	left := time.Duration(w.end-d.now) * time.Second
	switch {
	case left >= 48*time.Hour:
		return fmt.Sprintf("%d days before it ends", left/(24*time.Hour))
	case left >= 2*time.Hour:
		return fmt.Sprintf("%d hours before it ends", left/time.Hour)
	}
	if left < 2*time.Minute {
		return "1 minute before it ends"
	}
	return fmt.Sprintf("%d minutes before it ends", left/time.Minute)
}

// actualBody: team search has spent 1,203.44 of 1,500 USD (80 %) this month, 9 days before it ends; at this pace …
func (d *decision) actualBody(g *group, w window, a *alert.Alert, spent int64) string {
	r := g.rule
	text := fmt.Sprintf("%s has %s %s of %s %s (%s)%s", g.who(), r.verb(), r.unit.text(spent), r.unit.text(g.limit), r.unit,
		percent(spent, g.limit), r.when())
	if !a.Budget.ResetsAt.IsZero() {
		text += ", " + d.ends(w)
	}
	return text + d.pace(g, a, "; at this pace ") + largest(a)
}

func (r *rule) verb() string {
	if r.unit == USD {
		return "spent"
	}
	return "used"
}

func (d *decision) pace(g *group, a *alert.Alert, before string) string {
	if a.Budget.Forecast == 0 {
		return ""
	}
	r := g.rule
	text := before + r.unit.about(a.Budget.Forecast) + " " + r.unit.String()
	if !a.Budget.ExhaustsAt.IsZero() {
		text += ", exhausted on " + a.Budget.ExhaustsAt.In(r.zone).Format("2 Jan 15:04")
	}
	return text
}

func largest(a *alert.Alert) string {
	if len(a.Drivers) == 0 {
		return "."
	}
	return ". Largest: " + strings.Join(a.Drivers, "; ") + "."
}

// forecastBody: team search will spend 1,610 of 1,500 USD this month at this pace, exhausted on 28 Nov 09:10; 1,203.44 so far, …
func (d *decision) forecastBody(g *group, w window, a *alert.Alert, spent int64) string {
	r := g.rule
	verb := "spend"
	if r.unit != USD {
		verb = "use"
	}
	text := fmt.Sprintf("%s will %s %s of %s %s%s at this pace", g.who(), verb, r.unit.about(a.Budget.Forecast), r.unit.text(g.limit), r.unit, r.when())
	if !a.Budget.ExhaustsAt.IsZero() {
		text += ", exhausted on " + a.Budget.ExhaustsAt.In(r.zone).Format("2 Jan 15:04")
	}
	return text + fmt.Sprintf("; %s so far (%s), %s", r.unit.text(spent), percent(spent, g.limit), d.ends(w)) + largest(a)
}

func (d *decision) burnBody(g *group, a *alert.Alert, b *burnRule, spent int64) string {
	r := g.rule
	return fmt.Sprintf("%s %ss %.1f times as fast as %s %s%s allow, in the last %s and the last %s; %s (%s) so far", g.who(),
		map[bool]string{true: "spend", false: "use"}[r.unit == USD], a.Value, r.unit.text(g.limit), r.unit, r.allowed(),
		seconds(b.long), seconds(b.short), r.unit.text(spent), percent(spent, g.limit)) + largest(a)
}

func (r *rule) allowed() string {
	if r.period.Kind == Rolling {
		return " in " + shortDuration(r.period.Length)
	}
	return " a " + kindWords[r.period.Kind]
}

func seconds(n int64) string { return shortDuration(time.Duration(n) * time.Second) }

// resolvedBody says which alert is over, and why.
func resolvedBody(a *alert.Alert, reason string) string {
	why := map[string]string{
		reasonEnded: "the period has ended", reasonRunEnded: "the run has ended", reasonBelow: "it is well below again",
		reasonLimit: "the limit is another one", reasonRemoved: "the budget is no longer configured",
	}[reason]
	name := a.Name
	for _, key := range slices.Sorted(keys(a.Group)) {
		name += ", " + firstOf(a.Group[key], "(none)")
	}
	if a.Budget.Name == "" || a.Budget.Limit == 0 {
		return fmt.Sprintf("%s is over: %s.", name, why)
	}
	u := unitOf(a.Budget.Unit)
	return fmt.Sprintf("%s: %s is over, %s; %s of %s %s.", name, a.Type, why, u.number(a.Budget.Spent), u.number(a.Budget.Limit), u)
}
