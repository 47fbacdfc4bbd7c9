package genai

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

func TestKeysOfWhatIsCounted(t *testing.T) {
	h, other := NewHasher(), NewHasher()
	require.Zero(t, h.Span(pcommon.TraceID{}, pcommon.SpanID{1}), "no trace id")
	require.Zero(t, h.Span(pcommon.TraceID{1}, pcommon.SpanID{}), "no span id")
	require.Zero(t, h.Response("", 1))
	require.NotEqual(t, h.Span(pcommon.TraceID{1}, pcommon.SpanID{1}), other.Span(pcommon.TraceID{1}, pcommon.SpanID{1}),
		"no sender knows the seed")
	seen := map[uint64]string{}
	add := func(key uint64, what string) {
		require.NotZero(t, key)
		require.Empty(t, seen[key], what)
		seen[key] = what
	}
	for i := range 100 {
		add(h.Span(pcommon.TraceID{1}, pcommon.SpanID{byte(i + 1)}), fmt.Sprint("span ", i))
		add(h.Response(fmt.Sprint("r", i), 1), fmt.Sprint("r", i))
		add(h.Response("same", int64(i)), fmt.Sprint("same ", i))
		add(h.Response(fmt.Sprintf("chatcmpl-%020d", i), 0), fmt.Sprint("long ", i))
		add(h.Response(fmt.Sprintf("a text over one block of sixteen bytes, and another %d", i), 0), fmt.Sprint("longer ", i))
	}
	require.Equal(t, "r1", seen[h.Response("r1", 1)], "the same again")
	for i := range 3 {
		add(h.Event(pcommon.TraceID{1}, pcommon.SpanID{1}, i), fmt.Sprint("event ", i))
		add(h.Said([16]byte{byte(i)}, "s", "n", 1), fmt.Sprint("said ", i))
		add(h.Series([16]byte{byte(i)}, [16]byte{1}, "s", "n"), fmt.Sprint("resource ", i))
	}
	add(h.Said([16]byte{}, "s2", "n", 1), "another service")
	add(h.Said([16]byte{}, "s", "n2", 1), "another name")
	add(h.Said([16]byte{}, "s", "n", 2), "another time")
	require.Zero(t, h.Event(pcommon.TraceID{1}, pcommon.SpanID{}, 0), "no span id")
	require.Zero(t, h.Words(0, 0, 0))
}

// A log record is known again by all that it says and by its span; one of which neither time nor span is known is another each time.
func TestKeysOfRecords(t *testing.T) {
	h := NewHasher()
	record := func(change func(plog.LogRecord)) uint64 {
		rec := plog.NewLogRecord()
		rec.SetTimestamp(5)
		rec.SetEventName("api_request")
		change(rec)
		return h.Record(rec, [16]byte{1}, "agent")
	}
	plain := record(func(plog.LogRecord) {})
	require.Equal(t, plain, record(func(plog.LogRecord) {}))
	require.Equal(t, plain, record(func(rec plog.LogRecord) { rec.SetTimestamp(0); rec.SetObservedTimestamp(5) }), "when it was first seen")
	for what, change := range map[string]func(plog.LogRecord){
		"time":  func(rec plog.LogRecord) { rec.SetTimestamp(6) },
		"event": func(rec plog.LogRecord) { rec.SetEventName("api_error") },
		"span":  func(rec plog.LogRecord) { rec.SetTraceID(pcommon.TraceID{1}); rec.SetSpanID(pcommon.SpanID{1}) },
		"span, no time": func(rec plog.LogRecord) {
			rec.SetTimestamp(0)
			rec.SetTraceID(pcommon.TraceID{1})
			rec.SetSpanID(pcommon.SpanID{1})
		},
	} {
		got := record(change)
		require.NotZero(t, got, what)
		require.NotEqual(t, plain, got, what)
	}
	require.Zero(t, record(func(rec plog.LogRecord) { rec.SetTimestamp(0) }))
}

