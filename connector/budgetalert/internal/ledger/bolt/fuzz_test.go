package bolt

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/boltfile"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// FuzzValue reads values of all buckets that nobody wrote, with the checksum that somebody might have made right.
func FuzzValue(f *testing.F) {
	slot := ledger.Slot{Series: "org-daily", Slot: 1, Amount: 2, Expires: 3}
	mark := ledger.Mark{Key: "mark", Value: []byte("x"), Expires: start.Unix() + 60}
	entry := ledger.Entry{Number: 7, Alert: ledger.Alert{ID: "id", Body: []byte("body")}}
	row := book.Change{Kind: book.Total, Key: string(book.AppendKey(nil, &book.Row{Model: "m"})), Sums: book.Sums{NanoUSD: 1}, Began: 5}
	f.Add(uint8(0), formatKey, []byte{0, 0, 0, 1})
	f.Add(uint8(0), seedKey, make([]byte, 24))
	f.Add(uint8(1), slotKey(&slot), slotValue(&slot))
	f.Add(uint8(2), []byte(mark.Key), markValue(&mark))
	f.Add(uint8(3), segmentKey(minute, 1), segmentValue(start.Unix(), []ledger.ID{{Minute: minute, ID: 1}, {Minute: minute, ID: 2}}))
	f.Add(uint8(4), entryKey(entry.Number), entryValue(&entry))
	f.Add(uint8(5), rowKey(&row), rowValue(&row))
	f.Add(uint8(6), []byte("key"), []byte("value"))
	f.Fuzz(func(t *testing.T, which uint8, key, value []byte) {
		bucket := "unknown"
		if int(which) < len(buckets) {
			bucket = buckets[which]
		}
		state := ledger.NewState(ledger.Options{}.Filled())
		state.Track(false)
		load := newLoader(state, start)
		sealed := seal(bucket, key, bytes.Clone(value))
		err := load.value(bucket, key, sealed)
		load.endMinute()
		if len(value) > 0 {
			sealed[0] ^= 1
			require.ErrorIs(t, load.value(bucket, key, sealed), boltfile.ErrDamaged)
		}
		if err != nil {
			return
		}
		// What was read is written again, and is the same.
		state.All()
		changes := state.Take()
		again := map[string]string{}
		for _, s := range changes.Slots {
			again[string(slotKey(&s))] = string(slotValue(&s))
		}
		for _, m := range changes.Marks {
			again[m.Key] = string(markValue(&m))
		}
		for _, c := range changes.Book {
			again[string(rowKey(&c))] = string(rowValue(&c))
		}
		for k, v := range again {
			require.Equal(t, string(key), k)
			if bucket != bookBucket { // numbers of any length are read
				require.Equal(t, string(value), v)
			}
		}
	})
}

// FuzzFile reads files that nobody wrote.
func FuzzFile(f *testing.F) {
	content := smallFile(f)
	f.Add(content)
	f.Add(content[:8192])
	f.Fuzz(func(_ *testing.T, content []byte) {
		load := newLoader(ledger.NewState(ledger.Options{Seed: genai.Seed{1}}.Filled()), start)
		if _, err := boltfile.Read(bytes.NewReader(content), int64(len(content)), load.value); err == nil {
			_ = load.end()
		}
	})
}
