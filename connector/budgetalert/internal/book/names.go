package book

import "unique"

// Names makes texts of the keys that a store has, which gives them in their order, time after time. Where one time has the names of the one
// before, as it mostly does, nothing is looked up and no text is made.
type Names struct {
	before, now []string
	at          int // in before: what is smaller came already
}

// Of is the text of a key; false where it is none.
func (n *Names) Of(key []byte) (name string, ok bool) {
	if last := len(n.now) - 1; last >= 0 && n.now[last] >= string(key) {
		n.before, n.now, n.at = n.now, n.before[:0], 0
	}
	for n.at < len(n.before) && n.before[n.at] < string(key) {
		n.at++
	}
	if n.at < len(n.before) && n.before[n.at] == string(key) {
		name = n.before[n.at]
	} else {
		var row Row
		if name = unique.Make(string(key)).Value(); !ParseKey(name, &row) {
			return "", false
		}
	}
	n.now = append(n.now, name)
	return name, true
}
