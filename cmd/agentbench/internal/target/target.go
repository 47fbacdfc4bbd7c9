// Package target sends requests to what is tested: an HTTP API of an agent's own, the APIs of OpenAI and Anthropic, or a command.
package target

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"text/template"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/load"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/scenario"
)

// Target is one target of any kind.
type Target struct {
	conf      *scenario.Target
	stream    string
	reader    reader
	body      *template.Template // nil: made by the kind
	command   []*template.Template
	failPaths []path
	failState func(status int) bool
	client    *http.Client
}

// New makes a target. transport carries its HTTP requests.
func New(conf *scenario.Target, transport http.RoundTripper) (*Target, error) {
	t := &Target{
		conf: conf, stream: conf.Stream, failState: func(status int) bool { return status >= 400 },
		client: &http.Client{Transport: transport},
	}
	if err := t.readers(); err != nil {
		return nil, err
	}
	if conf.Body != "" {
		body, err := scenario.Template(conf.Body)
		if err != nil {
			return nil, err
		}
		t.body = body
	}
	for _, arg := range conf.Command {
		parsed, err := scenario.Template(arg)
		if err != nil {
			return nil, err
		}
		t.command = append(t.command, parsed)
	}
	return t, t.failures()
}

func (t *Target) readers() error {
	switch t.conf.Kind {
	case scenario.Chat:
		t.reader = chat{}
	case scenario.Responses:
		t.reader = responses{}
	case scenario.Anthropic:
		t.reader = messages{}
	default:
		p := &paths{}
		for _, one := range []struct {
			to   *path
			from string
		}{{&p.answer, t.conf.Answer}, {&p.in, t.conf.Usage.Input}, {&p.out, t.conf.Usage.Output}} {
			parsed, err := parsePath(one.from)
			if err != nil {
				return err
			}
			*one.to = parsed
		}
		t.reader = p
	}
	return nil
}

// failures reads fail_when. Without a rule on the status, 400 and above have failed.
func (t *Target) failures() error {
	var rules []func(int) bool
	for _, w := range t.conf.FailWhen {
		if w.Path != "" {
			p, err := parsePath(w.Path)
			if err != nil {
				return err
			}
			t.failPaths = append(t.failPaths, p)
			continue
		}
		rule, err := statusRule(w.Status)
		if err != nil {
			return err
		}
		rules = append(rules, rule)
	}
	if len(rules) > 0 {
		t.failState = func(status int) bool {
			for _, rule := range rules {
				if rule(status) {
					return true
				}
			}
			return false
		}
	}
	return nil
}

func statusRule(s string) (func(int) bool, error) {
	number := strings.TrimLeft(s, "<>= ")
	n, err := strconv.Atoi(number)
	if err != nil {
		return nil, fmt.Errorf("status %q has no number", s)
	}
	switch strings.TrimSpace(strings.TrimSuffix(s, number)) {
	case ">=":
		return func(v int) bool { return v >= n }, nil
	case "<=":
		return func(v int) bool { return v <= n }, nil
	case ">":
		return func(v int) bool { return v > n }, nil
	case "<":
		return func(v int) bool { return v < n }, nil
	}
	return func(v int) bool { return v == n }, nil
}

// values are what a template of the target knows.
func (t *Target) values(r *load.Request) map[string]any {
	return map[string]any{
		"input": r.Input, "turn": r.Turn, "user": r.User, "conversation": r.Conversation, "last": r.Last(),
		"data": r.Data, "history": r.History, "model": t.conf.Model,
	}
}

func execute(parsed *template.Template, values map[string]any) (string, error) {
	var b strings.Builder
	err := parsed.Execute(&b, values)
	return b.String(), err
}

// traceparent is W3C's header: the request is the sampled parent of all that the agent does for it.
func traceparent(r *load.Request) string { return fmt.Sprintf("00-%x-%x-01", r.Trace, r.Span) }

func baggage(r *load.Request) string { return "agentbench.run=" + r.Run }
