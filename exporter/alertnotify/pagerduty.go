package alertnotify

import (
	"cmp"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
)

// What PagerDuty takes of a summary, in characters.
const maxSummary = 1024

type pagerDutyEvent struct {
	RoutingKey string            `json:"routing_key"`
	Action     string            `json:"event_action"`
	DedupKey   string            `json:"dedup_key"`
	Client     string            `json:"client"`
	ClientURL  string            `json:"client_url,omitempty"`
	Payload    pagerDutyPayload  `json:"payload"`
	Links      []pagerDutyAnchor `json:"links,omitempty"`
}

type pagerDutyPayload struct {
	Summary   string         `json:"summary"`
	Source    string         `json:"source"`
	Severity  string         `json:"severity"`
	Timestamp string         `json:"timestamp,omitempty"`
	Component string         `json:"component,omitempty"`
	Class     string         `json:"class,omitempty"`
	Details   map[string]any `json:"custom_details"`
}

type pagerDutyAnchor struct {
	Href string `json:"href"`
	Text string `json:"text"`
}

// pagerDutyBody is an event of version 2: all transitions of an alert are one incident there.
func pagerDutyBody(a *alert.Alert, routingKey string) pagerDutyEvent {
	event := pagerDutyEvent{
		RoutingKey: routingKey, Action: "trigger", DedupKey: a.Fingerprint, Client: "otelcol-llm", ClientURL: link(a),
		Payload: pagerDutyPayload{
			Summary: cut(a.Name+": "+sentence(a), maxSummary), Severity: a.Severity, Timestamp: timeText(a.Time),
			Source:    cmp.Or(a.Group["service.name"], a.Group["service"], a.Budget.Name, a.Name, "otelcol-llm"),
			Component: a.Budget.Name, Class: a.Type, Details: map[string]any{"alert_id": a.ID},
		},
	}
	if !a.Firing() {
		event.Action = "resolve"
	}
	for _, f := range fields(a) {
		event.Payload.Details[f.name] = f.value
	}
	if len(a.Drivers) > 0 {
		event.Payload.Details["largest"] = a.Drivers
	}
	if event.ClientURL != "" {
		event.Links = []pagerDutyAnchor{{Href: event.ClientURL, Text: "Open"}}
	}
	return event
}
