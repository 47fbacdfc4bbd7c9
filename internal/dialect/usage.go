package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// when says under which condition a pair of counts is read.
type when uint8

const (
	always when = iota
	fromVercel
	fromClaude
)

// pairs lists every dialect's pair of counts in order of precedence. Both sides come from one row, never input from one
// dialect and output from another.
var pairs = [...]struct {
	in, out tally
	when    when
}{
	{nLangfuseInput, nLangfuseOutput, always},
	{nVercelInput, nVercelOutput, fromVercel},
	{nVercelPrompt, nVercelCompletion, fromVercel},
	{nVercelTokens, tallyCount, fromVercel},
	{nCodexInput, nCodexOutput, always},
	{nInput, nOutput, always},
	{nOpenInferenceInput, nOpenInferenceOutput, always},
	{nLangsmithInput, nLangsmithOutput, always},
	{nMlflowInput, nMlflowOutput, always},
	{nBareInput, nBareOutput, fromClaude},
	{nOldInput, nOldOutput, always},
	{nOldestInput, nOldestOutput, always},
	{nVertexInput, nVertexOutput, always},
	{nGenkitInput, nGenkitOutput, always},
	{nLitellmInput, nLitellmOutput, always},
}

// counts is one span's usage as it was sent, in the sender's convention.
type counts struct {
	in, out                 int64
	read, write, w5m, w1h   int64
	reasoning               int64
	inputAudio, outputAudio int64
	total, noCache          int64
	hasNoCache              bool
	summed                  bool // already inclusive: Langfuse's buckets were added up
	bare                    bool // under keys without a prefix, of a client of its own
}

func (r *reading) isVercel() bool {
	return r.scope.client == vercelAI || r.f.texts[tVercelOperation] != ""
}

// usage fills UsageState and Usage of a model call.
func (r *reading) usage() {
	c, state := r.counts()
	if state != genai.UsageKnown {
		r.op.UsageState = state
		return
	}
	u := r.inclusive(c)
	if !u.Valid() {
		r.op.UsageState = genai.UsageBad
		return
	}
	r.op.Usage, r.op.UsageState = u, genai.UsageKnown
	if r.guessed(&u) {
		r.op.UsageState = genai.UsageGuessed
	}
}

// pair finds the first pair that counts, from that row on; found is -1 when there is none. A pair of two zeros says nothing: no
// model answers without reading.
func (r *reading) pair(from int) (found int, state genai.UsageState) {
	f := r.f
	for i := from; i < len(pairs); i++ {
		p := &pairs[i]
		switch {
		case !f.has(p.in) && !f.has(p.out): // no bit stands for tallyCount
			continue
		case p.when == fromVercel && !r.isVercel(), p.when == fromClaude && r.scope.client != claudeCode:
			continue
		case f.isBad(p.in) || f.isBad(p.out):
			return -1, genai.UsageBad
		case f.tally(p.in) > 0 || f.tally(p.out) > 0:
			return i, genai.UsageKnown
		}
	}
	return -1, genai.UsageNone
}

// counts picks the pair and the sub-counts.
func (r *reading) counts() (counts, genai.UsageState) {
	f := r.f
	if r.scope.client == claudeCode {
		f.adoptBare()
	}
	found, state := r.pair(0)
	if state != genai.UsageKnown {
		return counts{}, state
	}
	if f.bad&subCounts != 0 {
		return counts{}, genai.UsageBad
	}
	c := r.countsOf(found)
	if pairs[found].in == nInput && f.texts[tOurStatus] != "" {
		c = r.beforeFilling(found, c)
	}
	return c, genai.UsageKnown
}

// beforeFilling: llmcost fills in the convention's pair, inclusive, where a client spoke only its own dialect. Read under that
// client's rules it would be taken for exclusive, so the client's pair is read again where it makes the same sum.
func (r *reading) beforeFilling(found int, c counts) counts {
	next, state := r.pair(found + 1)
	if state != genai.UsageKnown {
		return c
	}
	own := r.countsOf(next)
	if u := r.inclusive(own); u.Input == c.in && u.Output == c.out {
		return own
	}
	return c
}

// countsOf takes the counts of one row of pairs, and the sub-counts.
func (r *reading) countsOf(row int) counts {
	f, p := r.f, pairs[row]
	c := counts{
		in: f.tally(p.in), out: f.tally(p.out), read: f.tallies[nCacheRead], write: f.tallies[nCacheWrite],
		w5m: f.tallies[nCacheWrite5m], w1h: f.tallies[nCacheWrite1h], reasoning: f.tallies[nReasoning],
		inputAudio: f.tallies[nInputAudio], outputAudio: f.tallies[nOutputAudio],
		total: f.tallies[nTotal], noCache: f.tallies[nNoCache], hasNoCache: f.tallyRanks[nNoCache] != 0,
		summed: p.in == nLangfuseInput, bare: p.when == fromClaude,
	}
	c.write = max(c.write, c.w5m+c.w1h)
	return c
}

// subCounts are the tallies that are parts of a pair.
const subCounts = 1<<nCacheRead | 1<<nCacheWrite | 1<<nCacheWrite5m | 1<<nCacheWrite1h | 1<<nReasoning | 1<<nInputAudio | 1<<nOutputAudio

// adoptBare reads the bare keys that mean what they say under Claude Code's scope only.
func (f *facts) adoptBare() {
	for _, m := range [...][2]tally{
		{nBareCacheRead, nCacheRead},
		{nBareCacheWrite, nCacheWrite},
		{nBareCacheWrite5m, nCacheWrite5m},
		{nBareCacheWrite1h, nCacheWrite1h},
	} {
		if f.isBad(m[0]) {
			f.bad |= 1 << m[1]
		} else if f.tallyRanks[m[0]] != 0 {
			f.add(m[1], f.tallies[m[0]], 1)
		}
	}
}

// inclusive brings the sender's counts into the inclusive convention.
func (r *reading) inclusive(c counts) genai.Usage {
	u := genai.Usage{
		Input: c.in, Output: c.out, CacheRead: c.read, CacheWrite: c.write, CacheWrite1h: c.w1h,
		InputAudio: c.inputAudio, Reasoning: c.reasoning, OutputAudio: c.outputAudio,
	}
	if c.summed {
		return u
	}
	if r.inputExclusive(&c) {
		u.Input += c.read + c.write
	}
	if r.outputExclusive(&c) {
		u.Output += c.reasoning
	}
	return u
}

// guessed recognises counts of a client's own tokenizer: OpenLLMetry's and OpenLIT's OpenAI instrumentations count the bare
// texts when a stream ends without usage. A provider counts at least four tokens of framing a message and three for the
// answer's start, so fewer cannot come from it. A long guess looks like any bill.
func (r *reading) guessed(u *genai.Usage) bool {
	switch r.scope.client {
	case traceloopOpenAI, openlitOpenAI:
	default:
		return false
	}
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
