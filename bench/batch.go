package bench

import (
	"bytes"
	"encoding/binary"
	"regexp"
	"strconv"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Batch is one OTLP request of spans. Every copy that it hands out is decoded from the wire afresh, as a receiver does, and
// looks like new spans of new calls: a span or response id that was seen before is a replay, which is cheaper to answer.
// A Batch is not safe for concurrent use.
type Batch struct {
	Name  string
	Spans int

	wire  []byte
	ids   []int // where the wire has the last four bytes of a trace or span id
	codes []int // where the wire has the part of a response id that tells runs apart
	runs  []int // which run's code stands there
	count uint32
}

// runCode is the part of a captured response id that is one per run: chatcmpl-fakeopenlit-cuac9l-1.
var runCode = regexp.MustCompile(`_?fake[a-z0-9-]*-([0-9a-z]{6})-[0-9]`)

const codeLength = 6

// NewBatch makes a batch of td.
func NewBatch(name string, td ptrace.Traces) (*Batch, error) {
	wire, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		return nil, err
	}
	b := &Batch{Name: name, Spans: td.SpanCount(), wire: wire}
	b.findIDs(td)
	b.findCodes()
	return b, nil
}

// Clone is a batch of other copies: id says which of the clones it is.
func (b *Batch) Clone(id uint8) *Batch {
	c := *b
	c.wire = bytes.Clone(b.wire)
	c.renew(uint32(id) << 24)
	return &c
}

// Wire is the batch on the wire with ids that no copy before it had. Links between its spans stay. It is overwritten by the
// next one.
func (b *Batch) Wire() []byte {
	b.renew(b.count + 1)
	return b.wire
}

// Fresh is Wire, decoded.
func (b *Batch) Fresh() ptrace.Traces {
	b.Wire()
	return b.Decode()
}

// Decode decodes the last copy again.
func (b *Batch) Decode() ptrace.Traces {
	td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(b.wire)
	if err != nil {
		panic(err) // NewBatch encoded it
	}
	return td
}

// findIDs looks for the bytes of every id: they are random, so nothing else has them.
func (b *Batch) findIDs(td ptrace.Traces) {
	seen := map[string]bool{}
	for _, s := range SpansOf(td) {
		trace, span := s.TraceID(), s.SpanID()
		for _, id := range [][]byte{trace[:], span[:]} {
			if !seen[string(id)] {
				seen[string(id)] = true
				for _, at := range occurrences(b.wire, id) {
					b.ids = append(b.ids, at+len(id)-4)
				}
			}
		}
	}
}

func (b *Batch) findCodes() {
	run := map[string]int{}
	for _, at := range runCode.FindAllSubmatchIndex(b.wire, -1) {
		code := string(b.wire[at[2]:at[3]])
		if _, ok := run[code]; !ok {
			run[code] = len(run)
		}
	}
	for code, i := range run {
		for _, at := range occurrences(b.wire, []byte(code)) {
			b.codes, b.runs = append(b.codes, at), append(b.runs, i)
		}
	}
}

func occurrences(wire, what []byte) []int {
	var all []int
	for from := 0; ; {
		at := bytes.Index(wire[from:], what)
		if at < 0 {
			return all
		}
		all = append(all, from+at)
		from += at + len(what)
	}
}

// renew makes the wire copy number n. Ids change by exclusive or, so what was different stays different.
func (b *Batch) renew(n uint32) {
	for _, at := range b.ids {
		id := b.wire[at : at+4]
		binary.BigEndian.PutUint32(id, binary.BigEndian.Uint32(id)^scatter(b.count)^scatter(n))
	}
	b.count = n
	for i, at := range b.codes {
		code := strconv.FormatUint(uint64(scatter(n+uint32(b.runs[i])<<16)), 36) //nolint:gosec // an index
		for len(code) < codeLength {
			code = "0" + code
		}
		copy(b.wire[at:], code[len(code)-codeLength:])
	}
}

// scatter maps numbers one to one to numbers that look random; 0 stays 0.
func scatter(n uint32) uint32 { return n * 0x9e3779b1 }
