package history

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
)

const (
	ruleOK         = "ok"
	stateFiring    = "firing"
	alertsGroup    = "alerts"
	recordedGroup  = "recorded"
	notAnExpr      = "vector(1)" // our alerts are not made by PromQL: the field must be there and parse
	typeAlerting   = "alerting"
	typeRecording  = "recording"
	filterAlerts   = "alert"
	filterRecorded = "record"
)

type alertJSON struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	State       string            `json:"state"`
	ActiveAt    *time.Time        `json:"activeAt,omitempty"`
	Value       string            `json:"value"`
}

type alertingRule struct {
	State          string            `json:"state"`
	Name           string            `json:"name"`
	Query          string            `json:"query"`
	Duration       float64           `json:"duration"`
	KeepFiringFor  float64           `json:"keepFiringFor"`
	Labels         map[string]string `json:"labels"`
	Annotations    map[string]string `json:"annotations"`
	Alerts         []alertJSON       `json:"alerts"`
	Health         string            `json:"health"`
	EvaluationTime float64           `json:"evaluationTime"`
	LastEvaluation time.Time         `json:"lastEvaluation"`
	Type           string            `json:"type"`
}

type recordingRule struct {
	Name           string            `json:"name"`
	Query          string            `json:"query"`
	Labels         map[string]string `json:"labels"`
	Health         string            `json:"health"`
	LastError      string            `json:"lastError,omitempty"`
	EvaluationTime float64           `json:"evaluationTime"`
	LastEvaluation time.Time         `json:"lastEvaluation"`
	Type           string            `json:"type"`
}

type ruleGroup struct {
	Name           string    `json:"name"`
	File           string    `json:"file"`
	Rules          []any     `json:"rules"`
	Interval       float64   `json:"interval"`
	Limit          int       `json:"limit"`
	EvaluationTime float64   `json:"evaluationTime"`
	LastEvaluation time.Time `json:"lastEvaluation"`
}

// alertOf shows one of our alerts as Prometheus would.
func alertOf(a *alert.Alert) alertJSON {
	labels := map[string]string{"alertname": a.Name, "severity": a.Severity}
	put := func(to map[string]string, key, value string) {
		if value != "" {
			to[key] = value
		}
	}
	put(labels, "type", a.Type)
	put(labels, "budget", a.Budget.Name)
	for k, v := range a.Group {
		put(labels, strings.NewReplacer(".", "_", "-", "_", "/", "_").Replace(k), v)
	}
	notes := map[string]string{}
	put(notes, "summary", a.Body)
	put(notes, "reason", a.Reason)
	put(notes, "url", a.URL)
	put(notes, "unit", a.Unit)
	put(notes, "threshold", strconv.FormatFloat(a.Threshold, 'g', -1, 64))
	out := alertJSON{Labels: labels, Annotations: notes, State: stateFiring, Value: strconv.FormatFloat(a.Value, 'e', -1, 64)}
	if !a.StartsAt.IsZero() {
		at := a.StartsAt.UTC()
		out.ActiveAt = &at
	}
	return out
}

func (h *History) open() []alert.Alert {
	if h.o.Alerts == nil {
		return nil
	}
	return h.o.Alerts()
}

func (h *History) alerts(*http.Request) answer {
	out := []alertJSON{}
	for _, a := range h.open() {
		out = append(out, alertOf(&a))
	}
	return answer{data: map[string][]alertJSON{"alerts": out}}
}

func (h *History) rules(r *http.Request) answer {
	kind := strings.ToLower(r.FormValue("type"))
	if kind != "" && kind != filterAlerts && kind != filterRecorded {
		return badParameter("type", fmt.Errorf("not supported value %q", kind))
	}
	without, err := strconv.ParseBool(orFalse(strings.ToLower(r.FormValue("exclude_alerts"))))
	if err != nil {
		return badParameter("exclude_alerts", fmt.Errorf("error converting exclude_alerts: %w", err))
	}
	groups := []ruleGroup{}
	add := func(name string, interval time.Duration, at time.Time, rules []any) {
		if wanted := r.Form["rule_group[]"]; len(rules) > 0 && (len(wanted) == 0 || slices.Contains(wanted, name)) {
			groups = append(groups, ruleGroup{Name: name, Rules: rules, Interval: interval.Seconds(), LastEvaluation: at})
		}
	}
	names := r.Form["rule_name[]"]
	wanted := func(name string) bool { return len(names) == 0 || slices.Contains(names, name) }
	if kind != filterRecorded {
		add(alertsGroup, 0, h.o.Now().UTC(), h.alertingRules(wanted, without))
	}
	if kind != filterAlerts {
		at, rules := h.journal.rules(wanted)
		add(recordedGroup, time.Hour, at, rules)
	}
	return answer{data: map[string][]ruleGroup{"groups": groups}}
}

func orFalse(s string) string {
	if s == "" {
		return "false"
	}
	return s
}

// alertingRules has a rule for each name that an open alert has: rules that are quiet are in the configuration of who raises them.
func (h *History) alertingRules(wanted func(string) bool, without bool) []any {
	byName := map[string][]alertJSON{}
	for _, a := range h.open() {
		if wanted(a.Name) {
			byName[a.Name] = append(byName[a.Name], alertOf(&a))
		}
	}
	var out []any
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		rule := alertingRule{
			State: stateFiring, Name: name, Query: notAnExpr, Labels: map[string]string{}, Annotations: map[string]string{},
			Health: ruleOK, LastEvaluation: h.o.Now().UTC(), Type: typeAlerting,
		}
		if !without {
			rule.Alerts = byName[name]
		}
		out = append(out, rule)
	}
	return out
}
