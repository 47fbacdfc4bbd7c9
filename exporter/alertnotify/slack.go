package alertnotify

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// What a section of Slack takes, in characters; bytes are never fewer.
const maxSlackText = 2900

var slackColors = map[string]string{
	genai.SeverityInfo: "#439fe0", genai.SeverityWarning: "#f2c744", genai.SeverityError: "#d00000", genai.AlertResolved: "#2eb886",
}

type slackText struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

type slackBlock struct {
	Type     string      `json:"type"`
	Text     *slackText  `json:"text,omitempty"`
	Elements []slackText `json:"elements,omitempty"`
}

type slackAttachment struct {
	Color    string       `json:"color"`
	Fallback string       `json:"fallback"`
	Blocks   []slackBlock `json:"blocks"`
}

type slackMessage struct {
	Text        string            `json:"text"`
	Attachments []slackAttachment `json:"attachments"`
}

// slackEscape is Slack's rule for texts that are no markup.
var slackEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func slackMarkup(text string) *slackText {
	return &slackText{Type: "mrkdwn", Text: cut(text, maxSlackText)}
}

// slackBody is a message for an incoming webhook: its text is what a telephone shows, the rest has the alert's colour.
func slackBody(a *alert.Alert) slackMessage {
	said := slackEscape.Replace(sentence(a))
	if u := link(a); u != "" {
		said = cut(said, maxSlackText-len(u)-16) + " <" + slackEscape.Replace(u) + "|Open>"
	}
	blocks := []slackBlock{{Type: "section", Text: slackMarkup(said)}}
	if len(a.Drivers) > 0 {
		var list strings.Builder
		for _, d := range a.Drivers {
			list.WriteString("\n• " + slackEscape.Replace(d))
		}
		blocks = append(blocks, slackBlock{Type: "section", Text: slackMarkup("Largest:" + list.String())})
	}
	var shown []string
	for _, f := range fields(a) {
		shown = append(shown, slackEscape.Replace(f.name+": "+f.value))
	}
	blocks = append(blocks, slackBlock{Type: "context", Elements: []slackText{*slackMarkup(strings.Join(shown, " · "))}})
	head := slackEscape.Replace(title(a))
	return slackMessage{
		Text:        head,
		Attachments: []slackAttachment{{Color: slackColors[rank(a)], Fallback: head + ": " + cut(said, maxSlackText), Blocks: blocks}},
	}
}
