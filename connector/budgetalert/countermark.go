package budgetalert

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"math"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// counterPrefix begins the marks of the last points of cumulative cost counters.
const counterPrefix = "counter|"

const counterMarkSize = 5 * 8

// mark is the last point as the ledger keeps it, in the transaction that counts what it added. It is this gateway's own.
func (v *counterValue) mark(series uint64) ledger.Change {
	var key [8]byte
	binary.BigEndian.PutUint64(key[:], series)
	value := make([]byte, 0, counterMarkSize)
	for _, n := range [...]uint64{uint64(v.at), uint64(v.start), math.Float64bits(v.value), math.Float64bits(v.added), uint64(v.from)} {
		value = binary.BigEndian.AppendUint64(value, n)
	}
	return ledger.Change{
		Key: counterPrefix + hex.EncodeToString(key[:]), Value: value, Local: true, Expires: v.at.AsTime().Add(counterIdle).Unix(),
	}
}

// readCounterMark is false for what is no such mark.
func readCounterMark(key string, value []byte) (series uint64, v counterValue, ok bool) {
	name, err := hex.DecodeString(strings.TrimPrefix(key, counterPrefix))
	if err != nil || len(name) != 8 || len(value) != counterMarkSize {
		return 0, v, false
	}
	at := func(i int) uint64 { return binary.BigEndian.Uint64(value[8*i:]) }
	v = counterValue{
		at: pcommon.Timestamp(at(0)), start: pcommon.Timestamp(at(1)), value: math.Float64frombits(at(2)),
		added: math.Float64frombits(at(3)), from: pcommon.Timestamp(at(4)),
	}
	return binary.BigEndian.Uint64(name), v, true
}

// keepCounters leaves out what a request that was quicker has kept a later point of.
func keepCounters(marks []ledger.Change) ledger.Decide {
	if len(marks) == 0 {
		return nil
	}
	return func(view ledger.View) (changes []ledger.Change) {
		for i := range marks {
			_, old, known := readCounterMark(marks[i].Key, view.Mark(marks[i].Key))
			if _, v, _ := readCounterMark(marks[i].Key, marks[i].Value); !known || old.at < v.at {
				changes = append(changes, marks[i])
			}
		}
		return changes
	}
}

// restore reads what the ledger has kept.
func (c *counters) restore(ctx context.Context, l ledger.Ledger, now time.Time) error {
	return l.Marks(ctx, counterPrefix, func(key string, value []byte) {
		if series, v, ok := readCounterMark(key, value); ok {
			c.last.Put(series, v, now)
		}
	})
}
