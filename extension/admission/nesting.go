package admission

import "fmt"

// maxNesting is how many messages, or brackets of JSON, may stand in each other: as many as Go's own protobuf takes. The collector's decoder
// calls itself for each, and a stack that is full ends the process: one request of 30 MB of arrays in arrays, which is little compressed, is enough.
const maxNesting = 10_000

// leastBytes is what so many messages take at least, two bytes each: its tag and its length.
const leastBytes = 2 * maxNesting

var errNesting = fmt.Errorf("the values of a request may nest %d deep at most", maxNesting)

// scanner looks at the bytes of one request, in any pieces. It finds an error where they nest too deep, and leaves to the decoder what is no
// message.
type scanner interface {
	scan(piece []byte) error
}

// brackets is the scanner of JSON.
type brackets struct {
	depth           int
	quoted, escaped bool
}

func (b *brackets) scan(piece []byte) error {
	for _, c := range piece {
		switch {
		case b.escaped:
			b.escaped = false
		case c == '"':
			b.quoted = !b.quoted
		case b.quoted:
			b.escaped = c == '\\'
		case c == '{', c == '[':
			if b.depth++; b.depth > maxNesting {
				return errNesting
			}
		case c == '}', c == ']':
			b.depth--
		}
	}
	return nil
}

// messages is the scanner of protobuf. Which signal a request is of it does not know: it reads it as each, and what it is not soon makes no sense.
type messages []*walk

func newMessages() messages {
	return messages{newWalk(requestOf(span)), newWalk(requestOf(logRecord)), newWalk(requestOf(metric))}
}

func (m messages) scan(piece []byte) error {
	for _, w := range m {
		if err := w.scan(piece); err != nil {
			return err
		}
	}
	return nil
}
