package report

import (
	"cmp"
	"maps"
	"slices"
)

// sortedFailures are the classes, the most frequent first.
func sortedFailures(failures map[string]Failure) []string {
	return slices.SortedFunc(maps.Keys(failures), func(a, b string) int {
		return cmp.Or(failures[b].Count-failures[a].Count, cmp.Compare(a, b))
	})
}
