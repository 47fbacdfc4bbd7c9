package valkey

import (
	"cmp"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// batch is what one Record counts, in the shape the script wants. Its number is unique for its replica, and without gaps.
type batch struct {
	number  uint64
	calls   []ledger.Call
	order   []int // the calls that are sent, by bucket: an id that comes twice in a batch is sent once
	buckets []bucket
	slots   []total
}

type bucket struct {
	minute int64
	calls  int
}

// total is what a batch adds to one slot when all its calls are fresh.
type total struct {
	slot
	amount, expires int64
}

// named gives the calls without an id one of their own: they count each time, but a batch that is sent again does not.
func named(calls []ledger.Call) []ledger.Call {
	cloned := false
	for i := range calls {
		if calls[i].ID == 0 {
			if !cloned {
				calls, cloned = slices.Clone(calls), true
			}
			calls[i].ID = rand.Uint64() | 1 //nolint:gosec // no secret
		}
	}
	return calls
}

func newBatch(number uint64, calls []ledger.Call) *batch {
	b := &batch{number: number, calls: calls}
	b.sortCalls()
	index := make(map[slot]int, 8)
	for _, i := range b.order {
		for _, a := range calls[i].Adds {
			at := slot{a.Series, a.Slot}
			n, ok := index[at]
			if !ok {
				n = len(b.slots)
				index[at] = n
				b.slots = append(b.slots, total{slot: at})
			}
			b.slots[n].amount = book.Saturate(b.slots[n].amount, max(a.Amount, 0))
			b.slots[n].expires = max(b.slots[n].expires, a.Expires)
		}
	}
	return b
}

func (b *batch) sortCalls() {
	type known struct {
		minute int64
		id     uint64
	}
	seen := make(map[known]struct{}, len(b.calls))
	for i := range b.calls {
		id := known{b.calls[i].Minute, b.calls[i].ID}
		if _, twice := seen[id]; !twice {
			seen[id] = struct{}{}
			b.order = append(b.order, i)
		}
	}
	slices.SortStableFunc(b.order, func(i, j int) int { return cmp.Compare(b.calls[i].Minute, b.calls[j].Minute) })
	for _, i := range b.order {
		if n := len(b.buckets); n == 0 || b.buckets[n-1].minute != b.calls[i].Minute {
			b.buckets = append(b.buckets, bucket{minute: b.calls[i].Minute})
		}
		b.buckets[len(b.buckets)-1].calls++
	}
}

// args appends the lists of scripts/record.lua, behind its counts.
func (b *batch) args(args []string, replica string, forget []uint64) []string {
	args = append(args, strconv.Itoa(len(forget)), strconv.Itoa(len(b.buckets)), strconv.Itoa(len(b.order)), strconv.Itoa(len(b.slots)))
	for _, n := range forget {
		args = append(args, strconv.FormatUint(n, 10))
	}
	for _, bucket := range b.buckets {
		args = append(args, strconv.Itoa(bucket.calls))
	}
	for _, i := range b.order {
		args = append(args, idText(b.calls[i].ID))
	}
	index := make(map[slot]int, len(b.slots))
	for n, s := range b.slots {
		index[s.slot] = n + 1
	}
	var text []byte
	for _, i := range b.order {
		text = text[:0]
		for _, a := range b.calls[i].Adds {
			text = strconv.AppendInt(text, int64(index[slot{a.Series, a.Slot}]), 10)
			text = append(text, ':')
			text = strconv.AppendInt(text, max(a.Amount, 0), 10)
			text = append(text, ';')
		}
		args = append(args, string(text))
	}
	for _, s := range b.slots {
		args = append(args, share{replica, s.slot}.field(), strconv.FormatInt(s.amount, 10), expiryText(s.expires))
	}
	return args
}

func expiryText(expires int64) string {
	if expires == 0 {
		return ""
	}
	return strconv.FormatInt(expires, 10)
}

// The short answers of scripts/record.lua; another has a 0 or a 1 for each call that was sent.
const (
	allFresh  = "all"
	noneFresh = "none"
)

// fresh says which calls were counted; false where the answer is not one to this batch.
func (b *batch) fresh(answer string) ([]bool, bool) {
	fresh := make([]bool, len(b.calls))
	switch {
	case answer == noneFresh:
	case answer == allFresh:
		for _, i := range b.order {
			fresh[i] = true
		}
	case len(answer) == len(b.order):
		for n, i := range b.order {
			fresh[i] = answer[n] == '1'
		}
	default:
		return nil, false
	}
	return fresh, true
}

// ids are those that were fresh, as the journal keeps them.
func (b *batch) ids(fresh []bool) []byte {
	var ids []byte
	for _, i := range b.order {
		if fresh[i] {
			ids = binary.AppendVarint(ids, b.calls[i].Minute)
			ids = binary.LittleEndian.AppendUint64(ids, b.calls[i].ID)
		}
	}
	return ids
}

// counted are the calls that were fresh.
func (b *batch) counted(fresh []bool) []ledger.Call {
	if !slices.Contains(fresh, false) {
		return b.calls
	}
	var calls []ledger.Call
	for i := range b.calls {
		if fresh[i] {
			calls = append(calls, b.calls[i])
		}
	}
	return calls
}
