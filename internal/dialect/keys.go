package dialect

// class says how an attribute's value is kept.
type class uint8

const (
	classText class = iota
	classTally
	classValue
)

// entry is one attribute that is read.
type entry struct {
	key   string
	class class
	fact  uint8
	rank  uint8 // from 1; of two attributes for one fact the lower rank wins
	marks bool  // only GenAI spans have it
	keys  KeySet
	only  uint64 // the clients under whose scopes it is read; 0 is any
}

func texts(fact text, marks bool, keys ...string) []entry {
	return rows(classText, uint8(fact), marks, keys)
}

func tallies(fact tally, keys ...string) []entry {
	return rows(classTally, uint8(fact), true, keys)
}

func values(fact value, marks bool, keys ...string) []entry {
	return rows(classValue, uint8(fact), marks, keys)
}

func rows(c class, fact uint8, marks bool, keys []string) []entry {
	out := make([]entry, len(keys))
	for i, key := range keys {
		out[i] = entry{key: key, class: c, fact: fact, marks: marks, keys: keySetOf(key)}
	}
	return out
}

// Two ways to say that an attribute does or does not make a span GenAI.
const (
	genAI = true
	plain = false
)

func join(parts ...[]entry) []entry {
	var all []entry
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}
