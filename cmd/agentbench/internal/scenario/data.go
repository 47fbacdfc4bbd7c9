package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"text/template"
	"text/template/parse"
)

// Funcs are what templates can call.
var Funcs = template.FuncMap{
	"json": func(v any) (string, error) {
		b, err := json.Marshal(v)
		return string(b), err
	},
}

// Template parses a text of the file; a key that is not there is an error when it is used.
func Template(text string) (*template.Template, error) {
	return template.New("").Option("missingkey=error").Funcs(Funcs).Parse(text)
}

// fields are what templates know.
var fields = map[string]bool{
	"input": true, "turn": true, "user": true, "conversation": true, "last": true, "data": true, "model": true, "history": true,
}

func checkTemplate(text string, path []any, f *faults) {
	t, err := Template(text)
	if err != nil {
		f.add(path, "%v", err)
		return
	}
	for _, chain := range chains(t) {
		if !fields[chain[0]] {
			f.add(path, "templates know .input .turn .user .conversation .last .data .history .model, not .%s", chain[0])
		}
	}
}

// chains are the fields that a template reads, each as its parts.
func chains(t *template.Template) [][]string {
	var found [][]string
	var walk func(n parse.Node)
	list := func(l *parse.ListNode) {
		if l != nil {
			for _, n := range l.Nodes {
				walk(n)
			}
		}
	}
	pipe := func(p *parse.PipeNode) {
		if p != nil {
			for _, c := range p.Cmds {
				for _, arg := range c.Args {
					walk(arg)
				}
			}
		}
	}
	walk = func(n parse.Node) {
		switch n := n.(type) {
		case *parse.ActionNode:
			pipe(n.Pipe)
		case *parse.PipeNode:
			pipe(n)
		case *parse.FieldNode:
			found = append(found, n.Ident)
		case *parse.IfNode:
			pipe(n.Pipe)
			list(n.List)
			list(n.ElseList)
		case *parse.RangeNode: // the dot is another one inside
			pipe(n.Pipe)
		case *parse.WithNode:
			pipe(n.Pipe)
		}
	}
	list(t.Root)
	return found
}

// DataKeys are the keys of .data that the turns read.
func (s *Scenario) DataKeys() []string {
	var keys []string
	for _, turn := range s.Turns {
		keys = append(keys, turn.dataKeys()...)
	}
	return keys
}

func (t *Turn) dataKeys() []string {
	parsed, err := Template(t.Input)
	if err != nil {
		return nil
	}
	var keys []string
	for _, chain := range chains(parsed) {
		if chain[0] == "data" && len(chain) > 1 {
			keys = append(keys, chain[1])
		}
	}
	return keys
}

// readData reads the rows of test_data, one JSON object a line, and says whether it could.
func readData(file *File, s *Scenario, path []any, f *faults) bool {
	name := s.TestData
	if !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(file.Path), name)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		f.add(path, "%v", err)
		return false
	}
	line := 0
	for row := range bytes.Lines(text) {
		line++
		if len(bytes.TrimSpace(row)) == 0 {
			continue
		}
		var m map[string]any
		if err := json.Unmarshal(row, &m); err != nil {
			f.add(path, "%s:%d: %v", name, line, err)
			return false
		}
		s.Data = append(s.Data, m)
	}
	if len(s.Data) == 0 {
		f.add(path, "%s has no rows", name)
	}
	return len(s.Data) > 0
}

func checkDataKeys(s *Scenario, at func(...any) []any, f *faults) {
	for t := range s.Turns {
		for _, key := range s.Turns[t].dataKeys() {
			for row, m := range s.Data {
				if _, ok := m[key]; !ok {
					f.add(at("turns", t, "input"), "%s has no %q in %s", s.TestData, key, fmt.Sprintf("row %d", row+1))
					break
				}
			}
		}
	}
}
