package pricing

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestIndexIsTheFirstRowThatMatches compares it with asking every row in order, for every name of the table and what is like it.
func TestIndexIsTheFirstRowThatMatches(t *testing.T) {
	d, err := decodeData(embedded)
	require.NoError(t, err)
	d.Overlay.Rows = nil
	table, err := newTable(d)
	require.NoError(t, err)
	var names []string
	matchers := map[string][]matcher{}
	for i := range d.Providers {
		for j := range d.Providers[i].Models {
			m := &d.Providers[i].Models[j]
			matchers[d.Providers[i].ID] = append(matchers[d.Providers[i].ID], m.Match.compile())
			listed, _ := m.Match.names()
			for _, name := range append(listed, strings.ToLower(m.ID)) {
				names = append(names, name, name+"-2026-01-01", "x"+name, name[:len(name)/2])
			}
		}
	}
	found := 0
	for i := range d.Providers {
		p := table.byID[d.Providers[i].ID]
		for _, name := range names {
			want := ""
			for j, m := range matchers[p.id] {
				if m.matches(name) {
					want = d.Providers[i].Models[j].ID
					break
				}
			}
			got := ""
			if r := p.index.find(name); r != nil {
				got = r.id
				found++
			}
			if got != want {
				require.Equal(t, want, got, "%s at %s", name, p.id)
			}
		}
	}
	assert.Positive(t, found)
}

// TestIndexOrder: a row before the one that lists the name wins where it matches, and one behind it does not.
func TestIndexOrder(t *testing.T) {
	x := rowIndex{named: map[string]int{}}
	for _, r := range []struct {
		id string
		c  Clause
	}{
		{"before", Clause{StartsWith: "a-"}},
		{"listed", Clause{Or: []Clause{{Equals: "B"}, {Equals: "a-c"}, {EndsWith: "-z"}}}},
		{"again", Clause{Equals: "b"}},
		{"behind", Clause{Contains: "b"}},
	} {
		x.add(&row{id: r.id}, &r.c)
	}
	for name, want := range map[string]string{"a-c": "before", "b": "listed", "b-z": "listed", "bb": "behind"} {
		require.NotNil(t, x.find(name), name)
		assert.Equal(t, want, x.find(name).id, name)
	}
	assert.Nil(t, x.find("c"))
}