// What the ledger keeps of a record or a series is the same after an upgrade.
func TestKeysThatLedgersKeepStayAsTheyAre(t *testing.T) {
	h := HasherFrom(Seed{1, 2, 3, 4, 5, 6, 7, 8, 9})
	words := func(said [16]byte, when uint64) uint64 {
		return h.Words(binary.LittleEndian.Uint64(said[:8]), binary.LittleEndian.Uint64(said[8:]), when)
	}
	said := [16]byte{15: 9}
	require.Equal(t, h.Words(words(said, 7), h.Response("agent\x00event", 0), 7), h.Said(said, "agent", "event", 7))
	require.Equal(t, uint64(0x6816ba4ef7469941), h.Said(said, "agent", "event", 7))
	require.Equal(t, uint64(0x2c348990729a1828), h.Series(said, said, "agent", "metric"))
}

func TestResponseIDsThatAreUnique(t *testing.T) {
	h := NewHasher()
	for id, unique := range map[string]bool{
		"msg_01XFDUDYJgAACzvnptvVoYEL":    true,
		"resp_67ccd2bed1ec8190b14f964abc": true,
		"chatcmpl-BhX2sPZkq1vTz":          true,
		"gen-1757605436-4pSMcjGWyAbXRtYg": true,
		"chatcmpl-1":                      false, // a mock's
		"msg_mock":                        false,
		"0123456789abcdef0123456789":      false,
		"":                                false,
	} {
		require.Equal(t, unique, UniqueResponseID(id), id)
		if id != "" {
			same := h.Response(id, 1) == h.Response(id, 2)
			require.Equal(t, unique, same, id)
		}
	}
}

func TestKeysOutliveTheProcess(t *testing.T) {
	h := NewHasher()
	again := HasherFrom(h.Seed())
	require.Equal(t, h.Seed(), again.Seed())
	require.NotEqual(t, Seed{}, h.Seed())
	require.Equal(t, h.Span(pcommon.TraceID{1}, pcommon.SpanID{2}), again.Span(pcommon.TraceID{1}, pcommon.SpanID{2}))
	require.Equal(t, h.Response("r", 3), again.Response("r", 3))
	for i := range h.Seed() {
		seed := h.Seed()
		seed[i] ^= 1
		require.NotEqual(t, h.Response("r", 3), HasherFrom(seed).Response("r", 3), "byte %d of the seed counts", i)
	}
}

// A call is known by its answer's id where that is unique in the world, else by its span, else by what its answer says.
func TestCallKey(t *testing.T) {
	h, trace, span := NewHasher(), pcommon.TraceID{1}, pcommon.SpanID{2}
	unique, mock := &Operation{ResponseID: "chatcmpl-0123456789abcdef"}, &Operation{ResponseID: "mock-1"}
	require.Equal(t, h.Call(trace, span, unique), h.Call(trace, pcommon.SpanID{3}, unique))
	require.Equal(t, h.Span(trace, span), h.Call(trace, span, mock))
	require.Equal(t, h.Response("mock-1", 0), h.Call(pcommon.TraceID{}, span, mock))
	require.Zero(t, h.Call(pcommon.TraceID{}, span, &Operation{}))
	require.Zero(t, h.Text(""))
	require.NotEqual(t, h.Text("a"), h.Text("b"))
}

// A roll-up, a second report and calls that nobody tells of are no calls.
func TestIsCall(t *testing.T) {
	for status, want := range map[string]bool{
		"": true, StatusPriced: true, StatusReported: true, StatusEstimated: true, StatusFree: true, StatusUnpriced: true, StatusRollup: false,
		StatusDuplicate: false,
	} {
		require.Equal(t, want, (&Operation{Kind: ModelCall, Status: status}).IsCall(), status)
	}
	require.False(t, (&Operation{Kind: ModelCall, Status: StatusUnpriced, Reason: ReasonAgentOnly}).IsCall())
	require.False(t, (&Operation{Kind: Tool}).IsCall())
}

