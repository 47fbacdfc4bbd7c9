package genaievents

import "go.opentelemetry.io/collector/pdata/plog"

// lastBodies are those of the records written last, one behind the other: they become texts together, in one piece of memory.
type lastBodies struct {
	body  []byte
	ended [bodiesTogether]endedBody
	n     int // of ended
}

// endedBody is a record whose body ends there, and begins where the one before it ends.
type endedBody struct {
	record plog.LogRecord
	end    int
}

// How many bodies share memory, so that a store that keeps one record keeps no more than a few others alive.
const (
	bodiesTogether = 8
	bodiesBytes    = 8 << 10
)

// endBody ends the body of a record.
func (b *lastBodies) endBody(record plog.LogRecord) {
	b.ended[b.n] = endedBody{record, len(b.body)}
	if b.n++; b.n == len(b.ended) || len(b.body) >= bodiesBytes {
		b.settle()
	}
}

// settle gives the records their bodies.
func (b *lastBodies) settle() {
	all, from := string(b.body), 0
	for i := range b.ended[:b.n] {
		e := &b.ended[i]
		e.record.Body().SetStr(all[from:e.end])
		from = e.end
	}
	clear(b.ended[:b.n])
	b.body, b.n = b.body[:0], 0
}

// empty keeps the memory for the next ones, unless one of them was unusually long.
func (b *lastBodies) empty() lastBodies {
	if cap(b.body) > 4*bodiesBytes {
		return lastBodies{}
	}
	return lastBodies{body: b.body[:0]}
}

// bodyHeads are how the bodies of an event begin.
var bodyHeads = func() (heads [numEvents][numForms]string) {
	for e, name := range eventNames {
		heads[e][formLogfmt] = fEventName.entry[formLogfmt][1:] + name
		heads[e][formJSON] = "{" + fEventName.entry[formJSON][1:] + string(appendQuoted(nil, name))
	}
	return heads
}()
