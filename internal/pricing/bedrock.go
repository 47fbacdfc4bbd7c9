package pricing

import "strings"

// bedrockModel is the row for an id of Bedrock's that no row has as it stands. What stands before its last slash says how or where it is
// asked ("converse/", "us-west-2/"). Within a geography a model costs what it costs within a region, and its rows do not have each
// geography.
func (t *Table) bedrockModel(name string) *Model {
	name = name[strings.LastIndexByte(name, '/')+1:]
	p := t.byID["aws"]
	if r := t.row(p, name); r != nil {
		return t.model(r, p.id, name)
	}
	before, rest, ok := strings.Cut(name, ".")
	if ok && geographies[before] {
		if r := t.row(p, rest); r != nil {
			return t.model(r, p.id, name)
		}
		return nil
	}
	if r := t.row(p, "us."+name); r != nil {
		m := t.model(r, p.id, name)
		m.guess = GuessModel // whether one gets it without a profile is not told
		return m
	}
	return nil
}

// geographies are what stands before the ids of Bedrock's profiles for several regions; the global ones have rows of their own, and so does
// GovCloud where its price is known.
var geographies = map[string]bool{"us": true, "eu": true, "apac": true, "jp": true, "au": true, "ca": true, "in": true, "sa": true}
