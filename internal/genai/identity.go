package genai

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

// DedupeWindow is how long what was counted or written is remembered by default, by every component that forgets it with its process. What
// outlives it, the ledger of the budgets, may be asked again after a longer outage.
const DedupeWindow = 15 * time.Minute

// Hasher makes 64-bit keys of what is counted: the one hash by which every component remembers. With 500,000 keys in memory one new one
// in 4 * 10^13 is taken for another. A seed of its own keeps a sender from choosing ids that are. 0 is the key of nothing.
type Hasher struct{ seed [3]uint64 }

// NewHasher makes a Hasher with a seed that no sender knows.
func NewHasher() *Hasher {
	return &Hasher{[3]uint64{rand.Uint64(), rand.Uint64(), rand.Uint64()}} //nolint:gosec // no secret, only not known beforehand
}

// Seed is what a Hasher is made of: where keys outlive the process it is kept beside them.
type Seed [24]byte

// HasherFrom makes the Hasher that has this seed.
func HasherFrom(seed Seed) *Hasher {
	h := &Hasher{}
	for i := range h.seed {
		h.seed[i] = binary.LittleEndian.Uint64(seed[8*i:])
	}
	return h
}

// Seed is the seed of a Hasher.
func (h *Hasher) Seed() Seed {
	var seed Seed
	for i, part := range h.seed {
		binary.LittleEndian.PutUint64(seed[8*i:], part)
	}
	return seed
}

// Span is the key of a span; 0 where it lacks one of its ids.
func (h *Hasher) Span(trace pcommon.TraceID, span pcommon.SpanID) uint64 {
	if trace.IsEmpty() || span.IsEmpty() {
		return 0
	}
	return h.mix(binary.LittleEndian.Uint64(trace[:8]), binary.LittleEndian.Uint64(trace[8:]), binary.LittleEndian.Uint64(span[:]))
}

// Trace is the key of a trace, which is that of none of its spans; 0 without an id.
func (h *Hasher) Trace(trace pcommon.TraceID) uint64 {
	if trace.IsEmpty() {
		return 0
	}
	return h.mix(binary.LittleEndian.Uint64(trace[:8]), binary.LittleEndian.Uint64(trace[8:]), 0)
}

// Event is the key of an event of a span, by its place among them, and neither the span's nor another event's; 0 without the span's.
func (h *Hasher) Event(trace pcommon.TraceID, span pcommon.SpanID, i int) uint64 {
	of := h.Span(trace, span)
	if of == 0 {
		return 0
	}
	return h.Words(of, uint64(i), 3) //nolint:gosec // an index
}

// Record is the key of a log record, which has no id: its span, what it says (a hash of its attributes), of which service, under which name
// and when; 0 where it has neither a time nor a span.
func (h *Hasher) Record(rec plog.LogRecord, said [16]byte, service string) uint64 {
	at, span := RecordTime(rec), h.Span(rec.TraceID(), rec.SpanID())
	if at == 0 && span == 0 {
		return 0
	}
	key := h.Said(said, service, rec.EventName(), uint64(at))
	if span != 0 {
		key = h.Words(key, span, 2)
	}
	return key
}

// RecordTime is when a log record was made, else when it was first seen.
func RecordTime(rec plog.LogRecord) pcommon.Timestamp {
	if at := rec.Timestamp(); at != 0 {
		return at
	}
	return rec.ObservedTimestamp()
}

// Said is the key of what has no id: what it says (a hash of its attributes), of which service, under which name and when.
func (h *Hasher) Said(said [16]byte, service, name string, when uint64) uint64 {
	what := h.Words(binary.LittleEndian.Uint64(said[:8]), binary.LittleEndian.Uint64(said[8:]), when)
	return h.Words(what, h.Response(service+"\x00"+name, 0), when)
}

// Series is the key of a metric's series of a sender: resource and attributes are hashes of the two. Its points are told apart by Words of
// it and their times.
func (h *Hasher) Series(resource, attributes [16]byte, service, metric string) uint64 {
	return h.Said(attributes, service, metric, h.Said(resource, "", "", 1))
}

// Words is the key of three words that tell an item from every other; 0 where they are all 0.
func (h *Hasher) Words(a, b, c uint64) uint64 {
	if a|b|c == 0 {
		return 0
	}
	return h.mix(a, b, c)
}

