package dialect

import (
	"math/bits"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// counts is one span's usage as it was sent, in the sender's convention.
type counts struct {
	pair                    *pair
	in, out                 int64
	read, write, w1h        int64
	reasoning               int64
	inputAudio, outputAudio int64
	total, noCache          int64
	hasNoCache              bool
}

// usage fills UsageState and Usage of a model call.
func (r *reading) usage() {
	c, state := r.counts()
	if state != genai.UsageKnown {
		r.op.UsageState = state
		r.besides(&r.op.Extras)
		return
	}
	sum, guess := r.inclusive(c)
	u := &r.op.Usage // what a client's functions are given is on the heap already
	*u = r.f.stepped(sum)
	r.extras(u)
	if !u.Valid() {
		r.op.UsageState, r.op.Usage = genai.UsageBad, genai.Usage{}
		return
	}
	r.op.UsageState = genai.UsageKnown
	if guess || isMemory(r.f.texts[tOperation]) || r.scope.traits.guess != nil && r.scope.traits.guess(r, u) {
		r.op.UsageState = genai.UsageGuessed
	}
	r.op.Untold = Untold{Cache: r.hidesCache(u), Lifetime: u.CacheWrite > 0 && !r.f.has(nCacheWrite5m) && !r.f.has(nCacheWrite1h)}
	if hides := r.scope.traits.hides; hides != nil && r.op.Doubt == "" {
		r.op.Doubt = hides(r, u)
	}
	switch {
	case r.op.Doubt != "":
	case r.f.toolFee:
		r.op.Doubt = genai.ReasonUnknownFee
	case r.hiddenBeside(u), r.mayHideThoughts(u), r.cutUsage(), r.heardUntold(), r.f.tally(nAdvisor) > 0: // Anthropic's advisor is another model
		r.op.Doubt = genai.ReasonHiddenTokens
	default:
		r.op.Doubt = r.feeUntold()
	}
}

// pair finds the first pair that counts, from that one on; found is -1 when there is none. A pair of two zeros says nothing: no
// model answers without reading. One that makes no sense is worth less than another's.
func (r *reading) pair(from int) (found int, state genai.UsageState) {
	f := r.f
	if !f.present.meets(&pairTallies) && !f.bad.meets(&pairTallies) {
		return -1, genai.UsageNone
	}
	state = genai.UsageNone
	for i := from; i < len(pairs); i++ {
		p := &pairs[i]
		switch {
		case !f.has(p.in) && !f.has(p.out): // no bit stands for noTally
			continue
		case p.when != nil && !p.when(r):
			continue
		case f.isBad(p.in) || f.isBad(p.out):
			state = genai.UsageBad
		case f.tally(p.in) > 0 || f.tally(p.out) > 0:
			return i, genai.UsageKnown
		}
	}
	return -1, state
}

// hasPair says whether the span carries any usage of its own.
func (r *reading) hasPair() bool {
	for w, m := range r.f.present {
		for m &= pairTallies[w]; m != 0; m &= m - 1 {
			if r.f.tallies[w<<6|bits.TrailingZeros64(m)] > 0 {
				return true
			}
		}
	}
	return r.f.said.meets(&usageTexts)
}

// counts picks the pair and the sub-counts.
func (r *reading) counts() (*counts, genai.UsageState) {
	f := r.f
	found, state := r.pair(0)
	if state == genai.UsageNone && r.op.Name == genai.OpEmbeddings && f.tally(nTotal) > 0 { // which have no output
		f.add(nInput, f.tally(nTotal), jsonRank)
		found, state = r.pair(0)
	}
	if state != genai.UsageKnown {
		return nil, state
	}
	if f.bad.meets(&subCounts) {
		return nil, genai.UsageBad
	}
	c := r.countsOf(found, &r.sent)
	if c.pair.in == nInput && r.isOurs() {
		c = r.beforeFilling(found, c)
	}
	return c, genai.UsageKnown
}

// beforeFilling: llmcost fills in the convention's pair, inclusive, where a client spoke only its own dialect. Read under that
// client's rules it would be taken for exclusive, so the client's pair is read again where it makes the same sum.
func (r *reading) beforeFilling(found int, c *counts) *counts {
	next, state := r.pair(found + 1)
	if state != genai.UsageKnown {
		return c
	}
	own := r.countsOf(next, &r.filled)
	if u, _ := r.inclusive(own); u.Input == c.in && u.Output == c.out {
		return own
	}
	return c
}

// countsOf takes the counts of one of pairs, and the sub-counts, into c.
func (r *reading) countsOf(i int, c *counts) *counts {
	f, p := r.f, &pairs[i]
	*c = counts{
		pair: p, in: f.tally(p.in), out: f.tally(p.out), read: f.tallies[nCacheRead], write: f.tallies[nCacheWrite], w1h: f.tallies[nCacheWrite1h],
		reasoning: f.tallies[nReasoning], inputAudio: f.tallies[nInputAudio], outputAudio: f.tallies[nOutputAudio],
		total: f.tallies[nTotal], noCache: f.tallies[nNoCache], hasNoCache: f.tallyRanks[nNoCache] != 0,
	}
	c.write = max(c.write, f.tallies[nCacheWrite5m]+c.w1h)
	if correct := r.scope.traits.corrects; correct != nil {
		correct(r, c)
	}
	r.otherHalf(c)
	return c
}

// subCounts are the tallies that are parts of a pair.
var subCounts = factSet[tally]{1<<nCacheRead | 1<<nCacheWrite | 1<<nCacheWrite5m | 1<<nCacheWrite1h | 1<<nReasoning | 1<<nInputAudio | 1<<nOutputAudio}

// usageOfEvents reads the usage that a span has only in its events. Of the parts of a stream the last that tells both counts tells the whole.
func (r *reading) usageOfEvents() {
	events := r.span.Events()
	for i := events.Len() - 1; i >= max(0, events.Len()-maxEvents); i-- {
		attrs := events.At(i).Attributes()
		if attrs.Len() > 1 && (tells(attrs, genai.UsageInput, genai.UsageOutput) || tells(attrs, "gen_ai.usage.prompt_tokens", "gen_ai.usage.completion_tokens")) {
			r.f.collect(attrs, r.scope.client.bit)
			return
		}
	}
	for e := range eventsOf(r.span) {
		if attrs := e.Attributes(); tells(attrs, genai.UsageInput) || tells(attrs, "gen_ai.usage.prompt_tokens") {
			r.f.collect(attrs, r.scope.client.bit)
			return
		}
	}
}

func tells(attrs pcommon.Map, keys ...string) bool {
	for _, key := range keys {
		if _, ok := attrs.Get(key); !ok {
			return false
		}
	}
	return true
}

// ownTokenizer recognises counts of a client's own tokenizer: OpenLLMetry's and OpenLIT's OpenAI instrumentations count the bare
// texts when a stream ends without usage. A provider counts at least four tokens of framing a message and three for the
// answer's start, so fewer cannot come from it. A long guess looks like any bill.
func ownTokenizer(r *reading, u *genai.Usage) bool {
	if r.op.Name != genai.OpChat || u.SubCounts() > 0 {
		return false
	}
	messages := r.f.texts[tInputMessages]
	if len(messages) > maxFraming {
		messages = messages[:maxFraming]
	}
	n := max(1, strings.Count(messages, `"role":`))
	return u.Input < int64(3+4*n)
}

// maxFraming is how much of the messages is looked at for their number.
const maxFraming = 1 << 16
