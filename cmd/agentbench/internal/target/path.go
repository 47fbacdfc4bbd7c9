package target

import (
	"fmt"
	"strconv"
	"strings"

	jsoniter "github.com/json-iterator/go"
)

// path is a dotted path into JSON such as $.choices[0].text; empty it leads to nothing, "$" to all.
type path []any

func parsePath(s string) (path, error) {
	if s == "" {
		return nil, nil
	}
	rest, ok := strings.CutPrefix(s, "$")
	if !ok {
		return nil, fmt.Errorf("%q must begin with $", s)
	}
	p := path{}
	for rest != "" {
		switch rest[0] {
		case '.':
			end := strings.IndexAny(rest[1:], ".[")
			if end < 0 {
				end = len(rest) - 1
			}
			if end == 0 {
				return nil, fmt.Errorf("%q has an empty name", s)
			}
			p, rest = append(p, rest[1:end+1]), rest[end+1:]
		case '[':
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				return nil, fmt.Errorf("%q lacks a ]", s)
			}
			n, err := strconv.Atoi(rest[1:end])
			if err != nil || n < 0 {
				return nil, fmt.Errorf("%q: an index must be a number", s)
			}
			p, rest = append(p, n), rest[end+1:]
		default:
			return nil, fmt.Errorf("%q: a dot or an index must follow %q", s, s[:len(s)-len(rest)])
		}
	}
	return p, nil
}

// text is what the path leads to: a string as it is, anything else as JSON; empty for nothing and null.
func (p path) text(data []byte) string {
	if p == nil {
		return ""
	}
	v := jsoniter.Get(data, p...)
	switch v.ValueType() {
	case jsoniter.InvalidValue, jsoniter.NilValue:
		return ""
	}
	return v.ToString()
}

// number is a count, 0 for anything else.
func (p path) number(data []byte) int64 {
	if p == nil {
		return 0
	}
	return max(jsoniter.Get(data, p...).ToInt64(), 0)
}

// true says whether the path leads to something that is not null, false, 0 or empty.
func (p path) true(data []byte) bool {
	if p == nil {
		return false
	}
	switch t := p.text(data); t {
	case "", "false", "0", "{}", "[]":
		return false
	}
	return true
}
