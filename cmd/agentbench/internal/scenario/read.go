package scenario

import (
	"bytes"
	"errors"
	"io"
	"os"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// Read reads and checks a file. lookup finds environment variables, as os.LookupEnv does.
func Read(path string, lookup func(string) (string, bool)) (*File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, text, lookup)
}

// Parse is Read for a text that has been read.
func Parse(path string, text []byte, lookup func(string) (string, bool)) (*File, error) {
	f := &faults{file: path}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		f.addYAML(err)
		return nil, f.err()
	}
	f.root = &root
	file := &File{Path: path}
	if err := root.Decode(&file.Raw); err != nil {
		f.addYAML(err)
		return nil, f.err()
	}
	// Keys that no type has are found on the text itself: a node cannot be decoded strictly. Variables are expanded after that, and what
	// the types refuse there is not said twice.
	strict := yaml.NewDecoder(bytes.NewReader(text))
	strict.KnownFields(true)
	var unknown *yaml.TypeError
	if err := strict.Decode(&File{}); errors.As(err, &unknown) {
		for _, one := range unknown.Errors {
			if m := yamlLine.FindStringSubmatch(one); m != nil && unknownKey.MatchString(m[2]) {
				f.addText(one)
			}
		}
	} else if errors.Is(err, io.EOF) {
		f.addLine(1, "the file is empty")
		return nil, f.err()
	}
	expand(&root, lookup, f)
	if err := root.Decode(file); err != nil {
		f.addYAML(err)
	}
	if len(f.list) == 0 {
		check(file, f)
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return file, nil
}

var variable = regexp.MustCompile(`\$\{env:([A-Za-z_][A-Za-z0-9_]*)(:-([^}]*))?\}`)

// expand puts in the values of ${env:NAME} and ${env:NAME:-default}.
func expand(n *yaml.Node, lookup func(string) (string, bool), f *faults) {
	for _, c := range n.Content {
		expand(c, lookup, f)
	}
	if n.Kind != yaml.ScalarNode {
		return
	}
	n.Value = variable.ReplaceAllStringFunc(n.Value, func(found string) string {
		m := variable.FindStringSubmatch(found)
		value, ok := lookup(m[1])
		switch {
		case ok && value != "":
			return value
		case m[2] != "":
			return m[3]
		case !ok:
			f.addLine(n.Line, "the environment has no %s", m[1])
		}
		return value
	})
}