// mix is the key of three words that are not all 0. Ledgers keep such keys: it must stay as it is.
func (h *Hasher) mix(a, b, c uint64) uint64 {
	a, b, c = a^h.seed[0], b^h.seed[1], c^h.seed[2]
	hi, lo := bits.Mul64(a|1, c^bits.RotateLeft64(b, 32))
	f := hi ^ lo ^ bits.RotateLeft64(a, 17) ^ b
	hi, lo = bits.Mul64(f^c, 0x9E3779B97F4A7C15)
	return max(hi^lo, 1)
}

// Response is the key of a provider's answer; 0 without an id. Where the provider's ids are unique in the world the id alone says which
// answer it is; elsewhere the output tokens must agree, because servers and mocks give one id to several answers.
func (h *Hasher) Response(id string, output int64) uint64 {
	if id == "" {
		return 0
	}
	key := h.text(id)
	if UniqueResponseID(id) {
		return key
	}
	return h.mix(key, uint64(output), 1) //nolint:gosec // any 64 bits will do
}

// Call is by what a call that a span reports is known again. A response id that is unique in the world says it whoever reports the call;
// servers and mocks that give one id to several answers do not, there the span does.
func (h *Hasher) Call(trace pcommon.TraceID, span pcommon.SpanID, op *Operation) uint64 {
	if UniqueResponseID(op.ResponseID) {
		return h.answer(op)
	}
	if id := h.SpanReport(trace, span, op); id != 0 {
		return id
	}
	return h.adding(h.Response(op.ResponseID, op.Usage.Output), op, SameAnswer)
}

// answer is the key of a report of an answer whose id is unique. That of the answer has who tells what it cost, whatever was told before; one
// that does not, the first to come or one that adds usage, has a key of its own, whatever it adds to: where replicas of llmcost get the reports of a
// call, nothing says that one only adds to another, and the cost must not be taken for what was told already.
func (h *Hasher) answer(op *Operation) uint64 {
	key := h.Response(op.ResponseID, 0)
	if op.Counts() && (op.TotalUSD != 0 || op.UsageState.Counts()) {
		return key
	}
	return h.Words(key, uint64(op.Adds), 15)
}

// SpanReport is the key of what a span reports; 0 where it lacks one of its ids.
func (h *Hasher) SpanReport(trace pcommon.TraceID, span pcommon.SpanID, op *Operation) uint64 {
	return h.adding(h.Span(trace, span), op, SameSpan)
}

// adding is id, or where a report before, which counts, has that already, the key of what is added to it.
func (h *Hasher) adding(id uint64, op *Operation, same Same) uint64 {
	if op.Same < same || id == 0 {
		return id
	}
	return h.Words(id, uint64(op.Adds), 14)
}

// LogCall does the same for a call that a log record tells; said is a hash of its attributes.
func (h *Hasher) LogCall(rec plog.LogRecord, said [16]byte, op *Operation, service string) uint64 {
	if UniqueResponseID(op.ResponseID) {
		return h.answer(op)
	}
	return h.Record(rec, said, service)
}

// Text is the key of a text that names one item; 0 without one.
func (h *Hasher) Text(s string) uint64 {
	if s == "" {
		return 0
	}
	return h.text(s)
}

// text folds a text of any length, 16 bytes and where they stand at a time.
func (h *Hasher) text(s string) uint64 {
	key := uint64(len(s)) + 1
	for ; len(s) > 16; s = s[16:] {
		key = h.mix(key, word(s), word(s[8:]))
	}
	var b [16]byte
	copy(b[:], s)
	return h.mix(key, binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[8:]))
}

// word is the first eight bytes of a text that has them.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// NoResponseID says of a response id that it names no answer: what senders write that were given none. Two calls are not one because of it.
func NoResponseID(id string) bool {
	var buf [len("undefined")]byte
	if len(id) > len(buf) {
		return strings.Trim(id, "0-") == "" // a UUID of zeros
	}
	switch string(bytes.ToLower(append(buf[:0], id...))) {
	case "", "none", "null", "nil", "undefined", "unknown", "n/a", "nan", "0", "-1":
		return true
	}
	return false
}

// uniqueID is how the ids of providers begin that never give one twice. Shorter ones are made by mocks.
var uniqueID = [...]string{"msg_", "resp_", "chatcmpl-", "gen-"}

const uniqueIDLength = 20

// UniqueResponseID says whether a response id names one answer in the world, as Anthropic's, OpenAI's and OpenRouter's do.
func UniqueResponseID(id string) bool {
	if len(id) < uniqueIDLength {
		return false
	}
	for _, prefix := range uniqueID {
		if strings.HasPrefix(id, prefix) {
			return true
		}
	}
	return false
}
