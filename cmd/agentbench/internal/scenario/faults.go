package scenario

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Fault is one thing that is wrong with a file.
type Fault struct {
	File string
	Line int
	Text string
}

func (f *Fault) Error() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text) }

// faults collects them.
type faults struct {
	file string
	root *yaml.Node
	list []*Fault
}

// add notes a fault at the place that keys (strings) and indices (ints) lead to, or as near as the file has it.
func (f *faults) add(path []any, format string, args ...any) {
	f.addLine(lineOf(f.root, path), "%s: %s", spell(path), fmt.Sprintf(format, args...))
}

func (f *faults) addLine(line int, format string, args ...any) {
	f.list = append(f.list, &Fault{File: f.file, Line: max(line, 1), Text: fmt.Sprintf(format, args...)})
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)

// addYAML notes what the parser and the types said.
func (f *faults) addYAML(err error) {
	var several *yaml.TypeError
	switch {
	case errors.As(err, &several):
		for _, text := range several.Errors {
			f.addText(text)
		}
	default:
		f.addText(err.Error())
	}
}

var unknownKey = regexp.MustCompile(`^field (\S+) not found in type .*$`)

func (f *faults) addText(text string) {
	line := 1
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = m[2]
	}
	if m := unknownKey.FindStringSubmatch(text); m != nil {
		text = fmt.Sprintf("there is no key %q here", m[1])
	}
	f.addLine(line, "%s", text)
}

// err is all of them, in the order of the lines.
func (f *faults) err() error {
	slices.SortStableFunc(f.list, func(a, b *Fault) int { return a.Line - b.Line })
	errs := make([]error, len(f.list))
	for i, one := range f.list {
		one.File = f.file
		errs[i] = one
	}
	return errors.Join(errs...)
}

// lineOf walks as far as the path goes.
func lineOf(root *yaml.Node, path []any) int {
	n, line := root, 1
	if n != nil && n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	for _, step := range path {
		for n != nil && n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		key, next := child(n, step)
		if next == nil {
			break
		}
		n, line = next, next.Line
		if key != nil {
			line = key.Line
		}
	}
	return line
}

// has says whether the file has a key, be it with a 0. One that is there without a value is left out.
func (f *faults) has(path ...any) bool {
	n := f.root
	if n != nil && n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	for _, step := range path {
		for n != nil && n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		_, n = child(n, step)
	}
	return n != nil && n.Tag != "!!null"
}

// fill puts in the default of a key that the file has not.
func (f *faults) fill(d *Duration, usual time.Duration, path ...any) {
	if *d == 0 && !f.has(path...) { // one that was merged in is none of its own
		*d = Duration(usual)
	}
}

func child(n *yaml.Node, step any) (key, value *yaml.Node) {
	if n == nil {
		return nil, nil
	}
	switch step := step.(type) {
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i], n.Content[i+1]
			}
		}
	case int:
		if n.Kind == yaml.SequenceNode && step < len(n.Content) {
			return nil, n.Content[step]
		}
	}
	return nil, nil
}

func spell(path []any) string {
	var b strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case string:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(step)
		case int:
			fmt.Fprintf(&b, "[%d]", step)
		}
	}
	return b.String()
}
