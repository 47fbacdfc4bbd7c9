package alertnotify

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/template"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Values of `template` that are no template of the user's own.
const (
	templateJSON      = "json"
	templateSlack     = "slack"
	templatePagerDuty = "pagerduty"
	templateTeams     = "teams"
)

// renderer makes the body of a request.
type renderer func(*alert.Alert) ([]byte, error)

func newRenderer(c *WebhookConfig) (renderer, error) {
	switch c.Template {
	case templateJSON:
		return func(a *alert.Alert) ([]byte, error) { return marshal(plainBody(a)) }, nil
	case templateSlack:
		return func(a *alert.Alert) ([]byte, error) { return marshal(slackBody(a)) }, nil
	case templatePagerDuty:
		return func(a *alert.Alert) ([]byte, error) { return marshal(pagerDutyBody(a, string(c.RoutingKey))) }, nil
	case templateTeams:
		return func(a *alert.Alert) ([]byte, error) { return marshal(teamsBody(a)) }, nil
	}
	if !strings.Contains(c.Template, "{") {
		return nil, fmt.Errorf("must be %s, %s, %s, %s or a text/template that gives JSON, got %q",
			templateSlack, templatePagerDuty, templateTeams, templateJSON, c.Template)
	}
	return ownTemplate(c.Template)
}

var errNoJSON = errors.New("what it gives is no JSON: write texts as {{json .Body}}")

// ownTemplate is tried at once: a mistake is found before the first alert.
func ownTemplate(text string) (renderer, error) {
	t, err := template.New("template").Option("missingkey=zero").Funcs(template.FuncMap{
		"json": func(v any) (string, error) {
			b, err := marshal(v)
			return string(b), err
		},
		"time": func(t time.Time) string { return timeText(t) },
	}).Parse(text)
	if err != nil {
		return nil, err
	}
	render := func(a *alert.Alert) ([]byte, error) {
		var out bytes.Buffer
		if err := t.Execute(&out, a); err != nil {
			return nil, err
		}
		if !json.Valid(out.Bytes()) {
			return nil, errNoJSON
		}
		return out.Bytes(), nil
	}
	for _, state := range []string{genai.AlertFiring, genai.AlertResolved} {
		if _, err := render(&alert.Alert{State: state, Body: "a \"quoted\" text,\nof two lines", Name: "na\"me", Type: "TY\"PE"}); err != nil {
			return nil, err
		}
	}
	return render, nil
}

// marshal leaves < > & as they are: no body is HTML.
func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
