package pricefile

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// YAML's short tags of the scalars that matter.
const (
	tagString = "!!str"
	tagInt    = "!!int"
	tagFloat  = "!!float"
	tagNull   = "!!null"
	tagBool   = "!!bool"
)

// node turns a configuration's value into the form of a parsed file, so that one parser reads both.
func node(v any, depth int) (*yaml.Node, error) {
	if depth > 2*maxDepth {
		return nil, fmt.Errorf("nested deeper than %d", 2*maxDepth)
	}
	switch v := v.(type) {
	case map[string]any:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			c, err := node(v[k], depth+1)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, scalar(tagString, k), c)
		}
		return n, nil
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, e := range v {
			c, err := node(e, depth+1)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, c)
		}
		return n, nil
	}
	return scalarOf(v)
}

func scalarOf(v any) (*yaml.Node, error) {
	switch v := v.(type) {
	case nil:
		return scalar(tagNull, ""), nil
	case string:
		return scalar(tagString, v), nil
	case bool:
		return scalar(tagBool, strconv.FormatBool(v)), nil
	case json.Number:
		return scalar(tagFloat, v.String()), nil
	case int:
		return scalar(tagInt, strconv.Itoa(v)), nil
	case int64:
		return scalar(tagInt, strconv.FormatInt(v, 10)), nil
	case uint64:
		return scalar(tagInt, strconv.FormatUint(v, 10)), nil
	case float64:
		// The shortest decimal that reads as this double is the one that was written.
		return scalar(tagFloat, strconv.FormatFloat(v, 'g', -1, 64)), nil
	}
	return nil, fmt.Errorf("a %T is no part of a price row", v)
}

func scalar(tag, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}
}

// entry is a key of a mapping with its value.
type entry struct {
	key   string
	at    *yaml.Node
	value *yaml.Node
	path  string
}

// entries are a mapping's keys in order; duplicates and keys that are no text are faults.
func (p *parser) entries(n *yaml.Node, path, what string) []entry {
	if n.Kind != yaml.MappingNode {
		p.fault(n, path, "%s must be a mapping, got %s", what, describe(n))
		return nil
	}
	var out []entry
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode || k.ShortTag() == "!!merge" {
			p.fault(k, path, "a key must be plain text; aliases and merges are not supported")
			continue
		}
		if seen[k.Value] {
			p.fault(k, path, "key %q stands here twice", clip(k.Value))
			continue
		}
		seen[k.Value] = true
		out = append(out, entry{k.Value, k, v, join(path, k.Value)})
	}
	return out
}

// text is a scalar that is not empty.
func (p *parser) text(e entry) string {
	if e.value.Kind != yaml.ScalarNode || e.value.ShortTag() == tagNull || e.value.Value == "" {
		p.fault(e.value, e.path, "must be text that is not empty, got %s", describe(e.value))
		return ""
	}
	return e.value.Value
}

func (p *parser) number(n *yaml.Node) (string, bool) {
	tag := n.ShortTag()
	return n.Value, n.Kind == yaml.ScalarNode && (tag == tagInt || tag == tagFloat)
}

func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	case yaml.ScalarNode:
		if n.ShortTag() == tagNull {
			return "nothing"
		}
		return strconv.Quote(clip(n.Value))
	}
	return "nothing"
}

func join(path, key string) string {
	if path == "" {
		return clip(key)
	}
	return path + "." + clip(key)
}

func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}