// Ledgers on the disk hold keys: with the same seed an item must have the same one for ever.
func TestKeysStayWhatTheyAre(t *testing.T) {
	var seed Seed
	for i := range seed {
		seed[i] = byte(7*i + 1)
	}
	h := HasherFrom(seed)
	require.Equal(t, uint64(13309302414103988112), h.Span([16]byte{1, 2, 3, 9: 7, 15: 4}, [8]byte{5, 7: 6}))
	require.Equal(t, uint64(3153679373881986677), h.Trace([16]byte{1, 2, 3, 9: 7, 15: 4}))
	require.Zero(t, h.Trace([16]byte{}))
	for _, c := range []struct {
		text      string
		key, with uint64
	}{
		{"", 0, 0},
		{"a", 4770209396166726641, 7847190340990766934},
		{"chatcmpl-1", 2080316796974631666, 2379865017598498486},
		{"0123456789abcdef", 4935530974559283794, 13008917007813811028},
		{"0123456789abcdefg", 15289579433723788714, 9536374135704606723},
		{"msg_0123456789abcdefghijklmnopq", 4823881880436737563, 4823881880436737563},
		{"0123456789abcdef0123456789abcdef", 8346278123400726953, 6887247526171379281},
	} {
		require.Equal(t, c.key, h.Text(c.text), c.text)
		require.Equal(t, c.with, h.Response(c.text, 77), c.text)
	}
}

// What a later report adds to a call has a key of its own, the same whoever tells it; what has no key gets none.
func TestWhatIsAddedIsNoCall(t *testing.T) {
	h, trace := NewHasher(), pcommon.TraceID{1}
	call := Operation{ResponseID: "chatcmpl-AbCdEfGhIjKlMnOp"}
	usage, cost := call, call
	usage.Adds, usage.Same, cost.Adds, cost.Same = AddsUsage, SameAnswer, AddsCost, SameAnswer
	keys := map[uint64]bool{}
	for _, op := range []*Operation{&call, &usage, &cost} {
		keys[h.Call(trace, pcommon.SpanID{1}, op)] = true
		keys[h.Call(trace, pcommon.SpanID{2}, op)] = true
	}
	require.Len(t, keys, 3)
	usage.Same = SameNothing // it adds to a span that told no id
	require.NotEqual(t, h.Response(call.ResponseID, 0), h.Call(trace, pcommon.SpanID{1}, &usage), "the price is still to come")
	for _, op := range []*Operation{&call, &usage, &cost} { // with a price it is the answer's, whoever tells it, and whatever was told before
		op.Status, op.TotalUSD = StatusPriced, 0.1
		require.Equal(t, h.Response(call.ResponseID, 0), h.Call(trace, pcommon.SpanID{1}, op))
	}
	call.TotalUSD, call.UsageState = 0, UsageKnown
	require.Equal(t, h.Response(call.ResponseID, 0), h.Call(trace, pcommon.SpanID{1}, &call), "what is free has a price, too")
	call.UsageState = UsageNone
	require.True(t, keys[h.Call(trace, pcommon.SpanID{1}, &call)], "a call that failed")
	require.Zero(t, h.Call(pcommon.TraceID{}, pcommon.SpanID{}, &Operation{Adds: AddsCost, Same: SameSpan}))
	other, span := Operation{Adds: AddsCost}, Operation{Adds: AddsCost, Same: SameSpan}
	self := h.Span(trace, pcommon.SpanID{1})
	require.Equal(t, self, h.Call(trace, pcommon.SpanID{1}, &other), "the one before was another's")
	require.NotEqual(t, self, h.Call(trace, pcommon.SpanID{1}, &span))
	require.Equal(t, self, h.SpanReport(trace, pcommon.SpanID{1}, &cost), "an answer tells of no span")
}
