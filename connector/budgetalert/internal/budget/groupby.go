package budget

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
)

func keys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// Groups reads `group_by`: names, or {name, from}. Validate has found what is wrong with it.
func (c *Config) Groups() []GroupKey {
	var groups []GroupKey
	for _, v := range c.GroupBy {
		if g, err := parseGroup(v); err == nil {
			groups = append(groups, g)
		}
	}
	return groups
}

func parseGroup(v any) (GroupKey, error) {
	g := GroupKey{From: FromSpan}
	switch v := v.(type) {
	case GroupKey:
		g = v
	case string:
		g.Name = v
	case map[string]any:
		for key, value := range v {
			text, ok := value.(string)
			switch {
			case !ok:
				return g, fmt.Errorf("%s must be a text, got %s", key, show(value))
			case key == "name":
				g.Name = text
			case key == "from":
				g.From = text
			default:
				return g, fmt.Errorf("has the keys name and from, got %q", key)
			}
		}
	default:
		return g, fmt.Errorf("must be a name or {name: …, from: …}, got %s", show(v))
	}
	if g.Name == "" || len(g.Name) > 128 {
		return g, fmt.Errorf("name must be 1 to 128 bytes, got %q", g.Name)
	}
	if from := []string{FromSpan, FromResource, FromMetadata, FromAuth}; !slices.Contains(from, g.From) {
		return g, fmt.Errorf("from must be one of %s, got %q", strings.Join(from, ", "), g.From)
	}
	return g, nil
}

func (c *Config) validateGroups(p *problems) {
	seen := map[string]bool{}
	for i, v := range c.GroupBy {
		key := fmt.Sprintf("group_by[%d]", i)
		g, err := parseGroup(v)
		switch {
		case err != nil:
			p.add(key, "%w", err)
		case seen[g.Name]:
			p.add(key, "must not be there twice, got %q", g.Name)
		}
		seen[g.Name] = true
	}
	if len(c.GroupBy) > maxGroupKeys {
		p.add("group_by", "must be at most %d keys, got %d", maxGroupKeys, len(c.GroupBy))
	}
	if n := c.MaxGroups; n != nil && (*n < 1 || *n > 1_000_000) {
		p.add("max_groups", "must be from 1 to 1000000, got %d", *n)
	}
}
