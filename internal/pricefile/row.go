package pricefile

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// document is a list of rows, or a mapping with the key models.
func (p *parser) document(n *yaml.Node) []pricing.Row {
	if n.Kind != yaml.MappingNode {
		return p.rows(n, "")
	}
	var rows []pricing.Row
	for _, e := range p.entries(n, "", "a price file") {
		if e.key != "models" {
			p.fault(e.at, e.path, "unknown key; a price file is a list of rows, or has the one key models")
			continue
		}
		rows = p.rows(e.value, e.path)
	}
	return rows
}

func (p *parser) rows(n *yaml.Node, path string) []pricing.Row {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == tagNull {
		if p.name != "" {
			p.fault(n, path, noRows)
		}
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		p.fault(n, path, "price rows must be a list, got %s", describe(n))
		return nil
	}
	if len(n.Content) > maxRows {
		p.fault(n, path, "at most %d rows are allowed, got %d", maxRows, len(n.Content))
		return nil
	}
	rows := make([]pricing.Row, 0, len(n.Content))
	for i, c := range n.Content {
		rows = append(rows, p.row(c, fmt.Sprintf("%s[%d]", path, i)))
	}
	return rows
}

func (p *parser) row(n *yaml.Node, path string) pricing.Row {
	r := pricing.Row{Origin: path}
	if p.name != "" {
		r.Origin = fmt.Sprintf("%s:%d", p.name, n.Line)
	}
	var match, prices bool
	for _, e := range p.entries(n, path, "a price row") {
		switch e.key {
		case "provider":
			r.Provider = p.text(e)
		case "id":
			r.ID = p.text(e)
		case "match":
			match = true
			r.Match = p.clause(e.value, e.path, 0)
		case "prices":
			prices = true
			p.prices(e.value, e.path, &r)
		case "name", "description", "price_comments": // for people
		default:
			p.fault(e.at, e.path, "unknown key; a price row has provider, id, match, prices, name, description, price_comments")
		}
	}
	if n.Kind != yaml.MappingNode {
		return r
	}
	if !match {
		r.Match = pricing.Clause{Equals: r.ID}
	}
	if !match && r.ID == "" {
		p.fault(n, path, "match is missing: say which models the row prices (or give their id)")
	}
	if !prices {
		p.fault(n, path, "prices is missing; write {} for a model that is free")
	}
	if r.ID == "" {
		r.ID = label(&r.Match)
	}
	return r
}

// label names a row that has no id after what it matches.
func label(c *pricing.Clause) string {
	for _, s := range [...]string{c.Equals, c.Regex} {
		if s != "" {
			return s
		}
	}
	switch {
	case c.StartsWith != "":
		return c.StartsWith + "*"
	case c.EndsWith != "":
		return "*" + c.EndsWith
	case c.Contains != "":
		return "*" + c.Contains + "*"
	case len(c.Or) > 0:
		return label(&c.Or[0])
	case len(c.And) > 0:
		return label(&c.And[0])
	}
	return "row"
}

// clause reads a match: one key, or plain text that the model's name equals.
func (p *parser) clause(n *yaml.Node, path string, depth int) (c pricing.Clause) {
	if depth > maxDepth {
		p.fault(n, path, "a match may be nested %d deep at most", maxDepth)
		return c
	}
	if n.Kind == yaml.ScalarNode {
		c.Equals = p.text(entry{"", n, n, path})
		return c
	}
	entries := p.entries(n, path, "match")
	for _, e := range entries {
		p.clauseKey(&c, e, depth)
	}
	if n.Kind == yaml.MappingNode && len(entries) != 1 {
		p.fault(n, path, "a match has exactly one of equals, starts_with, ends_with, contains, regex, and, or, not; got %d keys", len(n.Content)/2)
	}
	return c
}

func (p *parser) clauseKey(c *pricing.Clause, e entry, depth int) {
	switch e.key {
	case "equals":
		c.Equals = p.text(e)
	case "starts_with":
		c.StartsWith = p.text(e)
	case "ends_with":
		c.EndsWith = p.text(e)
	case "contains":
		c.Contains = p.text(e)
	case "regex":
		c.Regex = p.text(e)
		if err := (&pricing.Clause{Regex: c.Regex}).Check(); err != nil && c.Regex != "" {
			p.fault(e.value, e.path, "%v", err)
		}
	case "not":
		inner := p.clause(e.value, e.path, depth+1)
		c.Not = &inner
	case "and":
		c.And = p.clauses(e, depth)
	case "or":
		c.Or = p.clauses(e, depth)
	default:
		p.fault(e.at, e.path, "unknown key; a match has one of equals, starts_with, ends_with, contains, regex, and, or, not")
	}
}

func (p *parser) clauses(e entry, depth int) []pricing.Clause {
	if e.value.Kind != yaml.SequenceNode || len(e.value.Content) == 0 {
		p.fault(e.value, e.path, "must be a list that is not empty, got %s", describe(e.value))
		return nil
	}
	out := make([]pricing.Clause, 0, len(e.value.Content))
	for i, n := range e.value.Content {
		out = append(out, p.clause(n, fmt.Sprintf("%s[%d]", e.path, i), depth+1))
	}
	return out
}
