package alertnotify

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var teamsColors = map[string]string{
	genai.SeverityInfo: "accent", genai.SeverityWarning: "warning", genai.SeverityError: "attention", genai.AlertResolved: "good",
}

type teamsMessage struct {
	Type        string            `json:"type"`
	Attachments []teamsAttachment `json:"attachments"`
}

type teamsAttachment struct {
	ContentType string    `json:"contentType"`
	Content     teamsCard `json:"content"`
}

type teamsCard struct {
	Schema  string         `json:"$schema"`
	Type    string         `json:"type"`
	Version string         `json:"version"`
	Body    []teamsElement `json:"body"`
	Actions []teamsAction  `json:"actions,omitempty"`
}

type teamsElement struct {
	Type   string      `json:"type"`
	Text   string      `json:"text,omitempty"`
	Weight string      `json:"weight,omitempty"`
	Size   string      `json:"size,omitempty"`
	Color  string      `json:"color,omitempty"`
	Wrap   bool        `json:"wrap,omitempty"`
	Facts  []teamsFact `json:"facts,omitempty"`
}

type teamsFact struct {
	Title string `json:"title"`
	Value string `json:"value"`
}

type teamsAction struct {
	Type  string `json:"type"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

// teamsEscape keeps a sender's text from being a link: cards read Markdown.
var teamsEscape = strings.NewReplacer("](", "] (")

// teamsBody is an Adaptive Card in the message that a Workflows webhook ("when a Teams webhook request is received") takes.
func teamsBody(a *alert.Alert) teamsMessage {
	card := teamsCard{
		Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Type: "AdaptiveCard", Version: "1.4",
		Body: []teamsElement{
			{Type: "TextBlock", Text: teamsEscape.Replace(title(a)), Weight: "bolder", Size: "medium", Color: teamsColors[rank(a)], Wrap: true},
			{Type: "TextBlock", Text: teamsEscape.Replace(sentence(a)), Wrap: true},
		},
	}
	if len(a.Drivers) > 0 {
		card.Body = append(card.Body, teamsElement{Type: "TextBlock", Text: "Largest:\n\n- " + teamsEscape.Replace(strings.Join(a.Drivers, "\n- ")), Wrap: true})
	}
	if all := fields(a); len(all) > 0 {
		set := teamsElement{Type: "FactSet"}
		for _, f := range all {
			set.Facts = append(set.Facts, teamsFact{Title: f.name, Value: teamsEscape.Replace(f.value)})
		}
		card.Body = append(card.Body, set)
	}
	if u := link(a); u != "" {
		card.Actions = []teamsAction{{Type: "Action.OpenUrl", Title: "Open", URL: u}}
	}
	return teamsMessage{Type: "message", Attachments: []teamsAttachment{{ContentType: "application/vnd.microsoft.card.adaptive", Content: card}}}
}
