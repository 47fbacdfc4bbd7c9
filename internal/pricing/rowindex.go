package pricing

import "strings"

// rowIndex finds the first row of a provider that matches, without asking them all: most rows are a list of names.
type rowIndex struct {
	rows   []*row
	named  map[string]int // the first row that lists the name
	others []other        // the rows with alternatives that are no name, in order
}

type other struct {
	at    int
	match matcher // these alternatives alone
}

func (x *rowIndex) add(r *row, c *Clause) {
	at := len(x.rows)
	x.rows = append(x.rows, r)
	names, rest := c.names()
	for _, name := range names {
		if _, ok := x.named[name]; !ok {
			x.named[name] = at
		}
	}
	if rest != nil {
		x.others = append(x.others, other{at, rest.compile()})
	}
}

// names are the names that the clause matches because they are listed, in lower case, and the clause that is left; nil when nothing is.
func (c *Clause) names() (names []string, rest *Clause) {
	switch {
	case c.Equals != "":
		return []string{strings.ToLower(c.Equals)}, nil
	case len(c.Or) == 0:
		return nil, c
	}
	var left []Clause
	for i := range c.Or {
		if c.Or[i].Equals != "" {
			names = append(names, strings.ToLower(c.Or[i].Equals))
		} else {
			left = append(left, c.Or[i])
		}
	}
	if len(left) == 0 {
		return names, nil
	}
	return names, &Clause{Or: left}
}

// find is the first row that matches a name in lower case, or nil.
func (x *rowIndex) find(name string) *row {
	first, listed := x.named[name]
	for i := range x.others {
		o := &x.others[i]
		if listed && o.at >= first {
			break
		}
		if o.match.matches(name) {
			return x.rows[o.at]
		}
	}
	if listed {
		return x.rows[first]
	}
	return nil
}
