package dialect

import (
	"math/bits"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// facts is what one pass over a span's attributes found. The zero value is empty; reset empties it for less than zeroing all.
type facts struct {
	marked bool // an attribute was seen that only GenAI spans have
	keys   KeySet

	set  [maxTexts]text // the texts that are set, to reset them
	sets int

	said      factSet[text] // the texts that are set
	texts     [maxTexts]string
	textRanks [maxTexts]uint8

	tallies    [noTally]int64
	tallyRanks [noTally]uint8 // 0: missing
	present    factSet[tally] // that were sent and make sense
	bad        factSet[tally] // that were sent and make no sense

	values     [maxValues]pcommon.Value
	valueRanks [maxValues]uint8
	valued     uint64 // values that are set

	memory keyMemory // of any span

	billed  float64 // what the provider's answer says that it cost
	kept    bool    // the answer comes from the application's own cache
	toolFee bool    // the answer tells of a tool that is billed and of which no row has a price
	unended bool    // the answer says that it has not stopped

	steps genai.Usage // what the iterations of one call used together, as Anthropic counts
}

// collect runs over attrs, of a span of the client with the given bit, once.
func (f *facts) collect(attrs pcommon.Map, client uint64) {
	last := uint16(0)
	for key, v := range attrs.All() {
		last = f.memory.after(last, key)
		x := &f.memory[last&memoryMask]
		e := &entries[x.entry]
		if x.entry == 0 || e.only != 0 && e.only&client == 0 {
			f.keys |= x.keys
			if x.usage {
				f.spelled(key, x.part, v)
			}
			continue
		}
		f.keys |= e.keys
		f.marked = f.marked || e.marks
		switch e.class {
		case classText:
			f.addText(e, v)
		case classTally:
			if n, ok := genai.Count(v); ok && !untold(tally(e.fact), v) {
				f.add(tally(e.fact), n, e.rank)
			}
		default:
			f.addValue(e, v)
		}
	}
}

// untold says of a part of the counts that it was not told.
func untold(t tally, v pcommon.Value) bool {
	return subCounts.has(t) && genai.Untold(v)
}

func (f *facts) addValue(e *entry, v pcommon.Value) {
	if r := f.valueRanks[e.fact]; (r == 0 || e.rank < r) && v.Type() != pcommon.ValueTypeEmpty {
		f.values[e.fact], f.valueRanks[e.fact] = v, e.rank
		f.valued |= 1 << e.fact
	}
}

// addText keeps only strings that say something: Codex sends thread.id twice, an integer and the conversation.
func (f *facts) addText(e *entry, v pcommon.Value) {
	if r := f.textRanks[e.fact]; r != 0 && e.rank >= r {
		return
	}
	switch v.Type() {
	case pcommon.ValueTypeStr:
		if s := v.Str(); s != "" {
			f.put(text(e.fact), s, e.rank)
		}
	case pcommon.ValueTypeMap, pcommon.ValueTypeSlice: // what others send as JSON
		if jsonTexts.has(text(e.fact)) {
			f.put(text(e.fact), v.AsString(), e.rank)
		}
	}
}

func (f *facts) put(t text, s string, rank uint8) {
	if f.textRanks[t] == 0 {
		f.set[f.sets] = t
		f.sets++
	}
	f.texts[t], f.textRanks[t] = s, rank
	f.said.add(t)
}

// setText keeps a text that was found inside a JSON string, unless a plain attribute says the same fact.
func (f *facts) setText(t text, s string) {
	if s != "" && f.textRanks[t] == 0 {
		f.put(t, s, jsonRank)
	}
}

// reset empties f and lets go of the span's memory.
func (f *facts) reset() {
	for _, t := range f.set[:f.sets] {
		f.texts[t], f.textRanks[t] = "", 0
	}
	for m := f.valued; m != 0; m &= m - 1 {
		i := bits.TrailingZeros64(m)
		f.values[i], f.valueRanks[i] = pcommon.Value{}, 0
	}
	for w, m := range f.present {
		for ; m != 0; m &= m - 1 {
			i := w<<6 | bits.TrailingZeros64(m)
			f.tallies[i], f.tallyRanks[i] = 0, 0
		}
	}
	f.present, f.bad, f.valued, f.said = factSet[tally]{}, factSet[tally]{}, 0, factSet[text]{}
	f.marked, f.keys, f.sets, f.steps, f.billed, f.toolFee, f.unended, f.kept = false, 0, 0, genai.Usage{}, 0, false, false, false
}

// add keeps the count of the best rank, except that any count beats a 0: a dialect that does not know a sub-count may say 0
// where its neighbour on the same span knows better.
func (f *facts) add(t tally, n int64, rank uint8) {
	if n == genai.BadCount {
		f.bad.add(t)
		return
	}
	r := f.tallyRanks[t]
	if r == 0 || (n > 0 && (f.tallies[t] == 0 || rank < r)) {
		f.tallies[t], f.tallyRanks[t] = n, rank
		f.present.add(t)
	}
}

// forget takes back what was told of t.
func (f *facts) forget(t tally) {
	f.tallies[t], f.tallyRanks[t] = 0, 0
	f.present.remove(t)
	f.bad.remove(t)
}

func (f *facts) has(t tally) bool { return f.present.has(t) || f.bad.has(t) }

// tally is 0 for what is missing and for noTally, the tally of nothing.
func (f *facts) tally(t tally) int64 {
	if !f.present.has(t) {
		return 0
	}
	return f.tallies[t]
}

func (f *facts) isBad(t tally) bool { return f.bad.has(t) }

func (f *facts) value(v value) (pcommon.Value, bool) { return f.values[v], f.valueRanks[v] != 0 }
